import { isStaff } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { reads } from '../../model/ticket/read-rights.ts';
import { builtInViews, builtInDefaultViewId } from './built-in.ts';
import { View } from './view.ts';
import { visibleViewSql } from './sharing.ts';

/** All views of the caller: the built-in ones, then the others by name. */
export async function findViews(ctx: Context): Promise<View[]> {
  const em = await ctx.read();
  const { rows } =
    await sql<object>`select v.* from ticket_view v where ${visibleViewSql(ctx.actor)} order by lower(v.name), v.id`.execute(
      em.getKysely(),
    );
  return [...builtInViews(ctx), ...hydrate(ctx.orm, View, rows)];
}

/** One view by id, if the caller has it. */
export async function viewById(ctx: Context, id: string): Promise<View | null> {
  if (!isStaff(ctx.actor) || !reads(ctx.actor)) return null;
  return (
    builtInViews(ctx).find((view) => view.id === id) ??
    ctx.load.byId('view', id, async (ids) => {
      const em = await ctx.read();
      const { rows } =
        await sql<object>`select v.* from ticket_view v where v.id = any(${uuids('vie', ids)}) and ${visibleViewSql(ctx.actor)}`.execute(
          em.getKysely(),
        );
      return hydrate(ctx.orm, View, rows);
    })
  );
}

/** Which view opens first for the caller. */
export const defaultViewId = (ctx: Context): Promise<string> =>
  ctx.load.byKey(
    'default view',
    ctx.actor.id,
    async ([actor]) => {
      const em = await ctx.read();
      const { rows } = await sql<{ view: string }>`
        select view_id as view from default_view where workspace_id = ${ctx.workspace}::uuid and actor_id = ${actor!}`.execute(
        em.getKysely(),
      );
      return new Map(rows.map((row) => [actor!, toId('vie', row.view)]));
    },
    builtInDefaultViewId(ctx.workspace),
  );
