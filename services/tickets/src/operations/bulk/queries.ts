import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import {
  Direction,
  type Page,
  type PageRequest,
  keysetPage,
} from '@deskgraph/common/database/pagination';
import { entities, execute, ids, rows } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { UserError } from '@deskgraph/common/graphql/shared-types';
import { canReadTickets } from '../../model/ticket/read-rights.ts';
import { BulkJob, type BulkResult } from './job.ts';

/** A condition on `j`: callers see their own jobs, leads all. */
function visibleJobSql(actor: Actor): Condition {
  if (!canReadTickets(actor) || actor.kind === 'customer') return sql`false`;
  const isReadable =
    actor.kind === 'system' || hasRole(actor, Role.LEAD)
      ? sql`true`
      : sql`j.actor ->> 'id' = ${actor.id}`;
  return sql`(j.workspace_id = ${actor.workspace}::uuid and ${isReadable})`;
}

/** The same rule for a loaded job. */
export const canReadJob = (actor: Actor, { actor: { id } }: BulkJob): boolean =>
  id === actor.id || actor.kind === 'system' || hasRole(actor, Role.LEAD);

export const bulkJobById = (ctx: Context, id: string): Promise<BulkJob | null> =>
  ctx.load.byId('bulk job', id, (jobIds) =>
    entities(
      ctx,
      BulkJob,
      sql`
        select j.* from bulk_job j
        where j.id = any(${ids('job', jobIds)}) and ${visibleJobSql(ctx.actor)}`,
    ),
  );

/** The results of a job so far, in the order in which it changes its tickets. */
export async function resultsOfJob(
  ctx: Context,
  { id }: BulkJob,
  failedOnly: boolean,
  request: PageRequest,
): Promise<Page<BulkResult>> {
  const page = keysetPage(request, [{ by: sql`i.at`, type: 'integer', direction: Direction.ASC }]);
  const hasResult = failedOnly ? sql`i.state = 'FAILED'` : sql`i.state in ('DONE', 'FAILED')`;
  const condition = sql`i.job_id = ${uuidOf('job', id)}::uuid and ${hasResult}`;
  const items = await rows(
    ctx,
    sql<{ ticket_id: string; errors: UserError[] }>`
      select i.ticket_id, i.errors, ${page.keys} from bulk_item i
      where ${condition} and ${page.where} order by ${page.order} limit ${page.limit}`,
  );
  return page.page(
    items,
    items.map(({ ticket_id: ticketId, errors }) => ({ ticketId, userErrors: errors })),
    async () => {
      const counted = await rows(
        ctx,
        sql<{ count: number }>`
          select count(*)::integer as count from bulk_item i where ${condition}`,
      );
      return counted[0]!.count;
    },
  );
}

/** An operation cannot be undone while its job is running: the job would change more tickets. */
export async function refuseUnfinishedJob(ctx: Context, operationId: string): Promise<void> {
  const unfinished = await execute(
    ctx,
    sql`
      select from bulk_job
      where operation_id = ${uuidOf('opr', operationId)}::uuid and finished_at is null`,
  );
  if (unfinished.length) throw new Refusal('IN_USE', 'id');
}
