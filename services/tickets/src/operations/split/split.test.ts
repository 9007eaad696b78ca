import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import type { TestClient } from '@deskgraph/common/testing/client';
import {
  type Desk,
  type Result,
  mutate,
  openDesk,
  reply,
  startTickets,
} from '../../../testing/desk.ts';

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface TicketView {
  id: string;
  number: number;
  subject: string;
  description: string;
  status: string;
  origin: string;
  handled: boolean;
  waitingSince: string | null;
  department: { id: string } | null;
  splitFrom: { id: string } | null;
  mergedInto: { id: string } | null;
  messages: { nodes: { id: string; text: string; createdAt: string }[] };
  timeline: { nodes: { type: string; summary: string }[] };
}
const TICKET_FIELDS = `id number subject description status origin handled waitingSince department { id } splitFrom { id } mergedInto { id }
  messages(first: 100) { nodes { id text createdAt } } timeline(first: 100) { nodes { type summary } }`;
const read = async (id: string, actor: Actor = desk.agent): Promise<TicketView> =>
  (
    await desk.ask<{ ticket: TicketView }>(
      actor,
      `query ($id: ID!) { ticket(id: $id) { ${TICKET_FIELDS} } }`,
      {
        id,
      },
    )
  ).ticket;
const texts = async (id: string, actor?: Actor): Promise<string[]> =>
  (await read(id, actor)).messages.nodes.map(({ text }) => text);
const split = (id: string, messageIds: string[], more: object = {}, actor = desk.agent) =>
  mutate(
    desk,
    actor,
    'ticketSplit',
    { id, messageIds, subject: 'Another matter', ...more },
    `ticket { id } newTicket { ${TICKET_FIELDS} } operation { id kind state }`,
  );
const undo = (id: string, more: object = {}) =>
  mutate(
    desk,
    desk.agent,
    'operationUndo',
    { id, ...more },
    'operation { id state conflicts { field ticket { id } event { type } } }',
  );
const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const write = async (
  actor: Actor,
  ticketId: string,
  body: string,
  visibility = 'PUBLIC',
): Promise<string> =>
  (
    (
      await mutate(
        desk,
        actor,
        'messageAdd',
        { ticketId, body, visibility, override: true },
        'message { id }',
      )
    )['message'] as { id: string }
  ).id;
const splitOf = (result: Result): { newTicket: TicketView; operation: { id: string } } => {
  expect(result.userErrors).toEqual([]);
  return result as never;
};

test('moves messages into a new ticket of another department; the two tickets refer to each other', async () => {
  const { id } = await desk.ticket({ body: 'My bill' });
  const other = await write(desk.customer, id, 'And my printer is on fire');
  const note = await write(desk.light, id, 'it really burns', 'PRIVATE');
  const { newTicket, operation } = splitOf(
    await split(id, [note, other], { departmentId: desk.departmentId }),
  );
  const old = await read(id);
  expect(newTicket).toMatchObject({
    number: old.number + 1,
    subject: 'Another matter',
    description: 'And my printer is on fire',
    status: 'NEW',
    origin: 'SPLIT',
    handled: false,
    department: { id: desk.departmentId },
    splitFrom: { id },
    mergedInto: null,
  });
  expect(operation).toMatchObject({ kind: 'SPLIT', state: 'APPLIED' });
  expect(await texts(newTicket.id)).toEqual(['And my printer is on fire', 'it really burns']);
  expect(await texts(newTicket.id, desk.customer)).toEqual(['And my printer is on fire']);
  expect(await texts(id)).toEqual(['My bill']);
  expect(newTicket.waitingSince).toBe(newTicket.messages.nodes[0]!.createdAt);
  expect(old.waitingSince).toBe(old.messages.nodes[0]!.createdAt);
  expect((await read(newTicket.id)).timeline.nodes.map(({ type }) => type)).toEqual([
    'ticket.created',
    'ticket.split',
  ]);
  expect(old.timeline.nodes.at(-1)).toEqual({
    type: 'ticket.split',
    summary: 'Ana moved messages to a new ticket',
  });
  expect((await read(newTicket.id, desk.customer)).timeline.nodes.map(({ type }) => type)).toEqual([
    'ticket.created',
    'ticket.split',
  ]);
});

test('the response timers of both tickets follow the messages that they have after the split', async () => {
  const { id } = await desk.ticket({ body: 'one' });
  const answer = (
    (await reply(desk, desk.agent, id, { body: 'answered' }))['message'] as { id: string }
  ).id;
  const question = await write(desk.customer, id, 'two');
  const first = splitOf(await split(id, [question]));
  expect(await read(id)).toMatchObject({ waitingSince: null, handled: true, status: 'OPEN' });
  expect(first.newTicket).toMatchObject({ status: 'NEW' });
  const second = splitOf(await split(id, [answer]));
  expect(second.newTicket).toMatchObject({ status: 'OPEN', handled: true, waitingSince: null });
});

