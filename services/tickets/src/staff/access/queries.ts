import { type Actor, Role, allows } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { Context } from '@deskgraph/common/database/context';
import { AccessRole } from './access-role.ts';

/** Who leads people knows what they may, and apps and people with the scope for settings. A condition on `r`. */
const visible = (actor: Actor): Condition =>
  actor.kind === 'system' || allows({ scopes: ['settings:read'], roles: [Role.LEAD] }, actor)
    ? sql`r.workspace_id = ${actor.workspace}::uuid`
    : sql`false`;

/** All access roles by name. */
export async function findAccessRoles(ctx: Context): Promise<AccessRole[]> {
  const em = await ctx.read();
  const { rows } =
    await sql<object>`select r.* from access_role r where ${visible(ctx.actor)} order by lower(r.name), r.id`.execute(
      em.getKysely(),
    );
  return hydrate(ctx.orm, AccessRole, rows);
}

/** One access role by id, if the caller may know it. */
export const accessRoleById = (ctx: Context, id: string): Promise<AccessRole | null> =>
  ctx.load.byId('access role', id, async (ids) => {
    const em = await ctx.read();
    const { rows } =
      await sql<object>`select r.* from access_role r where r.id = any(${uuids('rol', ids)}) and ${visible(ctx.actor)}`.execute(
        em.getKysely(),
      );
    return hydrate(ctx.orm, AccessRole, rows);
  });
