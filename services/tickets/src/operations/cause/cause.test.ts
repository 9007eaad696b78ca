import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { uuidOf } from '@deskgraph/common/core/id';
import { type TestClient, countStatements } from '@deskgraph/common/testing/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Desk, type Result, mutate, openDesk, startTickets } from '../../../testing/desk.ts';

let service: TestClient;
let desk: Desk;
beforeAll(async () => {
  service = await startTickets();
});
beforeEach(async () => {
  desk = await openDesk(service);
});
afterAll(() => service.stop());

const act = async (
  name: string,
  input: object,
  selection = '',
  actor = desk.agent,
): Promise<Result> => {
  const result = await mutate(desk, actor, name, input, selection);
  expect(result.userErrors).toEqual([]);
  return result;
};
const TIMELINE = `query ($id: ID!) { ticket(id: $id) { timeline(first: 100) { nodes {
  type cause { macro { name } job { id } operation { id } event { type ticket { id } } } } } } }`;
interface Cause {
  event: { type: string } | null;
}
interface EventView {
  type: string;
  cause: object | null;
}
const timelineOf = async (id: string, actor: Actor = desk.agent): Promise<EventView[]> =>
  (await desk.ask<{ ticket: { timeline: { nodes: EventView[] } } }>(actor, TIMELINE, { id })).ticket
    .timeline.nodes;
const idOf = (result: Result, field: string): string => (result[field] as { id: string }).id;
const NO_CAUSE = { macro: null, job: null, operation: null, event: null };

const createRefundMacro = async (): Promise<string> =>
  idOf(
    await act(
      'macroCreate',
      { name: 'Refund', actions: [{ priority: 'HIGH' }] },
      'macro { id }',
      desk.lead,
    ),
    'macro',
  );

test('an event names the macro that caused it; a manual change has no cause', async () => {
  const { id: ticketId } = await desk.ticket();
  await act('macroApply', { id: await createRefundMacro(), ticketId });
  await act('ticketUpdate', { id: ticketId, subject: 'Later' });
  const [created, messageAdded, raised, renamed] = await timelineOf(ticketId);
  expect([created!.cause, messageAdded!.cause, renamed!.cause]).toEqual([null, null, null]);
  expect(raised).toMatchObject({
    type: 'ticket.updated',
    cause: { macro: { name: 'Refund' }, job: null, event: null },
  });
});

test('an event names its operation, also the events of the undo', async () => {
  const [into, from] = [(await desk.ticket()).id, (await desk.ticket()).id];
  const operation = idOf(
    await act('ticketMerge', { ids: [from], intoId: into }, 'operation { id }'),
    'operation',
  );
  await act('operationUndo', { id: operation });
  const events = (await timelineOf(from)).slice(2);
  expect(events.map(({ type }) => type)).toEqual([
    'ticket.merged',
    'ticket.status_changed',
    'operation.undone',
    'ticket.status_changed',
  ]);
  const cause = { ...NO_CAUSE, operation: { id: operation } };
  expect(events.map((event) => event.cause)).toEqual(events.map(() => cause));
  // Operations are visible to agents only.
  expect((await timelineOf(from, desk.light))[2]!.cause).toEqual(NO_CAUSE);
});

test('the solution of an incident names the solution of its problem as its trigger', async () => {
  const [problem, incident] = [(await desk.ticket()).id, (await desk.ticket()).id];
  await act('ticketLink', { id: incident, kind: 'PROBLEM', otherId: problem });
  await act('ticketStatusChange', { id: problem, status: 'SOLVED', resolutionCode: 'ANSWERED' });
  const solved = (await timelineOf(incident)).find(({ type }) => type === 'ticket.status_changed');
  expect(solved!.cause).toEqual({
    ...NO_CAUSE,
    event: { type: 'ticket.status_changed', ticket: { id: problem } },
  });
});

test('automatic events name the event that triggered them; manual ones name none', async () => {
  const { id } = await desk.ticket();
  await act('ticketAssign', { id, assigneeId: desk.colleague.id });
  await act('ticketSnooze', { id });
  await act('ticketStatusChange', { id, status: 'PENDING' });
  await act(
    'messageAdd',
    { ticketId: id, visibility: 'PUBLIC', body: 'Here it is.' },
    '',
    desk.customer,
  );
  const department = { name: 'Lost parcels', departmentId: desk.departmentId };
  const categoryId = idOf(
    await act('ticketCategoryCreate', department, 'ticketCategory { id }', desk.admin),
    'ticketCategory',
  );
  await act('ticketUpdate', { id, categoryId });
  await act('ticketSnooze', { id });
  await act('ticketWake', { id });
  const triggers = (await timelineOf(id)).map(({ type, cause }) => [
    type,
    (cause as Cause | null)?.event?.type ?? null,
  ]);
  expect(triggers).toEqual([
    ['ticket.created', null],
    ['message.added', null],
    ['ticket.assigned', null],
    ['ticket.status_changed', 'ticket.assigned'],
    ['ticket.snoozed', null],
    ['ticket.status_changed', null],
    ['message.added', null],
    ['ticket.status_changed', 'message.added'],
    ['ticket.woken', 'message.added'],
    ['ticket.updated', null],
    ['ticket.assigned', 'ticket.updated'],
    ['ticket.snoozed', null],
    ['ticket.woken', null],
  ]);
});

test('a scheduled event names the event that scheduled it', async () => {
  const { id } = await desk.ticket();
  await act('ticketStatusChange', { id, status: 'SOLVED', resolutionCode: 'ANSWERED' });
  await act('settingsUpdate', { closeAfter: 'PT2H' }, '', desk.admin);
  const owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  await owner.query(`update ticket set closes_at = now() where id = $1`, [uuidOf('tkt', id)]);
  await owner.end();
  const closed = async () =>
    (await timelineOf(id)).filter(({ type }) => type === 'ticket.status_changed')[1];
  while (!(await closed())) await sleep(100);
  expect(await closed()).toMatchObject({
    cause: { event: { type: 'ticket.status_changed', ticket: { id } } },
  });
});

test('requesters cannot read causes', async () => {
  const { id: ticketId } = await desk.ticket();
  await act('macroApply', { id: await createRefundMacro(), ticketId });
  const { data, errors } = await desk.answer<{ ticket: { timeline: { nodes: EventView[] } } }>(
    desk.customer,
    TIMELINE,
    { id: ticketId },
  );
  expect(data!.ticket.timeline.nodes.map(({ cause }) => cause)).toEqual([null, null, null]);
  expect(errors!.map(({ extensions }) => extensions.code)).toEqual([
    'FORBIDDEN',
    'FORBIDDEN',
    'FORBIDDEN',
  ]);
});

test('the causes of a long timeline need as many statements as those of a short one', async () => {
  const { id: ticketId } = await desk.ticket();
  const macros = await Promise.all([
    createRefundMacro(),
    act('macroCreate', { name: 'Low', actions: [{ priority: 'LOW' }] }, 'macro { id }', desk.lead),
  ]);
  const macroIds = [macros[0], idOf(macros[1], 'macro')];
  const apply = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n++)
      for (const id of macroIds) await act('macroApply', { id, ticketId });
  };
  const cost = async (): Promise<number> =>
    (await countStatements(() => timelineOf(ticketId))).length;
  await apply(1);
  const statementsForFew = await cost();
  await apply(5);
  expect(await cost()).toBe(statementsForFew);
});
