import { once } from 'node:events';
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Role } from '@deskgraph/common/auth/access';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { uuidFromName, newUuid, toId } from '@deskgraph/common/core/id';
import {
  TEST_SECRET,
  type TestService,
  dataOrThrow,
  newWorkspace,
  userActor,
  startTestService,
} from '@deskgraph/common/testing/testing';
import { signActor, systemActor } from '@deskgraph/common/auth/token';
import { Context } from '@deskgraph/common/database/context';
import fc from 'fast-check';
import { migrations } from '../../migrations/all.ts';
import { subgraph } from '../subgraph.ts';
import { consumeTicketEvents } from './consume.ts';
import { importDiscoveredCustomers } from './import.ts';

/**
 * A fake tickets service that only serves its event log. It never pushes events, so the customers
 * service has to read the log.
 */
class TicketsLog {
  readonly facts: DomainEvent[] = [];
  asked = 0;
  broken = false;
  readonly #waiting = new Set<ServerResponse>();
  readonly #http: Server = createServer((request, response) => {
    const query = new URL(request.url!, 'http://log').searchParams;
    if (query.get('wait') !== '0') return void this.#waiting.add(response);
    this.asked += 1;
    if (this.broken) return void response.writeHead(500).end('{}');
    response.end(
      JSON.stringify({
        events: this.facts.filter((fact) => fact.position > Number(query.get('after'))),
      }),
    );
  });

  async start(): Promise<string> {
    this.#http.listen(0, '127.0.0.1');
    await once(this.#http, 'listening');
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const response of this.#waiting) response.end('{"facts":[]}');
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }
}

const metId = (workspace: string, value: string): string =>
  toId('cus', uuidFromName(workspace, `EMAIL:${value}`));

const metFact = (
  workspace: string,
  value: string,
  name: string | null = null,
  position = 1,
): DomainEvent => {
  const id = metId(workspace, value);
  const actor = { kind: 'system', id: 'sys', name: 'System' } as const;
  const data = { id, kind: 'EMAIL', value, name };
  return {
    position,
    id: newUuid(),
    workspace,
    type: 'requester.met',
    subject: id,
    version: 1,
    actor,
    occurredAt: new Date().toISOString(),
    data,
  };
};

let log: TicketsLog;
let service: TestService;
beforeAll(async () => {
  log = new TicketsLog();
  const url = await log.start();
  service = await startTestService(
    { ...subgraph, backgroundTasks: (own) => [consumeTicketEvents(own, url)] },
    migrations,
  );
});
afterAll(async () => {
  await service.stop();
  await log.stop();
});
beforeEach(() => {
  log.broken = false;
});

/** Delivers events as the event consumer does. */
async function deliver(...facts: DomainEvent[]): Promise<void> {
  const { orm, log: lines } = service.service;
  const context = new Context({
    orm,
    actor: systemActor(facts[0]!.workspace),
    log: lines,
    requestId: 'test',
    locales: [],
  });
  await context.write(() => importDiscoveredCustomers(context, facts));
}

interface Person {
  id: string;
  name: string;
  identities: { value: string }[];
}

async function lookUp(workspace: string, ids: string[]): Promise<(Person | null)[]> {
  const query = `query($all: [_Any!]!) { _entities(representations: $all) { ... on Customer { id name identities { value } } } }`;
  const all = ids.map((id) => ({ __typename: 'Customer', id }));
  return dataOrThrow(
    await service.query<{ _entities: (Person | null)[] }>(userActor(Role.AGENT, workspace), query, {
      all,
    }),
  )._entities;
}

async function create(workspace: string, value: string): Promise<string[]> {
  const query = `mutation($value: String!) { customerCreate(input: { name: "Known", identities: [{ kind: EMAIL, value: $value }] }) { userErrors { code } } }`;
  const { customerCreate } = dataOrThrow(
    await service.query<{ customerCreate: { userErrors: { code: string }[] } }>(
      userActor(Role.AGENT, workspace),
      query,
      { value },
    ),
  );
  return customerCreate.userErrors.map((error) => error.code);
}

async function everybody(workspace: string): Promise<Person[]> {
  const query = `{ customers(first: 100) { nodes { id name identities { value } } } }`;
  return dataOrThrow(
    await service.query<{ customers: { nodes: Person[] } }>(
      userActor(Role.AGENT, workspace),
      query,
    ),
  ).customers.nodes;
}

