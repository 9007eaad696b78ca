import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { uuidOf } from '@deskgraph/common/core/id';
import { type TestClient, countStatements } from '@deskgraph/common/testing/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { createTicketCopies } from '../../../testing/ticket-copies.ts';
import { sizeOf } from '@deskgraph/common/testing/sizes';
import { fetchUnloggedChanges } from '../../../testing/event-log.ts';
import { type Desk, type Result, mutate, openDesk, startTickets } from '../../../testing/desk.ts';

let service: TestClient;
let desk: Desk;
let owner: Client;

beforeAll(async () => {
  service = await startTickets();
  owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
});
beforeEach(async () => {
  desk = await openDesk(service);
});
afterAll(async () => {
  await owner.end();
  await service.stop();
});

interface OperationView {
  id: string;
  kind: string;
  state: string;
  tickets: { totalCount: number };
  conflicts: { field: string; ticket: { id: string }; event: { type: string } }[];
}
const OPERATION =
  'operation { id kind state tickets { totalCount } conflicts { field ticket { id } event { type } } }';
const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const operationOf = (result: Result): OperationView => {
  expect(codes(result)).toEqual([]);
  return result['operation'] as OperationView;
};
const undo = (id: string, more: object = {}, actor = desk.agent) =>
  mutate(desk, actor, 'operationUndo', { id, ...more }, OPERATION);
const conflictsIn = (result: Result): string[] => {
  expect(codes(result)).toEqual(['UNDO_CONFLICT input.id']);
  return (result['operation'] as OperationView).conflicts.map(({ field }) => field).sort();
};

const TICKET_FIELDS = `status priority waitingSince handled reopenCount transferCount closesAt resolution { code } category { id } department { id }
  assignee { id } tags { name } fields { key value } snooze { until wakeOnReply } deletedAt messages { nodes { text } }`;
const read = async (id: string, actor: Actor = desk.lead): Promise<Record<string, unknown>> =>
  (
    await desk.ask<{ ticket: Record<string, unknown> }>(
      actor,
      `query ($id: ID!) { ticket(id: $id) { ${TICKET_FIELDS} } }`,
      { id },
    )
  ).ticket;
const types = async (id: string, actor: Actor = desk.lead): Promise<string[]> =>
  (
    await desk.ask<{ ticket: { timeline: { nodes: { type: string }[] } } }>(
      actor,
      'query ($id: ID!) { ticket(id: $id) { timeline(first: 100) { nodes { type } } } }',
      { id },
    )
  ).ticket.timeline.nodes.map(({ type }) => type);
const update = async (id: string, input: object): Promise<void> =>
  expect(codes(await mutate(desk, desk.colleague, 'ticketUpdate', { id, ...input }))).toEqual([]);

/** Applies a macro with these actions. Returns the operation. */
async function applyMacro(
  ticketId: string,
  actions: object[],
  actor = desk.agent,
): Promise<OperationView> {
  const made = await mutate(
    desk,
    desk.lead,
    'macroCreate',
    { name: 'Macro', actions },
    'macro { id }',
  );
  const { id } = made['macro'] as { id: string };
  const seen = (
    await desk.ask<{ ticket: { cursor: string } }>(
      actor,
      'query ($id: ID!) { ticket(id: $id) { cursor } }',
      { id: ticketId },
    )
  ).ticket.cursor;
  return operationOf(await mutate(desk, actor, 'macroApply', { id, ticketId, seen }, OPERATION));
}

/** Applies an action to many tickets. Returns the operation once the job has ended. */
async function applyBulk(ids: string[], action: object): Promise<string> {
  const started = await mutate(
    desk,
    desk.agent,
    'ticketsUpdate',
    { ids, action },
    'job { id } operation { id kind }',
  );
  expect(started).toMatchObject({ userErrors: [], operation: { kind: 'BULK' } });
  const { id } = started['job'] as { id: string };
  for (;;) {
    const { bulkJob } = await desk.ask<{
      bulkJob: { finishedAt: string | null; operation: { id: string } };
    }>(desk.agent, 'query ($id: ID!) { bulkJob(id: $id) { finishedAt operation { id } } }', { id });
    if (bulkJob.finishedAt) return bulkJob.operation.id;
    await sleep(50);
  }
}

