import 'reflect-metadata';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { schedulerOf } from '@deskgraph/common/jobs/scheduler';
import { type TestService, dataOrThrow } from '@deskgraph/common/testing/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopClock } from '../../../testing/clock.ts';
import { type Desk, mutate, openDesk, reply, startTickets } from '../../../testing/desk.ts';
import { clientOf, Watch } from '../../../testing/watch.ts';

const HOUR = 3_600_000;

let service: TestService;
let desk: Desk;
let clock: ReturnType<typeof stopClock>;

beforeAll(async () => {
  service = await startTickets();
  clock = stopClock(service);
  desk = await openDesk(service);
});
afterAll(async () => {
  jest.useRealTimers();
  await service.stop();
});

interface Shown {
  status: string;
  version: number;
  snooze: { until: string | null; wakeOnReply: boolean; since: string; by: { id: string } } | null;
  timeline: {
    nodes: {
      type: string;
      actor: { id: string };
      changes: { field: string; from: unknown; to: unknown }[];
      summary: string;
    }[];
  };
}
const read = async (id: string): Promise<Shown> =>
  (
    await desk.ask<{ ticket: Shown }>(
      desk.agent,
      `query ($id: ID!) { ticket(id: $id) { status version snooze { until wakeOnReply since by { id } }
        timeline(last: 2) { nodes { type actor { id } changes { field from to } summary } } } }`,
      { id },
    )
  ).ticket;
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const postpone = (id: string, more: object = {}) =>
  mutate(desk, desk.agent, 'ticketSnooze', { id, ...more }, 'ticket { id }');
const codes = (payload: { userErrors: { code: string; field: string[] | null }[] }) =>
  payload.userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const write = (ticketId: string) =>
  mutate(desk, desk.customer, 'messageAdd', { ticketId, visibility: 'PUBLIC', body: 'And now?' });
const idsOf = async (filter: object): Promise<string[]> =>
  (
    await desk.ask<{ tickets: { nodes: { id: string }[] } }>(
      desk.agent,
      'query ($filter: TicketFilter) { tickets(filter: $filter, first: 100) { nodes { id } } }',
      { filter },
    )
  ).tickets.nodes.map(({ id }) => id);
async function until(holds: () => Promise<boolean>, patienceMs = 10_000): Promise<void> {
  for (const end = performance.now() + patienceMs; !(await holds()); await sleep(20))
    if (performance.now() > end) throw new Error('It did not happen in time.');
}

test('a postponed ticket leaves the queue, says by whom and until when, and comes back at the instant', async () => {
  const { id } = await desk.ticket();
  const client = clientOf(desk, desk.agent);
  const queue = new Watch(desk, desk.agent, { filter: { snoozed: false, id: { eq: id } } }, client);
  await queue.until(({ shown }) => shown?.totalCount === 1);
  const instant = inMs(HOUR);
  expect(codes(await postpone(id, { until: instant }))).toEqual([]);
  await queue.until(({ shown }) => shown?.totalCount === 0);
  const snoozed = await read(id);
  expect(snoozed.snooze).toEqual({
    until: instant,
    wakeOnReply: true,
    since: new Date().toISOString(),
    by: { id: desk.agent.id },
  });
  expect(snoozed.timeline.nodes.at(-1)).toEqual({
    type: 'ticket.snoozed',
    actor: { id: desk.agent.id },
    changes: [{ field: 'snooze', from: null, to: { until: instant, wakeOnReply: true } }],
    summary: 'Ana postponed the ticket',
  });
  expect(await idsOf({ snoozed: true })).toContain(id);
  expect(await idsOf({ snoozed: false })).not.toContain(id);
  clock.turn(HOUR - 1);
  schedulerOf(service.service.orm)!.wake();
  await sleep(100);
  expect((await read(id)).snooze).not.toBeNull();
  clock.turn(1);
  await queue.until(({ shown }) => shown?.totalCount === 1);
  expect((await read(id)).timeline.nodes.at(-1)).toMatchObject({
    type: 'ticket.woken',
    actor: { id: 'sys' },
  });
  queue.stop();
  await client.dispose();
});

