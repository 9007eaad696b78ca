import { concurrently } from '../concurrent.ts';
import { type Graph, userErrorText } from '../graph.ts';
import { Agents, Departments } from '../staff.ts';
import type { Names } from './translate.ts';

const WIDTH = 8;
/** A reserved domain (RFC 2606): no e-mail is delivered. */
const DOMAIN = 'import.example';

/** A generated e-mail address of an assignee, since the file has none. */
export function assigneeEmail(assignee: string): string {
  const name = assignee
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `${name || 'unnamed'}@${DOMAIN}`;
}

/** Finds or creates all departments, agents and customers of the file. */
export async function createDirectory(
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
    await agents.ensure({ email: assigneeEmail(name), name, role: 'AGENT' });
    onEach();
  });
  await concurrently(callers, WIDTH, async (caller) => {
    customers.set(caller, await customerOf(graph, caller));
    onEach();
  });
  return {
    department: (group) => departments.id(group)!,
    agent: (assignee) => agents.id(assigneeEmail(assignee))!,
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
  if (!customer)
    throw new Error(`The customer ${caller} cannot be created. ${userErrorText(userErrors)}`);
  return customer.id;
}
