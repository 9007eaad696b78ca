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
  status: string;
  handled: boolean;
  waitingSince: string | null;
  closesAt: string | null;
  mergedInto: { id: string } | null;
  resolution: { code: string; counted: boolean } | null;
  messages: { nodes: { id: string; text: string; ticket: { id: string } }[] };
  timeline: { nodes: { type: string; summary: string }[] };
}
const TICKET_FIELDS = `id number status handled waitingSince closesAt mergedInto { id } resolution { code counted }
  messages(first: 100) { nodes { id text ticket { id } } } timeline(first: 100) { nodes { type summary } }`;
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
const texts = async (id: string): Promise<string[]> =>
  (await read(id)).messages.nodes.map(({ text }) => text);
const types = async (id: string, actor?: Actor): Promise<string[]> =>
  (await read(id, actor)).timeline.nodes.map(({ type }) => type);

const OPERATION =
  'operation { id kind state at undoableUntil actor { id } tickets { nodes { id } totalCount } conflicts { field ticket { id } event { type } } }';
interface OperationView {
  id: string;
  state: string;
  tickets: { nodes: { id: string }[] };
  conflicts: { field: string; ticket: { id: string }; event: { type: string } }[];
}
const merge = (ids: string[], intoId: string, actor = desk.agent) =>
  mutate(desk, actor, 'ticketMerge', { ids, intoId }, `ticket { id } ${OPERATION}`);
const undo = (id: string, more: object = {}, actor = desk.agent) =>
  mutate(desk, actor, 'operationUndo', { id, ...more }, OPERATION);
const operationOf = (result: Result): OperationView => {
  expect(result.userErrors).toEqual([]);
  return result['operation'] as OperationView;
};
const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const write = (actor: Actor, ticketId: string, body: string, visibility = 'PUBLIC') =>
  mutate(
    desk,
    actor,
    'messageAdd',
    { ticketId, body, visibility, override: true },
    'message { id ticket { id } } ticket { id status }',
  );
const search = async (text: string): Promise<string[]> =>
  (
    await desk.ask<{ tickets: { nodes: { id: string }[] } }>(
      desk.agent,
      'query ($filter: TicketFilter) { tickets(filter: $filter) { nodes { id } } }',
      { filter: { text } },
    )
  ).tickets.nodes.map(({ id }) => id);

test('merged messages are read, search and answered in the target; the number of the source stays valid', async () => {
  const into = await desk.ticket({ subject: 'Parcel', body: 'one' });
  const from = await desk.ticket({ subject: 'Again the parcel', body: 'two zweiundvierzig' });
  await write(desk.light, from.id, 'a note', 'PRIVATE');
  const operation = operationOf(await merge([from.id], into.id));
  expect(operation).toMatchObject({
    kind: 'MERGE',
    state: 'APPLIED',
    actor: { id: desk.agent.id },
    conflicts: [],
  });
  expect(operation.tickets.nodes.map(({ id }) => id)).toEqual([into.id, from.id]);
  expect(await texts(into.id)).toEqual(['one', 'two zweiundvierzig', 'a note']);
  const merged = await read(from.id);
  expect(merged).toMatchObject({
    status: 'SOLVED',
    mergedInto: { id: into.id },
    waitingSince: null,
    resolution: { code: 'DUPLICATE', counted: false },
    messages: { nodes: [] },
  });
  expect(Date.parse(merged.closesAt!)).toBeGreaterThan(Date.now() + 29 * 24 * 3_600_000);
  expect(merged.timeline.nodes.slice(-2)).toEqual([
    { type: 'ticket.merged', summary: 'Ana merged tickets' },
    { type: 'ticket.status_changed', summary: 'Ana changed the status to “Solved”' },
  ]);
  expect((await types(into.id)).at(-1)).toBe('ticket.merged');
  expect(await search('zweiundvierzig')).toEqual([into.id]);
  expect(await search('again')).toEqual([from.id]);
  const { ticket } = await desk.ask<{ ticket: unknown }>(
    desk.customer,
    'query ($number: Int!) { ticket(number: $number) { id mergedInto { number } } }',
    { number: from.number },
  );
  expect(ticket).toEqual({ id: from.id, mergedInto: { number: into.number } });
  const lateReply = await write(desk.customer, from.id, 'three');
  expect(lateReply).toMatchObject({
    ticket: { id: into.id, status: 'NEW' },
    message: { ticket: { id: into.id } },
    userErrors: [],
  });
  expect(await read(from.id)).toMatchObject({ status: 'SOLVED', messages: { nodes: [] } });
  const data = await desk.ask<{ ticket: { operations: { id: string }[] } }>(
    desk.agent,
    'query ($id: ID!) { ticket(id: $id) { operations { id } } }',
    { id: from.id },
  );
  expect(data.ticket.operations).toEqual([{ id: operation.id }]);
});

