import type { Actor } from '@deskgraph/common/auth/access';
import type { ScheduledTask } from '@deskgraph/common/jobs/scheduler';
import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent, bufferEvents } from '@deskgraph/common/events/log';
import {
  isDatabaseUnavailable,
  isConcurrencyConflict,
} from '@deskgraph/common/core/database-errors';
import type { UserError } from '@deskgraph/common/graphql/shared-types';
import { uuidOf } from '@deskgraph/common/core/id';
import { retryOnConflict } from '@deskgraph/common/graphql/mutation';
import { Context } from '@deskgraph/common/database/context';
import { currentStaffActor } from '../../staff/agent/actors.ts';
import { applyAction, mapRefusalPath } from '../action/apply.ts';
import { trackOperation } from '../../model/operation/journal.ts';
import { lockExistingTickets } from '../../model/lookup/lock.ts';
import { canBeAssigned } from '../../staff/references.ts';
import { BulkJob, JobState } from './job.ts';
import { tell } from './progress.ts';

/** So long one job is worked on before the clock has other things to do. */
const TURN_MS = 200;
/** So many tickets are locked, changed and told of together. */
const AT_ONCE = 50;

interface Item {
  at: number;
  ticket_id: string;
}

/**
 * Works on a job for a while, on some tickets at a time. They have a transaction together, in which they are also marked as done: what was
 * committed before the process died is not done again, and what was not is done later.
 */
async function work(ctx: Context, row: object): Promise<void> {
  const job = ctx.em.map(BulkJob, row as never);
  const until = Date.now() + TURN_MS;
  const asker = await askerOf(ctx, job);
  for (
    let items = await waiting(ctx, job);
    items.length && Date.now() < until;
    items = await waiting(ctx, job)
  )
    await settle(ctx, job, items, asker);
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
  const now = (await canBeAssigned(ctx, actor.id)) ? await currentStaffActor(ctx, actor.id) : null;
  return { actor: now ?? then, isBarred: !now || !now.scopes.includes('tickets:write') };
}

/** A job that is to be worked on. */
export const bulkTimer: ScheduledTask = { table: 'bulk_job', column: 'due_at', run: work };

async function waiting(ctx: Context, { id }: BulkJob): Promise<Item[]> {
  const { rows } = await sql<Item>`
    select at, ticket_id from bulk_item where job_id = ${uuidOf('job', id)}::uuid and state = 'WAITING' order by at limit ${AT_ONCE}`.execute(
    ctx.em.getKysely(),
  );
  return rows;
}

/** Does them together. When one of them is refused it is told so, once those before it are done; those after it are left for the next time. */
async function settle(
  ctx: Context,
  job: BulkJob,
  items: readonly Item[],
  asker: Asker,
): Promise<void> {
  if (asker.isBarred) return refuse(ctx, job, items, asker, new Refusal('FORBIDDEN', null));
  const failure = await attempt(ctx, job, items, asker);
  if (!failure) return;
  const { error, done } = failure;
  // Where all went well, but not their storing, or others were faster, nobody knows at which of them it fails.
  const isKnown = done < items.length && !isConcurrencyConflict(error);
  const before = isKnown ? done : items.length >> 1;
  if (before) await settle(ctx, job, items.slice(0, before), asker);
  if (isKnown || items.length === 1)
    await refuse(ctx, job, items.slice(before, before + 1), asker, error);
}

/** Undefined when all of it is done; else why not, and how many went well until then. */
async function attempt(
  ctx: Context,
  job: BulkJob,
  items: readonly Item[],
  { actor }: Asker,
): Promise<{ error: unknown; done: number } | undefined> {
  let done = 0;
  try {
    await retryOnConflict(() => {
      done = 0;
      return one(ctx, actor, (inner) => act(inner, job, items, () => (done += 1)));
    });
    return undefined;
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    return { error, done };
  }
}

async function refuse(
  ctx: Context,
  job: BulkJob,
  items: readonly Item[],
  { actor }: Asker,
  error: unknown,
): Promise<void> {
  const userErrors = refusedBy(error, (err) =>
    ctx.log.error({ err, job: job.id, ticket: items[0]!.ticket_id }, 'an action failed'),
  );
  await one(ctx, actor, (inner) => mark(inner, job, items, 'FAILED', userErrors));
}

/** Why an action was not done to a ticket; an error that is none of the ticket's is for the log. */
export function refusedBy(error: unknown, log: (error: unknown) => void): UserError[] {
  if (isConcurrencyConflict(error)) return new Refusal('CONFLICT', 'ids').errors;
  const refusal = mapRefusalPath(error, { id: 'ids', ticketId: 'ids' }, 'action');
  if (refusal instanceof Refusal) return refusal.errors;
  log(error);
  return new Refusal('INVALID', 'action').errors;
}

/** A transaction of its own, as who asked for the job. */
const one = (
  { orm, log, requestId, locales }: Context,
  actor: Actor,
  verb: (inner: Context) => Promise<void>,
): Promise<void> => {
  const inner = new Context({ orm, log, requestId, locales, actor });
  return inner.write(() => verb(inner));
};

async function act(
  inner: Context,
  job: BulkJob,
  items: readonly Item[],
  done: () => void,
): Promise<void> {
  inner.cause = { jobId: job.id };
  const ids = items.map(({ ticket_id: id }) => id);
  const all = (): Promise<void> =>
    bufferEvents(inner, async () => {
      await lockExistingTickets(inner, ids);
      for (const id of ids) {
        await applyAction(inner, id, job.action, { override: true });
        done();
      }
    });
  await (job.operationId ? trackOperation(inner, job.operationId, all) : all());
  await inner.em.flush();
  await mark(inner, job, items, 'DONE', []);
}

async function mark(
  inner: Context,
  { id }: BulkJob,
  items: readonly Item[],
  state: 'DONE' | 'FAILED',
  errors: readonly object[],
): Promise<void> {
  await sql`
    update bulk_item set state = ${state}, errors = ${JSON.stringify(errors)}::jsonb
    where job_id = ${uuidOf('job', id)}::uuid and at = any(${items.map(({ at }) => at)}::integer[])`.execute(
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
  Object.assign(
    job,
    isOver
      ? { state: JobState.DONE, finishedAt: now, dueAt: null }
      : { state: JobState.RUNNING, dueAt: now },
  );
  await tell(ctx, job);
  if (isOver)
    await appendEvent(ctx, 'ticket.bulk_updated', job, {
      total: job.total,
      done: job.done,
      failed: job.failed,
    });
}
