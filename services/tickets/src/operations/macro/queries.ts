import { sql } from '@deskgraph/common/database/database';
import { entities, ids, rows } from '@deskgraph/common/database/query';
import type { Context } from '@deskgraph/common/database/context';
import { departmentScopeSql } from '../../staff/department/scope.ts';
import { Macro } from './macro.ts';

/** The macros visible to the caller, by name. */
export const findMacros = (ctx: Context): Promise<Macro[]> =>
  entities(
    ctx,
    Macro,
    sql`
      select k.* from macro k where ${departmentScopeSql(ctx.actor)}
      order by lower(k.name), k.id`,
  );

/** A macro by id; null when the caller may not see it. */
export const macroById = (ctx: Context, id: string): Promise<Macro | null> =>
  ctx.load.byId('macro', id, (macroIds) =>
    entities(
      ctx,
      Macro,
      sql`
        select k.* from macro k
        where k.id = any(${ids('mac', macroIds)}) and ${departmentScopeSql(ctx.actor)}`,
    ),
  );

/** The number of times a macro was applied in the last 30 days. */
export const macroUsage = (ctx: Context, id: string): Promise<number> =>
  ctx.load.byKey(
    'usage of macros',
    id,
    async (macroIds) => {
      const usage = await rows(
        ctx,
        sql<{ subject: string; count: number }>`
          select subject, count(*)::integer as count from event_log
          where workspace_id = ${ctx.workspace}::uuid and subject = any(${macroIds}::text[])
            and type = 'macro.applied' and at > now() - interval '30 days'
          group by subject`,
      );
      return new Map(usage.map(({ subject, count }) => [subject, count]));
    },
    0,
  );
