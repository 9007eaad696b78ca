import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import { type TestService } from '@deskgraph/common/testing/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Desk, type Result, mutate, openDesk, startTickets } from '../../../testing/desk.ts';

let service: TestService;
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

interface Shown {
  id: string;
  name: string;
  version: number;
  usage: number;
  department: { id: string } | null;
  actions: object[];
}
const MACRO =
  'id name version usage department { id } actions { status priority departmentId assigneeId addTags removeTags replyId note snooze }';

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const create = (actions: object[], input: object = {}, actor = desk.lead) =>
  mutate(desk, actor, 'macroCreate', { name: 'Refund', actions, ...input }, `macro { ${MACRO} }`);
const update = (input: object, actor = desk.lead) =>
  mutate(desk, actor, 'macroUpdate', input, `macro { ${MACRO} }`);
const apply = (input: object, actor = desk.agent) =>
  mutate(
    desk,
    actor,
    'macroApply',
    input,
    'ticket { status priority department { id } assignee { id } tags { name } snooze { until } messages { nodes { text visibility } } timeline { nodes { type } } } unseenActivity { events { type } }',
  );
const macroOf = (payload: Result): Shown => {
  expect(codes(payload)).toEqual([]);
  return payload['macro'] as Shown;
};
const cursorOf = async (id: string): Promise<string> =>
  (
    await desk.ask<{ ticket: { cursor: string } }>(
      desk.agent,
      'query ($id: ID!) { ticket(id: $id) { cursor } }',
      { id },
    )
  ).ticket.cursor;
const answer = async (body: string): Promise<string> => {
  const made = await mutate(
    desk,
    desk.lead,
    'cannedResponseCreate',
    { title: 'Answer', body },
    'cannedResponse { id }',
  );
  return (made['cannedResponse'] as { id: string }).id;
};

