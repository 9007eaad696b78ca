import { LockMode } from '@mikro-orm/postgresql';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { sees } from './find.ts';
import type { BulkJobCancelInput, BulkJobCancelPayload } from './input.ts';
import { BulkJob, JobState } from './job.ts';
import { tell } from './progress.ts';

/** Stops a job; what is done stays done, and one that has ended stays as it is. */
export async function cancel(
  ctx: Context,
  { id }: BulkJobCancelInput,
): Promise<BulkJobCancelPayload> {
  const job = await ctx.em.findOne(BulkJob, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!job || !sees(ctx.actor, job)) throw new Refusal('NOT_FOUND', 'id');
  if (job.finishedAt) return { job, userErrors: [] };
  const now = new Date();
  Object.assign(job, {
    state: JobState.CANCELLED,
    finishedAt: now,
    dueAt: null,
    version: job.version + 1,
    updatedAt: now,
  });
  await tell(ctx, job);
  await appendEvent(ctx, 'bulk_job.cancelled', job, {
    total: job.total,
    done: job.done,
    failed: job.failed,
  });
  return { job, userErrors: [] };
}
