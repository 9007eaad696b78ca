import { scheduleWakeup } from '@deskgraph/common/jobs/scheduler';
import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import { newId, toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { compactAction, refuseImpossibleAction } from '../action/check.ts';
import { beginOperation } from '../../model/operation/journal.ts';
import { OperationKind } from '../../model/operation/operation.ts';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { ticketListQuery } from '../../model/lookup/find.ts';
import { findFrequentTexts } from '../../model/filter/text.ts';
import { refuseInvalidList } from '../../model/saved-filter/saved-filter.ts';
import { MOST, type TicketsUpdateInput, type TicketsUpdatePayload } from './input.ts';
import { BulkJob } from './job.ts';

/** Takes the job in; the work is done in the background, with the rights of the caller. */
export async function start(
  ctx: Context,
  input: TicketsUpdateInput,
): Promise<TicketsUpdatePayload> {
  const ids = await chosen(ctx, input);
  const { workspace: _, ...actor } = ctx.actor;
  const operation = beginOperation(ctx, OperationKind.BULK, new Date());
  await ctx.em.flush();
  const job = ctx.em.create(BulkJob, {
    id: newId('job'),
    workspaceId: ctx.workspace,
    operationId: operation.id,
    actor,
    action: compactAction(input.action),
    total: ids.length,
  });
  await ctx.em.flush();
  await sql`
    insert into bulk_item (workspace_id, job_id, at, ticket_id)
    select ${ctx.workspace}::uuid, ${uuidOf('job', job.id)}::uuid, at, id from unnest(${ids}::text[]) with ordinality as given(id, at)`.execute(
    ctx.em.getKysely(),
  );
  await appendEvent(ctx, 'bulk_job.started', job, { action: job.action, total: job.total });
  scheduleWakeup(ctx, new Date());
  return { job, operation, userErrors: [] };
}

/** The tickets to change: each one that is named once, or all that the filter lets through now, by number. */
export async function chosen(
  ctx: Context,
  { ids, filter, action }: TicketsUpdateInput,
): Promise<string[]> {
  if (Boolean(ids) === Boolean(filter)) throw new Refusal('INVALID', filter ? 'filter' : 'ids');
  await refuseImpossibleAction(ctx, action, 'action');
  return ids ? [...new Set(ids)] : filtered(ctx, filter!);
}

async function filtered(ctx: Context, filter: TicketFilter): Promise<string[]> {
  refuseInvalidList(ctx, filter, null);
  const { condition } = ticketListQuery(
    ctx.actor,
    { filter },
    await findFrequentTexts(ctx, filter),
  );
  const { rows } = await sql<{
    id: string;
  }>`select t.id from ticket t where ${condition} order by t.number limit ${MOST + 1}`.execute(
    ctx.em.getKysely(),
  );
  if (rows.length > MOST) throw new Refusal('TOO_LONG', 'filter');
  return rows.map(({ id }) => toId('tkt', id));
}