/** More tickets in the long run. */
const TICKETS = sizeOf(200, 2_000);

test(
  'undoes a bulk change except on tickets that were changed since, each of which is a conflict',
  async () => {
    const ids = await createTicketCopies(desk, TICKETS);
    const changedSince = ids.filter((_, index) => index % Math.ceil(ids.length / 50) === 0);
    const action = { priority: 'URGENT', addTags: ['storm'], status: 'PENDING' };
    const operation = await applyBulk(ids, action);
    for (const id of changedSince) await update(id, { priority: 'LOW' });
    const refused = await undo(operation);
    const { conflicts, state, tickets } = refused['operation'] as OperationView;
    expect(codes(refused)).toEqual(['UNDO_CONFLICT input.id']);
    expect({ state, tickets: tickets.totalCount }).toEqual({
      state: 'APPLIED',
      tickets: ids.length,
    });
    expect(
      conflicts.map(({ ticket, field, event }) => `${ticket.id} ${field} ${event.type}`).sort(),
    ).toEqual(changedSince.map((id) => `${id} priority ticket.updated`).sort());
    expect(await read(ids[1]!)).toMatchObject({ priority: 'URGENT', status: 'PENDING' });
    let undone: Result | undefined;
    const statements = await countStatements(async () => {
      undone = await undo(operation, { partly: true });
    });
    expect(operationOf(undone!).state).toBe('PARTLY_UNDONE');
    // Tickets and events are written in batches.
    expect(statements.length).toBeLessThan(40 + ids.length / 100);
    const { rows } = await owner.query<{ priority: string; count: number }>(
      `select priority, count(*)::integer as count from ticket
     where workspace_id = $1 and number > 1000 and status = 'NEW' and tags = '{}' group by 1 order by 1`,
      [desk.workspace],
    );
    expect(rows).toEqual([
      { priority: 'LOW', count: changedSince.length },
      { priority: 'NORMAL', count: ids.length - changedSince.length },
    ]);
  },
  120_000 + TICKETS * 500,
);

test('undoes a macro field by field, including dependent fields of the status; messages stay', async () => {
  const made = await mutate(
    desk,
    desk.admin,
    'ticketCategoryCreate',
    { name: 'Refunds' },
    'ticketCategory { id }',
  );
  const categoryId = (made['ticketCategory'] as { id: string }).id;
  const { id } = await desk.ticket();
  await update(id, { addTags: ['old', 'kept'] });
  await mutate(desk, desk.agent, 'ticketSnooze', { id });
  const before = await read(id);
  const operation = await applyMacro(id, [
    {
      priority: 'HIGH',
      categoryId,
      departmentId: desk.departmentId,
      addTags: ['new'],
      removeTags: ['old'],
      snooze: 'PT1H',
    },
    { note: 'Paid back', assigneeId: 'me', status: 'PENDING' },
  ]);
  expect(operation).toMatchObject({ kind: 'MACRO', state: 'APPLIED', tickets: { totalCount: 1 } });
  expect(await read(id)).toMatchObject({
    status: 'PENDING',
    priority: 'HIGH',
    tags: [{ name: 'kept' }, { name: 'new' }],
  });
  expect(operationOf(await undo(operation.id))).toMatchObject({ state: 'UNDONE', conflicts: [] });
  const { messages, tags, ...after } = await read(id);
  const { messages: _, tags: tagsBefore, ...fieldsBefore } = before;
  expect(after).toEqual(fieldsBefore);
  expect(tags).toEqual(expect.arrayContaining(tagsBefore as object[]));
  expect(messages).toMatchObject({ nodes: [{}, { text: 'Paid back' }] });
  expect((await types(id)).slice(-5)).toEqual([
    'operation.undone',
    'ticket.updated',
    'ticket.assigned',
    'ticket.status_changed',
    'ticket.snoozed',
  ]);
  expect(await types(id, desk.customer)).not.toContain('operation.undone');
  expect(await fetchUnloggedChanges(desk)).toEqual([]);
  const { ticket } = await desk.ask<{ ticket: { operations: object[] } }>(
    desk.agent,
    'query ($id: ID!) { ticket(id: $id) { operations { id kind state } } }',
    { id },
  );
  expect(ticket.operations).toEqual([{ id: operation.id, kind: 'MACRO', state: 'UNDONE' }]);
  expect(codes(await undo(operation.id))).toEqual(['UNDO_EXPIRED input.id']);
});

