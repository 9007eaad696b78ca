import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { toId, parseId } from '@deskgraph/common/core/id';
import { withClient } from '../platform/database.ts';
import type { Desk, Persona } from '../fixtures/desk.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { IS_FULL, sizeOf } from '@deskgraph/common/testing/sizes';
import { waitFor } from '../platform/wait-for.ts';
import { loggedEventIds } from './events.ts';
import { Listener } from './listener.ts';
import { type CrashablePostgres, startCrashablePostgres } from './server.ts';
import { WRITES_PER_TICKET, Writer } from './writer.ts';

const WRITES = sizeOf(240, 1_000);
const SOCKETS = sizeOf(18, 50);
const CUTS_PER_SOCKET = sizeOf(5, 20);
const KILLS_PER_PROCESS = 1;
const WRITERS = 8;
const PARTS = ['gateway', 'tickets', 'customers', 'knowledge-base', 'analytics', 'PostgreSQL'];
const LONG_MS = 1_800_000;

interface Kind {
  who: Persona;
  field: string;
  select?: string;
  filter?: () => object;
  types?: string[];
}
const KINDS: Kind[] = [
  {
    who: 'agent',
    field: 'ticketEvents',
    select: 'event { type ticket { number requester { name } } }',
  },
  { who: 'partner', field: 'ticketEvents' },
  { who: 'light', field: 'ticketEvents', types: ['ticket.updated', 'message.added'] },
  {
    who: 'agent2',
    field: 'ticketStatusChanged',
    select: 'from to ticket { number subject }',
    types: ['ticket.status_changed'],
  },
  {
    who: 'lead',
    field: 'ticketCreated',
    select: 'ticket { number suggestedArticles(first: 1) { score } }',
    types: ['ticket.created'],
  },
  { who: 'customer', field: 'ticketEvents', select: 'event { type ticket { status } }' },
  {
    who: 'admin',
    field: 'ticketEvents',
    filter: () => ({ requesterId: { eq: desk.ids.customer2 } }),
  },
  {
    who: 'customer2',
    field: 'ticketStatusChanged',
    select: 'from to',
    types: ['ticket.status_changed'],
  },
  {
    who: 'reader',
    field: 'ticketEvents',
    select: 'event { ticket { number } }',
    types: ['ticket.assigned'],
  },
];

let server: CrashablePostgres;
let platform: Platform;
let desk: Desk;
let writer: Writer;
const listening: { kind: Kind; listener: Listener }[] = [];
beforeAll(async () => {
  server = await startCrashablePostgres();
  platform = await startPlatform({ server: server.url });
  desk = await platform.desk();
  writer = new Writer(desk);
}, 120_000);
afterAll(async () => {
  await Promise.all(listening.map(({ listener }) => listener.close()));
  await platform?.stop();
  await server?.stop();
});

const rowsOf = <T>(service: string, text: string, values: unknown[] = []): Promise<T[]> =>
  withClient(
    async (session) => (await session.query(text, values)).rows as T[],
    platform.databaseOf(service),
    server.url,
  );
const head = async (): Promise<string> =>
  (await rowsOf<{ head: string }>('tickets', 'select head from relay_state'))[0]!.head;

async function listen(kind: Kind): Promise<void> {
  const { who, field, select = '', filter, types } = kind;
  const { eventCursor } = await desk.data<{ eventCursor: string }>(who, '{ eventCursor }');
  const byType = field === 'ticketEvents' && types;
  const query = `subscription ($filter: TicketFilter, $after: Cursor${byType ? ', $types: [EventType!]' : ''}) {
    ${field}(filter: $filter, after: $after${byType ? ', types: $types' : ''}) { event { id } ${select} } }`;
  const variables = { filter: filter?.(), ...(byType && { types }) };
  const listener = new Listener({
    url: platform.url,
    token: async () => desk.tokens[who]!,
    query,
    variables,
    after: eventCursor,
  });
  listening.push({ kind, listener });
}

/** Cuts a random connection that has not yet reached its number of cuts. */
async function cut(): Promise<void> {
  const one = await waitFor(
    'a connection to cut',
    async () => {
      const open = listening.filter(
        ({ listener: { isConnected, cuts } }) => isConnected && cuts < CUTS_PER_SOCKET,
      );
      return open[Math.floor(Math.random() * open.length)];
    },
    120_000,
  );
  one.listener.cut();
}

/** Kills the processes in turn, each after the previous one is back and writes have continued. */
async function killInTurn(): Promise<void> {
  const turns = Array.from({ length: KILLS_PER_PROCESS }, () => PARTS).flat();
  for (const [index, name] of turns.entries()) {
    await waitFor(
      'writes continue',
      async () => writer.writeCount >= (WRITES * index) / turns.length,
      LONG_MS,
    );
    const part = { ...platform.services, gateway: platform.gateway, PostgreSQL: server }[name]!;
    await part.kill();
    await part.start();
  }
}

/** The events of this desk after a position, in the order of the log. */
const eventsAfter = (position: string): Promise<{ event_id: string; type: string }[]> =>
  rowsOf(
    'tickets',
    `select event_id, type from event_log where workspace_id = $1 and subject like 'tkt%' and position > $2 order by position`,
    [parseId('wsp', desk.workspace), position],
  );

