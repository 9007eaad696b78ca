import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { GraphClient } from '../load.ts';
import type { Size } from '../options.ts';
import type { Platform } from '../platform.ts';
import { root } from '../root.ts';
import type { NamedEntity, BenchAgent, BenchCustomer } from '../dataset.ts';
import {
  PRODUCTS,
  seededRandom,
  randomBody,
  pickRandom,
  rareWordAt,
  randomTitle,
} from './words.ts';

const DEPARTMENTS = ['Support', 'Sales', 'Billing'];
export const ADMIN = 'admin@bench.example';

/** Creates the workspace and its first administrator with the bootstrap command. */
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

export interface BenchPeople {
  departments: NamedEntity[];
  lead: BenchAgent;
  agents: BenchAgent[];
  requesters: BenchCustomer[];
}

/**
 * Creates staff, customers and articles through the graph, so that the events reach every service.
 */
export async function createPeople(
  platform: Platform,
  graph: GraphClient,
  workspace: string,
  size: Size,
): Promise<BenchPeople> {
  const admin = await platform.token({ email: ADMIN, workspace });
  const make = entityCreator(graph, admin);
  const departments = await mapSequentially(DEPARTMENTS, (name) =>
    make('departmentCreate', { name }, 'department { id name }'),
  );
  const staff = await mapSequentially(
    Array.from({ length: 12 }, (_, n) => n),
    async (n): Promise<BenchAgent> => {
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
  const requesters = await createCustomers(make, size);
  await createArticles(make, size);
  return { departments, lead: lead!, agents, requesters };
}

export type CreateEntity = (
  mutation: string,
  input: object,
  selection: string,
) => Promise<NamedEntity>;

export const entityCreator =
  (graph: GraphClient, token: string): CreateEntity =>
  async (mutation, input, selection) => {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { done: ${mutation}(input: $input) { ${selection} userErrors { code field } } }`;
    const { done } = await graph.data<{ done: Record<string, NamedEntity> }>({
      query,
      variables: { input },
      token,
    });
    return Object.values(done).find((value) => !Array.isArray(value))!;
  };

async function mapSequentially<From, To>(
  list: readonly From[],
  work: (each: From) => Promise<To>,
): Promise<To[]> {
  const results: To[] = [];
  for (const each of list) results.push(await work(each));
  return results;
}

/** Runs eight at a time. */
async function mapConcurrently<To>(count: number, work: (n: number) => Promise<To>): Promise<To[]> {
  const results: To[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) results[n] = await work(n);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return results;
}

/** Creates customers, three of four with an organization. */
async function createCustomers(
  make: CreateEntity,
  { customers, organizations }: Size,
): Promise<BenchCustomer[]> {
  const companies = await mapConcurrently(organizations, (n) =>
    make(
      'organizationCreate',
      { name: `Company ${n}`, domains: [`company${n}.example`] },
      'organization { id name }',
    ),
  );
  return mapConcurrently(customers, async (n) => {
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

async function createArticles(make: CreateEntity, { articles }: Size): Promise<void> {
  const random = seededRandom(7);
  const base = await make(
    'knowledgeBaseCreate',
    { name: 'Help', slug: 'help', audience: 'EXTERNAL', locales: ['en'] },
    'knowledgeBase { id name }',
  );
  await mapConcurrently(articles, async (n) => {
    const about = `${randomTitle(random)}: ${PRODUCTS[n % PRODUCTS.length]} and ${pickRandom(PRODUCTS, random)}`;
    const body = Array.from({ length: 6 }, (_, part) =>
      randomBody(random, rareWordAt(n * 31 + part)),
    ).join('\n\n');
    const { id } = await make(
      'articleCreate',
      { knowledgeBaseId: base.id, title: about, body },
      'article { id }',
    );
    await make('articlePublish', { id }, 'article { id }');
  });
}