test('an active source reopens a solved target, which then waits since the earliest wait', async () => {
  const into = await desk.ticket();
  const first = await read(into.id);
  await reply(desk, desk.agent, into.id, { status: 'SOLVED' });
  const from = await desk.ticket();
  const { waitingSince } = await read(from.id);
  const { id } = operationOf(await merge([from.id], into.id));
  expect(await read(into.id)).toMatchObject({ status: 'OPEN', waitingSince, handled: true });
  expect(operationOf(await undo(id)).state).toBe('UNDONE');
  expect(await read(into.id)).toMatchObject({
    status: 'SOLVED',
    waitingSince: null,
    number: first.number,
  });
  expect(await read(from.id)).toMatchObject({
    status: 'NEW',
    waitingSince,
    mergedInto: null,
    closesAt: null,
    resolution: null,
  });
});

test('undo after replies and notes: replies return to the ticket they were written to, timers are correct, notes stay', async () => {
  const [into, from, more] = [
    await desk.ticket({ body: 'i0' }),
    await desk.ticket({ body: 'f0' }),
    await desk.ticket({ body: 'm0' }),
  ];
  await reply(desk, desk.agent, from.id, { body: 'f1', status: 'PENDING' });
  const before = {
    into: await read(into.id),
    from: await read(from.id),
    more: await read(more.id),
  };
  const { id } = operationOf(await merge([from.id, more.id], into.id));
  expect(await texts(into.id)).toEqual(['i0', 'f0', 'm0', 'f1']);
  await write(desk.customer, from.id, 'to from');
  await write(desk.customer, into.id, 'to into');
  await write(desk.agent, more.id, 'to more');
  await write(desk.light, from.id, 'noted', 'PRIVATE');
  expect(operationOf(await undo(id))).toMatchObject({ state: 'UNDONE', conflicts: [] });
  expect(await texts(into.id)).toEqual(['i0', 'to into', 'noted']);
  expect(await texts(from.id)).toEqual(['f0', 'f1', 'to from']);
  expect(await texts(more.id)).toEqual(['m0', 'to more']);
  const after = { into: await read(into.id), from: await read(from.id), more: await read(more.id) };
  expect(after.from).toMatchObject({
    number: before.from.number,
    status: 'OPEN',
    handled: true,
    mergedInto: null,
    resolution: null,
  });
  expect(after.from.waitingSince).not.toBeNull();
  expect(after.more).toMatchObject({
    number: before.more.number,
    status: 'OPEN',
    handled: true,
    waitingSince: null,
  });
  expect(after.into).toMatchObject({ number: before.into.number, handled: false });
  expect((await types(from.id)).slice(-2)).toEqual(['operation.undone', 'ticket.status_changed']);
  expect(codes(await undo(id))).toEqual(['UNDO_EXPIRED input.id']);
  expect(await search('zweiundvierzig')).not.toContain(from.id);
});

test('an undo lists its conflicts; with `partly` it undoes the sources without conflict', async () => {
  const [into, first, second, third] = [
    await desk.ticket(),
    await desk.ticket(),
    await desk.ticket(),
    await desk.ticket(),
  ];
  const { id } = operationOf(await merge([first.id, second.id], into.id));
  const secondMerge = operationOf(await merge([into.id], third.id));
  const refused = await undo(id, { partly: true });
  expect(codes(refused)).toEqual(['UNDO_CONFLICT input.id']);
  const conflict = {
    field: 'mergedInto',
    ticket: { id: into.id },
    event: { type: 'ticket.merged' },
  };
  expect((refused['operation'] as OperationView).conflicts).toEqual([conflict, conflict]);
  expect((await read(first.id)).mergedInto).toEqual({ id: into.id });
  operationOf(await undo(secondMerge.id));
  const [, messageOfFirst] = (await read(into.id)).messages.nodes;
  const splitInput = { id: into.id, messageIds: [messageOfFirst!.id], subject: 'Split off' };
  expect(codes(await mutate(desk, desk.agent, 'ticketSplit', splitInput))).toEqual([]);
  expect(codes(await undo(id))).toEqual(['UNDO_CONFLICT input.id']);
  expect(operationOf(await undo(id, { partly: true }))).toMatchObject({
    state: 'PARTLY_UNDONE',
    conflicts: [{ field: 'messages', ticket: { id: into.id }, event: { type: 'ticket.split' } }],
  });
  expect((await read(first.id)).mergedInto).toEqual({ id: into.id });
  expect((await read(second.id)).mergedInto).toBeNull();
});

