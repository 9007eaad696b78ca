import { type Actor, Role } from '@deskgraph/common/auth/access';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import {
  type GraphqlResponse,
  type TestClient,
  appActor,
  dataOrThrow,
  newWorkspace,
  sharedService,
  userActor,
} from '@deskgraph/common/testing/client';
import { Client } from 'pg';

/** A workspace with one user of each role, on a running tickets service. */
export interface Desk {
  service: TestClient;
  workspace: string;
  admin: Actor;
  lead: Actor;
  agent: Actor;
  colleague: Actor;
  light: Actor;
  analyst: Actor;
  customer: Actor;
  stranger: Actor;
  partner: Actor;
  departmentId: string;
  /** Runs an operation and returns its data; throws when the response has errors. */
  ask<Data>(actor: Actor, query: string, variables?: object): Promise<Data>;
  /** Runs an operation and returns the whole response. */
  answer<Data>(actor: Actor, query: string, variables?: object): Promise<GraphqlResponse<Data>>;
  /** Creates a ticket of the customer; `input` replaces the defaults. */
  ticket(input?: object): Promise<{ id: string; number: number; version: number }>;
}

/** The tickets service that all test files share, for tests that use HTTP and the database only. */
export const startTickets = (): Promise<TestClient> => sharedService('tickets');

export async function openDesk(service: TestClient): Promise<Desk> {
  const workspace = newWorkspace();
  const people = {
    admin: userActor(Role.ADMIN, workspace),
    lead: userActor(Role.LEAD, workspace),
    agent: userActor(Role.AGENT, workspace, { name: 'Ana' }),
    colleague: userActor(Role.AGENT, workspace, { name: 'Bor' }),
    light: userActor(Role.LIGHT, workspace),
    analyst: userActor(Role.ANALYST, workspace),
  };
  const departmentId = newId('dep');
  const client = new Client({ connectionString: service.database.ownerUrl });
  await client.connect();
  await client.query(`select set_config('desk.workspace', $1, false)`, [workspace]);
  await client.query('insert into workspace (id, name) values ($1, $2)', [workspace, 'Desk']);
  for (const [key, { id, name, role }] of Object.entries(people))
    await client.query(
      `insert into agent (id, workspace_id, email, name, role, active, version, created_at, updated_at) values ($1, $2, $3, $4, $5, true, 1, now(), now())`,
      [uuidOf('agt', id), workspace, `${key}@desk.example`, name, role],
    );
  await client.query(
    `insert into department (id, workspace_id, name, version, created_at, updated_at) values ($1, $2, 'Sales', 1, now(), now())`,
    [uuidOf('dep', departmentId), workspace],
  );
  await client.end();
  const customer = userActor(Role.REQUESTER, workspace, { name: 'Marta' });
  const ask = async <Data>(actor: Actor, query: string, variables?: object): Promise<Data> =>
    dataOrThrow(await service.query<Data>(actor, query, variables));
  return {
    service,
    workspace,
    ...people,
    customer,
    stranger: userActor(Role.REQUESTER, workspace, { name: 'Stranger' }),
    partner: appActor(workspace),
    departmentId,
    ask,
    answer: (actor, query, variables) => service.query(actor, query, variables),
    ticket: async (overrides = {}) => {
      const input = {
        subject: 'Where is my parcel?',
        body: 'It should have come on Monday.',
        ...overrides,
      };
      const { ticketCreate } = await ask<{
        ticketCreate: {
          ticket: { id: string; number: number; version: number } | null;
          userErrors: object[];
        };
      }>(
        customer,
        'mutation ($input: TicketCreateInput!) { ticketCreate(input: $input) { ticket { id number version } userErrors { code field } } }',
        { input },
      );
      if (!ticketCreate.ticket) throw new Error(JSON.stringify(ticketCreate.userErrors));
      return ticketCreate.ticket;
    },
  };
}

/** The payload of a mutation: the selected fields and the refusals. */
export interface Result extends Record<string, unknown> {
  userErrors: { code: string; field: string[] | null }[];
}

/** Runs one mutation with an `input` and returns its payload. */
export async function mutate(
  desk: Desk,
  actor: Actor,
  name: string,
  input: object,
  selection = '',
): Promise<Result> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const data = await desk.ask<Record<string, never>>(
    actor,
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code field } } }`,
    { input },
  );
  return data[name] as never;
}

/** Adds a public message, as an author who has read the current state of the ticket. */
export async function reply(
  desk: Desk,
  actor: Actor,
  ticketId: string,
  overrides: object = {},
): Promise<Result> {
  const { ticket } = await desk.ask<{ ticket: { cursor: string } | null }>(
    actor,
    'query ($id: ID!) { ticket(id: $id) { cursor } }',
    {
      id: ticketId,
    },
  );
  const input = {
    ticketId,
    visibility: 'PUBLIC',
    body: 'An answer',
    seen: ticket?.cursor,
    ...overrides,
  };
  return mutate(desk, actor, 'messageAdd', input, 'ticket { id status } message { id }');
}