test('an undo merges the new ticket, with the messages since, into the old one', async () => {
  const { id } = await desk.ticket({ body: 'one' });
  const moved = await write(desk.customer, id, 'two');
  const before = await read(id);
  const { newTicket, operation } = splitOf(await split(id, [moved]));
  await write(desk.customer, newTicket.id, 'three');
  await write(desk.light, newTicket.id, 'noted', 'PRIVATE');
  expect(codes(await undo(operation.id))).toEqual([]);
  expect(await texts(id)).toEqual(['one', 'two', 'three', 'noted']);
  expect(await read(id)).toMatchObject({
    waitingSince: before.waitingSince,
    status: before.status,
    number: before.number,
  });
  expect(await read(newTicket.id)).toMatchObject({
    status: 'SOLVED',
    mergedInto: { id },
    splitFrom: { id },
    messages: { nodes: [] },
  });
  await write(desk.customer, newTicket.id, 'four');
  expect((await texts(id)).at(-1)).toBe('four');
  expect(codes(await undo(operation.id))).toEqual(['UNDO_EXPIRED input.id']);
  expect((await desk.ticket()).number).toBe(newTicket.number + 1);
});

test('an undo restores no wait that was answered before the split and does not reopen the old ticket for it', async () => {
  const { id } = await desk.ticket({ body: 'one' });
  const question = await write(desk.customer, id, 'two');
  await reply(desk, desk.agent, id, { body: 'answered', status: 'PENDING' });
  const first = splitOf(await split(id, [question]));
  expect(codes(await undo(first.operation.id))).toEqual([]);
  expect(await read(id)).toMatchObject({ status: 'PENDING', waitingSince: null });
  const second = splitOf(await split(id, [question]));
  const messageSince = await write(desk.customer, second.newTicket.id, 'three');
  expect(codes(await undo(second.operation.id))).toEqual([]);
  const current = await read(id);
  const lastMessage = current.messages.nodes.find((message) => message.id === messageSince)!;
  expect(current).toMatchObject({ status: 'OPEN', waitingSince: lastMessage.createdAt });
});

test('a merge cannot be undone while messages of a source are split off; after the undo of the split it can', async () => {
  const [into, from] = [await desk.ticket({ body: 'into' }), await desk.ticket({ body: 'from' })];
  const more = await write(desk.customer, from.id, 'more');
  const merged = await mutate(
    desk,
    desk.agent,
    'ticketMerge',
    { ids: [from.id], intoId: into.id },
    'operation { id }',
  );
  const merge = (merged['operation'] as { id: string }).id;
  const { newTicket, operation } = splitOf(await split(into.id, [more]));
  const refused = await undo(merge, { partly: true });
  expect(codes(refused)).toEqual(['UNDO_CONFLICT input.id']);
  expect((refused['operation'] as { conflicts: unknown[] }).conflicts).toEqual([
    { field: 'messages', ticket: { id: into.id }, event: { type: 'ticket.split' } },
  ]);
  expect(codes(await undo(operation.id))).toEqual([]);
  expect(await texts(into.id)).toEqual(['into', 'from', 'more']);
  expect(codes(await undo(merge))).toEqual([]);
  expect(await texts(from.id)).toEqual(['from', 'more']);
  expect(await texts(into.id)).toEqual(['into']);
  expect(await texts(newTicket.id)).toEqual([]);
});

test('refuses unknown messages, all messages of a ticket and unknown departments; one idempotency key splits once', async () => {
  const { id } = await desk.ticket({ body: 'one' });
  const [only] = (await read(id)).messages.nodes;
  expect(codes(await split(id, [only!.id]))).toEqual(['INVALID input.messageIds']);
  const two = await write(desk.customer, id, 'two');
  const elsewhere = await write(desk.customer, (await desk.ticket()).id, 'elsewhere');
  expect(codes(await split(id, [two, elsewhere]))).toEqual(['NOT_FOUND input.messageIds.1']);
  expect(codes(await split(id, []))).toEqual(['INVALID input.messageIds']);
  expect(codes(await split(id, [two], { departmentId: 'dep_1' }))).toEqual([
    'NOT_FOUND input.departmentId',
  ]);
  const twice = await Promise.all(
    [1, 2].map(() => split(id, [two, two], { idempotencyKey: 'once' })),
  );
  const newTicketIds = twice.map(splitOf).map(({ newTicket }) => newTicket.id);
  expect(new Set(newTicketIds).size).toBe(1);
  expect(await texts(newTicketIds[0]!)).toEqual(['two']);
});
