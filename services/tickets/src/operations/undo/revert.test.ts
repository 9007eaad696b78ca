import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { uuidOf } from '@deskgraph/common/core/id';
import { type TestClient, countStatements } from '@deskgraph/common/testing/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { alike } from '../../../testing/alike.ts';
import { sizeOf } from '@deskgraph/common/testing/sizes';
import { untold } from '../../../testing/log.ts';
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

interface Journaled {
  id: string;
  kind: string;
  state: string;
  tickets: { totalCount: number };
  conflicts: { field: string; ticket: { id: string }; event: { type: string } }[];
}
const JOURNAL =
  'operation { id kind state tickets { totalCount } conflicts { field ticket { id } event { type } } }';
const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const journaled = (result: Result): Journaled => {
  expect(codes(result)).toEqual([]);
  return result['operation'] as Journaled;
};
const undo = (id: string, more: object = {}, actor = desk.agent) =>
  mutate(desk, actor, 'operationUndo', { id, ...more }, JOURNAL);
const conflictsIn = (result: Result): string[] => {
  expect(codes(result)).toEqual(['UNDO_CONFLICT input.id']);
  return (result['operation'] as Journaled).conflicts.map(({ field }) => field).sort();
};

const SHOWN = `status priority waitingSince handled reopenCount transferCount closesAt resolution { code } category { id } department { id }
  assignee { id } tags { name } fields { key value } snooze { until wakeOnReply } deletedAt messages { nodes { text } }`;
