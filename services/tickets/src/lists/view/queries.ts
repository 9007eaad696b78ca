import { isStaff } from '@deskgraph/common/auth/access';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { entities, ids, rows } from '@deskgraph/common/database/query';
import { canReadTickets } from '../../model/ticket/read-rights.ts';
import { builtInDefaultViewId, builtInViews } from './built-in.ts';
import { visibleViewSql } from './sharing.ts';
import { View } from './view.ts';

/** All views visible to the caller: the built-in ones, then the stored ones by name. */
export async function findViews(ctx: Context): Promise<View[]> {
  const stored = await entities(
    ctx,
    View,
    sql`
      select v.* from ticket_view v where ${visibleViewSql(ctx.actor)}
      order by lower(v.name), v.id`,
  );
  return [...builtInViews(ctx), ...stored];
}

/** A view by id, built-in or stored; null when the caller may not see it. */
export async function viewById(ctx: Context, id: string): Promise<View | null> {
  if (!isStaff(ctx.actor) || !canReadTickets(ctx.actor)) return null;
  const builtIn = builtInViews(ctx).find((view) => view.id === id);
  if (builtIn) return builtIn;
  return ctx.load.byId('view', id, (viewIds) =>
    entities(
      ctx,
      View,
      sql`
        select v.* from ticket_view v
        where v.id = any(${ids('vie', viewIds)}) and ${visibleViewSql(ctx.actor)}`,
    ),
  );
}

/** The id of the caller's default view. */
export const defaultViewId = (ctx: Context): Promise<string> =>
  ctx.load.byKey(
    'default view',
    ctx.actor.id,
    async ([actorId]) => {
      const choices = await rows(
        ctx,
        sql<{ view_id: string }>`
          select view_id from default_view
          where workspace_id = ${ctx.workspace}::uuid and actor_id = ${actorId!}`,
      );
      return new Map(choices.map(({ view_id }) => [actorId!, toId('vie', view_id)]));
    },
    builtInDefaultViewId(ctx.workspace),
  );
