import { type Actor, isStaff } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { Context } from '@deskgraph/common/database/context';
import { reads } from '../../model/ticket/read-rights.ts';
import { EscalationPath } from './path.ts';

/** Staff may know to whom tickets go. A condition on `p`. */
const visible = (actor: Actor): Condition =>
  isStaff(actor) && reads(actor) ? sql`p.workspace_id = ${actor.workspace}::uuid` : sql`false`;

async function byCondition(ctx: Context, condition: Condition): Promise<EscalationPath[]> {
  const em = await ctx.read();
  const { rows } = await sql<object>`
    select p.* from escalation_path p where ${condition} and ${visible(ctx.actor)} order by p.created_at, p.id`.execute(
    em.getKysely(),
  );
  return hydrate(ctx.orm, EscalationPath, rows);
}

/** All paths, the one that is asked first first. */
export const findEscalationPaths = (ctx: Context): Promise<EscalationPath[]> =>
  byCondition(ctx, sql`true`);

/** One path by id, if the caller may know it. */
export const escalationPathById = (ctx: Context, id: string): Promise<EscalationPath | null> =>
  ctx.load.byId('escalation path', id, (ids) =>
    byCondition(ctx, sql`p.id = any(${uuids('esc', ids)})`),
  );
