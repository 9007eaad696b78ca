import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { CursorCodec } from '@deskgraph/common/graphql/signed-cursor';
import {
  type SubscriptionClient,
  type SubscriptionResult,
  TEST_SECRET,
  type TestService,
  appActor,
  createSubscriptionClient,
} from '@deskgraph/common/testing/testing';
import { signActor } from '@deskgraph/common/auth/token';
import { Client } from 'pg';
import { type Desk, mutate, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';

let service: TestService;
let desk: Desk;
const clients: SubscriptionClient[] = [];

beforeAll(async () => {
  service = await startOwnTickets();
  desk = await openDesk(service);
  await mutate(desk, desk.admin, 'settingsUpdate', { onHoldEnabled: true });
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await service.stop();
});

interface Event {
  id: string;
  type: string;
  version: number;
  ticket: { id: string; status: string } | null;
  message: { text: string; visibility: string } | null;
}
interface Pushed {
  cursor: string;
  resync: { reason: string; from: string; query: string } | null;
  event: Event;
  from?: string;
  to?: string;
  message?: { text: string } | null;
}
const EVENT =
  'id type version ticket { id status } message { text visibility } changes { field from to }';

class Stream {
  readonly pushed: Pushed[] = [];
  readonly cursors: (string | undefined)[] = [];
  readonly marks: string[] = [];
  anew: string | undefined;
  errors: unknown;
  isOver = false;
  stop = (): void => {};
  #grown = (): void => {};

  add({
    data,
    errors,
    extensions,
  }: SubscriptionResult<Record<string, Pushed>, { cursor?: string; resyncQuery?: string }>): void {
    if (errors) this.errors = errors;
    if (data === undefined && !errors) {
      this.marks.push(extensions!.cursor!);
      this.anew ??= extensions!.resyncQuery;
      return this.#grown();
    }
    this.pushed.push(Object.values(data ?? {})[0]!);
    this.cursors.push(extensions?.cursor);
    this.#grown();
  }
  end(errors?: unknown): void {
    this.errors ??= errors;
    this.isOver = true;
    this.#grown();
  }
  /** Resolves once a message fits, or the stream is over. */
  async until(fits: (pushed: Pushed) => boolean): Promise<void> {
    while (!this.isOver && !this.pushed.some(fits))
      await new Promise<void>((resolve) => (this.#grown = resolve));
  }
  /** Resolves with the place where it began. */
  async begun(): Promise<string> {
    while (!this.isOver && !this.marks.length)
      await new Promise<void>((resolve) => (this.#grown = resolve));
    return this.marks[0]!;
  }
  ended(): Promise<void> {
    return this.until(() => false);
  }
  get ids(): string[] {
    return this.pushed.map(({ event }) => event.id);
  }
}

function connect(authorization: () => Promise<string>, to = service): SubscriptionClient {
  const client = createSubscriptionClient(to.url, authorization);
  clients.push(client);
  return client;
}
const clientOf = (actor: Actor): SubscriptionClient =>
  connect(async () => `Bearer ${await signActor(actor, TEST_SECRET)}`);

function listen(
  actor: Actor,
  field: string,
  variables: Record<string, unknown> = {},
  rest = '',
  client = clientOf(actor),
): Stream {
  const stream = new Stream();
  const declared = {
    filter: 'TicketFilter',
    types: '[EventType!]',
    after: 'Cursor',
    ticketId: 'ID!',
  } as Record<string, string>;
  const names = Object.keys(variables);
  const head = names.map((name) => `$${name}: ${declared[name]}`).join(', ');
  const args = names.map((name) => `${name}: $${name}`).join(', ');
  stream.stop = client.subscribe<Record<string, Pushed>, { cursor?: string }>(
    {
      query: `subscription ${head && `(${head})`} { ${field}${args && `(${args})`} { cursor resync { reason from query } event { ${EVENT} } ${rest} } }`,
      variables,
    },
    {
      next: (result) => stream.add(result),
      error: (error) => stream.end(error),
      complete: () => stream.end(),
    },
  );
  return stream;
}

/** Where the log of the desk stands: the cursor of a ticket that was made for it. */
async function here(at: Desk = desk): Promise<string> {
  const { id } = await at.ticket({ subject: 'Here' });
  for (;;) {
    const { ticket } = await at.ask<{ ticket: { cursor: string } }>(
      at.agent,
      'query ($id: ID!) { ticket(id: $id) { cursor } }',
      { id },
    );
    const place = new CursorCodec(TEST_SECRET).decode(at.workspace, ticket.cursor)!;
    const [{ position }] = (await service.service.orm.em
      .fork()
      .execute('select head as position from relay_state')) as [{ position: string }];
    if (Number(position) >= place.position && (await isPositioned(id, at)))
      return (await reread(id, at)).cursor;
  }
}
const reread = async (id: string, at: Desk) =>
  (
    await at.ask<{ ticket: { cursor: string } }>(
      at.agent,
      'query ($id: ID!) { ticket(id: $id) { cursor } }',
      { id },
    )
  ).ticket;
const isPositioned = async (id: string, at: Desk): Promise<boolean> => {
  const { ticketEvents } = await at.ask<{ ticketEvents: { nodes: unknown[] } }>(
    at.agent,
    'query ($id: ID!) { ticketEvents(filter: { id: { eq: $id } }) { nodes { id } } }',
    { id },
  );
  return ticketEvents.nodes.length === 2;
};

const note = (id: string) =>
  mutate(desk, desk.light, 'messageAdd', {
    ticketId: id,
    visibility: 'PRIVATE',
    body: 'canarynote',
  });
const move = (id: string, status: string) =>
  mutate(desk, desk.agent, 'ticketStatusChange', { id, status });
const reply = (id: string, body: string) =>
  mutate(desk, desk.agent, 'messageAdd', {
    ticketId: id,
    visibility: 'PUBLIC',
    body,
    override: true,
  });

/** A ticket that a note, a label and ON_HOLD went over; its last fact is a reply that says `done`. */
async function busy(done: string): Promise<string> {
  const { id } = await desk.ticket();
  await move(id, 'OPEN');
  await note(id);
  await move(id, 'ON_HOLD');
  await mutate(desk, desk.agent, 'ticketUpdate', { id, addTags: ['canarytag'] });
  await move(id, 'PENDING');
  await reply(id, done);
  return id;
}
const says = (text: string) => (pushed: Pushed) => pushed.event?.message?.text === text;

describe('a stream of facts', () => {
  test('tells each fact once, in order and with its cursor, from a position on', async () => {
    const after = await here();
    const stream = listen(desk.agent, 'ticketEvents', { after });
    const id = await busy('done 1');
    await stream.until(says('done 1'));
    stream.stop();
    expect(stream.pushed.map(({ event }) => event.type)).toEqual([
      'ticket.created',
      'message.added',
      'ticket.status_changed',
      'message.added',
      'ticket.status_changed',
      'ticket.updated',
      'ticket.status_changed',
      'message.added',
    ]);
    expect(stream.pushed.map(({ event }) => event.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(stream.pushed.every(({ event }) => event.ticket!.id === id)).toBe(true);
    expect(stream.cursors).toEqual(stream.pushed.map(({ cursor }) => cursor));
    expect(stream.errors).toBeUndefined();
  });

  test('goes on after any of its cursors without gap or double, as the query does', async () => {
    const after = await here();
    const whole = listen(desk.agent, 'ticketEvents', { after });
    await busy('done 2a');
    await busy('done 2b');
    await whole.until(says('done 2b'));
    whole.stop();
    expect(whole.ids).toHaveLength(16);
    for (const at of [0, 3, 8, 14]) {
      const rest = listen(desk.agent, 'ticketEvents', { after: whole.pushed[at]!.cursor });
      await rest.until(says('done 2b'));
      rest.stop();
      expect(rest.ids).toEqual(whole.ids.slice(at + 1));
    }
    const { ticketEvents } = await desk.ask<{ ticketEvents: { nodes: { id: string }[] } }>(
      desk.agent,
      'query ($after: Cursor) { ticketEvents(after: $after, first: 100) { nodes { id } } }',
      { after },
    );
    expect(ticketEvents.nodes.map(({ id }) => id)).toEqual(whole.ids);
  });

  test('begins with a mark, from which it goes on when it is cut before its first fact', async () => {
    const cut = listen(desk.agent, 'ticketEvents');
    const after = await cut.begun();
    cut.stop();
    await busy('done 2c');
    const resumed = listen(desk.agent, 'ticketEvents', { after });
    await resumed.until(says('done 2c'));
    expect(resumed.marks).toEqual([after]);
    await expect(desk.ask(desk.agent, resumed.anew!)).resolves.toBeDefined();
    expect(resumed.pushed.map(({ event }) => event.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const live = listen(desk.agent, 'ticketEvents');
    await live.begun();
    await busy('done 2d');
    await live.until(says('done 2d'));
    expect(live.pushed.map(({ event }) => event.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    resumed.stop();
    live.stop();
  });

  test('a requester gets own tickets only, and never a note, a label or ON_HOLD', async () => {
    const after = await here();
    const mine = listen(desk.customer, 'ticketEvents', { after });
    const strange = listen(desk.stranger, 'ticketEvents', { after });
    await busy('done 3');
    await mine.until(says('done 3'));
    mine.stop();
    expect(mine.pushed.map(({ event }) => event.type)).toEqual([
      'ticket.created',
      'message.added',
      'ticket.status_changed',
      'ticket.status_changed',
      'message.added',
    ]);
    expect(mine.pushed.map(({ event }) => event.version)).toEqual([1, 2, 3, 4, 5]);
    expect(JSON.stringify(mine.pushed)).not.toMatch(/canary|ON_HOLD/);
    const own = await mutate(desk, desk.stranger, 'ticketCreate', {
      subject: 'Mine',
      body: 'own words',
    });
    expect(own.userErrors).toEqual([]);
    await strange.until(says('own words'));
    strange.stop();
    expect(strange.pushed.map(({ event }) => event.type)).toEqual([
      'ticket.created',
      'message.added',
    ]);
  });

  test('another workspace and an app of another department hear nothing of it', async () => {
    const other = await openDesk(service);
    const [after, theirs] = [await here(), await here(other)];
    const bound = listen(
      { ...appActor(desk.workspace), departments: [desk.departmentId] },
      'ticketEvents',
      { after },
    );
    const foreign = listen(other.admin, 'ticketEvents', { after: theirs });
    await busy('done 4');
    const held = await desk.ticket();
    await mutate(desk, desk.lead, 'ticketAssign', { id: held.id, departmentId: desk.departmentId });
    await reply(held.id, 'to the department');
    const { id } = await other.ticket();
    await bound.until(says('to the department'));
    await foreign.until(({ event }) => event.type === 'message.added');
    expect(new Set(bound.pushed.map(({ event }) => event.ticket!.id))).toEqual(new Set([held.id]));
    expect(new Set(foreign.pushed.map(({ event }) => event.ticket!.id))).toEqual(new Set([id]));
    bound.stop();
    foreign.stop();
  });
});

describe('a stream outlives', () => {
  /** Ends all connections of the service, as a restart of the database does. */
  async function cutDatabase(): Promise<void> {
    const client = new Client({ connectionString: service.database.ownerUrl });
    await client.connect();
    await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await client.end();
  }

  test('a database that goes away: every fact comes once, and none as an error', async () => {
    const after = await here();
    const streams = [desk.agent, desk.customer].map((actor) =>
      listen(actor, 'ticketEvents', { after }),
    );
    await Promise.all(streams.map((stream) => stream.begun()));
    const { id } = await desk.ticket();
    for (let turn = 0; turn < 5; turn++) {
      await until(() => move(id, 'PENDING'));
      await cutDatabase();
      await until(() => move(id, 'OPEN'));
    }
    await until(() => reply(id, 'done 3b'));
    await Promise.all(streams.map((stream) => stream.until(says('done 3b'))));
    for (const [at, stream] of streams.entries()) {
      stream.stop();
      expect(stream.errors).toBeUndefined();
      const { ticketEvents } = await desk.ask<{ ticketEvents: { nodes: { id: string }[] } }>(
        at ? desk.customer : desk.agent,
        'query ($after: Cursor) { ticketEvents(after: $after, first: 100) { nodes { id } } }',
        { after },
      );
      expect(stream.ids).toEqual(ticketEvents.nodes.map((node) => node.id));
    }
  });

  /** Tries until it works. */
  async function until<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  test('a stop of the service: it is cut, not ended, so that it goes on elsewhere', async () => {
    const stopped = await startOwnTickets();
    const elsewhere = await openDesk(stopped);
    const stream = listen(
      elsewhere.agent,
      'ticketEvents',
      {},
      '',
      connect(async () => `Bearer ${await signActor(elsewhere.agent, TEST_SECRET)}`, stopped),
    );
    await stream.begun();
    await stopped.stop();
    await stream.ended();
    expect((stream.errors as CloseEvent).code).toBe(1001);
  });
});

describe('the streams of the contract', () => {
  test('ticketCreated and ticketStatusChanged tell their facts of the tickets that the filter lets through', async () => {
    const after = await here();
    const urgent = { priority: { eq: 'URGENT' } };
    const created = listen(desk.agent, 'ticketCreated', { after, filter: urgent }, 'ticket { id }');
    const moved = listen(desk.agent, 'ticketStatusChanged', { after }, 'from to ticket { id }');
    const shown = listen(desk.customer, 'ticketStatusChanged', { after }, 'from to ticket { id }');
    await desk.ticket();
    const made = await mutate(
      desk,
      desk.agent,
      'ticketCreate',
      {
        subject: 'a',
        body: 'b',
        channel: 'CALL',
        priority: 'URGENT',
        requester: { email: 'u@urgent.example' },
      },
      'ticket { id }',
    );
    const id = await busy('done 5');
    await created.until(() => true);
    await moved.until(({ to }) => to === 'PENDING');
    await shown.until(({ to }) => to === 'PENDING');
    expect(created.pushed.map(({ event }) => event.ticket!.id)).toEqual([
      (made['ticket'] as { id: string }).id,
    ]);
    expect(moved.pushed.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'NEW OPEN',
      'OPEN ON_HOLD',
      'ON_HOLD PENDING',
    ]);
    expect(shown.pushed.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'NEW OPEN',
      'OPEN PENDING',
    ]);
    expect(shown.pushed[0]!.event.ticket!.id).toBe(id);
    for (const stream of [created, moved, shown]) stream.stop();
  });

  test('a filter by text, which only the database can answer, lets through what its search finds', async () => {
    const after = await here();
    const found = listen(desk.agent, 'ticketEvents', {
      after,
      filter: { or: [{ text: 'zebra' }, { priority: { eq: 'URGENT' } }] },
    });
    const own = listen(desk.customer, 'ticketEvents', {
      after,
      filter: { not: { text: 'zebra' } },
    });
    await busy('no stripes');
    const { id } = await desk.ticket({ subject: 'A zebra' });
    await reply(id, 'done 5z');
    await desk.ticket({ body: 'done 5y' });
    await found.until(says('done 5z'));
    await own.until(says('done 5y'));
    expect(new Set(found.pushed.map(({ event }) => event.ticket!.id))).toEqual(new Set([id]));
    expect(own.pushed.some(({ event }) => event.ticket!.id === id)).toBe(false);
    found.stop();
    own.stop();
  });

  test('messageAdded tells the messages of one ticket', async () => {
    const after = await here();
    const { id } = await desk.ticket();
    const staff = listen(desk.agent, 'messageAdded', { ticketId: id, after }, 'message { text }');
    const asker = listen(
      desk.customer,
      'messageAdded',
      { ticketId: id, after },
      'message { text }',
    );
    await busy('elsewhere');
    await note(id);
    await reply(id, 'done 6');
    await staff.until(says('done 6'));
    await asker.until(says('done 6'));
    expect(staff.pushed.map(({ event }) => event.message!.visibility)).toEqual([
      'PUBLIC',
      'PRIVATE',
      'PUBLIC',
    ]);
    expect(asker.pushed.map(({ message }) => message!.text)).toEqual([
      'It should have come on Monday.',
      'done 6',
    ]);
    staff.stop();
    asker.stop();
  });
});

test('who reads the end of the log with what is shown, and goes on from there, misses nothing and can’t see others’ facts by it', async () => {
  const read = async () =>
    desk.ask<{ eventCursor: string; tickets: { totalCount: number } }>(
      desk.agent,
      '{ eventCursor tickets { totalCount } }',
    );
  const { eventCursor: after, tickets } = await read();
  expect((await read()).eventCursor).not.toBe(after);
  const id = await busy('done 7');
  const stream = listen(desk.agent, 'ticketEvents', { after });
  await stream.until(says('done 7'));
  stream.stop();
  expect(stream.pushed.filter(({ event }) => event.ticket?.id === id)).toHaveLength(8);
  expect((await read()).tickets.totalCount).toBe(tickets.totalCount + 1);
});

describe('a stream that can’t be', () => {
  test('ends with a way to begin anew when its cursor is beyond the log', async () => {
    const after = new CursorCodec(TEST_SECRET).encode(desk.workspace, { position: 1_000_000_000 });
    const stream = listen(desk.agent, 'ticketEvents', { after });
    await stream.ended();
    expect(stream.pushed).toMatchObject([
      { event: null, resync: { reason: 'CURSOR_EXPIRED', from: stream.pushed[0]!.cursor } },
    ]);
    const again = listen(desk.agent, 'ticketEvents', { after: stream.pushed[0]!.resync!.from });
    await desk.ticket({ body: 'after the resync' });
    await again.until(says('after the resync'));
    again.stop();
    await expect(desk.ask(desk.agent, stream.pushed[0]!.resync!.query)).resolves.toBeDefined();
  });

  test('is refused: without a token, without the scope, with a cursor of others, with too long a filter, a wrong field, or when it is no stream', async () => {
    const nobody = listen(
      desk.agent,
      'ticketEvents',
      {},
      '',
      connect(async () => 'Bearer made.up.token'),
    );
    await nobody.ended();
    expect((nobody.errors as CloseEvent).code).toBe(4403);
    const weak = listen(appActor(desk.workspace, ['customers:read']), 'ticketEvents');
    await weak.ended();
    expect(weak.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const foreign = listen(desk.agent, 'ticketEvents', { after: 'AAAAAAAAAAAAAAAAAAAAAA' });
    await foreign.ended();
    expect(foreign.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    const long = listen(desk.agent, 'ticketEvents', {
      filter: { id: { in: Array.from({ length: 101 }, () => 'tkt_x') } },
    });
    await long.ended();
    expect(long.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    const wrong = listen(desk.agent, 'ticketEvents', {}, 'nonsense');
    await wrong.ended();
    expect(wrong.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    const query = new Stream();
    clientOf(desk.agent).subscribe(
      { query: '{ viewer { workspace } }' },
      { next: () => {}, error: (error) => query.end(error), complete: () => query.end() },
    );
    await query.ended();
    expect(query.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
