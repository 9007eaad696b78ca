import 'reflect-metadata';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { uuidOf } from '@deskgraph/common/core/id';
import { sizeOf } from '@deskgraph/common/testing/sizes';
import type { TestService } from '@deskgraph/common/testing/testing';
import { Client } from 'pg';
import { stopClock } from '../../../testing/clock.ts';
import { type Desk, mutate, openDesk, reply } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { runDueTasks, waitFor } from '../../../testing/scheduler.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TICKET_COUNT = sizeOf(200, 2_000);

let service: TestService;
let desk: Desk;
let owner: Client;
let clock: ReturnType<typeof stopClock>;

beforeAll(async () => {
  service = await startOwnTickets();
  clock = stopClock(service);
  desk = await openDesk(service);
  owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  jest.useRealTimers();
  await owner.end();
  await service.stop();
});

interface TicketView {
  status: string;
  solvedAt: string | null;
  closesAt: string | null;
  closedAt: string | null;
  reopenCount: number;
  timeline: {
    nodes: {
      type: string;
      actor: { __typename: string; id: string };
      changes: { field: string; from: string; to: string }[];
    }[];
  };
}
const read = async (id: string): Promise<TicketView> =>
  (
    await desk.ask<{ ticket: TicketView }>(
      desk.agent,
      `query ($id: ID!) { ticket(id: $id) { status solvedAt closesAt closedAt reopenCount
        timeline(last: 3) { nodes { type actor { __typename id } changes { field from to } } } } }`,
      { id },
    )
  ).ticket;
const solved = async (more: object = {}): Promise<string> => {
  const { id } = await desk.ticket(more);
  await reply(desk, desk.agent, id, { status: 'SOLVED' });
  return id;
};
const isClosed = (id: string) => async (): Promise<boolean> => (await read(id)).status === 'CLOSED';

test('the system closes a ticket that is SOLVED for 28 days, not a millisecond earlier, and the timeline shows it', async () => {
  const id = await solved();
  const { solvedAt, closesAt } = await read(id);
  expect(Date.parse(closesAt!) - Date.parse(solvedAt!)).toBe(28 * DAY);
  clock.advance(28 * DAY - 2);
  await runDueTasks(desk, clock);
  expect((await read(id)).status).toBe('SOLVED');
  clock.advance(1);
  await waitFor(isClosed(id), 30_000);
  const ticket = await read(id);
  expect(ticket).toMatchObject({ closesAt: null, closedAt: closesAt, solvedAt });
  expect(ticket.timeline.nodes.at(-1)).toEqual({
    type: 'ticket.status_changed',
    actor: { __typename: 'System', id: 'sys' },
    changes: [{ field: 'status', from: 'SOLVED', to: 'CLOSED' }],
  });
});

test('reopening a ticket restarts the time until it is closed', async () => {
  const id = await solved();
  clock.advance(27 * DAY);
  await mutate(desk, desk.customer, 'messageAdd', {
    ticketId: id,
    visibility: 'PUBLIC',
    body: 'It is broken again.',
  });
  expect(await read(id)).toMatchObject({ status: 'OPEN', closesAt: null, reopenCount: 1 });
  clock.advance(2 * DAY);
  await runDueTasks(desk, clock);
  expect((await read(id)).status).toBe('OPEN');
  await reply(desk, desk.agent, id, { status: 'SOLVED' });
  clock.advance(27 * DAY);
  await runDueTasks(desk, clock);
  expect((await read(id)).status).toBe('SOLVED');
  clock.advance(DAY);
  await waitFor(isClosed(id), 30_000);
});

