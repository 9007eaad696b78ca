import type { Actor } from '@deskgraph/common/auth/access';
import {
  isConcurrencyConflict,
  isDatabaseUnavailable,
} from '@deskgraph/common/core/database-errors';
import { Refusal } from '@deskgraph/common/core/errors';
import { uuidOf } from '@deskgraph/common/core/id';
import { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { appendEvent, bufferEvents } from '@deskgraph/common/events/log';
import { retryOnConflict } from '@deskgraph/common/graphql/mutation';
import type { UserError } from '@deskgraph/common/graphql/shared-types';
import type { ScheduledTask } from '@deskgraph/common/jobs/scheduler';
import { lockExistingTickets } from '../../model/lookup/lock.ts';
import { trackOperation } from '../../model/operation/journal.ts';
import { currentStaffActor } from '../../staff/agent/actors.ts';
import { canBeAssigned } from '../../staff/references.ts';
import { applyAction, mapRefusalPath } from '../action/apply.ts';
import { BulkJob, JobState } from './job.ts';
import { notifyJobChange } from './progress.ts';

/** Time after which a job yields to the other tasks of the scheduler. */
const TIME_SLICE_MS = 200;
/** Tickets that are locked and changed in one transaction. */
const BATCH_SIZE = 50;

interface JobItem {
  position: number;
  ticket_id: string;
}

/** The scheduled task of bulk jobs. */
export const bulkJobTask: ScheduledTask = { table: 'bulk_job', column: 'due_at', run: runJob };

/**
 * Runs a job for one time slice, in batches. A batch has its own transaction, in which its items
 * are also marked as done. After a crash the job therefore repeats no committed ticket and omits
 * none.
 */
async function runJob(ctx: Context, row: object): Promise<void> {
  const job = ctx.em.map(BulkJob, row as never);
  const until = Date.now() + TIME_SLICE_MS;
  const runner = await jobActorOf(ctx, job);
  for (
    let items = await nextItems(ctx, job);
    items.length && Date.now() < until;
    items = await nextItems(ctx, job)
  )
    await processItems(ctx, job, items, runner);
  await updateProgress(ctx, job);
}

interface JobActor {
  actor: Actor;
  /** The actor no longer has the right to change tickets. */
  isForbidden: boolean;
}

/** The creator of the job with their current rights. */
async function jobActorOf(ctx: Context, job: BulkJob): Promise<JobActor> {
  const actor = { ...job.actor, workspace: ctx.workspace };
  if (actor.kind !== 'agent') return { actor, isForbidden: false };
  const current = (await canBeAssigned(ctx, actor.id))
    ? await currentStaffActor(ctx, actor.id)
    : null;
  return {
    actor: current ?? actor,
    isForbidden: !current || !current.scopes.includes('tickets:write'),
  };
}

const nextItems = (ctx: Context, { id }: BulkJob): Promise<JobItem[]> =>
  execute(
    ctx,
    sql<JobItem>`
      select at as position, ticket_id from bulk_item
      where job_id = ${uuidOf('job', id)}::uuid and state = 'WAITING'
      order by at limit ${BATCH_SIZE}`,
  );

/**
 * Applies the action to a batch. When it is refused for one ticket, the tickets before it are
 * processed again, that ticket is marked as failed, and those after it are left to the next batch.
 */
async function processItems(
  ctx: Context,
  job: BulkJob,
  items: readonly JobItem[],
  runner: JobActor,
): Promise<void> {
  if (runner.isForbidden) return failItems(ctx, job, items, runner, new Refusal('FORBIDDEN', null));
  const failure = await tryItems(ctx, job, items, runner);
  if (!failure) return;
  const { error, doneCount } = failure;
  // After a failed flush or a conflict the failing ticket is unknown: bisect the batch.
  const isKnown = doneCount < items.length && !isConcurrencyConflict(error);
  const before = isKnown ? doneCount : items.length >> 1;
  if (before) await processItems(ctx, job, items.slice(0, before), runner);
  if (isKnown || items.length === 1)
    await failItems(ctx, job, items.slice(before, before + 1), runner, error);
}

interface BatchFailure {
  error: unknown;
  /** The number of tickets before the failing one. */
  doneCount: number;
}

/** Returns the failure of a batch that was rolled back. */
async function tryItems(
  ctx: Context,
  job: BulkJob,
  items: readonly JobItem[],
  { actor }: JobActor,
): Promise<BatchFailure | undefined> {
  let doneCount = 0;
  try {
    await retryOnConflict(() => {
      doneCount = 0;
      return inTransactionAs(ctx, actor, (inner) =>
        applyToItems(inner, job, items, () => (doneCount += 1)),
      );
    });
    return undefined;
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    return { error, doneCount };
  }
}

async function failItems(
  ctx: Context,
  job: BulkJob,
  items: readonly JobItem[],
  { actor }: JobActor,
  error: unknown,
): Promise<void> {
  const userErrors = actionErrors(error, (err) =>
    ctx.log.error({ err, job: job.id, ticket: items[0]!.ticket_id }, 'action of a bulk job failed'),
  );
  await inTransactionAs(ctx, actor, (inner) => markItems(inner, job, items, 'FAILED', userErrors));
}

/** The refusals of an action for the caller. An unexpected error is logged and becomes INVALID. */
export function actionErrors(error: unknown, log: (error: unknown) => void): UserError[] {
  if (isConcurrencyConflict(error)) return new Refusal('CONFLICT', 'ids').errors;
  const refusal = mapRefusalPath(error, { id: 'ids', ticketId: 'ids' }, 'action');
  if (refusal instanceof Refusal) return refusal.errors;
  log(error);
  return new Refusal('INVALID', 'action').errors;
}

function inTransactionAs(
  { orm, log, requestId, locales }: Context,
  actor: Actor,
  work: (inner: Context) => Promise<void>,
): Promise<void> {
  const inner = new Context({ orm, log, requestId, locales, actor });
  return inner.write(() => work(inner));
}

async function applyToItems(
  inner: Context,
  job: BulkJob,
  items: readonly JobItem[],
  onDone: () => void,
): Promise<void> {
  inner.cause = { jobId: job.id };
  const ticketIds = items.map((item) => item.ticket_id);
  const applyToAll = (): Promise<void> =>
    bufferEvents(inner, async () => {
      await lockExistingTickets(inner, ticketIds);
      for (const id of ticketIds) {
        await applyAction(inner, id, job.action, { override: true });
        onDone();
      }
    });
  await (job.operationId ? trackOperation(inner, job.operationId, applyToAll) : applyToAll());
  await inner.em.flush();
  await markItems(inner, job, items, 'DONE', []);
}

async function markItems(
  inner: Context,
  { id }: BulkJob,
  items: readonly JobItem[],
  state: 'DONE' | 'FAILED',
  errors: readonly UserError[],
): Promise<void> {
  const positions = items.map(({ position }) => position);
  await execute(
    inner,
    sql`
      update bulk_item set state = ${state}, errors = ${JSON.stringify(errors)}::jsonb
      where job_id = ${uuidOf('job', id)}::uuid and at = any(${positions}::integer[])`,
  );
}

/** Counts the items instead of adding up, so that the progress is correct after a crash. */
async function updateProgress(ctx: Context, job: BulkJob): Promise<void> {
  const [counts] = await execute(
    ctx,
    sql<{ done: number; failed: number }>`
      select count(*) filter (where state = 'DONE')::integer as done,
        count(*) filter (where state = 'FAILED')::integer as failed
      from bulk_item where job_id = ${uuidOf('job', job.id)}::uuid`,
  );
  const now = new Date();
  Object.assign(job, counts, { version: job.version + 1, updatedAt: now });
  const isFinished = job.done + job.failed >= job.total;
  Object.assign(
    job,
    isFinished
      ? { state: JobState.DONE, finishedAt: now, dueAt: null }
      : { state: JobState.RUNNING, dueAt: now },
  );
  await notifyJobChange(ctx, job);
  if (isFinished)
    await appendEvent(ctx, 'ticket.bulk_updated', job, {
      total: job.total,
      done: job.done,
      failed: job.failed,
    });
}
