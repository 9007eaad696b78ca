import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import { type TestClient } from '@deskgraph/common/testing/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Desk, type Result, mutate, openDesk, startTickets } from '../../../testing/desk.ts';

let service: TestClient;
let desk: Desk;
let member: Actor;
let memberLead: Actor;

beforeAll(async () => {
  service = await startTickets();
});
beforeEach(async () => {
  desk = await openDesk(service);
  member = { ...desk.agent, departments: [desk.departmentId] };
  memberLead = { ...desk.lead, departments: [desk.departmentId] };
});
afterAll(() => service.stop());

interface MacroView {
  id: string;
  name: string;
  version: number;
  usage: number;
  department: { id: string } | null;
  actions: object[];
}
const MACRO_FIELDS =
  'id name version usage department { id } actions { status priority departmentId assigneeId addTags removeTags replyId note snooze }';

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const createMacro = (actions: object[], input: object = {}, actor = desk.lead) =>
  mutate(
    desk,
    actor,
    'macroCreate',
    { name: 'Refund', actions, ...input },
    `macro { ${MACRO_FIELDS} }`,
  );
const updateMacro = (input: object, actor = desk.lead) =>
  mutate(desk, actor, 'macroUpdate', input, `macro { ${MACRO_FIELDS} }`);
const applyMacro = (input: object, actor = desk.agent) =>
  mutate(
    desk,
    actor,
    'macroApply',
    input,
    'ticket { status priority department { id } assignee { id } tags { name } snooze { until } messages { nodes { text visibility } } timeline { nodes { type } } } unseenActivity { events { type } }',
  );
const macroIn = (payload: Result): MacroView => {
  expect(codes(payload)).toEqual([]);
  return payload['macro'] as MacroView;
};
const readCursor = async (id: string): Promise<string> =>
  (
    await desk.ask<{ ticket: { cursor: string } }>(
      desk.agent,
      'query ($id: ID!) { ticket(id: $id) { cursor } }',
      { id },
    )
  ).ticket.cursor;
const createCannedResponse = async (body: string): Promise<string> => {
  const created = await mutate(
    desk,
    desk.lead,
    'cannedResponseCreate',
    { title: 'Answer', body },
    'cannedResponse { id }',
  );
  return (created['cannedResponse'] as { id: string }).id;
};

test('applies all actions of a macro to a ticket, and each event carries the macro as its cause', async () => {
  const replyId = await createCannedResponse('Hello {{requester.name}}');
  const { id } = macroIn(
    await createMacro([
      { assigneeId: 'me', departmentId: desk.departmentId, priority: 'HIGH', addTags: ['Refund'] },
      { note: 'Paid back', replyId, status: 'SOLVED' },
    ]),
  );
  const { id: ticketId } = await desk.ticket();
  const { ticket, userErrors } = await applyMacro({
    id,
    ticketId,
    seen: await readCursor(ticketId),
  });
  expect(userErrors).toEqual([]);
  expect(ticket).toMatchObject({
    status: 'SOLVED',
    priority: 'HIGH',
    department: { id: desk.departmentId },
    assignee: { id: desk.agent.id },
    tags: [{ name: 'refund' }],
    messages: {
      nodes: [
        {},
        { text: 'Paid back', visibility: 'PRIVATE' },
        { text: 'Hello Marta', visibility: 'PUBLIC' },
      ],
    },
  });
  const owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  const { rows } = await owner.query<{ type: string; because: object | null }>(
    `select type, data -> 'because' as because from (
       select type, data, at from event_log where subject = $1 union all select type, data, at from outbox where subject = $1) events
     where type not in ('ticket.created') order by at`,
    [ticketId],
  );
  await owner.end();
  const causedEvents = rows.filter(({ because }) => because !== null);
  expect(causedEvents.map(({ type }) => type).toSorted()).toEqual(
    [
      'message.added',
      'message.added',
      'ticket.assigned',
      'ticket.status_changed',
      'ticket.status_changed',
      'ticket.updated',
    ].toSorted(),
  );
  for (const { because } of causedEvents)
    expect(because).toEqual({ macroId: id, operationId: expect.any(String) });
  const second = (await desk.ticket()).id;
  expect(codes(await applyMacro({ id, ticketId: second, seen: await readCursor(second) }))).toEqual(
    [],
  );
  // Usage is counted in the event log, which the outbox relay fills asynchronously.
  const readUsage = async (): Promise<number> =>
    (await desk.ask<{ macros: MacroView[] }>(desk.agent, `{ macros { ${MACRO_FIELDS} } }`))
      .macros[0]!.usage;
  for (let tries = 0; tries < 50 && (await readUsage()) < 2; tries++) await sleep(100);
  expect(await readUsage()).toBe(2);
});