test('fields of one ticket are independent: one that was changed since stays, the others are restored', async () => {
  const { id } = await desk.ticket();
  const operation = await applyMacro(id, [
    { priority: 'HIGH', assigneeId: 'me', addTags: ['a', 'b'], status: 'OPEN' },
  ]);
  await mutate(desk, desk.colleague, 'ticketAssign', { id, assigneeId: 'me' });
  await update(id, { addTags: ['c'] });
  expect(conflictsIn(await undo(operation.id))).toEqual(['assignee']);
  expect(await read(id)).toMatchObject({ priority: 'HIGH' });
  expect(operationOf(await undo(operation.id, { partly: true }))).toMatchObject({
    state: 'PARTLY_UNDONE',
    conflicts: [{ field: 'assignee', ticket: { id }, event: { type: 'ticket.assigned' } }],
  });
  // An agent works on it, so it does not become NEW again.
  expect(await read(id)).toMatchObject({
    priority: 'NORMAL',
    status: 'OPEN',
    tags: [{ name: 'c' }],
    assignee: { id: desk.colleague.id },
  });
});

test('a tag that was changed since conflicts; a field that already has its old value does not', async () => {
  const { id } = await desk.ticket();
  await update(id, { addTags: ['old'] });
  const operation = await applyMacro(id, [
    { priority: 'HIGH', addTags: ['new'], removeTags: ['old'] },
  ]);
  await update(id, { removeTags: ['new'], priority: 'NORMAL' });
  expect(conflictsIn(await undo(operation.id))).toEqual(['tags']);
  expect(codes(await undo(operation.id, { partly: true }))).toEqual(['UNDO_CONFLICT input.id']);
  await update(id, { addTags: ['old'] });
  expect(operationOf(await undo(operation.id))).toMatchObject({ state: 'UNDONE' });
});

test('after an undo a requester waits again unless the operation has answered', async () => {
  const [answered, unanswered] = [await desk.ticket(), await desk.ticket()];
  const made = await mutate(
    desk,
    desk.lead,
    'cannedResponseCreate',
    { title: 'A', body: 'Hello' },
    'cannedResponse { id }',
  );
  const { id: replyId } = made['cannedResponse'] as { id: string };
  const { waitingSince } = await read(unanswered.id);
  const solveOperation = await applyBulk([answered.id], { replyId, status: 'SOLVED' });
  const pendingOperation = await applyBulk([unanswered.id], {
    assigneeId: 'me',
    status: 'PENDING',
  });
  operationOf(await undo(solveOperation));
  operationOf(await undo(pendingOperation));
  expect(await read(answered.id)).toMatchObject({
    status: 'OPEN',
    waitingSince: null,
    handled: true,
    resolution: null,
    closesAt: null,
  });
  expect(await read(unanswered.id)).toMatchObject({ status: 'NEW', waitingSince, handled: false });
});