async function told(workspace: string): Promise<{ type: string; data: object }[]> {
  const em = service.service.orm.em.fork();
  em.setSessionContext({ variables: { 'desk.workspace': '*' } });
  return em.transactional((inside) =>
    inside.execute(
      `select type, data from (select event_id, workspace_id, type, data from outbox union all select event_id, workspace_id, type, data from event_log)
       as facts where workspace_id = ? order by event_id`,
      [workspace],
    ),
  );
}

describe('a requester first seen in a ticket', () => {
  test('becomes a lead with the id that the ticket has', async () => {
    const workspace = newWorkspace();
    await deliver(metFact(workspace, 'ana@x.example', '  Ana\n Čeh '));
    const id = metId(workspace, 'ana@x.example');
    expect(await lookUp(workspace, [id])).toEqual([
      { id, name: 'Ana Čeh', identities: [{ value: 'ana@x.example' }] },
    ]);
    expect(await told(workspace)).toMatchObject([
      { type: 'customer.created', data: { state: { kind: 'LEAD', name: 'Ana Čeh' } } },
    ]);
    expect(await create(workspace, 'ana@x.example')).toEqual(['IDENTITY_TAKEN']);
  });

  test('joins the organization of the email domain and is found by words', async () => {
    const workspace = newWorkspace();
    const agent = userActor(Role.AGENT, workspace);
    dataOrThrow(
      await service.query(
        agent,
        `mutation { organizationCreate(input: { name: "Acme", domains: ["acme.example"] }) { userErrors { code } } }`,
      ),
    );
    await deliver(
      metFact(workspace, 'ana@acme.example', 'Ana Čeh'),
      metFact(workspace, 'bor@home.example'),
    );
    const query = `{ customers(filter: { text: "ceh acme" }) { nodes { email organizations { name } identities { primary } } } }`;
    expect(dataOrThrow(await service.query(agent, query))).toEqual({
      customers: {
        nodes: [
          {
            email: 'ana@acme.example',
            organizations: [{ name: 'Acme' }],
            identities: [{ primary: true }],
          },
        ],
      },
    });
  });

  test('known under another id is found by both ids and changed by their own id only', async () => {
    const workspace = newWorkspace();
    await create(workspace, 'ana@x.example');
    await deliver(metFact(workspace, 'ana@x.example', 'Ana'));
    const [known] = await everybody(workspace);
    const from = metId(workspace, 'ana@x.example');
    expect(await lookUp(workspace, [from, known!.id])).toEqual([known, known]);
    expect((await told(workspace)).at(-1)).toEqual({
      type: 'customer.merged',
      data: { from, into: known!.id },
    });
    const query = `mutation($id: ID!) { customerUpdate(input: { id: $id, tier: "gold" }) { userErrors { code field } } }`;
    expect(
      await service.query(userActor(Role.AGENT, workspace), query, { id: from }),
    ).toMatchObject({
      data: { customerUpdate: { userErrors: [{ code: 'GONE', field: ['input', 'id'] }] } },
    });
    expect(await lookUp(newWorkspace(), [from])).toEqual([null]);
  });

  test('has the same final state for any order and repetition of events', async () => {
    const values = ['a', 'b', 'c', 'd'].map((letter) => `${letter}@x.example`);
    const step = fc.record({
      what: fc.constantFrom('met', 'create'),
      values: fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        const workspace = newWorkspace();
        for (const each of steps)
          if (each.what === 'met')
            await deliver(...each.values.map((value) => metFact(workspace, value)));
          else for (const value of each.values) await create(workspace, value);
        const known = new Set(steps.flatMap((each) => each.values));
        const met = [
          ...new Set(steps.filter((each) => each.what === 'met').flatMap((each) => each.values)),
        ];
        const people = await everybody(workspace);
        expect(
          people.flatMap((each) => each.identities.map(({ value }) => value)).toSorted(),
        ).toEqual([...known].toSorted());
        expect(people).toHaveLength(known.size);
        const found = await lookUp(
          workspace,
          met.map((value) => metId(workspace, value)),
        );
        expect(found.map((each) => each?.identities)).toEqual(met.map((value) => [{ value }]));
        const before = await told(workspace);
        if (met.length)
          await deliver(...met.toReversed().map((value) => metFact(workspace, value)));
        expect(await told(workspace)).toEqual(before);
        const folded = met.filter(
          (value) => steps.find((each) => each.values.includes(value))!.what === 'create',
        );
        expect(before.filter(({ type }) => type === 'customer.merged')).toHaveLength(folded.length);
      }),
      { numRuns: 25 },
    );
  });

  test('stays one customer when also created by hand at the same time', async () => {
    const workspace = newWorkspace();
    const values = Array.from({ length: 12 }, (_, at) => `c${at}@x.example`);
    await Promise.all(
      values.flatMap((value) => [deliver(metFact(workspace, value)), create(workspace, value)]),
    );
    expect(await everybody(workspace)).toHaveLength(values.length);
    const found = await lookUp(
      workspace,
      values.map((value) => metId(workspace, value)),
    );
    expect(found.map((each) => each?.identities[0]?.value)).toEqual(values);
  });

  test('with an unreadable event does not block the other events', async () => {
    const workspace = newWorkspace();
    for (const data of [
      {},
      { id: 'cus_x', kind: 'EMAIL', value: 'a@x.example' },
      { ...metFact(workspace, 'a').data, kind: 'SMELL' },
    ])
      await deliver({ ...metFact(workspace, 'a@x.example'), data });
    await deliver({ ...metFact(workspace, 'a@x.example'), type: 'ticket.created' });
    expect(await everybody(workspace)).toEqual([]);
  });
});

