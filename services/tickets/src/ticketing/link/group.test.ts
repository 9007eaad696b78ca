import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import { type TestClient, appActor, countStatements } from '@deskgraph/common/testing/client';
import { fetchUnloggedChanges } from '../../../testing/event-log.ts';
import { type Desk, type Result, mutate, openDesk, startTickets } from '../../../testing/desk.ts';
import { createTicketCopies } from '../../../testing/ticket-copies.ts';

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
});
beforeEach(async () => {
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface Problem {
  id: string;
  subject: string;
  status: string;
  waitingSince: string | null;
  deletedAt: string | null;
  department: { id: string } | null;
  incidents: { nodes: { id: string }[]; totalCount: number };
  timeline: { nodes: { type: string }[] };
}
const TICKET_FIELDS = `id subject status waitingSince deletedAt department { id } incidents(first: 100) { nodes { id } totalCount } timeline { nodes { type } }`;
const OPERATION_FIELDS =
  'operation { id kind state tickets { totalCount } conflicts { field ticket { id } event { type } } }';
const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const group = (input: object, actor: Actor = desk.lead) =>
  mutate(desk, actor, 'ticketsGroup', input, `problem { ${TICKET_FIELDS} } ${OPERATION_FIELDS}`);
const undo = (id: string, more: object = {}, actor = desk.lead) =>
  mutate(desk, actor, 'operationUndo', { id, ...more }, OPERATION_FIELDS);
const read = async (id: string, actor: Actor = desk.lead): Promise<Problem> =>
  (
    await desk.ask<{ ticket: Problem }>(
      actor,
      `query ($id: ID!) { ticket(id: $id) { ${TICKET_FIELDS} } }`,
      { id },
    )
  ).ticket;
const tickets = async (count: number): Promise<string[]> => {
  const ids: string[] = [];
  while (ids.length < count) ids.push((await desk.ticket()).id);
  return ids;
};
const succeeded = (
  result: Result,
): { problem: Problem; operation: { id: string; state: string; conflicts: object[] } } => {
  expect(codes(result)).toEqual([]);
  return result as never;
};

test('groups tickets as incidents of a new problem, which their requesters do not see and with which they are solved', async () => {
  const ids = await tickets(3);
  await mutate(desk, desk.agent, 'ticketAssign', { id: ids[0]!, departmentId: desk.departmentId });
  const { problem, operation } = succeeded(
    await group({ ids: [...ids, ids[0]], subject: 'The line is down' }),
  );
  expect(problem).toMatchObject({
    subject: 'The line is down',
    status: 'NEW',
    waitingSince: null,
    department: { id: desk.departmentId },
  });
  expect(problem.incidents).toEqual({ nodes: ids.map((id) => ({ id })), totalCount: 3 });
  expect(operation).toMatchObject({ kind: 'GROUP', state: 'APPLIED', tickets: { totalCount: 4 } });
  expect(await read(problem.id, desk.customer)).toBeNull();
  await mutate(desk, desk.agent, 'ticketStatusChange', {
    id: problem.id,
    status: 'SOLVED',
    resolutionCode: 'ANSWERED',
    reply: 'Mended.',
  });
  for (const id of ids) expect(await read(id)).toMatchObject({ status: 'SOLVED' });
  const by = await group({ ids: await tickets(1), subject: 'By an app' }, desk.partner);
  expect(codes(by)).toEqual([]);
});

test('undoing a group deletes a new problem that no one has touched, and keeps any other', async () => {
  const ids = await tickets(2);
  const first = succeeded(await group({ ids, subject: 'The line is down' }));
  expect(codes(await undo(first.operation.id, {}, desk.agent))).toEqual(['FORBIDDEN input.id']);
  expect(succeeded(await undo(first.operation.id)).operation.state).toBe('UNDONE');
  const deleted = await read(first.problem.id);
  expect(deleted.deletedAt).not.toBeNull();
  expect(deleted.incidents.totalCount).toBe(0);
  expect(deleted.timeline.nodes.map(({ type }) => type)).toEqual([
    'ticket.created',
    'ticket.linked',
    'operation.undone',
    'ticket.deleted',
  ]);
  const { problem, operation } = succeeded(await group({ ids, subject: 'Again' }));
  await mutate(desk, desk.agent, 'messageAdd', {
    ticketId: problem.id,
    body: 'A cable.',
    visibility: 'PRIVATE',
  });
  succeeded(await undo(operation.id));
  expect(await read(problem.id)).toMatchObject({ deletedAt: null, incidents: { totalCount: 0 } });
  expect(await fetchUnloggedChanges(desk)).toEqual([]);
});

test('a link that was added again conflicts with the undo, a removed one does not', async () => {
  const ids = await tickets(3);
  const problemId = (await tickets(1))[0]!;
  const { operation } = succeeded(await group({ ids, problemId }));
  const unlink = { id: problemId, kind: 'INCIDENT' };
  for (const otherId of ids.slice(0, 2))
    await mutate(desk, desk.agent, 'ticketUnlink', { ...unlink, otherId });
  await mutate(desk, desk.agent, 'ticketLink', { ...unlink, otherId: ids[0] });
  const refused = await undo(operation.id);
  expect(codes(refused)).toEqual(['UNDO_CONFLICT input.id']);
  expect(refused['operation']).toMatchObject({
    conflicts: [{ field: 'links', ticket: { id: ids[0] }, event: { type: 'ticket.linked' } }],
  });
  expect(succeeded(await undo(operation.id, { partly: true })).operation.state).toBe(
    'PARTLY_UNDONE',
  );
  expect((await read(problemId)).incidents.nodes).toEqual([{ id: ids[0] }]);
});

test('refuses tickets that cannot be incidents and names the field; existing incidents stay', async () => {
  const [problemId, incident, other, chain] = (await tickets(4)) as [
    string,
    string,
    string,
    string,
  ];
  succeeded(await group({ ids: [incident], problemId }));
  expect(await group({ ids: [incident], problemId })).toMatchObject({
    problem: { id: problemId },
    operation: null,
    userErrors: [],
  });
  expect(codes(await group({ ids: [incident], problemId: other }))).toEqual(['TAKEN input.ids.0']);
  expect(codes(await group({ ids: [other], problemId: incident }))).toEqual([
    'CIRCLE input.problemId',
  ]);
  expect(codes(await group({ ids: [chain, problemId], problemId: other }))).toEqual([
    'CIRCLE input.ids.1',
  ]);
  expect(codes(await group({ ids: [other], problemId: other }))).toEqual(['CIRCLE input.ids.0']);
  expect(codes(await group({ ids: [other, newId('tkt')], problemId }))).toEqual([
    'NOT_FOUND input.ids.1',
  ]);
  expect(codes(await group({ ids: [other], problemId: newId('tkt') }))).toEqual([
    'NOT_FOUND input.problemId',
  ]);
  expect(codes(await group({ ids: [other], problemId, subject: 'Both' }))).toEqual([
    'INVALID input.subject',
  ]);
  expect(codes(await group({ ids: [other] }))).toEqual([
    'REQUIRED input.problemId',
    'REQUIRED input.subject',
  ]);
  expect(codes(await group({ ids: [], subject: 'None' }))).toEqual(['INVALID input.ids']);
  expect(
    codes(await group({ ids: Array.from({ length: 1_001 }, () => other), subject: 'Many' })),
  ).toEqual(['TOO_LONG input.ids']);
  await mutate(desk, desk.lead, 'ticketDelete', { id: chain });
  expect(codes(await group({ ids: [chain], problemId }))).toEqual(['TICKET_DELETED input.ids.0']);
  const elsewhere = await openDesk(service);
  expect(
    codes(await mutate(elsewhere, elsewhere.lead, 'ticketsGroup', { ids: [other], problemId })),
  ).toEqual(['NOT_FOUND input.problemId']);
  const bound = { ...appActor(desk.workspace), departments: [desk.departmentId] };
  expect(codes(await group({ ids: [other], subject: 'Not mine' }, bound))).toEqual([
    'NOT_FOUND input.ids.0',
  ]);
});

test('grouping a thousand tickets takes less than 45 statements, undoing it less than 35', async () => {
  const ids = await createTicketCopies(desk, 1_000);
  let grouped: Result | undefined;
  const groupStatements = await countStatements(async () => {
    grouped = await group({ ids, subject: 'All of them' });
  });
  const { problem, operation } = succeeded(grouped!);
  expect(problem.incidents.totalCount).toBe(1_000);
  let undone: Result | undefined;
  const undoStatements = await countStatements(async () => {
    undone = await undo(operation.id);
  });
  expect(succeeded(undone!).operation.state).toBe('UNDONE');
  expect([groupStatements.length < 45, undoStatements.length < 35]).toEqual([true, true]);
  expect((await read(problem.id)).incidents.totalCount).toBe(0);
}, 120_000);
