import 'reflect-metadata';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type TestService, dataOrThrow } from '@deskgraph/common/testing/testing';
import { stopClock } from '../../../testing/clock.ts';
import { type Desk, mutate, openDesk, reply } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { runDueTasks, waitFor } from '../../../testing/scheduler.ts';
import { subscriptionClientOf, LiveListClient } from '../../../testing/live-list-client.ts';

const HOUR = 3_600_000;

let service: TestService;
let desk: Desk;
let clock: ReturnType<typeof stopClock>;

beforeAll(async () => {
  service = await startOwnTickets();
  clock = stopClock(service);
  desk = await openDesk(service);
});
afterAll(async () => {
  jest.useRealTimers();
  await service.stop();
});

interface TicketView {
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
const read = async (id: string): Promise<TicketView> =>
  (
    await desk.ask<{ ticket: TicketView }>(
      desk.agent,
      `query ($id: ID!) { ticket(id: $id) { status version snooze { until wakeOnReply since by { id } }
        timeline(last: 2) { nodes { type actor { id } changes { field from to } summary } } } }`,
      { id },
    )
  ).ticket;
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const snooze = (id: string, more: object = {}) =>
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

test('a snoozed ticket leaves the queue, shows the snooze and its author, and returns at its end, not a millisecond earlier', async () => {
  const { id } = await desk.ticket();
  const client = subscriptionClientOf(desk, desk.agent);
  const queue = new LiveListClient(
    desk,
    desk.agent,
    { filter: { snoozed: false, id: { eq: id } } },
    client,
  );
  await queue.until(({ view }) => view?.totalCount === 1);
  const instant = inMs(HOUR);
  expect(codes(await snooze(id, { until: instant }))).toEqual([]);
  await queue.until(({ view }) => view?.totalCount === 0);
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
    summary: 'Ana snoozed the ticket',
  });
  expect(await idsOf({ snoozed: true })).toContain(id);
  expect(await idsOf({ snoozed: false })).not.toContain(id);
  clock.advance(HOUR - 2);
  await runDueTasks(desk, clock);
  expect((await read(id)).snooze).not.toBeNull();
  clock.advance(1);
  await queue.until(({ view }) => view?.totalCount === 1);
  expect((await read(id)).timeline.nodes.at(-1)).toMatchObject({
    type: 'ticket.woken',
    actor: { id: 'sys' },
  });
  queue.stop();
  await client.dispose();
});

test('a reply of the requester ends a snooze, unless wakeOnReply is false', async () => {
  const [withEnd, deaf, endless] = await Promise.all([desk.ticket(), desk.ticket(), desk.ticket()]);
  await snooze(withEnd.id, { until: inMs(HOUR) });
  await snooze(deaf.id, { until: inMs(HOUR), wakeOnReply: false });
  await snooze(endless.id);
  for (const { id } of [withEnd, deaf, endless]) await write(id);
  expect((await read(withEnd.id)).snooze).toBeNull();
  expect((await read(withEnd.id)).timeline.nodes.map(({ type }) => type)).toEqual([
    'message.added',
    'ticket.woken',
  ]);
  expect((await read(deaf.id)).snooze).toMatchObject({ wakeOnReply: false });
  expect((await read(endless.id)).snooze).toBeNull();
  clock.advance(HOUR);
  await waitFor(async () => (await read(deaf.id)).snooze === null);
});

test('a reply of an agent, a note and a change of status do not end a snooze; SOLVED does', async () => {
  const { id } = await desk.ticket();
  await snooze(id, { until: inMs(HOUR) });
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
  expect(codes(await snooze(id))).toEqual(['STATUS_NOT_ALLOWED input.id']);
});

test('a second snooze replaces the first one; ticketWake ends it, and a second call changes nothing', async () => {
  const { id } = await desk.ticket();
  await snooze(id, { until: inMs(HOUR) });
  await snooze(id, { until: inMs(3 * HOUR) });
  clock.advance(HOUR);
  await runDueTasks(desk, clock);
  expect((await read(id)).snooze).not.toBeNull();
  const wake = () =>
    mutate(desk, desk.agent, 'ticketWake', { id }, 'ticket { version snooze { since } }');
  const first = await wake();
  expect(first).toMatchObject({ ticket: { snooze: null }, userErrors: [] });
  expect(await wake()).toEqual(first);
});

test('refuses invalid input and names the field', async () => {
  const { id } = await desk.ticket();
  expect(codes(await snooze(id, { until: inMs(0) }))).toEqual(['INVALID input.until']);
  expect(codes(await snooze(id, { until: inMs(365 * 24 * HOUR + 1) }))).toEqual([
    'INVALID input.until',
  ]);
  expect(codes(await snooze(id, { until: inMs(365 * 24 * HOUR) }))).toEqual([]);
  expect(codes(await snooze(id, { wakeOnReply: false }))).toEqual(['INVALID input.wakeOnReply']);
  expect(codes(await snooze('tkt_made_up'))).toEqual(['NOT_FOUND input.id']);
});

test('requesters do not notice a snooze: not by version, timeline, field or filter', async () => {
  const { id } = await desk.ticket();
  const query =
    'query ($id: ID!) { ticket(id: $id) { version updatedAt timeline { totalCount nodes { type } } } }';
  const before = await desk.ask(desk.customer, query, { id });
  await snooze(id, { until: inMs(HOUR) });
  expect(await desk.ask(desk.customer, query, { id })).toEqual(before);
  const response = await desk.answer<{ ticket: { snooze: null } }>(
    desk.customer,
    'query ($id: ID!) { ticket(id: $id) { snooze { until } } }',
    { id },
  );
  expect(response.data).toEqual({ ticket: { snooze: null } });
  expect(response.errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
  for (const snoozed of [true, false]) {
    const result = await service.query<{ tickets: { totalCount: number } }>(
      desk.customer,
      'query ($snoozed: Boolean!) { tickets(filter: { snoozed: $snoozed }) { totalCount } }',
      { snoozed },
    );
    expect(dataOrThrow(result).tickets.totalCount).toBe(0);
  }
});