test('incidents that were solved with their problem are restored with it; a deactivated agent is not assigned again', async () => {
  const [problem, incident, assigned] = [
    await desk.ticket(),
    await desk.ticket(),
    await desk.ticket(),
  ];
  await mutate(desk, desk.agent, 'ticketLink', {
    id: problem.id,
    otherId: incident.id,
    kind: 'INCIDENT',
  });
  const made = await mutate(
    desk,
    desk.lead,
    'cannedResponseCreate',
    { title: 'A', body: 'Hello' },
    'cannedResponse { id }',
  );
  const { id: replyId } = made['cannedResponse'] as { id: string };
  const operation = await applyMacro(problem.id, [{ replyId }, { status: 'SOLVED' }]);
  expect(operation.tickets.totalCount).toBe(2);
  expect(await read(incident.id)).toMatchObject({
    status: 'SOLVED',
    resolution: { code: 'INCIDENT' },
  });
  operationOf(await undo(operation.id));
  expect(await read(incident.id)).toMatchObject({
    status: 'NEW',
    resolution: null,
    closesAt: null,
  });
  expect(await read(problem.id)).toMatchObject({ status: 'OPEN', handled: true });

  await mutate(desk, desk.agent, 'ticketAssign', {
    id: assigned.id,
    assigneeId: desk.colleague.id,
  });
  const assignOperation = await applyBulk([assigned.id], { assigneeId: 'me' });
  await owner.query(`update agent set active = false where id = $1`, [
    uuidOf('agt', desk.colleague.id),
  ]);
  operationOf(await undo(assignOperation));
  expect(await read(assigned.id)).toMatchObject({ assignee: null });
});

test('a parent does not become solved again before its children', async () => {
  const [parent, child] = [await desk.ticket(), await desk.ticket()];
  await mutate(desk, desk.agent, 'ticketLink', { id: parent.id, otherId: child.id, kind: 'CHILD' });
  for (const { id } of [child, parent])
    await mutate(desk, desk.agent, 'ticketStatusChange', {
      id,
      status: 'SOLVED',
      resolutionCode: 'NO_REPLY',
    });
  const parentOperation = await applyBulk([parent.id], { status: 'OPEN' });
  const childOperation = await applyBulk([child.id], { status: 'OPEN' });
  expect(conflictsIn(await undo(parentOperation))).toEqual(['status']);
  operationOf(await undo(childOperation));
  operationOf(await undo(parentOperation));
  expect(await read(parent.id)).toMatchObject({ status: 'SOLVED', reopenCount: 0 });
});

test('undoes escalations: one that was started ends, one that was ended is restored', async () => {
  const step = { agentId: desk.colleague.id, after: 'PT1H' };
  await mutate(desk, desk.admin, 'escalationPathCreate', {
    name: 'Up',
    filter: {},
    steps: [step, { ...step, agentId: desk.lead.id }],
  });
  const { id } = await desk.ticket();
  const escalation = async () =>
    (
      await desk.ask<{ ticket: { escalation: object | null } }>(
        desk.agent,
        'query ($id: ID!) { ticket(id: $id) { escalation { step reason nextAt } } }',
        { id },
      )
    ).ticket.escalation;
  const startOperation = await applyMacro(id, [{ escalate: true }]);
  operationOf(await undo(startOperation.id));
  expect(await escalation()).toBeNull();
  expect((await types(id)).slice(-3)).toEqual([
    'ticket.assigned',
    'ticket.status_changed',
    'ticket.escalation_ended',
  ]);
  await mutate(desk, desk.agent, 'ticketEscalate', { id, reason: 'Hard' });
  const before = await escalation();
  const endOperation = await applyMacro(id, [{ assigneeId: 'me' }]);
  expect(await escalation()).toBeNull();
  operationOf(await undo(endOperation.id));
  expect(await escalation()).toEqual(before);
  expect((await types(id)).at(-1)).toBe('ticket.escalated');
  expect(await fetchUnloggedChanges(desk)).toEqual([]);
});

