import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { UserError } from '@deskgraph/common/graphql/shared-types';
import { uuidOf } from '@deskgraph/common/core/id';
import {
  Direction,
  type Page,
  type PageRequest,
  keysetPage,
} from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { canReadTickets } from '../../model/ticket/read-rights.ts';
import { BulkJob, type BulkResult } from './job.ts';

/** Jobs are for who asked for them, and for leads. A condition on `j`. */
function visible(actor: Actor): Condition {
  if (!canReadTickets(actor) || actor.kind === 'customer') return sql`false`;
  const own =
    actor.kind === 'system' || hasRole(actor, Role.LEAD)
      ? sql`true`
      : sql`j.actor ->> 'id' = ${actor.id}`;
  return sql`(j.workspace_id = ${actor.workspace}::uuid and ${own})`;
}

/** The same rule for a job at hand. */
export const sees = (actor: Actor, { actor: { id } }: BulkJob): boolean =>
  id === actor.id || actor.kind === 'system' || hasRole(actor, Role.LEAD);

/** One job by id, if it is for the caller. */
export const byId = (ctx: Context, id: string): Promise<BulkJob | null> =>
  ctx.load.byId('bulk job', id, async (ids) => {
    const em = await ctx.read();
    const { rows } =
      await sql<object>`select j.* from bulk_job j where j.id = any(${uuidArray('job', ids)}) and ${visible(ctx.actor)}`.execute(
        em.getKysely(),
      );
    return hydrate(ctx.orm, BulkJob, rows);
  });

/** What came of a job so far, in the order of its tickets. */
export async function resultsOf(
  ctx: Context,
  { id }: BulkJob,
  failedOnly: boolean,
  request: PageRequest,
): Promise<Page<BulkResult>> {
  const page = keysetPage(request, [{ by: sql`i.at`, type: 'integer', direction: Direction.ASC }]);
  const states = failedOnly ? sql`i.state = 'FAILED'` : sql`i.state in ('DONE', 'FAILED')`;
  const condition = sql`i.job_id = ${uuidOf('job', id)}::uuid and ${states}`;
  const db = (await ctx.read()).getKysely();
  const { rows } = await sql<{ ticket_id: string; errors: UserError[] }>`
    select i.ticket_id, i.errors, ${page.keys} from bulk_item i where ${condition} and ${page.where} order by ${page.order} limit ${page.limit}
  `.execute(db);
  return page.page(
    rows,
    rows.map(({ ticket_id: ticketId, errors }) => ({ ticketId, userErrors: errors })),
    async () =>
      (
        await sql<{
          count: number;
        }>`select count(*)::integer as count from bulk_item i where ${condition}`.execute(db)
      ).rows[0]!.count,
  );
}