test('an undo is refused after the target got another requester', async () => {
  const [into, from] = [await desk.ticket(), await desk.ticket()];
  const { id } = operationOf(await merge([from.id], into.id));
  await mutate(desk, desk.agent, 'ticketRequesterChange', {
    id: into.id,
    requester: { email: 'else@x.example' },
  });
  const refused = await undo(id, { partly: true });
  expect(codes(refused)).toEqual(['UNDO_CONFLICT input.id']);
  expect((refused['operation'] as OperationView).conflicts).toEqual([
    { field: 'requester', ticket: { id: into.id }, event: { type: 'ticket.requester_changed' } },
  ]);
});

test('an undo does not restore the status of a target that was changed since', async () => {
  const [into, from] = [await desk.ticket(), await desk.ticket()];
  await reply(desk, desk.agent, into.id, { status: 'PENDING' });
  const { id } = operationOf(await merge([from.id], into.id));
  await mutate(desk, desk.agent, 'ticketStatusChange', { id: into.id, status: 'SOLVED' });
  expect(codes(await undo(id))).toEqual(['UNDO_CONFLICT input.id']);
  expect(operationOf(await undo(id, { partly: true })).conflicts).toEqual([
    { field: 'status', ticket: { id: into.id }, event: { type: 'ticket.status_changed' } },
  ]);
  expect(await read(into.id)).toMatchObject({ status: 'SOLVED' });
  expect(await read(from.id)).toMatchObject({ status: 'NEW', mergedInto: null });
});

test('refuses tickets of another requester, merged and unknown tickets, duplicates and the target itself', async () => {
  const [into, from] = [await desk.ticket(), await desk.ticket()];
  const { ticketCreate } = await desk.ask<{ ticketCreate: { ticket: { id: string } } }>(
    desk.stranger,
    'mutation { ticketCreate(input: { subject: "Mine", body: "secret" }) { ticket { id } } }',
  );
  expect(codes(await merge([ticketCreate.ticket.id], into.id))).toEqual(['INVALID input.ids.0']);
  expect(codes(await merge([into.id], into.id))).toEqual(['INVALID input.ids']);
  expect(codes(await merge([from.id, from.id], into.id))).toEqual(['INVALID input.ids']);
  expect(codes(await merge([from.id, 'tkt_1'], into.id))).toEqual(['NOT_FOUND input.ids.1']);
  expect(codes(await merge([], into.id))).toEqual(['INVALID input.ids']);
  expect(
    codes(
      await merge(
        Array.from({ length: 21 }, () => from.id),
        into.id,
      ),
    ),
  ).toEqual(['TOO_LONG input.ids']);
  expect(
    codes(
      await mutate(desk, desk.agent, 'ticketMerge', {
        ids: [from.id],
        intoId: into.id,
        expectedVersion: 9,
      }),
    ),
  ).toEqual(['CONFLICT input.expectedVersion']);
  operationOf(await merge([from.id], into.id));
  expect(codes(await merge([from.id], into.id))).toEqual(['ALREADY_MERGED input.ids.0']);
  expect(codes(await merge([into.id], from.id))).toEqual(['ALREADY_MERGED input.intoId']);
  expect(
    codes(await mutate(desk, desk.agent, 'ticketStatusChange', { id: from.id, status: 'OPEN' })),
  ).toEqual(['ALREADY_MERGED input.id']);
});

