import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import { type TestClient, appActor } from '@deskgraph/common/testing/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
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

interface JobView {
  id: string;
  state: string;
  total: number;
  done: number;
  failed: number;
  finishedAt: string | null;
  results: {
    totalCount: number;
    nodes: {
      ticket: { id: string } | null;
      userErrors: { code: string; field: string[] | null }[];
    }[];
  };
}
const JOB = 'id state total done failed finishedAt';

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const ticketsUpdate = (input: object, actor: Actor = desk.agent) =>
  mutate(desk, actor, 'ticketsUpdate', input, `job { ${JOB} }`);
const startJob = async (input: object, actor: Actor = desk.agent): Promise<JobView> => {
  const payload = await ticketsUpdate(input, actor);
  expect(codes(payload)).toEqual([]);
  return payload['job'] as JobView;
};
const read = async (id: string, actor: Actor = desk.agent): Promise<JobView | null> =>
  (
    await desk.ask<{ bulkJob: JobView | null }>(
      actor,
      `query ($id: ID!) { bulkJob(id: $id) { ${JOB} results(first: 100) { totalCount nodes { ticket { id } userErrors { code field } } } } }`,
      { id },
    )
  ).bulkJob;
async function finishedJob(id: string): Promise<JobView> {
  for (;;) {
    const job = await read(id);
    if (job?.finishedAt) return job;
    await sleep(50);
  }
}
const createTickets = async (count: number): Promise<string[]> => {
  const ids: string[] = [];
  while (ids.length < count) ids.push((await desk.ticket()).id);
  return ids;
};
const stateOf = async (id: string) =>
  (
    await desk.ask<{
      ticket: { status: string; assignee: object | null; messages: { totalCount: number } };
    }>(
      desk.agent,
      'query ($id: ID!) { ticket(id: $id) { status assignee { id } messages { totalCount } } }',
      { id },
    )
  ).ticket;

test('applies the action to each ticket with all rules; a refusal stops no other ticket, and each has a result', async () => {
  const [first, solved, last] = (await createTickets(3)) as [string, string, string];
  await mutate(desk, desk.agent, 'ticketStatusChange', {
    id: solved,
    status: 'SOLVED',
    resolutionCode: 'SPAM',
  });
  const missing = newId('tkt');
  const other = await openDesk(service);
  const otherWorkspaceTicket = (await other.ticket()).id;
  const ids = [first, missing, solved, otherWorkspaceTicket, last, first];
  const { id, total, state } = await startJob({
    ids,
    action: { assigneeId: 'me', note: 'Seen', snooze: 'PT1H' },
  });
  expect({ total, state }).toEqual({ total: 5, state: 'QUEUED' });
  const job = await finishedJob(id);
  expect(job).toMatchObject({ state: 'DONE', total: 5, done: 2, failed: 3 });
  const notFound = [{ code: 'NOT_FOUND', field: ['input', 'ids'] }];
  expect(job.results.nodes).toEqual([
    { ticket: { id: first }, userErrors: [] },
    { ticket: null, userErrors: notFound },
    {
      ticket: { id: solved },
      userErrors: [{ code: 'STATUS_NOT_ALLOWED', field: ['input', 'ids'] }],
    },
    { ticket: null, userErrors: notFound },
    { ticket: { id: last }, userErrors: [] },
  ]);
  for (const ticket of [first, last])
    expect(await stateOf(ticket)).toMatchObject({
      assignee: { id: desk.agent.id },
      messages: { totalCount: 2 },
    });
  // An action is applied completely or not at all.
  expect(await stateOf(solved)).toMatchObject({ messages: { totalCount: 1 } });
  const failed = await desk.ask<{ bulkJob: JobView }>(
    desk.agent,
    'query ($id: ID!) { bulkJob(id: $id) { results(failedOnly: true, first: 2) { totalCount nodes { ticket { id } } pageInfo { hasNextPage } } } }',
    { id },
  );
  expect(failed.bulkJob.results).toMatchObject({
    totalCount: 3,
    nodes: [{ ticket: null }, { ticket: { id: solved } }],
    pageInfo: { hasNextPage: true },
  });
  const { rows } = await owner.query<{ actor: { id: string }; because: object }>(
    `select actor, data -> 'because' as because from event_log where subject = $1 and type = 'ticket.assigned'
     union all select actor, data -> 'because' from outbox where subject = $1 and type = 'ticket.assigned'`,
    [first],
  );
  expect(rows).toEqual([
    {
      actor: expect.objectContaining({ id: desk.agent.id }),
      because: { jobId: id, operationId: expect.any(String) },
    },
  ]);
});

test('changes the tickets that match the filter when the job is started', async () => {
  const ids = await createTickets(4);
  await mutate(desk, desk.agent, 'ticketAssign', { id: ids[0]!, assigneeId: 'me' });
  const { id, total } = await startJob({
    filter: { assigneeId: { isNull: true } },
    action: { priority: 'LOW' },
  });
  expect(total).toBe(3);
  expect((await finishedJob(id)).results.nodes.map(({ ticket }) => ticket!.id)).toEqual(
    ids.slice(1),
  );
  expect(
    await finishedJob(
      (await startJob({ filter: { number: { eq: 1_000 } }, action: { priority: 'LOW' } })).id,
    ),
  ).toMatchObject({
    state: 'DONE',
    total: 0,
  });
});