test('changes nothing when one action is refused, and names the path of the refusal', async () => {
  const replyId = await createCannedResponse('Hello');
  const { id } = macroIn(
    await createMacro([
      { priority: 'URGENT', note: 'a note' },
      { replyId, status: 'PENDING' },
    ]),
  );
  const { id: ticketId } = await desk.ticket();
  const seen = await readCursor(ticketId);
  expect(codes(await applyMacro({ id, ticketId }))).toEqual(['REQUIRED input.seen']);
  await mutate(desk, desk.colleague, 'messageAdd', {
    ticketId,
    visibility: 'PUBLIC',
    body: 'Mine',
    override: true,
  });
  const unseen = await applyMacro({ id, ticketId, seen });
  expect(codes(unseen)).toEqual(['UNSEEN_ACTIVITY input.seen']);
  expect((unseen['unseenActivity'] as { events: object[] }).events.length).toBeGreaterThan(0);
  const { ticket } = await desk.ask<{ ticket: object }>(
    desk.agent,
    'query ($id: ID!) { ticket(id: $id) { priority messages { totalCount } } }',
    { id: ticketId },
  );
  expect(ticket).toEqual({ priority: 'NORMAL', messages: { totalCount: 2 } });
  expect(codes(await applyMacro({ id: newId('mac'), ticketId }))).toEqual(['NOT_FOUND input.id']);
  expect(codes(await applyMacro({ id, ticketId: newId('tkt') }))).toEqual([
    'NOT_FOUND input.ticketId',
  ]);
  const { id: hold } = macroIn(await createMacro([{ status: 'ON_HOLD' }]));
  expect(codes(await applyMacro({ id: hold, ticketId }))).toEqual(['ON_HOLD_DISABLED input.id']);
});

test('solves an unanswered ticket with the resolution code of the action', async () => {
  const { id } = macroIn(await createMacro([{ status: 'SOLVED', resolutionCode: 'DUPLICATE' }]));
  const { id: ticketId } = await desk.ticket();
  expect(codes(await applyMacro({ id, ticketId }))).toEqual([]);
  const { ticket } = await desk.ask<{ ticket: object }>(
    desk.agent,
    'query ($id: ID!) { ticket(id: $id) { handled resolution { code counted } } }',
    { id: ticketId },
  );
  expect(ticket).toEqual({ handled: false, resolution: { code: 'DUPLICATE', counted: false } });
  for (const status of [null, 'OPEN'])
    expect(codes(await createMacro([{ status, note: 'x', resolutionCode: 'DUPLICATE' }]))).toEqual([
      'INVALID input.actions.0.resolutionCode',
    ]);
});

