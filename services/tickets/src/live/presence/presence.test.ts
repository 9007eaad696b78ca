import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import { startSubgraph } from '@deskgraph/common/service/subgraph';
import {
  type SubscriptionClient,
  TEST_SECRET,
  type TestService,
  appActor,
  countStatements,
  createSubscriptionClient,
} from '@deskgraph/common/testing/testing';
import { signActor } from '@deskgraph/common/auth/token';
import { Client } from 'pg';
import { type Desk, mutate, openDesk, reply } from '../../../testing/desk.ts';
import { subgraphWithoutNotifications } from '../../../testing/own-service.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { type PresenceClock, setPresenceClock } from './clock.ts';

/** Stops until `pass` advances it, which runs the callbacks that are due. */
class TestClock implements PresenceClock {
  #at = Date.now();
  #due: { at: number; work: () => void }[] = [];

  now(): ReturnType<PresenceClock['now']> {
    return sql<Date>`${new Date(this.#at).toISOString()}::timestamptz`;
  }
  after(ms: number, work: () => void): () => void {
    const timer = { at: this.#at + ms, work };
    this.#due.push(timer);
    return () => (this.#due = this.#due.filter((each) => each !== timer));
  }
  get time(): string {
    return new Date(this.#at).toISOString();
  }
  pass(seconds: number): void {
    this.#at += seconds * 1_000;
    const due = this.#due.filter(({ at }) => at <= this.#at);
    this.#due = this.#due.filter(({ at }) => at > this.#at);
    for (const { work } of due) work();
  }
}

let service: TestService;
let second: Awaited<ReturnType<typeof startSubgraph>>;
let desk: Desk;
let owner: Client;
const clock = new TestClock();
const clients: SubscriptionClient[] = [];

beforeAll(async () => {
  service = await startOwnTickets();
  second = await startSubgraph(subgraphWithoutNotifications, service.service.config);
  for (const { orm } of [service.service, second]) setPresenceClock(orm, clock);
  desk = await openDesk(service);
  owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  await owner.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await owner.end();
  await second.stop();
  await service.stop();
});

let id: string;
beforeEach(async () => {
  ({ id } = await desk.ticket());
});

interface ViewerView {
  actor: { id: string; name?: string };
  activity: string;
  since: string;
}
const VIEWERS = 'viewers { actor { __typename id ... on Agent { name } } activity since }';

const setPresence = async (actor: Actor, activity: string, more: object = {}) =>
  (await mutate(
    desk,
    actor,
    'presenceSet',
    { ticketId: id, activity, ...more },
    VIEWERS,
  )) as unknown as {
    viewers: ViewerView[] | null;
    userErrors: { code: string; field: string[] | null }[];
  };
const code = ({ userErrors }: { userErrors: { code: string; field: string[] | null }[] }) =>
  userErrors.map((error) => `${error.code} ${error.field?.join('.')}`).join();

/** `Ana TYPING` */
const brief = (viewers: ViewerView[]): string[] =>
  viewers.map(({ actor, activity }) => `${actor.name ?? actor.id} ${activity}`);

class PresenceListener {
  readonly received: ViewerView[][] = [];
  readonly cursors: (string | undefined)[] = [];
  errors: unknown;
  stop = (): void => {};
  #onChange = (): void => {};

  constructor(actor: Actor, ticketId = id, url = service.url) {
    const client = createSubscriptionClient(
      url,
      async () => `Bearer ${await signActor(actor, TEST_SECRET)}`,
    );
    clients.push(client);
    this.stop = client.subscribe<
      { presenceChanged: { ticketId: string; viewers: ViewerView[] } },
      { cursor?: string }
    >(
      {
        query: `subscription ($id: ID!) { presenceChanged(ticketId: $id) { ticketId ${VIEWERS} } }`,
        variables: { id: ticketId },
      },
      {
        next: ({ data, errors, extensions }) => {
          this.errors ??= errors;
          if (data) this.received.push(data.presenceChanged.viewers);
          this.cursors.push(extensions?.cursor);
          this.#onChange();
        },
        error: (error) => {
          this.errors ??= error;
          this.#onChange();
        },
        complete: () => this.#onChange(),
      },
    );
  }
  get brief(): string[][] {
    return this.received.map(brief);
  }
  async #until(condition: () => boolean): Promise<this> {
    while (!this.errors && !condition())
      await new Promise<void>((resolve) => (this.#onChange = resolve));
    return this;
  }
  /** Resolves when the latest state has these viewers. */
  until(...viewers: string[]): Promise<this> {
    return this.#until(
      () =>
        this.received.length > 0 &&
        JSON.stringify(brief(this.received.at(-1)!)) === JSON.stringify(viewers),
    );
  }
  /** Resolves after the first message, which may contain a cursor only. */
  began(): Promise<this> {
    return this.#until(() => this.cursors.length > 0);
  }
}

describe('presence', () => {
  test('sends the current state, then the whole state after each change, longest first', async () => {
    await setPresence(desk.agent, 'VIEWING');
    const listener = await new PresenceListener(desk.light).began();
    clock.pass(1);
    await setPresence(desk.colleague, 'TYPING');
    await listener.until('Ana VIEWING', 'Bor TYPING');
    clock.pass(1);
    await setPresence(desk.agent, 'TYPING');
    await listener.until('Bor TYPING', 'Ana TYPING');
    await setPresence(desk.colleague, 'AWAY');
    await listener.until('Ana TYPING');
    await setPresence(desk.agent, 'AWAY');
    await listener.until();
    listener.stop();
    expect(listener.brief).toEqual([
      ['Ana VIEWING'],
      ['Ana VIEWING', 'Bor TYPING'],
      ['Bor TYPING', 'Ana TYPING'],
      ['Ana TYPING'],
      [],
    ]);
  });

  test('ends 30 seconds after the last call, and subscribers receive the end', async () => {
    const listener = await new PresenceListener(desk.lead).began();
    const since = clock.time;
    expect((await setPresence(desk.agent, 'VIEWING')).viewers).toMatchObject([{ since }]);
    await listener.until('Ana VIEWING');
    clock.pass(20);
    const { viewers } = await setPresence(desk.agent, 'VIEWING');
    expect(viewers).toMatchObject([{ activity: 'VIEWING', since }]);
    clock.pass(29.9);
    expect(await viewersFor(desk.lead)).toEqual(['Ana VIEWING']);
    clock.pass(0.1);
    await listener.until();
    listener.stop();
    expect(listener.brief).toEqual([[], ['Ana VIEWING'], []]);
    expect(await viewersFor(desk.lead)).toEqual([]);
    clock.pass(1);
    expect((await setPresence(desk.agent, 'VIEWING')).viewers).toMatchObject([
      { since: clock.time },
    ]);
  });

  test('is one for all devices of a person; another activity restarts it', async () => {
    await setPresence(desk.agent, 'TYPING');
    clock.pass(5);
    expect((await setPresence(desk.agent, 'VIEWING')).viewers).toMatchObject([
      { activity: 'VIEWING', since: clock.time },
    ]);
    clock.pass(5);
    const sinceNote = clock.time;
    await setPresence(desk.agent, 'TYPING');
    clock.pass(5);
    // A reply does not inherit the start of the note before it, which would reveal the note.
    const { viewers } = await setPresence(desk.agent, 'TYPING', { visibility: 'PUBLIC' });
    expect(viewers).toMatchObject([{ activity: 'TYPING', since: clock.time }]);
    expect(viewers![0]!.since).not.toBe(sinceNote);
  });

  test('has equal cursors for equal states and rights, and different ones for other states', async () => {
    await setPresence(desk.agent, 'VIEWING');
    const [mine, theirs] = await Promise.all([
      new PresenceListener(desk.agent).began(),
      new PresenceListener(desk.colleague).began(),
    ]);
    await setPresence(desk.agent, 'AWAY');
    await Promise.all([mine.until(), theirs.until()]);
    await setPresence(desk.agent, 'VIEWING');
    await Promise.all([mine.until('Ana VIEWING'), theirs.until('Ana VIEWING')]);
    expect(mine.cursors).toEqual(theirs.cursors);
    expect(mine.cursors[2]).toBe(mine.cursors[0]);
    expect(mine.cursors[1]).not.toBe(mine.cursors[0]);
    for (const listener of [mine, theirs]) listener.stop();
  });

  test('appends no events and deletes expired rows', async () => {
    const count = async (tables: string) =>
      Number((await owner.query(`select count(*) from ${tables}`)).rows[0].count);
    const events = '(select from event_log union all select from outbox) event';
    const before = await count(events);
    await setPresence(desk.agent, 'VIEWING');
    await setPresence(desk.light, 'VIEWING');
    clock.pass(3_600);
    await setPresence(desk.colleague, 'VIEWING');
    expect(await count('presence')).toBe(1);
    expect(await count(events)).toBe(before);
  });

  const viewersFor = async (actor: Actor) => {
    const { ticket } = await desk.ask<{ ticket: { viewers: ViewerView[] } }>(
      actor,
      `query ($id: ID!) { ticket(id: $id) { ${VIEWERS} } }`,
      {
        id,
      },
    );
    return brief(ticket.viewers);
  };
});

describe('visibility for requesters', () => {
  test('shows requesters only staff who type a public reply, and sends no message without a visible change', async () => {
    const staff = await new PresenceListener(desk.agent).began();
    const customerListener = await new PresenceListener(desk.customer).began();
    await setPresence(desk.light, 'VIEWING');
    clock.pass(1);
    await setPresence(desk.agent, 'TYPING');
    await setPresence(desk.agent, 'TYPING', { visibility: 'PRIVATE' });
    clock.pass(1);
    const own = await setPresence(desk.customer, 'TYPING', { visibility: 'PRIVATE' });
    expect(own.viewers).toEqual([]);
    await staff.until('light VIEWING', 'Ana TYPING', `${desk.customer.id} TYPING`);
    clock.pass(1);
    const since = clock.time;
    await setPresence(desk.agent, 'TYPING', { visibility: 'PUBLIC' });
    await customerListener.until('Ana TYPING');
    clock.pass(1);
    await setPresence(desk.light, 'TYPING');
    await setPresence(desk.customer, 'AWAY');
    await setPresence(desk.agent, 'VIEWING', { visibility: 'PUBLIC' });
    await customerListener.until();
    await setPresence(desk.partner, 'TYPING', { visibility: 'PUBLIC' });
    await customerListener.until(`${desk.partner.id} TYPING`);
    customerListener.stop();
    staff.stop();
    expect(customerListener.brief).toEqual([[], ['Ana TYPING'], [], [`${desk.partner.id} TYPING`]]);
    expect(customerListener.received[1]).toEqual([
      { actor: { __typename: 'Agent', id: desk.agent.id, name: 'Ana' }, activity: 'TYPING', since },
    ]);
    expect(customerListener.cursors).toHaveLength(4);
  });

  test('refuses the viewers of a ticket to requesters', async () => {
    await setPresence(desk.agent, 'TYPING', { visibility: 'PUBLIC' });
    const { data, errors } = await desk.answer(
      desk.customer,
      `query ($id: ID!) { ticket(id: $id) { id ${VIEWERS} } }`,
      { id },
    );
    expect(data).toEqual({ ticket: { id, viewers: null } });
    expect(errors).toMatchObject([
      { path: ['ticket', 'viewers'], extensions: { code: 'FORBIDDEN' } },
    ]);
  });
});

describe('rights', () => {
  test('refuses a ticket that the caller may not see as not found', async () => {
    expect(code(await setPresence(desk.stranger, 'VIEWING'))).toBe('NOT_FOUND input.ticketId');
    expect(code(await setPresence(desk.stranger, 'AWAY'))).toBe('NOT_FOUND input.ticketId');
    for (const ticketId of [newId('tkt'), 'nonsense', desk.agent.id])
      expect(code(await setPresence(desk.agent, 'VIEWING', { ticketId }))).toBe(
        'NOT_FOUND input.ticketId',
      );
    expect((await setPresence(desk.stranger, 'VIEWING')).viewers).toBeNull();
  });

  test('refuses public typing of LIGHT staff', async () => {
    expect(code(await setPresence(desk.light, 'TYPING', { visibility: 'PUBLIC' }))).toBe(
      'FORBIDDEN input.visibility',
    );
    expect(code(await setPresence(desk.light, 'TYPING'))).toBe('');
  });

  test('refuses analysts and apps without the scope', async () => {
    const weak = appActor(desk.workspace, ['tickets:read']);
    for (const actor of [desk.analyst, weak]) {
      const { errors } = await desk.answer(
        actor,
        'mutation ($input: PresenceSetInput!) { presenceSet(input: $input) { userErrors { code } } }',
        { input: { ticketId: id, activity: 'VIEWING' } },
      );
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    for (const actor of [desk.analyst, appActor(desk.workspace, ['tickets:write'])])
      expect((await new PresenceListener(actor).began()).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
    const listener = await new PresenceListener(weak).began();
    expect(listener.brief).toEqual([[]]);
    listener.stop();
  });

  test('sends nothing for a ticket that does not exist for the caller', async () => {
    const streams = [
      new PresenceListener(desk.stranger),
      new PresenceListener(desk.agent, newId('tkt')),
      new PresenceListener(desk.agent, 'nonsense'),
    ];
    const witness = new PresenceListener(desk.agent);
    await Promise.all([...streams, witness].map((each) => each.began()));
    await setPresence(desk.agent, 'TYPING', { visibility: 'PUBLIC' });
    await witness.until('Ana TYPING');
    for (const stream of [...streams, witness]) stream.stop();
    expect(streams.map(({ received, errors }) => [received, errors])).toEqual(
      streams.map(() => [[], undefined]),
    );
  });

  test('sends an empty list once the caller may no longer see the ticket, and nothing afterwards', async () => {
    await mutate(desk, desk.lead, 'ticketAssign', { id, departmentId: desk.departmentId });
    const bound = await new PresenceListener({
      ...desk.partner,
      departments: [desk.departmentId],
    }).began();
    const witness = await new PresenceListener(desk.lead).began();
    await setPresence(desk.agent, 'VIEWING');
    await bound.until('Ana VIEWING');
    const made = await mutate(
      desk,
      desk.admin,
      'departmentCreate',
      { name: 'Elsewhere' },
      'department { id }',
    );
    await mutate(desk, desk.lead, 'ticketAssign', {
      id,
      departmentId: (made['department'] as { id: string }).id,
    });
    await bound.until();
    clock.pass(1);
    await setPresence(desk.colleague, 'VIEWING');
    await witness.until('Ana VIEWING', 'Bor VIEWING');
    await setPresence(desk.colleague, 'AWAY');
    await witness.until('Ana VIEWING');
    for (const listener of [bound, witness]) listener.stop();
    expect(bound.brief).toEqual([[], ['Ana VIEWING'], []]);
  });
});

describe('between processes', () => {
  const elsewhere = (): string => `http://127.0.0.1:${second.port}`;

  test('sends changes and ends of presence made in another process', async () => {
    const [here, there] = await Promise.all([
      new PresenceListener(desk.lead).began(),
      new PresenceListener(desk.lead, id, elsewhere()).began(),
    ]);
    await setPresence(desk.agent, 'VIEWING');
    await Promise.all([here.until('Ana VIEWING'), there.until('Ana VIEWING')]);
    clock.pass(30);
    await Promise.all([here.until(), there.until()]);
    expect(there.received).toEqual(here.received);
    expect(there.cursors).toEqual(here.cursors);
    for (const listener of [here, there]) listener.stop();
  });

  test('catches up after a lost connection', async () => {
    const both = await Promise.all([
      new PresenceListener(desk.lead).began(),
      new PresenceListener(desk.lead, id, elsewhere()).began(),
    ]);
    await setPresence(desk.agent, 'VIEWING');
    await Promise.all(both.map((each) => each.until('Ana VIEWING')));
    await owner.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'deskgraph presence' and datname = current_database()`,
    );
    await setPresence(desk.agent, 'AWAY');
    await Promise.all(both.map((each) => each.until()));
    for (const each of both) each.stop();
    expect(both.map(({ errors }) => errors)).toEqual([undefined, undefined]);
  });
});

describe('statements', () => {
  // Event subscriptions read now and then, independently of these operations.
  const statementsOf = async (work: () => Promise<unknown>): Promise<string[]> =>
    (await countStatements(work)).filter((statement) => /presence|pg_notify/.test(statement));

  test('are the same for twenty subscribers as for one; a renewal is one statement', async () => {
    const change = (listeners: PresenceListener[], activity: string) =>
      statementsOf(async () => {
        await mutate(desk, desk.agent, 'presenceSet', { ticketId: id, activity });
        await Promise.all(listeners.map((listener) => listener.until(`Ana ${activity}`)));
      });
    const one = [await new PresenceListener(desk.lead).began()];
    await change(one, 'VIEWING');
    const few = await change(one, 'TYPING');
    const many = [
      ...one,
      ...(await Promise.all(
        Array.from({ length: 19 }, () => new PresenceListener(desk.colleague).began()),
      )),
    ];
    expect(await change(many, 'VIEWING')).toEqual(few);
    expect(few).toHaveLength(3);
    clock.pass(1);
    const still = await statementsOf(() =>
      mutate(desk, desk.agent, 'presenceSet', { ticketId: id, activity: 'VIEWING' }),
    );
    expect(still).toHaveLength(1);
    for (const listener of many) listener.stop();
  });

  test('read the viewers of a page with one statement', async () => {
    for (let n = 0; n < 5; n++) {
      ({ id } = await desk.ticket());
      await setPresence(desk.agent, 'VIEWING');
    }
    const page = (first: number) =>
      statementsOf(() =>
        desk.ask(
          desk.agent,
          `query ($first: Int!) { tickets(first: $first, orderBy: [{ field: CREATED_AT, direction: DESC }]) { nodes { ${VIEWERS} } } }`,
          { first },
        ),
      );
    expect(await page(5)).toHaveLength(1);
    expect(await page(2)).toHaveLength(1);
  });
});

test('returns the other visible viewers with a refusal for unseen activity', async () => {
  const refused = async (actor: Actor, seen: string) => {
    const input = { ticketId: id, visibility: 'PUBLIC', body: 'Late', seen };
    const payload = await mutate(desk, actor, 'messageAdd', input, `unseenActivity { ${VIEWERS} }`);
    return brief((payload['unseenActivity'] as { viewers: ViewerView[] }).viewers);
  };
  const { ticket } = await desk.ask<{ ticket: { cursor: string } }>(
    desk.customer,
    'query ($id: ID!) { ticket(id: $id) { cursor } }',
    {
      id,
    },
  );
  await reply(desk, desk.colleague, id);
  for (const actor of [desk.agent, desk.customer]) await setPresence(actor, 'VIEWING');
  await setPresence(desk.light, 'TYPING');
  await setPresence(desk.lead, 'TYPING', { visibility: 'PUBLIC' });
  expect((await refused(desk.agent, ticket.cursor)).sort()).toEqual(
    [`${desk.customer.id} VIEWING`, 'lead TYPING', 'light TYPING'].sort(),
  );
  expect(await refused(desk.customer, ticket.cursor)).toEqual(['lead TYPING']);
});

test('is not visible in another workspace', async () => {
  const other = await openDesk(service);
  await setPresence(desk.agent, 'VIEWING');
  const stream = await new PresenceListener(other.admin).began();
  expect(
    code(await mutate(other, other.admin, 'presenceSet', { ticketId: id, activity: 'VIEWING' })),
  ).toBe('NOT_FOUND input.ticketId');
  const { rows } = await owner.query('select actor_id from presence where ticket_id = $1', [
    uuidOf('tkt', id),
  ]);
  expect(rows).toEqual([{ actor_id: desk.agent.id }]);
  expect(stream.received).toEqual([]);
  stream.stop();
});
