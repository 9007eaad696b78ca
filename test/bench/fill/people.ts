import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Asker } from '../load.ts';
import type { Size } from '../options.ts';
import type { Platform } from '../platform.ts';
import { root } from '../root.ts';
import type { Known, Person, Requester } from '../dataset.ts';
import { THINGS, dice, letter, oneOf, rare, title } from './words.ts';

const DEPARTMENTS = ['Support', 'Sales', 'Billing'];
export const ADMIN = 'admin@bench.example';

/** The workspace and its first administrator, made by the command that an operator would use. */
export async function openWorkspace(platform: Platform): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--conditions=source',
      '--import',
      './common/source.mjs',
      'services/tickets/src/model/workspace/bootstrap.ts',
      '--name',
      'Bench',
      '--email',
      ADMIN,
    ],
    { cwd: root, env: { ...process.env, DATABASE_URL: platform.database('tickets').app } },
  );
  return (JSON.parse(stdout) as { workspace: string }).workspace;
}

export interface Cast {
  departments: Known[];
  lead: Person;
  agents: Person[];
  requesters: Requester[];
}

/** Staff, customers and articles through the graph: each service has what it needs, its followers included. */
export async function hire(
  platform: Platform,
  graph: Asker,
  workspace: string,
  size: Size,
): Promise<Cast> {
  const admin = await platform.token({ email: ADMIN, workspace });
  const make = maker(graph, admin);
  const departments = await inOrder(DEPARTMENTS, (name) =>
    make('departmentCreate', { name }, 'department { id name }'),
  );
  const staff = await inOrder(
    Array.from({ length: 12 }, (_, n) => n),
    async (n): Promise<Person> => {
      const email = `agent${n}@bench.example`;
      const departmentIds = [departments[n % departments.length]!.id];
      const agent = await make(
        'agentInvite',
        { email, name: `Agent ${n}`, role: n === 0 ? 'LEAD' : 'AGENT', departmentIds },
        'agent { id name }',
      );
      return { ...agent, token: await platform.token({ email, workspace }) };
    },
  );
  const [lead, ...agents] = staff;
  const requesters = await meet(make, size);
  await writeArticles(make, size);
  return { departments, lead: lead!, agents, requesters };
}

export type Make = (mutation: string, input: object, selection: string) => Promise<Known>;

export const maker =
  (graph: Asker, token: string): Make =>
  async (mutation, input, selection) => {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { done: ${mutation}(input: $input) { ${selection} userErrors { code field } } }`;
    const { done } = await graph.data<{ done: Record<string, Known> }>({
      query,
      variables: { input },
      token,
    });
    return Object.values(done).find((value) => !Array.isArray(value))!;
  };

async function inOrder<From, To>(
  list: readonly From[],
  work: (each: From) => Promise<To>,
): Promise<To[]> {
  const results: To[] = [];
  for (const each of list) results.push(await work(each));
  return results;
}

/** Eight at a time. */
async function many<To>(count: number, work: (n: number) => Promise<To>): Promise<To[]> {
  const results: To[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) results[n] = await work(n);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return results;
}

/** Three of four customers belong to an organization. */
async function meet(make: Make, { customers, organizations }: Size): Promise<Requester[]> {
  const companies = await many(organizations, (n) =>
    make(
      'organizationCreate',
      { name: `Company ${n}`, domains: [`company${n}.example`] },
      'organization { id name }',
    ),
  );
  return many(customers, async (n) => {
    const company = n % 4 ? companies[n % organizations]! : undefined;
    const name = `Customer ${n}`;
    const identities = [{ kind: 'EMAIL', value: `customer${n}@somewhere.example` }];
    const { id } = await make(
      'customerCreate',
      { name, identities, ...(company && { organizationIds: [company.id] }) },
      'customer { id }',
    );
    return { id, name, organizationId: company?.id ?? null };
  });
}

async function writeArticles(make: Make, { articles }: Size): Promise<void> {
  const random = dice(7);
  const base = await make(
    'knowledgeBaseCreate',
    { name: 'Help', slug: 'help', audience: 'EXTERNAL', locales: ['en'] },
    'knowledgeBase { id name }',
  );
  await many(articles, async (n) => {
    const about = `${title(random)}: ${THINGS[n % THINGS.length]} and ${oneOf(THINGS, random)}`;
    const body = Array.from({ length: 6 }, (_, part) => letter(random, rare(n * 31 + part))).join(
      '\n\n',
    );
    const { id } = await make(
      'articleCreate',
      { knowledgeBaseId: base.id, title: about, body },
      'article { id }',
    );
    await make('articlePublish', { id }, 'article { id }');
  });
}