test('a changed closeAfter applies to SOLVED tickets; those that are overdue by it are closed after an hour', async () => {
  const set = (closeAfter: string) => mutate(desk, desk.admin, 'settingsUpdate', { closeAfter });
  const old = await solved();
  clock.advance(3 * DAY);
  const young = await solved();
  await set('P2D');
  const [overdue, notDue] = await Promise.all([read(old), read(young)]);
  expect(Date.parse(notDue.closesAt!) - Date.parse(notDue.solvedAt!)).toBe(2 * DAY);
  expect(Date.parse(overdue.closesAt!) - Date.now()).toBe(HOUR);
  await set('P10D');
  expect(Date.parse((await read(old)).closesAt!) - Date.parse(overdue.solvedAt!)).toBe(10 * DAY);
  await set('PT1H');
  clock.advance(HOUR);
  await waitFor(isClosed(young));
  await waitFor(isClosed(old));
  await set('P28D');
});

test('the requester’s timeline shows that a ticket was closed, and a late reply opens a follow-up', async () => {
  const id = await solved();
  clock.advance(28 * DAY);
  await waitFor(isClosed(id), 30_000);
  const { ticket } = await desk.ask<{
    ticket: { status: string; timeline: { nodes: { summary: string }[] } };
  }>(
    desk.customer,
    'query ($id: ID!) { ticket(id: $id) { status timeline(last: 1) { nodes { summary } } } }',
    { id },
  );
  expect(ticket).toEqual({
    status: 'CLOSED',
    timeline: { nodes: [{ summary: 'System changed the status to “Closed”' }] },
  });
  const late = await mutate(
    desk,
    desk.customer,
    'messageAdd',
    { ticketId: id, visibility: 'PUBLIC', body: 'Late.' },
    'ticket { id followUpOf { id } }',
  );
  expect(late).toMatchObject({ ticket: { followUpOf: { id } }, userErrors: [] });
});

test('closes each of many due tickets once, while other requests are served', async () => {
  const { id } = await desk.ticket();
  await reply(desk, desk.agent, id);
  await mutate(desk, desk.agent, 'ticketStatusChange', { id, status: 'SOLVED' });
  const before = new Set((await closedEvents()).map(({ subject }) => subject));
  await owner.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
  await insertCopies(id, TICKET_COUNT);
  clock.advance(500 * DAY);
  const durationsMs: number[] = [];
  await waitFor(
    async () => {
      const start = performance.now();
      await desk.ticket();
      durationsMs.push(performance.now() - start);
      const { rows } = await owner.query<{ left: number }>(
        `select count(*)::integer as left from ticket where status = 'SOLVED' and workspace_id = $1`,
        [desk.workspace],
      );
      return rows[0]!.left === 0;
    },
    60_000 + TICKET_COUNT * 50,
  );
  const closed = (await closedEvents()).filter(({ subject }) => !before.has(subject));
  expect(closed).toHaveLength(TICKET_COUNT + 1);
  expect(new Set(closed.map(({ subject }) => subject)).size).toBe(TICKET_COUNT + 1);
  expect(Math.max(...durationsMs)).toBeLessThan(2_000);
}, 3_600_000);

/** Copies a ticket; each copy is due a millisecond after the preceding one. */
async function insertCopies(id: string, count: number): Promise<void> {
  const { rows } = await owner.query<{ name: string }>(
    `select column_name as name from information_schema.columns where table_name = 'ticket' and is_generated = 'NEVER'`,
  );
  const changed: Record<string, string> = {
    id: 'gen_random_uuid()',
    number: '1000000 + n',
    closes_at: `closes_at + n * interval '1 millisecond'`,
  };
  const names = rows.map(({ name }) => name);
  await owner.query(
    `insert into ticket (${names.join()}) select ${names.map((name) => changed[name] ?? name).join()} from ticket, generate_series(1, $2) n where id = $1`,
    [uuidOf('tkt', id), count],
  );
}

/** The events of tickets closed by the system. */
async function closedEvents(): Promise<{ subject: string }[]> {
  const { rows } = await owner.query<{ subject: string }>(
    `select subject from (select * from event_log union all select 0, event_id, workspace_id, type, subject, version, actor, at, data, now() from outbox) e
     where type = 'ticket.status_changed' and data #>> '{state,status}' = 'CLOSED' and actor ->> 'kind' = 'system' and data ->> 'cause' = 'closeAfter'`,
  );
  return rows;
}
