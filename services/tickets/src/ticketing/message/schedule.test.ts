// oxlint-disable node/no-process-env -- the environment configures the folder of the files
import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '@deskgraph/common/auth/access';
import { schedulerOf, startScheduler } from '@deskgraph/common/jobs/scheduler';
import type { TestService } from '@deskgraph/common/testing/testing';
import { stopClock } from '../../../testing/clock.ts';
import { type Desk, mutate, openDesk, reply } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { runDueTasks, waitFor } from '../../../testing/scheduler.ts';
import { upload } from '../../../testing/upload.ts';
import { sendMessagesTask } from './schedule.ts';

const HOUR = 3_600_000;

let folder: string;
let service: TestService;
let desk: Desk;
let clock: ReturnType<typeof stopClock>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'));
  process.env['FILES_DIR'] = folder;
  service = await startOwnTickets();
  clock = stopClock(service);
  desk = await openDesk(service);
});
afterEach(() => mutate(desk, desk.admin, 'settingsUpdate', { undoSendSeconds: 0 }));
afterAll(async () => {
  jest.useRealTimers();
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

interface MessageView {
  id: string;
  text: string;
  delivery: string;
  visibility: string;
  sendAt: string | null;
  deliveryError: string | null;
  createdAt: string;
}
interface TicketView {
  status: string;
  version: number;
  updatedAt: string;
  waitingSince: string | null;
  handled: boolean;
  firstReplyAt: string | null;
  messages: { totalCount: number; nodes: MessageView[] };
  timeline: {
    totalCount: number;
    nodes: { type: string; summary: string; actor: { id: string } }[];
  };
}
const READ = `query ($id: ID!) { ticket(id: $id) { status version updatedAt waitingSince handled firstReplyAt attachments { id }
  messages { totalCount nodes { id text delivery visibility sendAt deliveryError createdAt } }
  timeline { totalCount nodes { type summary actor { id } } } } }`;
const read = async (id: string, actor: Actor = desk.agent): Promise<TicketView> =>
  (await desk.ask<{ ticket: TicketView }>(actor, READ, { id })).ticket;
const last = async (id: string): Promise<MessageView> => (await read(id)).messages.nodes.at(-1)!;
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const codes = (payload: { userErrors: { code: string; field: string[] | null }[] }) =>
  payload.userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const scheduleReply = async (ticketId: string, more: object = {}): Promise<string> => {
  const payload = await reply(desk, desk.agent, ticketId, {
    body: 'An answer for later',
    sendAt: inMs(HOUR),
    ...more,
  });
  expect(codes(payload)).toEqual([]);
  return (payload['message'] as { id: string }).id;
};
const replyOfCustomer = (ticketId: string, body = 'And now?') =>
  mutate(desk, desk.customer, 'messageAdd', { ticketId, visibility: 'PUBLIC', body });
const cancel = (id: string, actor: Actor = desk.agent) =>
  mutate(desk, actor, 'messageCancel', { id }, 'message { id delivery deliveryError }');
const sent = (id: string) =>
  waitFor(async () =>
    (await read(id)).messages.nodes.every(({ delivery }) => delivery !== 'SCHEDULED'),
  );

test('a scheduled reply is visible to the staff only until it is sent; then it updates response timers and status', async () => {
  const { id } = await desk.ticket();
  const before = await read(id);
  const instant = inMs(HOUR);
  await scheduleReply(id, { sendAt: instant, status: 'PENDING' });
  expect(await last(id)).toMatchObject({
    delivery: 'SCHEDULED',
    visibility: 'PRIVATE',
    sendAt: instant,
  });
  expect(await read(id)).toMatchObject({
    status: 'NEW',
    handled: false,
    firstReplyAt: null,
    waitingSince: before.waitingSince,
  });
  clock.advance(HOUR - 2);
  await runDueTasks(desk, clock);
  expect(await last(id)).toMatchObject({ delivery: 'SCHEDULED' });
  clock.advance(1);
  await sent(id);
  const now = new Date().toISOString();
  expect(await read(id)).toMatchObject({
    status: 'PENDING',
    handled: true,
    firstReplyAt: now,
    waitingSince: null,
  });
  expect(await last(id)).toMatchObject({
    delivery: 'SENT',
    visibility: 'PUBLIC',
    sendAt: null,
    createdAt: now,
  });
  const { nodes } = (await read(id, desk.customer)).timeline;
  expect(nodes.map(({ type, actor }) => [type, actor.id])).toEqual([
    ['ticket.created', desk.customer.id],
    ['message.added', desk.customer.id],
    ['message.added', desk.agent.id],
    ['ticket.status_changed', desk.agent.id],
  ]);
});

test('requesters do not notice scheduled or cancelled replies: not in the ticket, by id or by search', async () => {
  const { id } = await desk.ticket();
  const before = await read(id, desk.customer);
  const scheduled = await scheduleReply(id, { body: 'qzebra for later' });
  const cancelled = await scheduleReply(id, { body: 'qzebra taken back', sendAt: inMs(2 * HOUR) });
  expect(await read(id, desk.customer)).toEqual(before);
  await cancel(cancelled);
  expect(await read(id, desk.customer)).toEqual(before);
  const { nodes, tickets } = await desk.ask<{ nodes: unknown[]; tickets: { totalCount: number } }>(
    desk.customer,
    'query ($ids: [ID!]!) { nodes(ids: $ids) { id } tickets(filter: { text: "qzebra" }) { totalCount } }',
    { ids: [scheduled, cancelled] },
  );
  expect(nodes).toEqual([null, null]);
  expect(tickets.totalCount).toBe(0);
  const { tickets: foundByStaff } = await desk.ask<{ tickets: { totalCount: number } }>(
    desk.agent,
    '{ tickets(filter: { text: "qzebra" }) { totalCount } }',
  );
  expect(foundByStaff.totalCount).toBe(1);
  clock.advance(2 * HOUR);
  await sent(id);
  const after = await read(id, desk.customer);
  expect(after.messages.nodes.map(({ text }) => text)).toEqual([
    'It should have come on Monday.',
    'qzebra for later',
  ]);
  const { tickets: foundByCustomer } = await desk.ask<{ tickets: { totalCount: number } }>(
    desk.customer,
    '{ tickets(filter: { text: "qzebra" }) { totalCount } }',
  );
  expect(foundByCustomer.totalCount).toBe(1);
});

test('replies of agents wait for the undo window and can be cancelled; notes and messages of apps are sent at once', async () => {
  await mutate(desk, desk.admin, 'settingsUpdate', { undoSendSeconds: 10 });
  const { id } = await desk.ticket();
  await reply(desk, desk.agent, id);
  expect(await last(id)).toMatchObject({ delivery: 'SCHEDULED', sendAt: inMs(10_000) });
  const { id: first } = await last(id);
  expect(await cancel(first, desk.colleague)).toEqual({
    message: { id: first, delivery: 'CANCELLED', deliveryError: null },
    userErrors: [],
  });
  expect(codes(await cancel(first))).toEqual([]);
  await mutate(desk, desk.agent, 'messageAdd', {
    ticketId: id,
    visibility: 'PRIVATE',
    body: 'A note',
  });
  expect(await last(id)).toMatchObject({ delivery: 'INBOUND', sendAt: null });
  await mutate(desk, desk.partner, 'messageAdd', {
    ticketId: id,
    visibility: 'PUBLIC',
    body: 'By an app',
  });
  expect(await last(id)).toMatchObject({ delivery: 'SENT', sendAt: null });
  await reply(desk, desk.agent, id, { body: 'Again' });
  await replyOfCustomer(id);
  clock.advance(10_000);
  await sent(id);
  expect((await read(id, desk.customer)).messages.nodes.map(({ text }) => text)).toEqual([
    'It should have come on Monday.',
    'By an app',
    'And now?',
    'Again',
  ]);
  const { id: again } = (await read(id)).messages.nodes.find(({ text }) => text === 'Again')!;
  expect(codes(await cancel(again))).toEqual(['ALREADY_SENT input.id']);
});

test('a message of the requester cancels scheduled replies, unless cancelOnReply is false', async () => {
  const { id } = await desk.ticket();
  const cancelled = await scheduleReply(id);
  const independent = await scheduleReply(id, { cancelOnReply: false, sendAt: inMs(2 * HOUR) });
  await replyOfCustomer(id);
  const { messages, timeline } = await read(id);
  const state = new Map(messages.nodes.map((message) => [message.id, message]));
  expect(state.get(cancelled)).toMatchObject({
    delivery: 'CANCELLED',
    deliveryError: 'The requester wrote before it was sent.',
  });
  expect(state.get(independent)).toMatchObject({ delivery: 'SCHEDULED' });
  expect(timeline.nodes.at(-1)).toMatchObject({ type: 'message.cancelled', actor: { id: 'sys' } });
  clock.advance(2 * HOUR);
  await sent(id);
  expect((await read(id, desk.customer)).messages.nodes).toHaveLength(3);
});

test('changing the requester cancels scheduled replies, so that none is sent to another requester', async () => {
  const { id } = await desk.ticket();
  const file = await upload(desk, desk.agent, new Uint8Array(Buffer.from('for one person')));
  const scheduled = await scheduleReply(id, { cancelOnReply: false, attachmentIds: [file] });
  await mutate(desk, desk.admin, 'settingsUpdate', { undoSendSeconds: 60 });
  await reply(desk, desk.agent, id, { body: 'An answer just now' });
  const change = (email: string) =>
    mutate(desk, desk.colleague, 'ticketRequesterChange', { id, requester: { email } });
  expect(codes(await change('next@post.example'))).toEqual([]);
  const { messages, timeline } = await read(id);
  const deliveryError = 'The ticket became somebody else’s before it was sent.';
  expect(messages.nodes.slice(1)).toMatchObject([
    { id: scheduled, delivery: 'CANCELLED', deliveryError },
    { text: 'An answer just now', delivery: 'CANCELLED', deliveryError },
  ]);
  expect(timeline.nodes.slice(-3).map(({ type, actor }) => [type, actor.id])).toEqual([
    ['ticket.requester_changed', desk.colleague.id],
    ['message.cancelled', 'sys'],
    ['message.cancelled', 'sys'],
  ]);
  await scheduleReply(id, { body: 'To the next one', attachmentIds: [file] });
  expect(codes(await change('next@post.example'))).toEqual([]);
  clock.advance(HOUR);
  await sent(id);
  expect(await last(id)).toMatchObject({ text: 'To the next one', delivery: 'SENT' });
});

test('scheduled replies follow their ticket through a merge and its undo; of a closed or deleted ticket they are cancelled', async () => {
  const [from, into, closed, deleted] = await Promise.all([
    desk.ticket(),
    desk.ticket(),
    desk.ticket(),
    desk.ticket(),
  ]);
  await scheduleReply(from.id, { body: 'Follows' });
  const merge = await mutate(
    desk,
    desk.agent,
    'ticketMerge',
    { ids: [from.id], intoId: into.id },
    'operation { id }',
  );
  await scheduleReply(into.id, { body: 'Stays', sendAt: inMs(2 * HOUR) });
  clock.advance(HOUR);
  await waitFor(async () =>
    (await read(into.id, desk.customer)).messages.nodes.some(({ text }) => text === 'Follows'),
  );
  await scheduleReply(from.id, { body: 'Goes back' });
  expect(
    codes(
      await mutate(desk, desk.agent, 'operationUndo', {
        id: (merge['operation'] as { id: string }).id,
      }),
    ),
  ).toEqual([]);
  clock.advance(HOUR);
  await sent(from.id);
  await sent(into.id);
  const texts = async (id: string) =>
    (await read(id, desk.customer)).messages.nodes.slice(1).map(({ text }) => text);
  expect(await texts(from.id)).toEqual(['Follows', 'Goes back']);
  expect(await texts(into.id)).toEqual(['Stays']);

  const [first, second] = [
    await scheduleReply(closed.id, { sendAt: inMs(29 * 24 * HOUR) }),
    await scheduleReply(deleted.id, { sendAt: inMs(HOUR) }),
  ];
  await mutate(desk, desk.agent, 'ticketStatusChange', {
    id: closed.id,
    status: 'SOLVED',
    resolutionCode: 'NO_REPLY',
  });
  await mutate(desk, desk.lead, 'ticketDelete', { id: deleted.id });
  clock.advance(HOUR);
  await waitFor(async () =>
    (await read(deleted.id, desk.lead)).messages.nodes.some(
      ({ delivery }) => delivery === 'CANCELLED',
    ),
  );
  expect((await read(deleted.id, desk.lead)).messages.nodes.at(-1)).toMatchObject({
    id: second,
    deliveryError: expect.stringMatching(/bin/),
  });
  clock.advance(28 * 24 * HOUR);
  await waitFor(async () => (await read(closed.id)).status === 'CLOSED');
  clock.advance(24 * HOUR);
  await sent(closed.id);
  expect(await last(closed.id)).toMatchObject({
    id: first,
    delivery: 'CANCELLED',
    deliveryError: expect.stringMatching(/closed/),
  });
});

test('the files of a scheduled reply are visible to the staff only, and can be sent again after it is cancelled', async () => {
  const { id } = await desk.ticket();
  const file = await upload(desk, desk.agent, new Uint8Array(Buffer.from('qzebra')));
  const message = await scheduleReply(id, { attachmentIds: [file] });
  const visibleTo = async (actor: Actor): Promise<unknown> =>
    desk.ask(
      actor,
      'query ($id: ID!, $file: ID!) { ticket(id: $id) { attachments { id } } node(id: $file) { id } }',
      { id, file },
    );
  expect(await visibleTo(desk.customer)).toEqual({ ticket: { attachments: [] }, node: null });
  expect(await visibleTo(desk.colleague)).toEqual({
    ticket: { attachments: [{ id: file }] },
    node: { id: file },
  });
  await cancel(message);
  expect(await visibleTo(desk.colleague)).toEqual({ ticket: { attachments: [] }, node: null });
  await reply(desk, desk.agent, id, { attachmentIds: [file] });
  expect(await visibleTo(desk.customer)).toEqual({
    ticket: { attachments: [{ id: file }] },
    node: { id: file },
  });
});

test('a redacted text is not sent; a reply that is redacted as a whole is cancelled', async () => {
  const { id } = await desk.ticket();
  const [part, whole] = [
    await scheduleReply(id, { body: 'The code is 4711.' }),
    await scheduleReply(id),
  ];
  await mutate(desk, desk.lead, 'messageRedact', { id: part, text: '4711' });
  await mutate(desk, desk.lead, 'messageRedact', { id: whole });
  clock.advance(HOUR);
  await sent(id);
  expect((await read(id, desk.customer)).messages.nodes.slice(1).map(({ text }) => text)).toEqual([
    'The code is [redacted].',
  ]);
});

test('a reply is sent although its change of status is no longer possible', async () => {
  const { id } = await desk.ticket();
  await scheduleReply(id, { status: 'SOLVED' });
  await mutate(desk, desk.agent, 'ticketStatusChange', {
    id,
    status: 'SOLVED',
    resolutionCode: 'NO_REPLY',
  });
  clock.advance(HOUR);
  await sent(id);
  expect(await read(id)).toMatchObject({ status: 'SOLVED', handled: true });
});

test('refuses invalid input and names the field', async () => {
  const { id } = await desk.ticket();
  const codesOf = async (actor: Actor, more: object) =>
    codes(await reply(desk, actor, id, { sendAt: inMs(HOUR), ...more }));
  expect(await codesOf(desk.agent, { sendAt: inMs(0) })).toEqual(['INVALID input.sendAt']);
  expect(await codesOf(desk.agent, { sendAt: inMs(365 * 24 * HOUR + 1) })).toEqual([
    'INVALID input.sendAt',
  ]);
  expect(await codesOf(desk.agent, { visibility: 'PRIVATE' })).toEqual(['INVALID input.sendAt']);
  expect(await codesOf(desk.agent, { status: 'CLOSED' })).toEqual(['CLOSE_BY_HAND input.status']);
  expect(await codesOf(desk.customer, { seen: null })).toEqual(['FORBIDDEN input.sendAt']);
  for (let n = 0; n < 20; n++) await scheduleReply(id);
  expect(await codesOf(desk.agent, {})).toEqual(['LIMIT_REACHED input.sendAt']);
  expect(codes(await cancel('msg_made_up'))).toEqual(['NOT_FOUND input.id']);
  expect(codes(await mutate(desk, desk.admin, 'settingsUpdate', { undoSendSeconds: 61 }))).toEqual([
    'INVALID input.undoSendSeconds',
  ]);
});

test('a reply is sent once, also with several schedulers and after the first one has stopped', async () => {
  const { id } = await desk.ticket();
  for (let n = 0; n < 5; n++)
    await scheduleReply(id, { body: `Part ${n}`, sendAt: inMs(HOUR + n) });
  const { orm, log } = service.service;
  await schedulerOf(orm)!.stop();
  clock.advance(2 * HOUR);
  const rivals = [1, 2].map(() =>
    startScheduler({ orm, log, url: service.database.url, tasks: [sendMessagesTask] }),
  );
  await sent(id);
  await Promise.all(rivals.map((rival) => rival.stop()));
  const { messages, timeline } = await read(id, desk.customer);
  expect(messages.nodes.slice(1).map(({ text }) => text)).toEqual([
    'Part 0',
    'Part 1',
    'Part 2',
    'Part 3',
    'Part 4',
  ]);
  expect(timeline.nodes.filter(({ type }) => type === 'message.added')).toHaveLength(6);
});