describe('reading a ticket of a requester just discovered', () => {
  test('returns the name with one call to the tickets service per request', async () => {
    const workspace = newWorkspace();
    const values = Array.from({ length: 5 }, (_, at) => `just${at}@x.example`);
    log.facts.push(
      ...values.map((value, at) =>
        metFact(workspace, value, `Just ${at}`, log.facts.length + at + 1),
      ),
    );
    const asked = log.asked;
    const ids = values.map((value) => metId(workspace, value));
    const found = await lookUp(workspace, ids);
    expect(found.map((each) => each?.name)).toEqual(values.map((_, at) => `Just ${at}`));
    expect(log.asked - asked).toBe(2);
    await lookUp(workspace, ids);
    expect(log.asked - asked).toBe(2);
  });

  test('concurrent requests share a call; ids that no ticket can have cause none', async () => {
    const workspace = newWorkspace();
    const [asked, began] = [log.asked, performance.now()];
    await Promise.all(
      Array.from({ length: 30 }, (_, at) =>
        lookUp(workspace, [metId(workspace, `nobody${at}@x.example`)]),
      ),
    );
    // Requests that arrive during a read share the next read, at most one per 200 ms. The bound
    // is the number of reads that fit into the time in which the requests arrived.
    expect(log.asked - asked).toBeLessThanOrEqual(
      2 + Math.floor((performance.now() - began) / 200),
    );
    const after = log.asked;
    await lookUp(workspace, [toId('cus', newUuid()), 'cus_', 'nonsense']);
    expect(log.asked).toBe(after);
  });

  test('returns no name while the tickets service is down', async () => {
    log.broken = true;
    const workspace = newWorkspace();
    expect(await lookUp(workspace, [metId(workspace, 'down@x.example')])).toEqual([null]);
  });
});

describe('identity lookup', () => {
  const asks = async (
    actor: Parameters<typeof signActor>[0],
    people: unknown,
  ): Promise<{ status: number; actors?: (object | null)[] }> => {
    const response = await fetch(`${service.url}/who`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await signActor(actor, TEST_SECRET)}` },
      body: typeof people === 'string' ? people : JSON.stringify({ people }),
    });
    return { status: response.status, ...((await response.json()) as object) };
  };

  test('finds the customer with the address, in one workspace, for internal calls only', async () => {
    const workspace = newWorkspace();
    await create(workspace, 'ana@x.example');
    const [ana] = await everybody(workspace);
    const given = { workspace: toId('wsp', workspace), email: ' ANA@x.example', subject: 'oidc|1' };
    const known = {
      kind: 'customer',
      id: ana!.id,
      name: 'Known',
      role: 'REQUESTER',
      workspace,
      departments: [],
      scopes: userActor(Role.REQUESTER, workspace).scopes,
    };
    expect(known.scopes).not.toContain('tickets:import');
    const elsewhere = { ...given, workspace: toId('wsp', newWorkspace()) };
    const nobody = { ...given, email: 'nobody@x.example' };
    const people = [nobody, given, elsewhere, { workspace: 'wsp_x', subject: 'oidc|2' }, given];
    expect(await asks(systemActor(), people)).toEqual({
      status: 200,
      actors: [null, known, null, null, known],
    });
    expect((await asks(systemActor(), [{ workspace: 1 }])).status).toBe(400);
    expect((await asks(systemActor(), 'no json')).status).toBe(400);
    expect((await asks(userActor(Role.ADMIN, workspace), [given])).status).toBe(401);
  });
});
