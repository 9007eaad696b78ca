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

/** Stands still until it is moved, and then does what was due. */
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

interface Shown {
  actor: { id: string; name?: string };
  activity: string;
  since: string;
}
const VIEWERS = 'viewers { actor { __typename id ... on Agent { name } } activity since }';

const says = async (actor: Actor, activity: string, more: object = {}) =>
  (await mutate(
    desk,
    actor,
    'presenceSet',
    { ticketId: id, activity, ...more },
    VIEWERS,
  )) as unknown as {
    viewers: Shown[] | null;
    userErrors: { code: string; field: string[] | null }[];
  };
const code = ({ userErrors }: { userErrors: { code: string; field: string[] | null }[] }) =>
  userErrors.map((error) => `${error.code} ${error.field?.join('.')}`).join();

/** `Ana TYPING` */
const brief = (viewers: Shown[]): string[] =>
  viewers.map(({ actor, activity }) => `${actor.name ?? actor.id} ${activity}`);

class Listener {
  readonly told: Shown[][] = [];
  readonly cursors: (string | undefined)[] = [];
  errors: unknown;
  stop = (): void => {};
  #grown = (): void => {};

  constructor(actor: Actor, ticketId = id, url = service.url) {
    const client = createSubscriptionClient(
      url,
      async () => `Bearer ${await signActor(actor, TEST_SECRET)}`,
    );
    clients.push(client);
    this.stop = client.subscribe<
      { presenceChanged: { ticketId: string; viewers: Shown[] } },
      { cursor?: string }
    >(
      {
        query: `subscription ($id: ID!) { presenceChanged(ticketId: $id) { ticketId ${VIEWERS} } }`,
        variables: { id: ticketId },
      },
      {
        next: ({ data, errors, extensions }) => {
          this.errors ??= errors;
          if (data) this.told.push(data.presenceChanged.viewers);
          this.cursors.push(extensions?.cursor);
          this.#grown();
        },
        error: (error) => {
          this.errors ??= error;
          this.#grown();
        },
        complete: () => this.#grown(),
      },
    );
  }
  get brief(): string[][] {
    return this.told.map(brief);
  }
  async #until(fits: () => boolean): Promise<this> {
    while (!this.errors && !fits()) await new Promise<void>((resolve) => (this.#grown = resolve));
    return this;
  }
  /** Resolves once the newest state is this one. */
  until(...viewers: string[]): Promise<this> {
    return this.#until(
      () =>
        this.told.length > 0 &&
        JSON.stringify(brief(this.told.at(-1)!)) === JSON.stringify(viewers),
    );
  }
  /** Resolves once something came, be it a mark only. */
  began(): Promise<this> {
    return this.#until(() => this.cursors.length > 0);
  }
}

