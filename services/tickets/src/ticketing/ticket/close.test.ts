import 'reflect-metadata';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { schedulerOf } from '@deskgraph/common/jobs/scheduler';
import { uuidOf } from '@deskgraph/common/core/id';
import { sizeOf } from '@deskgraph/common/testing/sizes';
import type { TestService } from '@deskgraph/common/testing/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { stopClock } from '../../../testing/clock.ts';
import { type Desk, mutate, openDesk, reply, startTickets } from '../../../testing/desk.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const AT_ONCE = sizeOf(200, 2_000);

let service: TestService;
let desk: Desk;
let owner: Client;
let clock: ReturnType<typeof stopClock>;

beforeAll(async () => {
  service = await startTickets();
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

interface Shown {
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
const read = async (id: string): Promise<Shown> =>
  (
    await desk.ask<{ ticket: Shown }>(
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
/** Gives the clock the time to do what it must not do. */
const settle = async (): Promise<void> => {
  schedulerOf(service.service.orm)!.wake();
  await sleep(150);
};
async function until(holds: () => Promise<boolean>, patienceMs = 30_000): Promise<void> {
  for (const end = performance.now() + patienceMs; !(await holds()); await sleep(20))
    if (performance.now() > end) throw new Error('It did not happen in time.');
}
const isClosed = (id: string) => async (): Promise<boolean> => (await read(id)).status === 'CLOSED';

test('the system closes what is SOLVED for 28 days, not a millisecond earlier, and says so in the timeline', async () => {
  const id = await solved();
  const { solvedAt, closesAt } = await read(id);
  expect(Date.parse(closesAt!) - Date.parse(solvedAt!)).toBe(28 * DAY);
  clock.turn(28 * DAY - 1);
  await settle();
  expect((await read(id)).status).toBe('SOLVED');
  clock.turn(1);
  await until(isClosed(id));
  const ticket = await read(id);
  expect(ticket).toMatchObject({ closesAt: null, closedAt: closesAt, solvedAt });
  expect(ticket.timeline.nodes.at(-1)).toEqual({
    type: 'ticket.status_changed',
    actor: { __typename: 'System', id: 'sys' },
    changes: [{ field: 'status', from: 'SOLVED', to: 'CLOSED' }],
  });
});

test('the days must be without a break: who reopens has the whole time again', async () => {
  const id = await solved();
  clock.turn(27 * DAY);
  await mutate(desk, desk.customer, 'messageAdd', {
    ticketId: id,
    visibility: 'PUBLIC',
    body: 'It is broken again.',
  });
  expect(await read(id)).toMatchObject({ status: 'OPEN', closesAt: null, reopenCount: 1 });
  clock.turn(2 * DAY);
  await settle();
  expect((await read(id)).status).toBe('OPEN');
  await reply(desk, desk.agent, id, { status: 'SOLVED' });
  clock.turn(27 * DAY);
  await settle();
  expect((await read(id)).status).toBe('SOLVED');
  clock.turn(DAY);
  await until(isClosed(id));
});

test('another closeAfter holds for what is SOLVED already; whose time is over by that has an hour left', async () => {
  const set = (closeAfter: string) => mutate(desk, desk.admin, 'settingsUpdate', { closeAfter });
  const old = await solved();
  clock.turn(3 * DAY);
  const young = await solved();
  await set('P2D');
  const [mine, other] = await Promise.all([read(old), read(young)]);
  expect(Date.parse(other.closesAt!) - Date.parse(other.solvedAt!)).toBe(2 * DAY);
  expect(Date.parse(mine.closesAt!) - Date.now()).toBe(HOUR);
  await set('P10D');
  expect(Date.parse((await read(old)).closesAt!) - Date.parse(mine.solvedAt!)).toBe(10 * DAY);
  await set('PT1H');
  clock.turn(HOUR);
  await until(isClosed(young));
  await until(isClosed(old));
  await set('P28D');
});

test('requesters and live lists hear of it, and a late reply opens a follow-up', async () => {
  const id = await solved();
  clock.turn(28 * DAY);
  await until(isClosed(id));
  const { ticket } = await desk.ask<{
    ticket: { status: string; timeline: { nodes: { summary: string }[] } };
  }>(
    desk.customer,
    'query ($id: ID!) { ticket(id: $id) { status timeline(last: 1) { nodes { summary } } } }',
    { id },
  );
  expect(ticket).toEqual({
    status: 'CLOSED',
    timeline: { nodes: [{ summary: 'System moved the ticket to “Closed”' }] },
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

test('many that are due at once are closed each once, while others are worked on', async () => {
  const { id } = await desk.ticket();
  await reply(desk, desk.agent, id);
  await mutate(desk, desk.agent, 'ticketStatusChange', { id, status: 'SOLVED' });
  const before = new Set((await log()).map(({ subject }) => subject));
  await owner.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
  await copies(id, AT_ONCE);
  clock.turn(500 * DAY);
  const slow: number[] = [];
  await until(
    async () => {
      const begun = performance.now();
      await desk.ticket();
      slow.push(performance.now() - begun);
      const { rows } = await owner.query<{ left: number }>(
        `select count(*)::integer as left from ticket where status = 'SOLVED' and workspace_id = $1`,
        [desk.workspace],
      );
      return rows[0]!.left === 0;
    },
    60_000 + AT_ONCE * 50,
  );
  const closed = (await log()).filter(({ subject }) => !before.has(subject));
  expect(closed).toHaveLength(AT_ONCE + 1);
  expect(new Set(closed.map(({ subject }) => subject)).size).toBe(AT_ONCE + 1);
  expect(Math.max(...slow)).toBeLessThan(2_000);
}, 3_600_000);

/** The same ticket many times, each due a millisecond after the other. */
async function copies(id: string, many: number): Promise<void> {
  const { rows } = await owner.query<{ name: string }>(
    `select column_name as name from information_schema.columns where table_name = 'ticket' and is_generated = 'NEVER'`,
  );
  const other: Record<string, string> = {
    id: 'gen_random_uuid()',
    number: '1000000 + n',
    closes_at: `closes_at + n * interval '1 millisecond'`,
  };
  const names = rows.map(({ name }) => name);
  await owner.query(
    `insert into ticket (${names.join()}) select ${names.map((name) => other[name] ?? name).join()} from ticket, generate_series(1, $2) n where id = $1`,
    [uuidOf('tkt', id), many],
  );
}

/** The facts of closing. */
async function log(): Promise<{ subject: string }[]> {
  const { rows } = await owner.query<{ subject: string }>(
    `select subject from (select * from event_log union all select 0, event_id, workspace_id, type, subject, version, actor, at, data, now() from outbox) e
     where type = 'ticket.status_changed' and data #>> '{state,status}' = 'CLOSED' and actor ->> 'kind' = 'system' and data ->> 'cause' = 'closeAfter'`,
  );
  return rows;
}
