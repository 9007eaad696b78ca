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
interface Told {
  type: string;
  cause: object | null;
}
const timelineOf = async (id: string, actor: Actor = desk.agent): Promise<Told[]> =>
  (await desk.ask<{ ticket: { timeline: { nodes: Told[] } } }>(actor, TIMELINE, { id })).ticket
    .timeline.nodes;
const idOf = (result: Result, field: string): string => (result[field] as { id: string }).id;
const NOTHING = { macro: null, job: null, operation: null, event: null };

const refund = async (): Promise<string> =>
  idOf(
    await act(
      'macroCreate',
      { name: 'Refund', actions: [{ priority: 'HIGH' }] },
      'macro { id }',
      desk.lead,
    ),
    'macro',
  );

test('a fact says of which macro it came, and what is done by hand of nothing', async () => {
  const { id: ticketId } = await desk.ticket();
  await act('macroApply', { id: await refund(), ticketId });
  await act('ticketUpdate', { id: ticketId, subject: 'Later' });
  const [created, said, raised, renamed] = await timelineOf(ticketId);
  expect([created!.cause, said!.cause, renamed!.cause]).toEqual([null, null, null]);
  expect(raised).toMatchObject({
    type: 'ticket.updated',
    cause: { macro: { name: 'Refund' }, job: null, event: null },
  });
});

test('a fact says of which operation it came, also when that is taken back', async () => {
  const [into, from] = [(await desk.ticket()).id, (await desk.ticket()).id];
  const operation = idOf(
    await act('ticketMerge', { ids: [from], intoId: into }, 'operation { id }'),
    'operation',
  );
  await act('operationUndo', { id: operation });
  const told = (await timelineOf(from)).slice(2);
  expect(told.map(({ type }) => type)).toEqual([
    'ticket.merged',
    'ticket.status_changed',
    'operation.undone',
    'ticket.status_changed',
  ]);
  const cause = { ...NOTHING, operation: { id: operation } };
  expect(told.map((each) => each.cause)).toEqual(told.map(() => cause));
  // Operations are for those who do them.
  expect((await timelineOf(from, desk.light))[2]!.cause).toEqual(NOTHING);
});

test('the solution of an incident says that it came of the solution of its problem', async () => {
  const [problem, incident] = [(await desk.ticket()).id, (await desk.ticket()).id];
  await act('ticketLink', { id: incident, kind: 'PROBLEM', otherId: problem });
  await act('ticketStatusChange', { id: problem, status: 'SOLVED', resolutionCode: 'ANSWERED' });
  const solved = (await timelineOf(incident)).find(({ type }) => type === 'ticket.status_changed');
  expect(solved!.cause).toEqual({
    ...NOTHING,
    event: { type: 'ticket.status_changed', ticket: { id: problem } },
  });
});

test('what came by itself says which fact set it off, and what somebody did himself says nothing', async () => {
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
  const told = (await timelineOf(id)).map(({ type, cause }) => [
    type,
    (cause as Cause | null)?.event?.type ?? null,
  ]);
  expect(told).toEqual([
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

test('what the clock did says which fact it was set by', async () => {
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

test('requesters learn of no cause', async () => {
  const { id: ticketId } = await desk.ticket();
  await act('macroApply', { id: await refund(), ticketId });
  const { data, errors } = await desk.answer<{ ticket: { timeline: { nodes: Told[] } } }>(
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

test('the causes of a long timeline cost as many statements as those of a short one', async () => {
  const { id: ticketId } = await desk.ticket();
  const macros = await Promise.all([
    refund(),
    act('macroCreate', { name: 'Low', actions: [{ priority: 'LOW' }] }, 'macro { id }', desk.lead),
  ]);
  const both = [macros[0], idOf(macros[1], 'macro')];
  const apply = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n++)
      for (const id of both) await act('macroApply', { id, ticketId });
  };
  const cost = async (): Promise<number> =>
    (await countStatements(() => timelineOf(ticketId))).length;
  await apply(1);
  const few = await cost();
  await apply(5);
  expect(await cost()).toBe(few);
});