describe('presence', () => {
  test('is told as it is, then after each change, as a whole and the longest first', async () => {
    await says(desk.agent, 'VIEWING');
    const listener = await new Listener(desk.light).began();
    clock.pass(1);
    await says(desk.colleague, 'TYPING');
    await listener.until('Ana VIEWING', 'Bor TYPING');
    clock.pass(1);
    await says(desk.agent, 'TYPING');
    await listener.until('Bor TYPING', 'Ana TYPING');
    await says(desk.colleague, 'AWAY');
    await listener.until('Ana TYPING');
    await says(desk.agent, 'AWAY');
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

  test('ends 30 seconds after the last word, and everybody is told though nobody writes', async () => {
    const listener = await new Listener(desk.lead).began();
    const since = clock.time;
    expect((await says(desk.agent, 'VIEWING')).viewers).toMatchObject([{ since }]);
    await listener.until('Ana VIEWING');
    clock.pass(20);
    const { viewers } = await says(desk.agent, 'VIEWING');
    expect(viewers).toMatchObject([{ activity: 'VIEWING', since }]);
    clock.pass(29.9);
    expect(await viewersFor(desk.lead)).toEqual(['Ana VIEWING']);
    clock.pass(0.1);
    await listener.until();
    listener.stop();
    expect(listener.brief).toEqual([[], ['Ana VIEWING'], []]);
    expect(await viewersFor(desk.lead)).toEqual([]);
    clock.pass(1);
    expect((await says(desk.agent, 'VIEWING')).viewers).toMatchObject([{ since: clock.time }]);
  });

  test('is one for all devices of a person; another activity begins anew', async () => {
    await says(desk.agent, 'TYPING');
    clock.pass(5);
    expect((await says(desk.agent, 'VIEWING')).viewers).toMatchObject([
      { activity: 'VIEWING', since: clock.time },
    ]);
    clock.pass(5);
    const sinceNote = clock.time;
    await says(desk.agent, 'TYPING');
    clock.pass(5);
    // A reply is not as old as the note before it: the requester would learn of that.
    const { viewers } = await says(desk.agent, 'TYPING', { visibility: 'PUBLIC' });
    expect(viewers).toMatchObject([{ activity: 'TYPING', since: clock.time }]);
    expect(viewers![0]!.since).not.toBe(sinceNote);
  });

  test('equal states have equal cursors, whoever of equal rights asks, and other states others', async () => {
    await says(desk.agent, 'VIEWING');
    const [mine, theirs] = await Promise.all([
      new Listener(desk.agent).began(),
      new Listener(desk.colleague).began(),
    ]);
    await says(desk.agent, 'AWAY');
    await Promise.all([mine.until(), theirs.until()]);
    await says(desk.agent, 'VIEWING');
    await Promise.all([mine.until('Ana VIEWING'), theirs.until('Ana VIEWING')]);
    expect(mine.cursors).toEqual(theirs.cursors);
    expect(mine.cursors[2]).toBe(mine.cursors[0]);
    expect(mine.cursors[1]).not.toBe(mine.cursors[0]);
    for (const listener of [mine, theirs]) listener.stop();
  });

  test('leaves nothing behind: neither facts, nor rows of who went without a word', async () => {
    const count = async (tables: string) =>
      Number((await owner.query(`select count(*) from ${tables}`)).rows[0].count);
    const facts = '(select from event_log union all select from outbox) fact';
    const before = await count(facts);
    await says(desk.agent, 'VIEWING');
    await says(desk.light, 'VIEWING');
    clock.pass(3_600);
    await says(desk.colleague, 'VIEWING');
    expect(await count('presence')).toBe(1);
    expect(await count(facts)).toBe(before);
  });

  const viewersFor = async (actor: Actor) => {
    const { ticket } = await desk.ask<{ ticket: { viewers: Shown[] } }>(
      actor,
      `query ($id: ID!) { ticket(id: $id) { ${VIEWERS} } }`,
      {
        id,
      },
    );
    return brief(ticket.viewers);
  };
});

describe('what a requester may know', () => {
  test('of staff only who types a public reply; of nobody else anything, not even by a message that changes nothing', async () => {
    const staff = await new Listener(desk.agent).began();
    const asker = await new Listener(desk.customer).began();
    await says(desk.light, 'VIEWING');
    clock.pass(1);
    await says(desk.agent, 'TYPING');
    await says(desk.agent, 'TYPING', { visibility: 'PRIVATE' });
    clock.pass(1);
    const own = await says(desk.customer, 'TYPING', { visibility: 'PRIVATE' });
    expect(own.viewers).toEqual([]);
    await staff.until('light VIEWING', 'Ana TYPING', `${desk.customer.id} TYPING`);
    clock.pass(1);
    const since = clock.time;
    await says(desk.agent, 'TYPING', { visibility: 'PUBLIC' });
    await asker.until('Ana TYPING');
    clock.pass(1);
    await says(desk.light, 'TYPING');
    await says(desk.customer, 'AWAY');
    await says(desk.agent, 'VIEWING', { visibility: 'PUBLIC' });
    await asker.until();
    await says(desk.partner, 'TYPING', { visibility: 'PUBLIC' });
    await asker.until(`${desk.partner.id} TYPING`);
    asker.stop();
    staff.stop();
    expect(asker.brief).toEqual([[], ['Ana TYPING'], [], [`${desk.partner.id} TYPING`]]);
    expect(asker.told[1]).toEqual([
      { actor: { __typename: 'Agent', id: desk.agent.id, name: 'Ana' }, activity: 'TYPING', since },
    ]);
    expect(asker.cursors).toHaveLength(4);
  });

  test('the page of a ticket does not tell him who views it', async () => {
    await says(desk.agent, 'TYPING', { visibility: 'PUBLIC' });
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

describe('whose word counts', () => {
  test('a ticket that the caller can’t see is not found', async () => {
    expect(code(await says(desk.stranger, 'VIEWING'))).toBe('NOT_FOUND input.ticketId');
    expect(code(await says(desk.stranger, 'AWAY'))).toBe('NOT_FOUND input.ticketId');
    for (const ticketId of [newId('tkt'), 'nonsense', desk.agent.id])
      expect(code(await says(desk.agent, 'VIEWING', { ticketId }))).toBe(
        'NOT_FOUND input.ticketId',
      );
    expect((await says(desk.stranger, 'VIEWING')).viewers).toBeNull();
  });

  test('LIGHT staff can’t type in public', async () => {
    expect(code(await says(desk.light, 'TYPING', { visibility: 'PUBLIC' }))).toBe(
      'FORBIDDEN input.visibility',
    );
    expect(code(await says(desk.light, 'TYPING'))).toBe('');
  });

  test('analysts and apps without the scope neither speak nor listen', async () => {
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
      expect((await new Listener(actor).began()).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
    const listener = await new Listener(weak).began();
    expect(listener.brief).toEqual([[]]);
    listener.stop();
  });

  test('a stream of a ticket that is not for the caller, or is none, is silent', async () => {
    const streams = [
      new Listener(desk.stranger),
      new Listener(desk.agent, newId('tkt')),
      new Listener(desk.agent, 'nonsense'),
    ];
    const witness = new Listener(desk.agent);
    await Promise.all([...streams, witness].map((each) => each.began()));
    await says(desk.agent, 'TYPING', { visibility: 'PUBLIC' });
    await witness.until('Ana TYPING');
    for (const stream of [...streams, witness]) stream.stop();
    expect(streams.map(({ told, errors }) => [told, errors])).toEqual(
      streams.map(() => [[], undefined]),
    );
  });

  test('when the ticket goes out of the caller’s sight he is told that nobody is there, and nothing more', async () => {
    await mutate(desk, desk.lead, 'ticketAssign', { id, departmentId: desk.departmentId });
    const bound = await new Listener({ ...desk.partner, departments: [desk.departmentId] }).began();
    const witness = await new Listener(desk.lead).began();
    await says(desk.agent, 'VIEWING');
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
    await says(desk.colleague, 'VIEWING');
    await witness.until('Ana VIEWING', 'Bor VIEWING');
    await says(desk.colleague, 'AWAY');
    await witness.until('Ana VIEWING');
    for (const listener of [bound, witness]) listener.stop();
    expect(bound.brief).toEqual([[], ['Ana VIEWING'], []]);
  });
});

describe('between processes', () => {
  const elsewhere = (): string => `http://127.0.0.1:${second.port}`;

  test('what is said to one is told by the other, ends included', async () => {
    const [here, there] = await Promise.all([
      new Listener(desk.lead).began(),
      new Listener(desk.lead, id, elsewhere()).began(),
    ]);
    await says(desk.agent, 'VIEWING');
    await Promise.all([here.until('Ana VIEWING'), there.until('Ana VIEWING')]);
    clock.pass(30);
    await Promise.all([here.until(), there.until()]);
    expect(there.told).toEqual(here.told);
    expect(there.cursors).toEqual(here.cursors);
    for (const listener of [here, there]) listener.stop();
  });

  test('a word that was missed while the connection was lost is made up for', async () => {
    const both = await Promise.all([
      new Listener(desk.lead).began(),
      new Listener(desk.lead, id, elsewhere()).began(),
    ]);
    await says(desk.agent, 'VIEWING');
    await Promise.all(both.map((each) => each.until('Ana VIEWING')));
    await owner.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'deskgraph presence' and datname = current_database()`,
    );
    await says(desk.agent, 'AWAY');
    await Promise.all(both.map((each) => each.until()));
    for (const each of both) each.stop();
    expect(both.map(({ errors }) => errors)).toEqual([undefined, undefined]);
  });
});

describe('statements', () => {
  // What follows the log reads now and then, whatever happens here.
  const statementsOf = async (work: () => Promise<unknown>): Promise<string[]> =>
    (await countStatements(work)).filter((statement) => /presence|pg_notify/.test(statement));

  test('a change costs the same for twenty listeners as for one, and a word that changes nothing is one statement', async () => {
    const change = (listeners: Listener[], activity: string) =>
      statementsOf(async () => {
        await mutate(desk, desk.agent, 'presenceSet', { ticketId: id, activity });
        await Promise.all(listeners.map((listener) => listener.until(`Ana ${activity}`)));
      });
    const one = [await new Listener(desk.lead).began()];
    await change(one, 'VIEWING');
    const few = await change(one, 'TYPING');
    const many = [
      ...one,
      ...(await Promise.all(
        Array.from({ length: 19 }, () => new Listener(desk.colleague).began()),
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

  test('the viewers of a page of tickets are one statement', async () => {
    for (let n = 0; n < 5; n++) {
      ({ id } = await desk.ticket());
      await says(desk.agent, 'VIEWING');
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

test('who is refused because others were quicker reads who else is there, as far as he may', async () => {
  const refused = async (actor: Actor, seen: string) => {
    const input = { ticketId: id, visibility: 'PUBLIC', body: 'Late', seen };
    const payload = await mutate(desk, actor, 'messageAdd', input, `unseenActivity { ${VIEWERS} }`);
    return brief((payload['unseenActivity'] as { viewers: Shown[] }).viewers);
  };
  const { ticket } = await desk.ask<{ ticket: { cursor: string } }>(
    desk.customer,
    'query ($id: ID!) { ticket(id: $id) { cursor } }',
    {
      id,
    },
  );
  await reply(desk, desk.colleague, id);
  for (const actor of [desk.agent, desk.customer]) await says(actor, 'VIEWING');
  await says(desk.light, 'TYPING');
  await says(desk.lead, 'TYPING', { visibility: 'PUBLIC' });
  expect((await refused(desk.agent, ticket.cursor)).sort()).toEqual(
    [`${desk.customer.id} VIEWING`, 'lead TYPING', 'light TYPING'].sort(),
  );
  expect(await refused(desk.customer, ticket.cursor)).toEqual(['lead TYPING']);
});

test('another workspace knows nothing of it', async () => {
  const other = await openDesk(service);
  await says(desk.agent, 'VIEWING');
  const stream = await new Listener(other.admin).began();
  expect(
    code(await mutate(other, other.admin, 'presenceSet', { ticketId: id, activity: 'VIEWING' })),
  ).toBe('NOT_FOUND input.ticketId');
  const { rows } = await owner.query('select actor_id from presence where ticket_id = $1', [
    uuidOf('tkt', id),
  ]);
  expect(rows).toEqual([{ actor_id: desk.agent.id }]);
  expect(stream.told).toEqual([]);
  stream.stop();
});