test('refuses to assign or escalate a merged ticket: no one would read the note there', async () => {
  const [into, from] = [await desk.ticket(), await desk.ticket()];
  operationOf(await merge([from.id], into.id));
  const refused = async (verb: string, input: object): Promise<string[]> =>
    codes(await mutate(desk, desk.agent, verb, { id: from.id, ...input }));
  expect(await refused('ticketAssign', { assigneeId: 'me', comment: 'For you' })).toEqual([
    'ALREADY_MERGED input.id',
  ]);
  expect(await refused('ticketEscalate', { toAgentId: desk.lead.id, reason: 'Too much' })).toEqual([
    'ALREADY_MERGED input.id',
  ]);
});

test('of two concurrent merges of the same tickets into each other exactly one succeeds, without a deadlock', async () => {
  for (let round = 0; round < 5; round++) {
    const [a, b] = [await desk.ticket({ body: 'a' }), await desk.ticket({ body: 'b' })];
    const results = await Promise.all([merge([a.id], b.id), merge([b.id], a.id, desk.colleague)]);
    expect(results.filter(({ userErrors }) => !userErrors.length)).toHaveLength(1);
    expect(results.flatMap(codes)).toEqual([expect.stringMatching(/^ALREADY_MERGED/)]);
    const targetId = (
      results.find(({ userErrors }) => !userErrors.length)!['ticket'] as { id: string }
    ).id;
    expect((await texts(targetId)).sort()).toEqual(['a', 'b']);
  }
});

test('of two concurrent undos one succeeds, and no concurrent reply is lost', async () => {
  const [into, from] = [await desk.ticket({ body: 'into' }), await desk.ticket({ body: 'from' })];
  const { id } = operationOf(await merge([from.id], into.id));
  const [firstUndo, secondUndo, ...replies] = await Promise.all([
    undo(id),
    undo(id, {}, desk.colleague),
    ...[1, 2, 3, 4].map((n) => write(desk.customer, from.id, `reply ${n}`)),
  ]);
  expect([...codes(firstUndo), ...codes(secondUndo)]).toEqual(['UNDO_EXPIRED input.id']);
  expect(replies.flatMap(codes)).toEqual([]);
  expect(await texts(into.id)).toEqual(['into']);
  expect((await texts(from.id)).sort()).toEqual([
    'from',
    'reply 1',
    'reply 2',
    'reply 3',
    'reply 4',
  ]);
});

test('operations are visible to agents only; requesters see the merged messages but no notes and no operations', async () => {
  const [into, from] = [await desk.ticket({ body: 'one' }), await desk.ticket({ body: 'two' })];
  await write(desk.light, from.id, 'hidden', 'PRIVATE');
  const { id } = operationOf(await merge([from.id], into.id));
  expect((await read(into.id, desk.customer)).messages.nodes.map(({ text }) => text)).toEqual([
    'one',
    'two',
  ]);
  expect(await types(from.id, desk.customer)).toEqual([
    'ticket.created',
    'message.added',
    'ticket.merged',
    'ticket.status_changed',
  ]);
  expect(await read(into.id, desk.stranger)).toBeNull();
  const node = async (actor: Actor): Promise<unknown> =>
    (await desk.ask<{ node: unknown }>(actor, 'query ($id: ID!) { node(id: $id) { id } }', { id }))
      .node;
  expect(await node(desk.agent)).toEqual({ id });
  for (const actor of [desk.customer, desk.stranger, desk.light, desk.analyst])
    expect(await node(actor)).toBeNull();
  for (const actor of [desk.customer, desk.light, desk.analyst]) {
    const { errors } = await desk.answer(
      actor,
      'mutation ($id: ID!) { operationUndo(input: { id: $id }) { userErrors { code } } }',
      {
        id,
      },
    );
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  }
  const elsewhere = await openDesk(service);
  expect(codes(await mutate(elsewhere, elsewhere.agent, 'operationUndo', { id }))).toEqual([
    'NOT_FOUND input.id',
  ]);
});

test('a merge into a permanently deleted ticket cannot be undone', async () => {
  const [into, from] = [await desk.ticket(), await desk.ticket()];
  const { id } = operationOf(await merge([from.id], into.id));
  await mutate(desk, desk.lead, 'ticketDelete', { id: into.id });
  await mutate(desk, desk.admin, 'ticketPurge', { id: into.id });
  expect(codes(await undo(id))).toEqual(['UNDO_EXPIRED input.id']);
});