test('refuses an action without effect when a macro is saved', async () => {
  const refused = async (...actions: object[]): Promise<string[]> =>
    codes(await createMacro(actions));
  expect(await refused()).toEqual(['INVALID input.actions']);
  for (const action of [
    {},
    { escalate: false },
    { addTags: [], notifyAgentIds: [] },
    { notifyDepartment: false, note: null },
  ])
    expect(await refused(action)).toEqual(['REQUIRED input.actions.0']);
  expect(await refused({ note: 'x' }, { status: 'CLOSED' })).toEqual([
    'CLOSE_BY_HAND input.actions.1.status',
  ]);
  expect(await refused({ status: 'NEW' })).toEqual(['STATUS_NOT_ALLOWED input.actions.0.status']);
  expect(await refused({ categoryId: newId('cat') })).toEqual([
    'NOT_FOUND input.actions.0.categoryId',
  ]);
  expect(await refused({ departmentId: newId('dep') })).toEqual([
    'NOT_FOUND input.actions.0.departmentId',
  ]);
  expect(await refused({ assigneeId: newId('agt') })).toEqual([
    'NOT_FOUND input.actions.0.assigneeId',
  ]);
  expect(await refused({ replyId: newId('can') })).toEqual(['NOT_FOUND input.actions.0.replyId']);
  expect(await refused({ snooze: 'P366D' })).toEqual(['INVALID input.actions.0.snooze']);
  expect(await refused({ snooze: 'PT0S' })).toEqual(['INVALID input.actions.0.snooze']);
  expect(await refused(...Array.from({ length: 21 }, () => ({ note: 'x' })))).toEqual([
    'TOO_LONG input.actions',
  ]);
});

test('lets leads update and delete macros, and shows a macro to the agents of its department', async () => {
  const { id } = macroIn(
    await createMacro(
      [{ assigneeId: null }, { snooze: 'PT1H' }],
      { departmentId: desk.departmentId },
      memberLead,
    ),
  );
  expect(codes(await createMacro([{ note: 'x' }], { departmentId: desk.departmentId }))).toEqual([
    'FORBIDDEN input.departmentId',
  ]);
  const idsOf = async (actor: Actor): Promise<string[]> =>
    (await desk.ask<{ macros: { id: string }[] }>(actor, '{ macros { id } }')).macros.map(
      (macro) => macro.id,
    );
  expect([await idsOf(member), await idsOf(desk.agent), await idsOf(desk.admin)]).toEqual([
    [id],
    [],
    [id],
  ]);
  const { id: ticketId } = await desk.ticket();
  await mutate(desk, desk.agent, 'ticketAssign', { id: ticketId, assigneeId: 'me' });
  expect(codes(await applyMacro({ id, ticketId }))).toEqual(['NOT_FOUND input.id']);
  expect((await applyMacro({ id, ticketId }, member))['ticket']).toMatchObject({
    assignee: null,
    snooze: { until: expect.any(String) },
  });
  expect(
    macroIn(await updateMacro({ id, name: 'Later', departmentId: null }, memberLead)),
  ).toMatchObject({
    name: 'Later',
    department: null,
    version: 2,
  });
  expect(macroIn(await updateMacro({ id, name: 'Later' })).version).toBe(2);
  expect(codes(await updateMacro({ id, name: null }))).toEqual(['REQUIRED input.name']);
  expect(codes(await updateMacro({ id, name: 'x', expectedVersion: 1 }))).toEqual([
    'CONFLICT input.expectedVersion',
  ]);
  const replyId = await createCannedResponse('Hello');
  macroIn(await updateMacro({ id, actions: [{ replyId }] }));
  expect(codes(await mutate(desk, desk.lead, 'cannedResponseDelete', { id: replyId }))).toEqual([
    'IN_USE input.id',
  ]);
  expect(await mutate(desk, desk.lead, 'macroDelete', { id }, 'deletedId')).toMatchObject({
    deletedId: id,
    userErrors: [],
  });
  expect(codes(await mutate(desk, desk.lead, 'macroDelete', { id }))).toEqual([
    'NOT_FOUND input.id',
  ]);
  expect(codes(await mutate(desk, desk.lead, 'cannedResponseDelete', { id: replyId }))).toEqual([]);
  for (const actor of [desk.light, desk.customer])
    expect((await desk.answer(actor, '{ macros { id } }')).errors?.[0]?.extensions.code).toBe(
      'FORBIDDEN',
    );
});
