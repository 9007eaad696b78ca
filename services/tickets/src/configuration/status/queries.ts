import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { hydrate, sql } from '@deskgraph/common/database/database';
import { entities, ids, rows } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { canReadTickets, canSeeOnHold } from '../../model/ticket/read-rights.ts';
import { CustomStatus } from './status.ts';

/** All custom statuses that are not deleted, in the order of their bases and by label. */
export const findCustomStatuses = (ctx: Context): Promise<CustomStatus[]> =>
  customStatusesWhere(ctx, sql`s.deleted_at is null`);

/**
 * Also finds a deleted custom status, because events of the past name it. Null for requesters:
 * they see only the custom statuses of their tickets, see `visibleCustomStatus`.
 */
export const customStatusById = (ctx: Context, id: string): Promise<CustomStatus | null> =>
  ctx.load.byId('custom status', id, (statusIds) =>
    customStatusesWhere(ctx, sql`s.id = any(${ids('sta', statusIds)})`),
  );

async function customStatusesWhere(ctx: Context, condition: Condition): Promise<CustomStatus[]> {
  if (!canReadTickets(ctx.actor) || !canSeeOnHold(ctx.actor)) return [];
  return entities(
    ctx,
    CustomStatus,
    sql`
      select s.* from custom_status s
      where s.workspace_id = ${ctx.workspace}::uuid and ${condition}
      order by array_position(array['OPEN', 'PENDING', 'ON_HOLD', 'SOLVED'], s.base),
        lower(s.label), s.id`,
  );
}

/**
 * The custom status of a ticket as the caller may see it. Requesters see none over ON_HOLD, and for
 * statuses that have the same base and the same requester label they always get the first one, so
 * that they can’t distinguish them.
 */
export const visibleCustomStatus = (ctx: Context, id: string): Promise<CustomStatus | null> =>
  canSeeOnHold(ctx.actor)
    ? customStatusById(ctx, id)
    : ctx.load.byKey<CustomStatus | null>(
        'custom statuses for requesters',
        id,
        (statusIds) => firstWithSameLabel(ctx, statusIds),
        null,
      );

async function firstWithSameLabel(
  ctx: Context,
  statusIds: readonly string[],
): Promise<Map<string, CustomStatus>> {
  const firstRows = await rows(
    ctx,
    sql<{ original_id: string }>`
      select first.*, s.id as original_id from custom_status s cross join lateral (
        select f.* from custom_status f
        where f.workspace_id = s.workspace_id and f.base = s.base
          and f.requester_label = s.requester_label
        order by f.id limit 1) first
      where s.id = any(${ids('sta', statusIds)}) and s.workspace_id = ${ctx.workspace}::uuid
        and s.base <> 'ON_HOLD'`,
  );
  const statuses = hydrate(ctx.orm, CustomStatus, firstRows);
  return new Map(firstRows.map((row, index) => [toId('sta', row.original_id), statuses[index]!]));
}
