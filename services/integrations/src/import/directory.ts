import { concurrently } from '../concurrent.ts';
import { type Graph, told } from '../graph.ts';
import { Agents, Departments } from '../staff.ts';
import type { Names } from './translate.ts';

const WIDTH = 8;
/** Reserved for examples (RFC 2606): nobody gets mail there. */
const DOMAIN = 'import.example';

/** The address of an assignee, as the log has none. */
export function addressOf(assignee: string): string {
  const name = assignee
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `${name || 'unnamed'}@${DOMAIN}`;
}

/** Finds or makes everybody and everything that the log names, so that tickets can refer to them. */
export async function enter(
  graph: Graph,
  { groups, assignees, callers }: Record<'groups' | 'assignees' | 'callers', Set<string>>,
  onEach: () => void,
): Promise<Names> {
  const [departments, agents] = await Promise.all([Departments.of(graph), Agents.of(graph)]);
  const customers = new Map<string, string>();
  await concurrently(groups, WIDTH, async (group) => {
    await departments.ensure(group);
    onEach();
  });
  await concurrently(assignees, WIDTH, async (name) => {
    await agents.ensure({ email: addressOf(name), name, role: 'AGENT' });
    onEach();
  });
  await concurrently(callers, WIDTH, async (caller) => {
    customers.set(caller, await customerOf(graph, caller));
    onEach();
  });
  return {
    department: (group) => departments.id(group)!,
    agent: (assignee) => agents.id(addressOf(assignee))!,
    customer: (caller) => customers.get(caller)!,
  };
}

async function customerOf(graph: Graph, caller: string): Promise<string> {
  const input = { externalId: caller, onCreate: { name: caller }, onUpdate: {} };
  const { customer, userErrors } = await graph.change<{ customer: { id: string } | null }>(
    'customerUpsert',
    input,
    'customer { id }',
  );
  if (!customer) throw new Error(`The customer ${caller} can’t be made. ${told(userErrors)}`);
  return customer.id;
}