test('a macro does all that it holds to a ticket in one transaction, and each fact says that it came of it', async () => {
  const replyId = await answer('Hello {{requester.name}}');
  const { id } = macroOf(
    await create([
      { assigneeId: 'me', departmentId: desk.departmentId, priority: 'HIGH', addTags: ['Refund'] },
      { note: 'Paid back', replyId, status: 'SOLVED' },
    ]),
  );
  const { id: ticketId } = await desk.ticket();
  const { ticket, userErrors } = await apply({ id, ticketId, seen: await cursorOf(ticketId) });
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
       select type, data, at from event_log where subject = $1 union all select type, data, at from outbox where subject = $1) facts
     where type not in ('ticket.created') order by at`,
    [ticketId],
  );
  await owner.end();
  const caused = rows.filter(({ because }) => because !== null);
  expect(caused.map(({ type }) => type).toSorted()).toEqual(
    [
      'message.added',
      'message.added',
      'ticket.assigned',
      'ticket.status_changed',
      'ticket.status_changed',
      'ticket.updated',
    ].toSorted(),
  );
  for (const { because } of caused)
    expect(because).toEqual({ macroId: id, operationId: expect.any(String) });
  const second = (await desk.ticket()).id;
  expect(codes(await apply({ id, ticketId: second, seen: await cursorOf(second) }))).toEqual([]);
  // Uses are counted in the log, which is written a moment later.
  const used = async (): Promise<number> =>
    (await desk.ask<{ macros: Shown[] }>(desk.agent, `{ macros { ${MACRO} } }`)).macros[0]!.usage;
  for (let tries = 0; tries < 50 && (await used()) < 2; tries++) await sleep(100);
  expect(await used()).toBe(2);
});

test('what one part is refused leaves nothing done, and names its place', async () => {
  const replyId = await answer('Hello');
  const { id } = macroOf(
    await create([
      { priority: 'URGENT', note: 'a note' },
      { replyId, status: 'PENDING' },
    ]),
  );
  const { id: ticketId } = await desk.ticket();
  const seen = await cursorOf(ticketId);
  expect(codes(await apply({ id, ticketId }))).toEqual(['REQUIRED input.seen']);
  await mutate(desk, desk.colleague, 'messageAdd', {
    ticketId,
    visibility: 'PUBLIC',
    body: 'Mine',
    override: true,
  });
  const unseen = await apply({ id, ticketId, seen });
  expect(codes(unseen)).toEqual(['UNSEEN_ACTIVITY input.seen']);
  expect((unseen['unseenActivity'] as { events: object[] }).events.length).toBeGreaterThan(0);
  const { ticket } = await desk.ask<{ ticket: object }>(
    desk.agent,
    'query ($id: ID!) { ticket(id: $id) { priority messages { totalCount } } }',
    { id: ticketId },
  );
  expect(ticket).toEqual({ priority: 'NORMAL', messages: { totalCount: 2 } });
  expect(codes(await apply({ id: newId('mac'), ticketId }))).toEqual(['NOT_FOUND input.id']);
  expect(codes(await apply({ id, ticketId: newId('tkt') }))).toEqual(['NOT_FOUND input.ticketId']);
  const { id: hold } = macroOf(await create([{ status: 'ON_HOLD' }]));
  expect(codes(await apply({ id: hold, ticketId }))).toEqual(['ON_HOLD_DISABLED input.id']);
});

test('a macro says why it solves what nobody has answered', async () => {
  const { id } = macroOf(await create([{ status: 'SOLVED', resolutionCode: 'DUPLICATE' }]));
  const { id: ticketId } = await desk.ticket();
  expect(codes(await apply({ id, ticketId }))).toEqual([]);
  const { ticket } = await desk.ask<{ ticket: object }>(
    desk.agent,
    'query ($id: ID!) { ticket(id: $id) { handled resolution { code counted } } }',
    { id: ticketId },
  );
  expect(ticket).toEqual({ handled: false, resolution: { code: 'DUPLICATE', counted: false } });
  for (const status of [null, 'OPEN'])
    expect(codes(await create([{ status, note: 'x', resolutionCode: 'DUPLICATE' }]))).toEqual([
      'INVALID input.actions.0.resolutionCode',
    ]);
});

test('an action that nothing could be done by is refused when it is written', async () => {
  const refused = async (...actions: object[]): Promise<string[]> => codes(await create(actions));
  expect(await refused()).toEqual(['INVALID input.actions']);
  for (const idle of [
    {},
    { escalate: false },
    { addTags: [], notifyAgentIds: [] },
    { notifyDepartment: false, note: null },
  ])
    expect(await refused(idle)).toEqual(['REQUIRED input.actions.0']);
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

test('macros are changed and deleted by leads, and are there for the people of their department', async () => {
  const { id } = macroOf(
    await create(
      [{ assigneeId: null }, { snooze: 'PT1H' }],
      { departmentId: desk.departmentId },
      memberLead,
    ),
  );
  expect(codes(await create([{ note: 'x' }], { departmentId: desk.departmentId }))).toEqual([
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
  expect(codes(await apply({ id, ticketId }))).toEqual(['NOT_FOUND input.id']);
  expect((await apply({ id, ticketId }, member))['ticket']).toMatchObject({
    assignee: null,
    snooze: { until: expect.any(String) },
  });
  expect(
    macroOf(await update({ id, name: 'Later', departmentId: null }, memberLead)),
  ).toMatchObject({
    name: 'Later',
    department: null,
    version: 2,
  });
  expect(macroOf(await update({ id, name: 'Later' })).version).toBe(2);
  expect(codes(await update({ id, name: null }))).toEqual(['REQUIRED input.name']);
  expect(codes(await update({ id, name: 'x', expectedVersion: 1 }))).toEqual([
    'CONFLICT input.expectedVersion',
  ]);
  const replyId = await answer('Hello');
  macroOf(await update({ id, actions: [{ replyId }] }));
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