test('a ticket that was solved since is neither snoozed nor escalated by an undo', async () => {
  await mutate(desk, desk.admin, 'escalationPathCreate', {
    name: 'Up',
    filter: {},
    steps: [{ agentId: desk.colleague.id, after: 'PT1H' }],
  });
  const [snoozed, escalated] = [await desk.ticket(), await desk.ticket()];
  await mutate(desk, desk.agent, 'ticketSnooze', { id: snoozed.id });
  await mutate(desk, desk.agent, 'ticketEscalate', { id: escalated.id, reason: 'Hard' });
  const operations: string[] = [];
  operations.push(
    (await applyMacro(snoozed.id, [{ status: 'PENDING', priority: 'HIGH', escalate: true }])).id,
  );
  operations.push((await applyMacro(escalated.id, [{ assigneeId: 'me', priority: 'HIGH' }])).id);
  for (const { id } of [snoozed, escalated])
    expect(
      codes(
        await mutate(desk, desk.agent, 'ticketStatusChange', {
          id,
          status: 'SOLVED',
          resolutionCode: 'ANSWERED',
        }),
      ),
    ).toEqual([]);
  for (const id of operations) {
    expect(conflictsIn(await undo(id))).toContain('status');
    expect(operationOf(await undo(id, { partly: true })).state).toBe('PARTLY_UNDONE');
  }
  for (const { id } of [snoozed, escalated]) {
    expect(await read(id)).toMatchObject({ status: 'SOLVED', priority: 'NORMAL', snooze: null });
    const query = 'query ($id: ID!) { ticket(id: $id) { escalation { step } } }';
    expect(await desk.ask(desk.agent, query, { id })).toEqual({ ticket: { escalation: null } });
  }
});

test('a lead restores a deleted ticket unchanged by an undo', async () => {
  const { id } = await desk.ticket();
  const before = await read(id);
  const operation = operationOf(await mutate(desk, desk.lead, 'ticketDelete', { id }, OPERATION));
  expect(operation).toMatchObject({ kind: 'DELETE', state: 'APPLIED' });
  expect(await mutate(desk, desk.lead, 'ticketDelete', { id }, OPERATION)).toMatchObject({
    operation: null,
    userErrors: [],
  });
  expect(codes(await undo(operation.id))).toEqual(['NOT_FOUND input.id']);
  expect(operationOf(await undo(operation.id, {}, desk.lead)).state).toBe('UNDONE');
  expect(await read(id, desk.agent)).toEqual(before);
  expect((await types(id)).slice(-2)).toEqual(['operation.undone', 'ticket.restored']);
  const secondOperation = operationOf(
    await mutate(desk, desk.lead, 'ticketDelete', { id }, OPERATION),
  );
  await mutate(desk, desk.lead, 'ticketRestore', { id });
  expect(operationOf(await undo(secondOperation.id, {}, desk.lead)).state).toBe('UNDONE');
});

test('a ticket that was deleted since is a conflict; the operation of a running job cannot be undone', async () => {
  const [available, deleted] = [await desk.ticket(), await desk.ticket()];
  const operation = await applyBulk([available.id, deleted.id], { priority: 'HIGH' });
  await mutate(desk, desk.lead, 'ticketDelete', { id: deleted.id });
  const refused = await undo(operation, {}, desk.lead);
  expect(conflictsIn(refused)).toEqual(['deletedAt']);
  expect(operationOf(await undo(operation, { partly: true }, desk.lead)).state).toBe(
    'PARTLY_UNDONE',
  );
  expect(await read(available.id)).toMatchObject({ priority: 'NORMAL' });
  const running = await applyBulk([available.id], { priority: 'HIGH' });
  await owner.query(`update bulk_job set finished_at = null where operation_id = $1`, [
    uuidOf('opr', running),
  ]);
  expect(codes(await undo(running))).toEqual(['IN_USE input.id']);
});
