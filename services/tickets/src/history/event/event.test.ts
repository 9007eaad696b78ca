import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { CursorCodec } from '@deskgraph/common/graphql/signed-cursor';
import {
  TEST_SECRET,
  type TestClient,
  appActor,
  countStatements,
} from '@deskgraph/common/testing/client';
import { signActor, systemActor } from '@deskgraph/common/auth/token';
import { Client } from 'pg';
import { type Desk, mutate, openDesk, startTickets } from '../../../testing/desk.ts';
import { waitForEventLog } from '../../../testing/event-log.ts';

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
  await mutate(desk, desk.admin, 'settingsUpdate', { onHoldEnabled: true });
});
afterAll(() => service.stop());

interface EventView {
  id: string;
  cursor: string;
  type: string;
  version: number;
  summary: string;
  changes: { field: string; from: unknown; to: unknown }[];
  message: { text: string } | null;
  actor: { id: string };
  ticket: { id: string } | null;
}
interface EventPage {
  nodes: EventView[];
  totalCount: number | null;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}
const EVENT =
  'id cursor type version summary changes { field from to } message { text } actor { id } ticket { id }';
const PAGE = `nodes { ${EVENT} } totalCount pageInfo { hasNextPage endCursor }`;

const read = async (
  actor: Actor,
  id: string,
  args = '',
): Promise<{ cursor: string; timeline: EventPage; version: number }> =>
  (
    await desk.ask<{ ticket: { cursor: string; timeline: EventPage; version: number } }>(
      actor,
      `query ($id: ID!) { ticket(id: $id) { cursor version timeline${args} { ${PAGE} } } }`,
      { id },
    )
  ).ticket;
const readLog = async (actor: Actor, args: object): Promise<EventPage> =>
  (
    await desk.ask<{ ticketEvents: EventPage }>(
      actor,
      `query ($filter: TicketFilter, $types: [EventType!], $first: Int, $after: Cursor) {
        ticketEvents(filter: $filter, types: $types, first: $first, after: $after) { ${PAGE} } }`,
      args,
    )
  ).ticketEvents;
const note = (id: string, body = 'canarynote') =>
  mutate(desk, desk.light, 'messageAdd', { ticketId: id, visibility: 'PRIVATE', body });
const move = (id: string, status: string) =>
  mutate(desk, desk.agent, 'ticketStatusChange', { id, status });

/** Creates a ticket with a note, tags, ON_HOLD and other changes. */
async function createBusyTicket(): Promise<string> {
  const { id } = await desk.ticket();
  await mutate(desk, desk.lead, 'ticketAssign', {
    id,
    assigneeId: desk.agent.id,
    departmentId: desk.departmentId,
  });
  await note(id);
  await move(id, 'ON_HOLD');
  await mutate(desk, desk.agent, 'ticketUpdate', { id, addTags: ['canarytag'] });
  await mutate(desk, desk.agent, 'ticketUpdate', { id, addTags: ['canarytwo'], priority: 'HIGH' });
  await move(id, 'PENDING');
  return id;
}

/** Waits until all appended events have their position in the log. */
async function waitForPositions(): Promise<void> {
  const headers = { authorization: `Bearer ${await signActor(systemActor(), TEST_SECRET)}` };
  for (let batch = 0; batch < 2; batch++)
    await (
      await fetch(`${service.url}/feed?after=${Number.MAX_SAFE_INTEGER}`, { headers })
    ).arrayBuffer();
}

