import type { Actor } from '@deskgraph/common/access';
import type { Timer } from '@deskgraph/common/clock';
import { sql } from '@deskgraph/common/database';
import { Refusal } from '@deskgraph/common/errors';
import { record } from '@deskgraph/common/events';
import { databaseGone, lostRace } from '@deskgraph/common/failure';
import type { UserError } from '@deskgraph/common/graph';
import { uuidOf } from '@deskgraph/common/id';
import { told } from '@deskgraph/common/mutation';
import { Context } from '@deskgraph/common/transaction';
import { actorNow } from '../agent/who.ts';
import { apply, placed } from '../action/apply.ts';
import { journaled } from '../operation/journal.ts';
import { works } from '../ticket/reference.ts';
import { BulkJob, JobState } from './job.ts';
import { tell } from './watch.ts';

/** So long one job is worked on before the clock has other things to do. */
const TURN_MS = 200;
const AT_ONCE = 20;

interface Item {
  at: number;
  ticket_id: string;
}

/**
 * Works on a job for a while. Each ticket has a transaction of its own, in which it is also marked as done: what was committed before the process
 * died is not done again, and what was not is done later.
 */
async function work(ctx: Context, row: object): Promise<void> {
  const job = ctx.em.map(BulkJob, row as never);
  const until = Date.now() + TURN_MS;
  const asker = await askerOf(ctx, job);
  for (let items = await waiting(ctx, job); items.length && Date.now() < until; items = await waiting(ctx, job))
    for (const item of items) {
      if (Date.now() >= until) break;
      await settle(ctx, job, item, asker);
    }
  await report(ctx, job);
}

interface Asker {
  actor: Actor;
  /** He has lost the right to do it. */
  isBarred: boolean;
}

/** Who asked for the job, with the rights of today. */
async function askerOf(ctx: Context, { actor }: BulkJob): Promise<Asker> {
  const then = { ...actor, workspace: ctx.workspace };
  if (actor.kind !== 'agent') return { actor: then, isBarred: false };
  const now = (await works(ctx, actor.id)) ? await actorNow(ctx, actor.id) : null;
  return { actor: now ?? then, isBarred: !now || !now.scopes.includes('tickets:write') };
}

/** A job that is to be worked on. */
export const bulkTimer: Timer = { table: 'bulk_job', column: 'due_at', ring: work };

async function waiting(ctx: Context, { id }: BulkJob): Promise<Item[]> {
  const { rows } = await sql<Item>`
    select at, ticket_id from bulk_item where job_id = ${uuidOf('job', id)}::uuid and state = 'WAITING' order by at limit ${AT_ONCE}`.execute(
    ctx.em.getKysely(),
  );
  return rows;
}

async function settle(ctx: Context, job: BulkJob, item: Item, { actor, isBarred }: Asker): Promise<void> {
  try {
    if (isBarred) throw new Refusal('FORBIDDEN', null);
    await one(ctx, actor, (inner) => act(inner, job, item));
  } catch (error) {
    if (databaseGone(error)) throw error;
    if (lostRace(error)) return;
    const userErrors = refusedBy(error, (err) => ctx.log.error({ err, job: job.id, ticket: item.ticket_id }, 'an action failed'));
    await one(ctx, actor, (inner) => mark(inner, job, item, 'FAILED', userErrors));
  }
}

/** Why an action was not done to a ticket; an error that is none of the ticket's is for the log. */
export function refusedBy(error: unknown, log: (error: unknown) => void): UserError[] {
  const refusal = placed(error, { id: 'ids', ticketId: 'ids' }, 'action');
  if (refusal instanceof Refusal) return told(refusal);
  log(error);
  return told(new Refusal('INVALID', 'action'));
}

/** A transaction of its own, as who asked for the job. */
const one = ({ orm, log, requestId, locales }: Context, actor: Actor, verb: (inner: Context) => Promise<void>): Promise<void> => {
  const inner = new Context({ orm, log, requestId, locales, actor });
  return inner.write(() => verb(inner));
};

async function act(inner: Context, job: BulkJob, item: Item): Promise<void> {
  inner.because = { jobId: job.id };
  const work = (): Promise<unknown> => apply(inner, item.ticket_id, job.action, { override: true });
  if (job.operationId) await journaled(inner, job.operationId, work);
  else await work();
  await inner.em.flush();
  await mark(inner, job, item, 'DONE', []);
}

async function mark(inner: Context, { id }: BulkJob, { at }: Item, state: 'DONE' | 'FAILED', errors: readonly object[]): Promise<void> {
  await sql`
    update bulk_item set state = ${state}, errors = ${JSON.stringify(errors)}::jsonb where job_id = ${uuidOf('job', id)}::uuid and at = ${at}`.execute(
    inner.em.getKysely(),
  );
}

/** How far it has come, counted, so that it is right whatever was cut off. */
async function report(ctx: Context, job: BulkJob): Promise<void> {
  const { rows } = await sql<{ done: number; failed: number }>`
    select count(*) filter (where state = 'DONE')::integer as done, count(*) filter (where state = 'FAILED')::integer as failed
    from bulk_item where job_id = ${uuidOf('job', job.id)}::uuid`.execute(ctx.em.getKysely());
  Object.assign(job, rows[0]);
  const now = new Date();
  const isOver = job.done + job.failed >= job.total;
  Object.assign(job, { version: job.version + 1, updatedAt: now });
  Object.assign(job, isOver ? { state: JobState.DONE, finishedAt: now, dueAt: null } : { state: JobState.RUNNING, dueAt: now });
  await tell(ctx, job);
  if (isOver) await record(ctx, 'ticket.bulk_updated', job, { total: job.total, done: job.done, failed: job.failed });
}
