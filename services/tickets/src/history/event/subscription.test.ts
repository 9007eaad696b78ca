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
interface StreamedMessage {
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
  readonly messages: StreamedMessage[] = [];
  readonly cursors: (string | undefined)[] = [];
  readonly checkpoints: string[] = [];
  resyncQuery: string | undefined;
  errors: unknown;
  isOver = false;
  stop = (): void => {};
  #wake = (): void => {};

  add({
    data,
    errors,
    extensions,
  }: SubscriptionResult<
    Record<string, StreamedMessage>,
    { cursor?: string; resyncQuery?: string }
  >): void {
    if (errors) this.errors = errors;
    if (data === undefined && !errors) {
      this.checkpoints.push(extensions!.cursor!);
      this.resyncQuery ??= extensions!.resyncQuery;
      return this.#wake();
    }
    this.messages.push(Object.values(data ?? {})[0]!);
    this.cursors.push(extensions?.cursor);
    this.#wake();
  }
  end(errors?: unknown): void {
    this.errors ??= errors;
    this.isOver = true;
    this.#wake();
  }
  /** Waits for a message that matches, or the end of the stream. */
  async waitFor(matches: (message: StreamedMessage) => boolean): Promise<void> {
    while (!this.isOver && !this.messages.some(matches))
      await new Promise<void>((resolve) => (this.#wake = resolve));
  }
  /** Waits for the first checkpoint. Returns its cursor. */
  async started(): Promise<string> {
    while (!this.isOver && !this.checkpoints.length)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.checkpoints[0]!;
  }
  ended(): Promise<void> {
    return this.waitFor(() => false);
  }
  get ids(): string[] {
    return this.messages.map(({ event }) => event.id);
  }
}

function connect(authorization: () => Promise<string>, to = service): SubscriptionClient {
  const client = createSubscriptionClient(to.url, authorization);
  clients.push(client);
  return client;
}
const clientOf = (actor: Actor): SubscriptionClient =>
  connect(async () => `Bearer ${await signActor(actor, TEST_SECRET)}`);

function subscribe(
  actor: Actor,
  field: string,
  variables: Record<string, unknown> = {},
  selection = '',
  client = clientOf(actor),
): Stream {
  const stream = new Stream();
  const types = {
    filter: 'TicketFilter',
    types: '[EventType!]',
    after: 'Cursor',
    ticketId: 'ID!',
  } as Record<string, string>;
  const names = Object.keys(variables);
  const declarations = names.map((name) => `$${name}: ${types[name]}`).join(', ');
  const args = names.map((name) => `${name}: $${name}`).join(', ');
  stream.stop = client.subscribe<Record<string, StreamedMessage>, { cursor?: string }>(
    {
      query: `subscription ${declarations && `(${declarations})`} { ${field}${args && `(${args})`} { cursor resync { reason from query } event { ${EVENT} } ${selection} } }`,
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

/** The cursor of the end of the log: that of a new ticket whose events have their position. */
async function currentCursor(of: Desk = desk): Promise<string> {
  const { id } = await of.ticket({ subject: 'Here' });
  for (;;) {
    const { ticket } = await of.ask<{ ticket: { cursor: string } }>(
      of.agent,
      'query ($id: ID!) { ticket(id: $id) { cursor } }',
      { id },
    );
    const cursor = new CursorCodec(TEST_SECRET).decode(of.workspace, ticket.cursor)!;
    const [{ position }] = (await service.service.orm.em
      .fork()
      .execute('select head as position from relay_state')) as [{ position: string }];
    if (Number(position) >= cursor.position && (await isPositioned(id, of)))
      return (await readTicket(id, of)).cursor;
  }
}
const readTicket = async (id: string, of: Desk) =>
  (
    await of.ask<{ ticket: { cursor: string } }>(
      of.agent,
      'query ($id: ID!) { ticket(id: $id) { cursor } }',
      { id },
    )
  ).ticket;
const isPositioned = async (id: string, of: Desk): Promise<boolean> => {
  const { ticketEvents } = await of.ask<{ ticketEvents: { nodes: unknown[] } }>(
    of.agent,
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

/** Creates a ticket with a note, a tag and ON_HOLD; its last event is a reply with the text. */
async function createBusyTicket(text: string): Promise<string> {
  const { id } = await desk.ticket();
  await move(id, 'OPEN');
  await note(id);
  await move(id, 'ON_HOLD');
  await mutate(desk, desk.agent, 'ticketUpdate', { id, addTags: ['canarytag'] });
  await move(id, 'PENDING');
  await reply(id, text);
  return id;
}
const hasText = (text: string) => (message: StreamedMessage) =>
  message.event?.message?.text === text;

describe('the subscription ticketEvents', () => {
  test('delivers each event after a cursor once, in order and with its cursor', async () => {
    const after = await currentCursor();
    const stream = subscribe(desk.agent, 'ticketEvents', { after });
    const id = await createBusyTicket('done 1');
    await stream.waitFor(hasText('done 1'));
    stream.stop();
    expect(stream.messages.map(({ event }) => event.type)).toEqual([
      'ticket.created',
      'message.added',
      'ticket.status_changed',
      'message.added',
      'ticket.status_changed',
      'ticket.updated',
      'ticket.status_changed',
      'message.added',
    ]);
    expect(stream.messages.map(({ event }) => event.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(stream.messages.every(({ event }) => event.ticket!.id === id)).toBe(true);
    expect(stream.cursors).toEqual(stream.messages.map(({ cursor }) => cursor));
    expect(stream.errors).toBeUndefined();
  });

  test('resumes after any of its cursors without gaps or duplicates, like the query', async () => {
    const after = await currentCursor();
    const whole = subscribe(desk.agent, 'ticketEvents', { after });
    await createBusyTicket('done 2a');
    await createBusyTicket('done 2b');
    await whole.waitFor(hasText('done 2b'));
    whole.stop();
    expect(whole.ids).toHaveLength(16);
    for (const index of [0, 3, 8, 14]) {
      const resumed = subscribe(desk.agent, 'ticketEvents', {
        after: whole.messages[index]!.cursor,
      });
      await resumed.waitFor(hasText('done 2b'));
      resumed.stop();
      expect(resumed.ids).toEqual(whole.ids.slice(index + 1));
    }
    const { ticketEvents } = await desk.ask<{ ticketEvents: { nodes: { id: string }[] } }>(
      desk.agent,
      'query ($after: Cursor) { ticketEvents(after: $after, first: 100) { nodes { id } } }',
      { after },
    );
    expect(ticketEvents.nodes.map(({ id }) => id)).toEqual(whole.ids);
  });

  test('begins with a checkpoint, from which it resumes when it is cut before its first event', async () => {
    const cut = subscribe(desk.agent, 'ticketEvents');
    const after = await cut.started();
    cut.stop();
    await createBusyTicket('done 2c');
    const resumed = subscribe(desk.agent, 'ticketEvents', { after });
    await resumed.waitFor(hasText('done 2c'));
    expect(resumed.checkpoints).toEqual([after]);
    await expect(desk.ask(desk.agent, resumed.resyncQuery!)).resolves.toBeDefined();
    expect(resumed.messages.map(({ event }) => event.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const live = subscribe(desk.agent, 'ticketEvents');
    await live.started();
    await createBusyTicket('done 2d');
    await live.waitFor(hasText('done 2d'));
    expect(live.messages.map(({ event }) => event.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    resumed.stop();
    live.stop();
  });

  test('delivers to requesters only own tickets, and never notes, tags or ON_HOLD', async () => {
    const after = await currentCursor();
    const ownTickets = subscribe(desk.customer, 'ticketEvents', { after });
    const strangerTickets = subscribe(desk.stranger, 'ticketEvents', { after });
    await createBusyTicket('done 3');
    await ownTickets.waitFor(hasText('done 3'));
    ownTickets.stop();
    expect(ownTickets.messages.map(({ event }) => event.type)).toEqual([
      'ticket.created',
      'message.added',
      'ticket.status_changed',
      'ticket.status_changed',
      'message.added',
    ]);
    expect(ownTickets.messages.map(({ event }) => event.version)).toEqual([1, 2, 3, 4, 5]);
    expect(JSON.stringify(ownTickets.messages)).not.toMatch(/canary|ON_HOLD/);
    const own = await mutate(desk, desk.stranger, 'ticketCreate', {
      subject: 'Mine',
      body: 'own words',
    });
    expect(own.userErrors).toEqual([]);
    await strangerTickets.waitFor(hasText('own words'));
    strangerTickets.stop();
    expect(strangerTickets.messages.map(({ event }) => event.type)).toEqual([
      'ticket.created',
      'message.added',
    ]);
  });

  test('delivers nothing to other workspaces and to apps of other departments', async () => {
    const other = await openDesk(service);
    const [after, otherAfter] = [await currentCursor(), await currentCursor(other)];
    const departmentApp = subscribe(
      { ...appActor(desk.workspace), departments: [desk.departmentId] },
      'ticketEvents',
      { after },
    );
    const otherWorkspace = subscribe(other.admin, 'ticketEvents', { after: otherAfter });
    await createBusyTicket('done 4');
    const assigned = await desk.ticket();
    await mutate(desk, desk.lead, 'ticketAssign', {
      id: assigned.id,
      departmentId: desk.departmentId,
    });
    await reply(assigned.id, 'to the department');
    const { id } = await other.ticket();
    await departmentApp.waitFor(hasText('to the department'));
    await otherWorkspace.waitFor(({ event }) => event.type === 'message.added');
    expect(new Set(departmentApp.messages.map(({ event }) => event.ticket!.id))).toEqual(
      new Set([assigned.id]),
    );
    expect(new Set(otherWorkspace.messages.map(({ event }) => event.ticket!.id))).toEqual(
      new Set([id]),
    );
    departmentApp.stop();
    otherWorkspace.stop();
  });
});

describe('a stream continues after', () => {
  /** Ends all connections of the service, as a restart of the database does. */
  async function cutDatabase(): Promise<void> {
    const client = new Client({ connectionString: service.database.ownerUrl });
    await client.connect();
    await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await client.end();
  }

  test('lost database connections: every event is delivered once, without an error', async () => {
    const after = await currentCursor();
    const streams = [desk.agent, desk.customer].map((actor) =>
      subscribe(actor, 'ticketEvents', { after }),
    );
    await Promise.all(streams.map((stream) => stream.started()));
    const { id } = await desk.ticket();
    for (let cut = 0; cut < 5; cut++) {
      await retryUntilSuccess(() => move(id, 'PENDING'));
      await cutDatabase();
      await retryUntilSuccess(() => move(id, 'OPEN'));
    }
    await retryUntilSuccess(() => reply(id, 'done 3b'));
    await Promise.all(streams.map((stream) => stream.waitFor(hasText('done 3b'))));
    for (const [index, stream] of streams.entries()) {
      stream.stop();
      expect(stream.errors).toBeUndefined();
      const { ticketEvents } = await desk.ask<{ ticketEvents: { nodes: { id: string }[] } }>(
        index ? desk.customer : desk.agent,
        'query ($after: Cursor) { ticketEvents(after: $after, first: 100) { nodes { id } } }',
        { after },
      );
      expect(stream.ids).toEqual(ticketEvents.nodes.map((node) => node.id));
    }
  });

  /** Repeats the call until it succeeds. */
  async function retryUntilSuccess<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  test('a stop of the service: the connection is closed, not the stream, so that clients reconnect', async () => {
    const stopped = await startOwnTickets();
    const elsewhere = await openDesk(stopped);
    const stream = subscribe(
      elsewhere.agent,
      'ticketEvents',
      {},
      '',
      connect(async () => `Bearer ${await signActor(elsewhere.agent, TEST_SECRET)}`, stopped),
    );
    await stream.started();
    await stopped.stop();
    await stream.ended();
    expect((stream.errors as CloseEvent).code).toBe(1001);
  });
});

describe('the other subscriptions', () => {
  test('ticketCreated and ticketStatusChanged deliver their events of matching tickets', async () => {
    const after = await currentCursor();
    const urgent = { priority: { eq: 'URGENT' } };
    const created = subscribe(
      desk.agent,
      'ticketCreated',
      { after, filter: urgent },
      'ticket { id }',
    );
    const moved = subscribe(desk.agent, 'ticketStatusChanged', { after }, 'from to ticket { id }');
    const movedForCustomer = subscribe(
      desk.customer,
      'ticketStatusChanged',
      { after },
      'from to ticket { id }',
    );
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
    const id = await createBusyTicket('done 5');
    await created.waitFor(() => true);
    await moved.waitFor(({ to }) => to === 'PENDING');
    await movedForCustomer.waitFor(({ to }) => to === 'PENDING');
    expect(created.messages.map(({ event }) => event.ticket!.id)).toEqual([
      (made['ticket'] as { id: string }).id,
    ]);
    expect(moved.messages.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'NEW OPEN',
      'OPEN ON_HOLD',
      'ON_HOLD PENDING',
    ]);
    expect(movedForCustomer.messages.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'NEW OPEN',
      'OPEN PENDING',
    ]);
    expect(movedForCustomer.messages[0]!.event.ticket!.id).toBe(id);
    for (const stream of [created, moved, movedForCustomer]) stream.stop();
  });

  test('a text filter, which only the database can evaluate, delivers what the search finds', async () => {
    const after = await currentCursor();
    const found = subscribe(desk.agent, 'ticketEvents', {
      after,
      filter: { or: [{ text: 'zebra' }, { priority: { eq: 'URGENT' } }] },
    });
    const own = subscribe(desk.customer, 'ticketEvents', {
      after,
      filter: { not: { text: 'zebra' } },
    });
    await createBusyTicket('no stripes');
    const { id } = await desk.ticket({ subject: 'A zebra' });
    await reply(id, 'done 5z');
    await desk.ticket({ body: 'done 5y' });
    await found.waitFor(hasText('done 5z'));
    await own.waitFor(hasText('done 5y'));
    expect(new Set(found.messages.map(({ event }) => event.ticket!.id))).toEqual(new Set([id]));
    expect(own.messages.some(({ event }) => event.ticket!.id === id)).toBe(false);
    found.stop();
    own.stop();
  });

  test('messageAdded delivers the messages of one ticket', async () => {
    const after = await currentCursor();
    const { id } = await desk.ticket();
    const staff = subscribe(
      desk.agent,
      'messageAdded',
      { ticketId: id, after },
      'message { text }',
    );
    const requester = subscribe(
      desk.customer,
      'messageAdded',
      { ticketId: id, after },
      'message { text }',
    );
    await createBusyTicket('elsewhere');
    await note(id);
    await reply(id, 'done 6');
    await staff.waitFor(hasText('done 6'));
    await requester.waitFor(hasText('done 6'));
    expect(staff.messages.map(({ event }) => event.message!.visibility)).toEqual([
      'PUBLIC',
      'PRIVATE',
      'PUBLIC',
    ]);
    expect(requester.messages.map(({ message }) => message!.text)).toEqual([
      'It should have come on Monday.',
      'done 6',
    ]);
    staff.stop();
    requester.stop();
  });
});

test('a client that subscribes from `eventCursor` misses nothing, and the cursor does not reveal events of others', async () => {
  const read = async () =>
    desk.ask<{ eventCursor: string; tickets: { totalCount: number } }>(
      desk.agent,
      '{ eventCursor tickets { totalCount } }',
    );
  const { eventCursor: after, tickets } = await read();
  expect((await read()).eventCursor).not.toBe(after);
  const id = await createBusyTicket('done 7');
  const stream = subscribe(desk.agent, 'ticketEvents', { after });
  await stream.waitFor(hasText('done 7'));
  stream.stop();
  expect(stream.messages.filter(({ event }) => event.ticket?.id === id)).toHaveLength(8);
  expect((await read()).tickets.totalCount).toBe(tickets.totalCount + 1);
});

describe('an impossible subscription', () => {
  test('ends with a resync query and cursor when its cursor is beyond the log', async () => {
    const after = new CursorCodec(TEST_SECRET).encode(desk.workspace, { position: 1_000_000_000 });
    const stream = subscribe(desk.agent, 'ticketEvents', { after });
    await stream.ended();
    expect(stream.messages).toMatchObject([
      { event: null, resync: { reason: 'CURSOR_EXPIRED', from: stream.messages[0]!.cursor } },
    ]);
    const again = subscribe(desk.agent, 'ticketEvents', {
      after: stream.messages[0]!.resync!.from,
    });
    await desk.ticket({ body: 'after the resync' });
    await again.waitFor(hasText('after the resync'));
    again.stop();
    await expect(desk.ask(desk.agent, stream.messages[0]!.resync!.query)).resolves.toBeDefined();
  });

  test('is refused without a valid token or scope, with a foreign cursor, a filter that is too long or an unknown field, and for a query', async () => {
    const withoutToken = subscribe(
      desk.agent,
      'ticketEvents',
      {},
      '',
      connect(async () => 'Bearer made.up.token'),
    );
    await withoutToken.ended();
    expect((withoutToken.errors as CloseEvent).code).toBe(4403);
    const withoutScope = subscribe(appActor(desk.workspace, ['customers:read']), 'ticketEvents');
    await withoutScope.ended();
    expect(withoutScope.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const foreign = subscribe(desk.agent, 'ticketEvents', { after: 'AAAAAAAAAAAAAAAAAAAAAA' });
    await foreign.ended();
    expect(foreign.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    const longFilter = subscribe(desk.agent, 'ticketEvents', {
      filter: { id: { in: Array.from({ length: 101 }, () => 'tkt_x') } },
    });
    await longFilter.ended();
    expect(longFilter.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    const unknownField = subscribe(desk.agent, 'ticketEvents', {}, 'nonsense');
    await unknownField.ended();
    expect(unknownField.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    const query = new Stream();
    clientOf(desk.agent).subscribe(
      { query: '{ viewer { workspace } }' },
      { next: () => {}, error: (error) => query.end(error), complete: () => query.end() },
    );
    await query.ended();
    expect(query.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
