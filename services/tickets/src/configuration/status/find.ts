import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { reads, readsOnHold } from '../../model/ticket/read-rights.ts';
import { CustomStatus } from './status.ts';

/** All custom statuses that tickets can get, in the order of their bases and by label. */
export const findCustomStatuses = (ctx: Context): Promise<CustomStatus[]> =>
  byCondition(ctx, sql`s.deleted_at is null`);

/** Also one that is deleted: facts of the past name it. Requesters know of those only that their tickets stand in; see `shownTo`. */
export const customStatusById = (ctx: Context, id: string): Promise<CustomStatus | null> =>
  ctx.load.byId('custom status', id, (ids) =>
    byCondition(ctx, sql`s.id = any(${uuids('sta', ids)})`),
  );

async function byCondition(ctx: Context, condition: Condition): Promise<CustomStatus[]> {
  if (!reads(ctx.actor) || !readsOnHold(ctx.actor)) return [];
  const em = await ctx.read();
  const { rows } = await sql<object>`
    select s.* from custom_status s where s.workspace_id = ${ctx.workspace}::uuid and ${condition}
    order by array_position(array['OPEN', 'PENDING', 'ON_HOLD', 'SOLVED'], s.base), lower(s.label), s.id`.execute(
    em.getKysely(),
  );
  return hydrate(ctx.orm, CustomStatus, rows);
}

/**
 * A custom status of a ticket as the caller may know it. A requester knows of none over ON_HOLD, and those that have the same name for him are
 * one and the same to him, whichever of them his ticket stands in.
 */
export const visibleCustomStatus = (ctx: Context, id: string): Promise<CustomStatus | null> =>
  readsOnHold(ctx.actor)
    ? customStatusById(ctx, id)
    : ctx.load.byKey<CustomStatus | null>(
        'faces of custom statuses',
        id,
        (ids) => facesOf(ctx, ids),
        null,
      );

async function facesOf(ctx: Context, ids: readonly string[]): Promise<Map<string, CustomStatus>> {
  const em = await ctx.read();
  const { rows } = await sql<{ of_status: string }>`
    select face.*, s.id as of_status from custom_status s cross join lateral (
      select f.* from custom_status f
      where f.workspace_id = s.workspace_id and f.base = s.base and f.requester_label = s.requester_label order by f.id limit 1) face
    where s.id = any(${uuids('sta', ids)}) and s.workspace_id = ${ctx.workspace}::uuid and s.base <> 'ON_HOLD'`.execute(
    em.getKysely(),
  );
  const faces = hydrate(ctx.orm, CustomStatus, rows);
  return new Map(rows.map((row, at) => [toId('sta', row.of_status), faces[at]!]));
}