describe('the timeline of a ticket', () => {
  test('contains all events in order, immediately after each change', async () => {
    const id = await createBusyTicket();
    await waitForEventLog(desk);
    const { timeline, version, cursor } = await read(desk.agent, id);
    expect(timeline.nodes.map(({ type }) => type)).toEqual([
      'ticket.created',
      'message.added',
      'ticket.assigned',
      'ticket.status_changed',
      'message.added',
      'ticket.status_changed',
      'ticket.updated',
      'ticket.updated',
      'ticket.status_changed',
    ]);
    expect(timeline.nodes.map((event) => event.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(timeline.totalCount).toBe(9);
    expect(version).toBe(9);
    expect(cursor).toBe(timeline.nodes.at(-1)!.cursor);
    expect(timeline.nodes[5]!.changes).toEqual([{ field: 'status', from: 'OPEN', to: 'ON_HOLD' }]);
    expect(timeline.nodes[4]!.message).toEqual({ text: 'canarynote' });
    expect(timeline.nodes[2]!.actor).toEqual({ id: desk.lead.id });
    expect(timeline.nodes[2]!.changes).toContainEqual({
      field: 'assignee',
      from: null,
      to: desk.agent.id,
    });
  });

  test('event ids do not change when events get their position', async () => {
    const id = await createBusyTicket();
    const eventIds = (await read(desk.agent, id)).timeline.nodes.map((event) => event.id);
    await waitForPositions();
    expect((await read(desk.agent, id)).timeline.nodes.map((event) => event.id)).toEqual(eventIds);
    expect(new Set(eventIds).size).toBe(9);
  });

  test('forward and backward pages contain every event once', async () => {
    const id = await createBusyTicket();
    const all = (await read(desk.agent, id)).timeline.nodes.map((event) => event.id);
    const paged: string[] = [];
    for (let after = '', more = true; more;) {
      const page = (await read(desk.agent, id, `(first: 2${after && `, after: "${after}"`})`))
        .timeline;
      paged.push(...page.nodes.map((event) => event.id));
      after = page.pageInfo.endCursor!;
      more = page.pageInfo.hasNextPage;
    }
    expect(paged).toEqual(all);
    const back = (await read(desk.agent, id, '(last: 3)')).timeline.nodes;
    expect(back.map((event) => event.id)).toEqual(all.slice(-3));
    const before = (await read(desk.agent, id, `(last: 3, before: "${back[0]!.cursor}")`)).timeline
      .nodes;
    expect(before.map((event) => event.id)).toEqual(all.slice(-6, -3));
  });

  test('hides notes, tags and ON_HOLD from requesters: they change neither version nor cursor', async () => {
    const id = await createBusyTicket();
    const before = await read(desk.customer, id);
    expect(before.timeline.nodes.map(({ type }) => type)).toEqual([
      'ticket.created',
      'message.added',
      'ticket.assigned',
      'ticket.status_changed',
      'ticket.updated',
      'ticket.status_changed',
    ]);
    expect(before.timeline.nodes.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(before.timeline.nodes.at(-1)!.changes).toEqual([
      { field: 'status', from: 'OPEN', to: 'PENDING' },
    ]);
    expect(before.timeline.nodes.at(-2)!.changes).toEqual([
      { field: 'priority', from: 'NORMAL', to: 'HIGH' },
    ]);
    expect(before.timeline.totalCount).toBe(6);
    expect(before.version).toBe(6);
    await waitForPositions();
    const visible = await read(desk.customer, id);
    await note(id);
    await mutate(desk, desk.agent, 'ticketUpdate', { id, removeTags: ['canarytag'] });
    await waitForPositions();
    expect(await read(desk.customer, id)).toEqual(visible);
    expect(JSON.stringify(visible)).not.toMatch(/canary|ON_HOLD/);
  });

  test('20 timelines and cursors need as many statements as one', async () => {
    for (let count = 0; count < 20; count++) await desk.ticket();
    const statementsFor = (first: number) =>
      countStatements(() =>
        desk.ask(
          desk.agent,
          `{ tickets(first: ${first}) { nodes { cursor timeline(first: 5) { ${PAGE} } } } }`,
        ),
      );
    expect(await statementsFor(20)).toHaveLength((await statementsFor(1)).length);
  });

  test('the summary of an event is in the language of the caller', async () => {
    const { id } = await desk.ticket();
    const summaries = async (language: string) => {
      const { data } = await service.query<{
        ticket: { timeline: { nodes: { summary: string }[] } };
      }>(
        desk.agent,
        'query ($id: ID!) { ticket(id: $id) { timeline { nodes { summary } } } }',
        { id },
        { 'accept-language': language },
      );
      return data!.ticket.timeline.nodes.map(({ summary }) => summary);
    };
    expect(await summaries('de, pt-BR')).toEqual([
      'Marta abriu o pedido',
      'Marta escreveu uma resposta',
    ]);
    expect(await summaries('zh-TW')).toEqual(['Marta 建立了工單', 'Marta 寫了回覆']);
    expect(await summaries('')).toEqual(['Marta opened the ticket', 'Marta wrote a reply']);
  });
});

describe('the event log', () => {
  const readAllPages = async (actor: Actor, args: object): Promise<EventView[]> => {
    const events: EventView[] = [];
    for (let after: string | null = null, more = true; more;) {
      const page: EventPage = await readLog(actor, { first: 7, after, ...args });
      events.push(...page.nodes);
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    return events;
  };

  test('pages contain every event once for staff, and only own tickets for a requester', async () => {
    const mine = await createBusyTicket();
    await waitForPositions();
    const all = await readAllPages(desk.agent, {});
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.filter(({ ticket }) => ticket!.id === mine)).toHaveLength(9);
    const other = await readAllPages(desk.stranger, {});
    expect(other).toEqual([]);
    const own = await readAllPages(desk.customer, { filter: { id: { eq: mine } } });
    expect(own.map(({ id }) => id)).toEqual(
      (await read(desk.customer, mine)).timeline.nodes.map(({ id }) => id),
    );
  });

  test('filters by tickets and types and continues from the cursor of a ticket', async () => {
    const id = await createBusyTicket();
    await waitForPositions();
    const { cursor } = await read(desk.agent, id);
    await note(id);
    await waitForPositions();
    const newEvents = await readAllPages(desk.agent, { after: cursor, filter: { id: { eq: id } } });
    expect(newEvents.map(({ type }) => type)).toEqual(['message.added']);
    const statusChanges = await readAllPages(desk.agent, {
      filter: { id: { eq: id } },
      types: ['ticket.status_changed'],
    });
    expect(statusChanges).toHaveLength(3);
  });

  test('hides events from other workspaces and from apps of other departments', async () => {
    const other = await openDesk(service);
    const { id } = await other.ticket();
    await waitForPositions();
    const events = await readAllPages(desk.admin, {});
    expect(events.some(({ ticket }) => ticket === null || ticket.id === id)).toBe(false);
    const departmentApp = { ...appActor(desk.workspace), departments: [other.departmentId] };
    expect(await readAllPages(departmentApp, {})).toEqual([]);
  });

  test('refuses a cursor of another workspace and an invented one', async () => {
    const other = await openDesk(service);
    const { id } = await desk.ticket();
    const { cursor } = await read(desk.agent, id);
    for (const after of [cursor, 'cG9zaXRpb24gMQ', 'AAAAAAAAAAAAAAAAAAAAAA']) {
      const { errors } = await other.answer(
        other.agent,
        'query ($after: Cursor) { ticketEvents(after: $after) { nodes { id } } }',
        {
          after,
        },
      );
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: ['after'] });
    }
  });

  test('refuses a cursor outside the stored log with a hint how to continue, instead of an empty page', async () => {
    await desk.ticket();
    await waitForPositions();
    const owner = new Client({ connectionString: service.database.ownerUrl });
    await owner.connect();
    try {
      await owner.query('update relay_state set base = 3');
      const cursors = new CursorCodec(TEST_SECRET);
      for (const position of [2, 1_000_000_000]) {
        const after = cursors.encode(desk.workspace, { position });
        const { errors } = await desk.answer(
          desk.agent,
          'query ($after: Cursor) { ticketEvents(after: $after) { nodes { id } } }',
          {
            after,
          },
        );
        expect(errors?.[0]?.extensions).toMatchObject({
          code: 'BAD_USER_INPUT',
          reason: 'CURSOR_EXPIRED',
          field: ['after'],
        });
        expect(errors?.[0]?.message).toContain('Load the tickets again');
      }
      // The query reads events that are too old for a stream.
      await owner.query(`update event_log set logged_at = now() - interval '40 days'`);
      expect(
        (await readLog(desk.agent, { after: cursors.encode(desk.workspace, { position: 3 }) }))
          .nodes,
      ).not.toEqual([]);
    } finally {
      await owner.query('update relay_state set base = 0');
      await owner.end();
    }
  });
});

test('a small workspace reads its events without scanning those of a large one', async () => {
  const owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  try {
    await owner.query('begin');
    await owner.query(`
      insert into event_log (position, event_id, workspace_id, type, subject, version, actor, at, data, logged_at)
      select 1000000 + n, gen_random_uuid(), '01999999-9999-7999-8999-999999999999', 'ticket.updated', 'tkt_' || n, 1, '{}', now(), '{}', now()
      from generate_series(1, 20000) n`);
    await owner.query('analyze event_log');
    await owner.query('set local role deskgraph_app');
    await owner.query(`select set_config('desk.workspace', $1, true)`, [desk.workspace]);
    const { rows } = await owner.query<{ 'QUERY PLAN': { Plan: object }[] }>(
      `explain (format json, analyze) select * from event_log where workspace_id = $1::uuid and position > 0 order by position limit 25`,
      [desk.workspace],
    );
    const plan = JSON.stringify(rows[0]!['QUERY PLAN'][0]!.Plan);
    expect(plan).toMatch(
      /"Index Name":"event_log_\w+_workspace_id_position_idx|event_log_workspace/,
    );
    expect(plan).not.toMatch(/"Rows Removed by Filter":[1-9]\d{3}/);
  } finally {
    await owner.query('rollback');
    await owner.end();
  }
});