test('a reply of the requester wakes it, unless it was chosen not to', async () => {
  const [light, deep, endless] = await Promise.all([desk.ticket(), desk.ticket(), desk.ticket()]);
  await postpone(light.id, { until: inMs(HOUR) });
  await postpone(deep.id, { until: inMs(HOUR), wakeOnReply: false });
  await postpone(endless.id);
  for (const { id } of [light, deep, endless]) await write(id);
  expect((await read(light.id)).snooze).toBeNull();
  expect((await read(light.id)).timeline.nodes.map(({ type }) => type)).toEqual([
    'message.added',
    'ticket.woken',
  ]);
  expect((await read(deep.id)).snooze).toMatchObject({ wakeOnReply: false });
  expect((await read(endless.id)).snooze).toBeNull();
  clock.turn(HOUR);
  await until(async () => (await read(deep.id)).snooze === null);
});

test('an answer of the desk, a note and another status leave it asleep; SOLVED ends it', async () => {
  const { id } = await desk.ticket();
  await postpone(id, { until: inMs(HOUR) });
  await reply(desk, desk.colleague, id);
  await mutate(desk, desk.light, 'messageAdd', {
    ticketId: id,
    visibility: 'PRIVATE',
    body: 'A note',
  });
  await mutate(desk, desk.agent, 'ticketStatusChange', { id, status: 'PENDING' });
  expect((await read(id)).snooze).not.toBeNull();
  await mutate(desk, desk.agent, 'ticketStatusChange', { id, status: 'SOLVED' });
  expect(await read(id)).toMatchObject({ status: 'SOLVED', snooze: null });
  expect(codes(await postpone(id))).toEqual(['STATUS_NOT_ALLOWED input.id']);
});

test('it is woken by hand, once; and postponed anew from the last time', async () => {
  const { id } = await desk.ticket();
  await postpone(id, { until: inMs(HOUR) });
  await postpone(id, { until: inMs(3 * HOUR) });
  clock.turn(HOUR);
  await sleep(100);
  expect((await read(id)).snooze).not.toBeNull();
  const wake = () =>
    mutate(desk, desk.agent, 'ticketWake', { id }, 'ticket { version snooze { since } }');
  const first = await wake();
  expect(first).toMatchObject({ ticket: { snooze: null }, userErrors: [] });
  expect(await wake()).toEqual(first);
});

test('what can’t be is refused, and names the field', async () => {
  const { id } = await desk.ticket();
  expect(codes(await postpone(id, { until: inMs(0) }))).toEqual(['INVALID input.until']);
  expect(codes(await postpone(id, { until: inMs(365 * 24 * HOUR + 1) }))).toEqual([
    'INVALID input.until',
  ]);
  expect(codes(await postpone(id, { until: inMs(365 * 24 * HOUR) }))).toEqual([]);
  expect(codes(await postpone(id, { wakeOnReply: false }))).toEqual(['INVALID input.wakeOnReply']);
  expect(codes(await postpone('tkt_made_up'))).toEqual(['NOT_FOUND input.id']);
});

test('requesters learn nothing of it, by no way', async () => {
  const { id } = await desk.ticket();
  const seen =
    'query ($id: ID!) { ticket(id: $id) { version updatedAt timeline { totalCount nodes { type } } } }';
  const before = await desk.ask(desk.customer, seen, { id });
  await postpone(id, { until: inMs(HOUR) });
  expect(await desk.ask(desk.customer, seen, { id })).toEqual(before);
  const answer = await desk.answer<{ ticket: { snooze: null } }>(
    desk.customer,
    'query ($id: ID!) { ticket(id: $id) { snooze { until } } }',
    { id },
  );
  expect(answer.data).toEqual({ ticket: { snooze: null } });
  expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
  for (const snoozed of [true, false]) {
    const found = await service.query<{ tickets: { totalCount: number } }>(
      desk.customer,
      'query ($snoozed: Boolean!) { tickets(filter: { snoozed: $snoozed }) { totalCount } }',
      { snoozed },
    );
    expect(dataOrThrow(found).tickets.totalCount).toBe(0);
  }
});
