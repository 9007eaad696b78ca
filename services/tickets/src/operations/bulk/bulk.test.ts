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

interface Shown {
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
const ask = (input: object, actor: Actor = desk.agent) =>
  mutate(desk, actor, 'ticketsUpdate', input, `job { ${JOB} }`);
const start = async (input: object, actor: Actor = desk.agent): Promise<Shown> => {
  const payload = await ask(input, actor);
  expect(codes(payload)).toEqual([]);
  return payload['job'] as Shown;
};
const read = async (id: string, actor: Actor = desk.agent): Promise<Shown | null> =>
  (
    await desk.ask<{ bulkJob: Shown | null }>(
      actor,
      `query ($id: ID!) { bulkJob(id: $id) { ${JOB} results(first: 100) { totalCount nodes { ticket { id } userErrors { code field } } } } }`,
      { id },
    )
  ).bulkJob;
async function ended(id: string): Promise<Shown> {
  for (;;) {
    const job = await read(id);
    if (job?.finishedAt) return job;
    await sleep(50);
  }
}
const tickets = async (count: number): Promise<string[]> => {
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

test('an action is done to each ticket as by hand, what one is refused stops no other, and each has its result', async () => {
  const [first, solved, last] = (await tickets(3)) as [string, string, string];
  await mutate(desk, desk.agent, 'ticketStatusChange', {
    id: solved,
    status: 'SOLVED',
    resolutionCode: 'SPAM',
  });
  const missing = newId('tkt');
  const other = await openDesk(service);
  const foreign = (await other.ticket()).id;
  const ids = [first, missing, solved, foreign, last, first];
  const { id, total, state } = await start({
    ids,
    action: { assigneeId: 'me', note: 'Seen', snooze: 'PT1H' },
  });
  expect({ total, state }).toEqual({ total: 5, state: 'QUEUED' });
  const job = await ended(id);
  expect(job).toMatchObject({ state: 'DONE', total: 5, done: 2, failed: 3 });
  const gone = [{ code: 'NOT_FOUND', field: ['input', 'ids'] }];
  expect(job.results.nodes).toEqual([
    { ticket: { id: first }, userErrors: [] },
    { ticket: null, userErrors: gone },
    {
      ticket: { id: solved },
      userErrors: [{ code: 'STATUS_NOT_ALLOWED', field: ['input', 'ids'] }],
    },
    { ticket: null, userErrors: gone },
    { ticket: { id: last }, userErrors: [] },
  ]);
  for (const each of [first, last])
    expect(await stateOf(each)).toMatchObject({
      assignee: { id: desk.agent.id },
      messages: { totalCount: 2 },
    });
  // All of an action or nothing.
  expect(await stateOf(solved)).toMatchObject({ messages: { totalCount: 1 } });
  const failed = await desk.ask<{ bulkJob: Shown }>(
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

test('all that a filter lets through at that moment are taken', async () => {
  const ids = await tickets(4);
  await mutate(desk, desk.agent, 'ticketAssign', { id: ids[0]!, assigneeId: 'me' });
  const { id, total } = await start({
    filter: { assigneeId: { isNull: true } },
    action: { priority: 'LOW' },
  });
  expect(total).toBe(3);
  expect((await ended(id)).results.nodes.map(({ ticket }) => ticket!.id)).toEqual(ids.slice(1));
  expect(
    await ended(
      (await start({ filter: { number: { eq: 1_000 } }, action: { priority: 'LOW' } })).id,
    ),
  ).toMatchObject({
    state: 'DONE',
    total: 0,
  });
});

test('what can’t be is refused by name', async () => {
  const [id] = (await tickets(1)) as [string];
  const action = { note: 'x' };
  expect(codes(await ask({ action }))).toEqual(['INVALID input.ids']);
  expect(codes(await ask({ ids: [id], filter: {}, action }))).toEqual(['INVALID input.filter']);
  expect(codes(await ask({ ids: [], action }))).toEqual(['INVALID input.ids']);
  expect(codes(await ask({ ids: Array.from({ length: 5_001 }, () => id), action }))).toEqual([
    'TOO_LONG input.ids',
  ]);
  expect(codes(await ask({ ids: [id], action: {} }))).toEqual(['REQUIRED input.action']);
  expect(codes(await ask({ ids: [id], action: { status: 'CLOSED' } }))).toEqual([
    'CLOSE_BY_HAND input.action.status',
  ]);
  expect(codes(await ask({ ids: [id], action: { departmentId: newId('dep') } }))).toEqual([
    'NOT_FOUND input.action.departmentId',
  ]);
  expect(codes(await ask({ filter: { text: 'x'.repeat(201) }, action }))).toEqual([
    'TOO_LONG input.filter.text',
  ]);
});

test('jobs are for who asked and for leads; an app changes what its departments hold, and who has left nothing', async () => {
  const ids = await tickets(2);
  await mutate(desk, desk.agent, 'ticketAssign', { id: ids[0]!, departmentId: desk.departmentId });
  const bound = { ...appActor(desk.workspace), departments: [desk.departmentId] };
  const { id } = await start({ ids, action: { priority: 'HIGH' } }, bound);
  expect(await read(id)).toBeNull();
  for (let job = await read(id, bound); !job?.finishedAt; job = await read(id, bound))
    await sleep(50);
  expect(await read(id, desk.lead)).toMatchObject({ done: 1, failed: 1 });
  expect(codes(await mutate(desk, desk.colleague, 'bulkJobCancel', { id }))).toEqual([
    'NOT_FOUND input.id',
  ]);
  await owner.query(`update agent set active = false where id = $1`, [
    uuidOf('agt', desk.colleague.id),
  ]);
  const { id: left } = await start({ ids, action: { priority: 'LOW' } }, desk.colleague);
  for (let job = await read(left, desk.lead); !job?.finishedAt; job = await read(left, desk.lead))
    await sleep(50);
  expect(await read(left, desk.lead)).toMatchObject({
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

test('a job tells how far it is, and stops when it is cancelled; nothing is done twice or half', async () => {
  const ids = await tickets(40);
  const { id } = await start({ ids, action: { note: 'Once', addTags: ['bulk'] } });
  const seen: number[] = [];
  for (let job = await read(id); !job?.finishedAt; job = await read(id)) {
    seen.push(job!.done);
    await sleep(50);
  }
  expect(await read(id)).toMatchObject({ state: 'DONE', done: 40 });
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  for (const each of ids) expect((await stateOf(each)).messages.totalCount).toBe(2);

  const second = await start({ ids, action: { note: 'Twice' } });
  const cancelled = await mutate(
    desk,
    desk.agent,
    'bulkJobCancel',
    { id: second.id },
    `job { ${JOB} }`,
  );
  const { state, done } = cancelled['job'] as Shown;
  expect(['CANCELLED', 'DONE']).toContain(state);
  // Jobs are worked on in the order in which they are due: one that came later has ended.
  await ended((await start({ ids: ids.slice(0, 1), action: { priority: 'LOW' } })).id);
  const later = (await read(second.id))!;
  expect(later).toMatchObject({ state, done });
  let written = 0;
  for (const each of ids) written += (await stateOf(each)).messages.totalCount - 2;
  expect(written).toBe(later.results.totalCount);
});

test('what was committed before a process died is not done again', async () => {
  const ids = await tickets(6);
  const { id } = await start({ ids, action: { note: 'Once' } });
  await ended(id);
  // As it would be found had the process died after four of six.
  await owner.query(`update bulk_item set state = 'WAITING' where job_id = $1 and at > 4`, [
    uuidOf('job', id),
  ]);
  await owner.query(
    `update bulk_job set state = 'RUNNING', finished_at = null, due_at = now() where id = $1`,
    [uuidOf('job', id)],
  );
  expect(await ended(id)).toMatchObject({ state: 'DONE', done: 6 });
  const counts = await Promise.all(
    ids.map(async (each) => (await stateOf(each)).messages.totalCount),
  );
  expect(counts).toEqual([2, 2, 2, 2, 3, 3]);
});
