import { LockMode } from '@mikro-orm/postgresql';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { Refusal } from '@deskgraph/common/core/errors';
import { newId, toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { appendEvent } from '@deskgraph/common/events/log';
import { scheduleWakeup } from '@deskgraph/common/jobs/scheduler';
import { findFrequentTexts } from '../../model/filter/text.ts';
import { ticketListQuery } from '../../model/lookup/queries.ts';
import { beginOperation } from '../../model/operation/journal.ts';
import { OperationKind } from '../../model/operation/operation.ts';
import { refuseInvalidList } from '../../model/saved-filter/saved-filter.ts';
import { compactAction, refuseImpossibleAction } from '../action/check.ts';
import {
  type BulkJobCancelInput,
  type BulkJobCancelPayload,
  MAX_TICKETS_PER_JOB,
  type TicketsUpdateInput,
  type TicketsUpdatePayload,
} from './input.ts';
import { BulkJob, JobState } from './job.ts';
import { notifyJobChange } from './progress.ts';
import { canReadJob } from './queries.ts';

/** Creates a job, which the scheduler runs in the background with the rights of the caller. */
export async function startBulkJob(
  ctx: Context,
  input: TicketsUpdateInput,
): Promise<TicketsUpdatePayload> {
  const ticketIds = await selectTicketIds(ctx, input);
  const { workspace: _, ...actor } = ctx.actor;
  const operation = beginOperation(ctx, OperationKind.BULK, new Date());
  await ctx.em.flush();
  const job = ctx.em.create(BulkJob, {
    id: newId('job'),
    workspaceId: ctx.workspace,
    operationId: operation.id,
    actor,
    action: compactAction(input.action),
    total: ticketIds.length,
  });
  await ctx.em.flush();
  await execute(
    ctx,
    sql`
      insert into bulk_item (workspace_id, job_id, at, ticket_id)
      select ${ctx.workspace}::uuid, ${uuidOf('job', job.id)}::uuid, position, id
      from unnest(${ticketIds}::text[]) with ordinality as t(id, position)`,
  );
  await appendEvent(ctx, 'bulk_job.started', job, { action: job.action, total: job.total });
  scheduleWakeup(ctx, new Date());
  return { job, operation, userErrors: [] };
}

/** The tickets of a job: `ids` without duplicates, or all that match `filter`, by number. */
export async function selectTicketIds(
  ctx: Context,
  { ids, filter, action }: TicketsUpdateInput,
): Promise<string[]> {
  if (Boolean(ids) === Boolean(filter)) throw new Refusal('INVALID', filter ? 'filter' : 'ids');
  await refuseImpossibleAction(ctx, action, 'action');
  return ids ? [...new Set(ids)] : findMatchingTicketIds(ctx, filter!);
}

async function findMatchingTicketIds(ctx: Context, filter: TicketFilter): Promise<string[]> {
  refuseInvalidList(ctx, filter, null);
  const { condition } = ticketListQuery(
    ctx.actor,
    { filter },
    await findFrequentTexts(ctx, filter),
  );
  const tickets = await execute(
    ctx,
    sql<{ id: string }>`
      select t.id from ticket t where ${condition}
      order by t.number limit ${MAX_TICKETS_PER_JOB + 1}`,
  );
  if (tickets.length > MAX_TICKETS_PER_JOB) throw new Refusal('TOO_LONG', 'filter');
  return tickets.map(({ id }) => toId('tkt', id));
}

/** Cancels a job. Changed tickets stay changed, and a job that has ended stays unchanged. */
export async function cancelBulkJob(
  ctx: Context,
  { id }: BulkJobCancelInput,
): Promise<BulkJobCancelPayload> {
  const job = await ctx.em.findOne(BulkJob, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!job || !canReadJob(ctx.actor, job)) throw new Refusal('NOT_FOUND', 'id');
  if (job.finishedAt) return { job, userErrors: [] };
  const now = new Date();
  Object.assign(job, {
    state: JobState.CANCELLED,
    finishedAt: now,
    dueAt: null,
    version: job.version + 1,
    updatedAt: now,
  });
  await notifyJobChange(ctx, job);
  await appendEvent(ctx, 'bulk_job.cancelled', job, {
    total: job.total,
    done: job.done,
    failed: job.failed,
  });
  return { job, userErrors: [] };
}
