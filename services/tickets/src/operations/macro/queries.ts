import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';
import { departmentScopeSql } from '../../staff/department/scope.ts';
import { Macro } from './macro.ts';

/** The macros of the caller by name. */
export async function findMacros(ctx: Context): Promise<Macro[]> {
  const em = await ctx.read();
  const { rows } =
    await sql<object>`select k.* from macro k where ${departmentScopeSql(ctx.actor)} order by lower(k.name), k.id`.execute(
      em.getKysely(),
    );
  return hydrate(ctx.orm, Macro, rows);
}

/** One macro by id, if the caller has it. */
export const macroById = (ctx: Context, id: string): Promise<Macro | null> =>
  ctx.load.byId('macro', id, async (ids) => {
    const em = await ctx.read();
    const { rows } =
      await sql<object>`select k.* from macro k where k.id = any(${uuids('mac', ids)}) and ${departmentScopeSql(ctx.actor)}`.execute(
        em.getKysely(),
      );
    return hydrate(ctx.orm, Macro, rows);
  });

/** How often macros were used in the last 30 days. */
export const macroUsage = (ctx: Context, id: string): Promise<number> =>
  ctx.load.byKey(
    'uses of macros',
    id,
    async (ids) => {
      const em = await ctx.read();
      const { rows } = await sql<{ subject: string; count: number }>`
        select subject, count(*)::integer as count from event_log
        where workspace_id = ${ctx.workspace}::uuid and subject = any(${ids}::text[]) and type = 'macro.applied' and at > now() - interval '30 days'
        group by subject`.execute(em.getKysely());
      return new Map(rows.map((row) => [row.subject, row.count]));
    },
    0,
  );