test('refuses invalid inputs and impossible actions at once', async () => {
  const [id] = (await createTickets(1)) as [string];
  const action = { note: 'x' };
  expect(codes(await ticketsUpdate({ action }))).toEqual(['INVALID input.ids']);
  expect(codes(await ticketsUpdate({ ids: [id], filter: {}, action }))).toEqual([
    'INVALID input.filter',
  ]);
  expect(codes(await ticketsUpdate({ ids: [], action }))).toEqual(['INVALID input.ids']);
  expect(
    codes(await ticketsUpdate({ ids: Array.from({ length: 5_001 }, () => id), action })),
  ).toEqual(['TOO_LONG input.ids']);
  expect(codes(await ticketsUpdate({ ids: [id], action: {} }))).toEqual(['REQUIRED input.action']);
  expect(codes(await ticketsUpdate({ ids: [id], action: { status: 'CLOSED' } }))).toEqual([
    'CLOSE_BY_HAND input.action.status',
  ]);
  expect(codes(await ticketsUpdate({ ids: [id], action: { departmentId: newId('dep') } }))).toEqual(
    ['NOT_FOUND input.action.departmentId'],
  );
  expect(codes(await ticketsUpdate({ filter: { text: 'x'.repeat(201) }, action }))).toEqual([
    'TOO_LONG input.filter.text',
  ]);
});

test('jobs are visible to their creator and to leads and have the current rights of the creator', async () => {
  const ids = await createTickets(2);
  await mutate(desk, desk.agent, 'ticketAssign', { id: ids[0]!, departmentId: desk.departmentId });
  const departmentApp = { ...appActor(desk.workspace), departments: [desk.departmentId] };
  const { id } = await startJob({ ids, action: { priority: 'HIGH' } }, departmentApp);
  expect(await read(id)).toBeNull();
  for (
    let job = await read(id, departmentApp);
    !job?.finishedAt;
    job = await read(id, departmentApp)
  )
    await sleep(50);
  expect(await read(id, desk.lead)).toMatchObject({ done: 1, failed: 1 });
  expect(codes(await mutate(desk, desk.colleague, 'bulkJobCancel', { id }))).toEqual([
    'NOT_FOUND input.id',
  ]);
  await owner.query(`update agent set active = false where id = $1`, [
    uuidOf('agt', desk.colleague.id),
  ]);
  const { id: deactivatedJob } = await startJob(
    { ids, action: { priority: 'LOW' } },
    desk.colleague,
  );
  for (
    let job = await read(deactivatedJob, desk.lead);
    !job?.finishedAt;
    job = await read(deactivatedJob, desk.lead)
  )
    await sleep(50);
  expect(await read(deactivatedJob, desk.lead)).toMatchObject({
    done: 0,
    failed: 2,
    results: { nodes: [{ userErrors: [{ code: 'FORBIDDEN' }] }, {}] },
  });
  for (const actor of [desk.light, desk.customer])
    expect(
      (await desk.answer(actor, 'query ($id: ID!) { bulkJob(id: $id) { id } }', { id })).errors?.[0]
        ?.extensions.code,
    ).toBe('FORBIDDEN');
});

test('a job reports its progress and stops when it is cancelled; no ticket is changed twice or partly', async () => {
  const ids = await createTickets(40);
  const { id } = await startJob({ ids, action: { note: 'Once', addTags: ['bulk'] } });
  const progress: number[] = [];
  for (let job = await read(id); !job?.finishedAt; job = await read(id)) {
    progress.push(job!.done);
    await sleep(50);
  }
  expect(await read(id)).toMatchObject({ state: 'DONE', done: 40 });
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  for (const ticket of ids) expect((await stateOf(ticket)).messages.totalCount).toBe(2);

  const second = await startJob({ ids, action: { note: 'Twice' } });
  const cancelled = await mutate(
    desk,
    desk.agent,
    'bulkJobCancel',
    { id: second.id },
    `job { ${JOB} }`,
  );
  const { state, done } = cancelled['job'] as JobView;
  expect(['CANCELLED', 'DONE']).toContain(state);
  // Jobs run in the order of their due time: when a later job has ended, this one has stopped.
  await finishedJob((await startJob({ ids: ids.slice(0, 1), action: { priority: 'LOW' } })).id);
  const later = (await read(second.id))!;
  expect(later).toMatchObject({ state, done });
  let noteCount = 0;
  for (const ticket of ids) noteCount += (await stateOf(ticket)).messages.totalCount - 2;
  expect(noteCount).toBe(later.results.totalCount);
});

test('a job that continues after a crash does not repeat committed tickets', async () => {
  const ids = await createTickets(6);
  const { id } = await startJob({ ids, action: { note: 'Once' } });
  await finishedJob(id);
  // The state after a crash between the fourth and the sixth ticket.
  await owner.query(`update bulk_item set state = 'WAITING' where job_id = $1 and at > 4`, [
    uuidOf('job', id),
  ]);
  await owner.query(
    `update bulk_job set state = 'RUNNING', finished_at = null, due_at = now() where id = $1`,
    [uuidOf('job', id)],
  );
  expect(await finishedJob(id)).toMatchObject({ state: 'DONE', done: 6 });
  const counts = await Promise.all(
    ids.map(async (ticket) => (await stateOf(ticket)).messages.totalCount),
  );
  expect(counts).toEqual([2, 2, 2, 2, 3, 3]);
});
