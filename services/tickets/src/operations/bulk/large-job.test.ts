import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import { type TestService, countStatements } from '@deskgraph/common/testing/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { createTicketCopies } from '../../../testing/ticket-copies.ts';
import { seed, sizeOf } from '@deskgraph/common/testing/sizes';
import { type Desk, mutate, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { dice } from '../../../testing/dice.ts';
import { fetchUnloggedChanges } from '../../../testing/event-log.ts';

let service: TestService;
let desk: Desk;
let owner: Client;

beforeAll(async () => {
  service = await startOwnTickets();
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

/** 5,000, the maximum, in the long run. */
const TICKETS = sizeOf(200, 5_000);
const TIMEOUT_MS = 120_000 + TICKETS * 100;

interface Job {
  done: number;
  failed: number;
  finishedAt: string | null;
}

async function startJob(ids: string[], action: object): Promise<string> {
  const started = await mutate(desk, desk.agent, 'ticketsUpdate', { ids, action }, 'job { id }');
  expect(started.userErrors).toEqual([]);
  return (started['job'] as { id: string }).id;
}
const read = async (id: string): Promise<Job> =>
  (
    await desk.ask<{ bulkJob: Job }>(
      desk.agent,
      'query ($id: ID!) { bulkJob(id: $id) { done failed finishedAt } }',
      { id },
    )
  ).bulkJob;
async function finishedJob(id: string): Promise<Job> {
  for (;;) {
    const job = await read(id);
    if (job.finishedAt) return job;
    await sleep(200);
  }
}
/** The refusals and the number of notes of each ticket of a job, in its order. */
async function outcome(job: string): Promise<{ ticket: string; codes: string; notes: number }[]> {
  const { rows } = await owner.query<{ ticket: string; codes: string; notes: number }>(
    `select i.ticket_id as ticket, coalesce((select string_agg(e ->> 'code', ' ') from jsonb_array_elements(i.errors) e), '') as codes,
       (select count(*)::integer from message m where m.ticket_id = uuid_of(i.ticket_id) and m.visibility = 'PRIVATE') as notes
     from bulk_item i where i.job_id = $1 and i.state <> 'WAITING' order by i.at`,
    [uuidOf('job', job)],
  );
  return rows;
}

test(
  'a large job needs less than one statement per ticket; every ticket is changed and has a matching event',
  async () => {
    const ids = await createTicketCopies(desk, TICKETS);
    let job: Job | undefined;
    const action = {
      priority: 'URGENT',
      addTags: ['storm'],
      status: 'PENDING',
      assigneeId: 'me',
      departmentId: desk.departmentId,
    };
    const statements = await countStatements(async () => {
      job = await finishedJob(await startJob(ids, action));
    });
    expect(job).toMatchObject({ done: ids.length, failed: 0 });
    expect(statements.length).toBeLessThan(ids.length);
    const { rows } = await owner.query<{ count: number }>(
      `select count(*)::integer as count from ticket where workspace_id = $1 and number > 1000 and priority = 'URGENT' and status = 'PENDING'
         and tags = '{storm}' and assignee_id = $2 and department_id = $3`,
      [desk.workspace, uuidOf('agt', desk.agent.id), uuidOf('dep', desk.departmentId)],
    );
    expect(rows).toEqual([{ count: ids.length }]);
    const unlogged = await fetchUnloggedChanges(desk);
    expect(unlogged.filter(({ logged }) => logged !== 'no event')).toEqual([]);
  },
  TIMEOUT_MS,
);

test(
  'refusals at any position do not affect other tickets; each ticket is changed once',
  async () => {
    const { roll } = dice(seed);
    const ids = await createTicketCopies(desk, TICKETS);
    const closed = ids.filter(() => !roll(8));
    await owner.query(`update ticket set status = 'CLOSED' where id = any($1::uuid[])`, [
      closed.map((id) => uuidOf('tkt', id)),
    ]);
    const jobIds = ids.flatMap((id) => (roll(10) ? [id] : [newId('tkt'), id]));
    const job = await startJob(jobIds, { note: 'Seen', snooze: 'PT1H' });
    await finishedJob(job);
    const codeOf = (id: string): string =>
      ids.includes(id) ? (closed.includes(id) ? 'TICKET_CLOSED' : '') : 'NOT_FOUND';
    expect(await outcome(job)).toEqual(
      jobIds.map((ticket) => ({ ticket, codes: codeOf(ticket), notes: codeOf(ticket) ? 0 : 1 })),
    );
  },
  TIMEOUT_MS,
);

test('a ticket that cannot be stored or always conflicts fails alone', async () => {
  const ids = await createTicketCopies(desk, 20);
  const [broken, lost] = [ids[7]!, ids[12]!];
  await owner.query(`
    create function break_tickets() returns trigger language plpgsql as $$
    begin
      if new.id = '${uuidOf('tkt', broken)}' then raise exception 'broken'; end if;
      raise unique_violation;
    end $$;
    create trigger broken before update on ticket for each row
      when (new.id in ('${uuidOf('tkt', broken)}', '${uuidOf('tkt', lost)}')) execute function break_tickets()`);
  const job = await startJob(ids, { note: 'Seen' });
  await finishedJob(job);
  const codeOf = (id: string): string =>
    id === broken ? 'INVALID' : id === lost ? 'CONFLICT' : '';
  expect(await outcome(job)).toEqual(
    ids.map((ticket) => ({ ticket, codes: codeOf(ticket), notes: codeOf(ticket) ? 0 : 1 })),
  );
});

test(
  'each ticket is changed once although connections are lost',
  async () => {
    const ids = await createTicketCopies(desk, TICKETS);
    const job = await startJob(ids, { note: 'Once' });
    for (let cut = 0; cut < 10; cut++) {
      await sleep(100);
      await owner.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      );
    }
    let finished: Job | undefined;
    while (!finished?.finishedAt) finished = await read(job).catch(() => sleep(200, undefined));
    expect(finished).toMatchObject({ done: ids.length, failed: 0 });
    expect((await outcome(job)).every(({ notes }) => notes === 1)).toBe(true);
  },
  TIMEOUT_MS,
);