const read = async (id: string, actor: Actor = desk.lead): Promise<Record<string, unknown>> =>
  (
    await desk.ask<{ ticket: Record<string, unknown> }>(
      actor,
      `query ($id: ID!) { ticket(id: $id) { ${SHOWN} } }`,
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

/** Applies a macro of these actions; gives the operation. */
async function applied(
  ticketId: string,
  actions: object[],
  actor = desk.agent,
): Promise<Journaled> {
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
  return journaled(await mutate(desk, actor, 'macroApply', { id, ticketId, seen }, JOURNAL));
}

/** Does an action to many tickets; gives the operation once the job has ended. */
async function changed(ids: string[], action: object): Promise<string> {
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

/** The great bulk change has 5,000 when asked for. */
const TICKETS = sizeOf(200, 2_000);

test(
  'a bulk change of many tickets is taken back but for those that were touched since, each of which is named',
  async () => {
    const ids = await alike(desk, TICKETS);
    const touched = ids.filter((_, at) => at % Math.ceil(ids.length / 50) === 0);
    const action = { priority: 'URGENT', addTags: ['storm'], status: 'PENDING' };
    const operation = await changed(ids, action);
    for (const id of touched) await update(id, { priority: 'LOW' });
    const refused = await undo(operation);
    const { conflicts, state, tickets } = refused['operation'] as Journaled;
    expect(codes(refused)).toEqual(['UNDO_CONFLICT input.id']);
    expect({ state, tickets: tickets.totalCount }).toEqual({
      state: 'APPLIED',
      tickets: ids.length,
    });
    expect(
      conflicts.map(({ ticket, field, event }) => `${ticket.id} ${field} ${event.type}`).sort(),
    ).toEqual(touched.map((id) => `${id} priority ticket.updated`).sort());
    expect(await read(ids[1]!)).toMatchObject({ priority: 'URGENT', status: 'PENDING' });
    let taken: Result | undefined;
    const statements = await countStatements(async () => {
      taken = await undo(operation, { partly: true });
    });
    expect(journaled(taken!).state).toBe('PARTLY_UNDONE');
    // What grows with the tickets is written by hundreds.
    expect(statements.length).toBeLessThan(40 + ids.length / 100);
    const { rows } = await owner.query<{ priority: string; count: number }>(
      `select priority, count(*)::integer as count from ticket
     where workspace_id = $1 and number > 1000 and status = 'NEW' and tags = '{}' group by 1 order by 1`,
      [desk.workspace],
    );
    expect(rows).toEqual([
      { priority: 'LOW', count: touched.length },
      { priority: 'NORMAL', count: ids.length - touched.length },
    ]);
  },
  120_000 + TICKETS * 500,
);

test('a macro is taken back field by field: what hangs on the status too, what was written stays', async () => {
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
  const operation = await applied(id, [
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
  expect(journaled(await undo(operation.id))).toMatchObject({ state: 'UNDONE', conflicts: [] });
  const { messages, tags, ...after } = await read(id);
  const { messages: _, tags: labels, ...stood } = before;
  expect(after).toEqual(stood);
  expect(tags).toEqual(expect.arrayContaining(labels as object[]));
  expect(messages).toMatchObject({ nodes: [{}, { text: 'Paid back' }] });
  expect((await types(id)).slice(-5)).toEqual([
    'operation.undone',
    'ticket.updated',
    'ticket.assigned',
    'ticket.status_changed',
    'ticket.snoozed',
  ]);
  expect(await types(id, desk.customer)).not.toContain('operation.undone');
  expect(await untold(desk)).toEqual([]);
  const { ticket } = await desk.ask<{ ticket: { operations: object[] } }>(
    desk.agent,
    'query ($id: ID!) { ticket(id: $id) { operations { id kind state } } }',
    { id },
  );
  expect(ticket.operations).toEqual([{ id: operation.id, kind: 'MACRO', state: 'UNDONE' }]);
  expect(codes(await undo(operation.id))).toEqual(['UNDO_EXPIRED input.id']);
});

test('of one ticket the fields stand for themselves: one that was changed since stays, the others go back', async () => {
  const { id } = await desk.ticket();
  const operation = await applied(id, [
    { priority: 'HIGH', assigneeId: 'me', addTags: ['a', 'b'], status: 'OPEN' },
  ]);
  await mutate(desk, desk.colleague, 'ticketAssign', { id, assigneeId: 'me' });
  await update(id, { addTags: ['c'] });
  expect(conflictsIn(await undo(operation.id))).toEqual(['assignee']);
  expect(await read(id)).toMatchObject({ priority: 'HIGH' });
  expect(journaled(await undo(operation.id, { partly: true }))).toMatchObject({
    state: 'PARTLY_UNDONE',
    conflicts: [{ field: 'assignee', ticket: { id }, event: { type: 'ticket.assigned' } }],
  });
  // Somebody works on it: it is NEW no more.
  expect(await read(id)).toMatchObject({
    priority: 'NORMAL',
    status: 'OPEN',
    tags: [{ name: 'c' }],
    assignee: { id: desk.colleague.id },
  });
});

test('a label that somebody else took away or put back is his; what is as it was before stands against nothing', async () => {
  const { id } = await desk.ticket();
  await update(id, { addTags: ['old'] });
  const operation = await applied(id, [
    { priority: 'HIGH', addTags: ['new'], removeTags: ['old'] },
  ]);
  await update(id, { removeTags: ['new'], priority: 'NORMAL' });
  expect(conflictsIn(await undo(operation.id))).toEqual(['tags']);
  expect(codes(await undo(operation.id, { partly: true }))).toEqual(['UNDO_CONFLICT input.id']);
  await update(id, { addTags: ['old'] });
  expect(journaled(await undo(operation.id))).toMatchObject({ state: 'UNDONE' });
});

test('who was answered by it does not wait again; who was not, does', async () => {
  const [answered, silent] = [await desk.ticket(), await desk.ticket()];
  const made = await mutate(
    desk,
    desk.lead,
    'cannedResponseCreate',
    { title: 'A', body: 'Hello' },
    'cannedResponse { id }',
  );
  const { id: replyId } = made['cannedResponse'] as { id: string };
  const { waitingSince } = await read(silent.id);
  const solving = await changed([answered.id], { replyId, status: 'SOLVED' });
  const waiting = await changed([silent.id], { assigneeId: 'me', status: 'PENDING' });
  journaled(await undo(solving));
  journaled(await undo(waiting));
  expect(await read(answered.id)).toMatchObject({
    status: 'OPEN',
    waitingSince: null,
    handled: true,
    resolution: null,
    closesAt: null,
  });
  expect(await read(silent.id)).toMatchObject({ status: 'NEW', waitingSince, handled: false });
});

test('incidents that were solved with their problem come back with it, and who has left gets nothing back', async () => {
  const [problem, incident, held] = [await desk.ticket(), await desk.ticket(), await desk.ticket()];
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
  const operation = await applied(problem.id, [{ replyId }, { status: 'SOLVED' }]);
  expect(operation.tickets.totalCount).toBe(2);
  expect(await read(incident.id)).toMatchObject({
    status: 'SOLVED',
    resolution: { code: 'INCIDENT' },
  });
  journaled(await undo(operation.id));
  expect(await read(incident.id)).toMatchObject({
    status: 'NEW',
    resolution: null,
    closesAt: null,
  });
  expect(await read(problem.id)).toMatchObject({ status: 'OPEN', handled: true });

  await mutate(desk, desk.agent, 'ticketAssign', { id: held.id, assigneeId: desk.colleague.id });
  const moved = await changed([held.id], { assigneeId: 'me' });
  await owner.query(`update agent set active = false where id = $1`, [
    uuidOf('agt', desk.colleague.id),
  ]);
  journaled(await undo(moved));
  expect(await read(held.id)).toMatchObject({ assignee: null });
});

test('a whole is not solved again before its parts', async () => {
  const [whole, part] = [await desk.ticket(), await desk.ticket()];
  await mutate(desk, desk.agent, 'ticketLink', { id: whole.id, otherId: part.id, kind: 'CHILD' });
  for (const { id } of [part, whole])
    await mutate(desk, desk.agent, 'ticketStatusChange', {
      id,
      status: 'SOLVED',
      resolutionCode: 'NO_REPLY',
    });
  const one = await changed([whole.id], { status: 'OPEN' });
  const both = await changed([part.id], { status: 'OPEN' });
  expect(conflictsIn(await undo(one))).toEqual(['status']);
  journaled(await undo(both));
  journaled(await undo(one));
  expect(await read(whole.id)).toMatchObject({ status: 'SOLVED', reopenCount: 0 });
});

test('an escalation goes back as such: one that was begun ends, one that was ended is in force again', async () => {
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
  const begun = await applied(id, [{ escalate: true }]);
  journaled(await undo(begun.id));
  expect(await escalation()).toBeNull();
  expect((await types(id)).slice(-3)).toEqual([
    'ticket.assigned',
    'ticket.status_changed',
    'ticket.escalation_ended',
  ]);
  await mutate(desk, desk.agent, 'ticketEscalate', { id, reason: 'Hard' });
  const before = await escalation();
  const ended = await applied(id, [{ assigneeId: 'me' }]);
  expect(await escalation()).toBeNull();
  journaled(await undo(ended.id));
  expect(await escalation()).toEqual(before);
  expect((await types(id)).at(-1)).toBe('ticket.escalated');
  expect(await untold(desk)).toEqual([]);
});

test('what is solved since is neither postponed again nor escalated', async () => {
  await mutate(desk, desk.admin, 'escalationPathCreate', {
    name: 'Up',
    filter: {},
    steps: [{ agentId: desk.colleague.id, after: 'PT1H' }],
  });
  const [asleep, escalated] = [await desk.ticket(), await desk.ticket()];
  await mutate(desk, desk.agent, 'ticketSnooze', { id: asleep.id });
  await mutate(desk, desk.agent, 'ticketEscalate', { id: escalated.id, reason: 'Hard' });
  const operations: string[] = [];
  operations.push(
    (await applied(asleep.id, [{ status: 'PENDING', priority: 'HIGH', escalate: true }])).id,
  );
  operations.push((await applied(escalated.id, [{ assigneeId: 'me', priority: 'HIGH' }])).id);
  for (const { id } of [asleep, escalated])
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
    expect(journaled(await undo(id, { partly: true })).state).toBe('PARTLY_UNDONE');
  }
  for (const { id } of [asleep, escalated]) {
    expect(await read(id)).toMatchObject({ status: 'SOLVED', priority: 'NORMAL', snooze: null });
    const query = 'query ($id: ID!) { ticket(id: $id) { escalation { step } } }';
    expect(await desk.ask(desk.agent, query, { id })).toEqual({ ticket: { escalation: null } });
  }
});

test('what is put into the bin comes out of it by an undo, as it was, for those who may', async () => {
  const { id } = await desk.ticket();
  const before = await read(id);
  const operation = journaled(await mutate(desk, desk.lead, 'ticketDelete', { id }, JOURNAL));
  expect(operation).toMatchObject({ kind: 'DELETE', state: 'APPLIED' });
  expect(await mutate(desk, desk.lead, 'ticketDelete', { id }, JOURNAL)).toMatchObject({
    operation: null,
    userErrors: [],
  });
  expect(codes(await undo(operation.id))).toEqual(['NOT_FOUND input.id']);
  expect(journaled(await undo(operation.id, {}, desk.lead)).state).toBe('UNDONE');
  expect(await read(id, desk.agent)).toEqual(before);
  expect((await types(id)).slice(-2)).toEqual(['operation.undone', 'ticket.restored']);
  const again = journaled(await mutate(desk, desk.lead, 'ticketDelete', { id }, JOURNAL));
  await mutate(desk, desk.lead, 'ticketRestore', { id });
  expect(journaled(await undo(again.id, {}, desk.lead)).state).toBe('UNDONE');
});

test('a ticket that is in the bin now stands for itself, and a job that is at work is not taken back', async () => {
  const [kept, binned] = [await desk.ticket(), await desk.ticket()];
  const operation = await changed([kept.id, binned.id], { priority: 'HIGH' });
  await mutate(desk, desk.lead, 'ticketDelete', { id: binned.id });
  const refused = await undo(operation, {}, desk.lead);
  expect(conflictsIn(refused)).toEqual(['deletedAt']);
  expect(journaled(await undo(operation, { partly: true }, desk.lead)).state).toBe('PARTLY_UNDONE');
  expect(await read(kept.id)).toMatchObject({ priority: 'NORMAL' });
  const other = await changed([kept.id], { priority: 'HIGH' });
  await owner.query(`update bulk_job set finished_at = null where operation_id = $1`, [
    uuidOf('opr', other),
  ]);
  expect(codes(await undo(other))).toEqual(['IN_USE input.id']);
});