test(
  `${SOCKETS} clients, each cut ${CUTS_PER_SOCKET} times, get every event of ${WRITES} writes once and in order, while all processes are killed`,
  async () => {
    await Promise.all(
      Array.from({ length: SOCKETS }, (_, index) => listen(KINDS[index % KINDS.length]!)),
    );
    await waitFor('all are connected', async () =>
      listening.every(({ listener }) => listener.isConnected),
    );
    const before = await head();
    const began = Date.now();
    const turns = Array.from(
      { length: Math.ceil(WRITES / WRITES_PER_TICKET) },
      (_, index) => index,
    ).values();
    const writing = Promise.all(Array.from({ length: WRITERS }, () => writer.write(turns)));
    const cutting = (async (): Promise<void> => {
      for (let done = 0; done < SOCKETS * CUTS_PER_SOCKET; done++) {
        await waitFor(
          'the next cut is due',
          async () => writer.writeCount / WRITES >= done / SOCKETS / CUTS_PER_SOCKET,
          LONG_MS,
        );
        await cut();
      }
    })();
    await Promise.all([writing, cutting, killInTurn()]);
    const writtenAfterMs = Date.now() - began;
    expect(
      [...writer.faults.keys()].filter(
        (fault) => fault !== 'UNAVAILABLE' && fault !== 'no connection',
      ),
    ).toEqual([]);

    await waitFor(
      'the relay has emptied the outbox',
      async () => (await rowsOf('tickets', 'select from outbox limit 1')).length === 0,
    );
    const events = await eventsAfter(before);
    const loggedIds = new Set(events.map(({ event_id }) => toId('evt', event_id)));
    const expected = new Map<Kind, string[]>();
    for (const kind of KINDS) {
      const { who, filter, types } = kind;
      const ids = await loggedEventIds(desk, who, {
        ...(filter && { filter: filter() }),
        ...(types && { types }),
      });
      expected.set(
        kind,
        ids.filter((id) => loggedIds.has(id)),
      );
    }
    expect(expected.get(KINDS[1]!)).toEqual([...loggedIds]);
    for (const { kind, listener } of listening) {
      const ids = expected.get(kind)!;
      const isThere = async (): Promise<boolean> =>
        listener.ids.length >= ids.length || listener.end !== undefined;
      await waitFor('all events are received', isThere, 60_000).catch(() => {});
      const { end, cuts, messages } = listener;
      expect({ who: kind.who, end, cuts, ids: listener.ids }).toEqual({
        who: kind.who,
        end: undefined,
        cuts: CUTS_PER_SOCKET,
        ids,
      });
      expect(messages).toHaveLength(ids.length);
    }
    expect(events.filter(({ type }) => type === 'ticket.created')).toHaveLength(
      writer.created.size,
    );
    expect(events.filter(({ type }) => type === 'message.added')).toHaveLength(
      writer.created.size * 3,
    );

    const figures = {
      writes: writer.writeCount,
      events: events.length,
      received: listening.reduce((sum, { listener }) => sum + listener.ids.length, 0),
      withHoles: listening
        .flatMap(({ listener }) => listener.messages)
        .filter(({ errors }) => errors).length,
      insteadOfAnswers: Object.fromEntries(writer.faults),
      writtenAfterMs,
      receivedAfterMs: Date.now() - began,
    };
    if (IS_FULL) process.stderr.write(`${JSON.stringify(figures)}\n`);
  },
  LONG_MS,
);

test('analytics and customers have processed each event once', async () => {
  const end = await head();
  for (const service of ['customers', 'analytics']) {
    const read = `select position, (select count(*)::integer from dead_letter) as dead from feed_position where source = 'tickets'`;
    const state = await waitFor(`${service} has read the log`, async () => {
      const [row] = await rowsOf<{ position: string; dead: number }>(service, read);
      return row?.position === end && row;
    });
    expect(state.dead).toBe(0);
  }
  interface Report {
    ticketReport: { rows: { dimensions: { key: string }[]; measures: { value: number }[] }[] };
  }
  const report =
    '{ ticketReport(by: [STATUS, PRIORITY], measures: [CREATED], period: { last: "P1D" }) { rows { dimensions { key } measures { value } } } }';
  const { rows } = (await desk.data<Report>('partner', report)).ticketReport;
  const counted = rows.map(({ dimensions, measures }) =>
    [...dimensions.map(({ key }) => key), measures[0]!.value].join(' '),
  );
  const tickets = await rowsOf<{ kind: string }>(
    'tickets',
    `select status || ' ' || priority || ' ' || count(*) as kind from ticket where workspace_id = $1 group by status, priority`,
    [parseId('wsp', desk.workspace)],
  );
  expect(counted.toSorted()).toEqual(tickets.map(({ kind }) => kind).toSorted());
  const query = '{ customers(filter: { email: { contains: "@crowd.example" } }) { totalCount } }';
  const { customers } = await desk.data<{ customers: { totalCount: number } }>('partner', query);
  expect(customers.totalCount).toBe(writer.requesterCount);
}, 120_000);
