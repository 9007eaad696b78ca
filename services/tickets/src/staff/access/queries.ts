import { type Actor, Role, allows } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { entities, ids } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { Context } from '@deskgraph/common/database/context';
import { AccessRole } from './access-role.ts';

/**
 * A condition on `r`: leads, and apps and agents with the scope `settings:read`, see all access
 * roles of the workspace.
 */
const visibleAccessRoleSql = (actor: Actor): Condition =>
  actor.kind === 'system' || allows({ scopes: ['settings:read'], roles: [Role.LEAD] }, actor)
    ? sql`r.workspace_id = ${actor.workspace}::uuid`
    : sql`false`;

/** All access roles by name. */
export const findAccessRoles = (ctx: Context): Promise<AccessRole[]> =>
  entities(
    ctx,
    AccessRole,
    sql`
      select r.* from access_role r where ${visibleAccessRoleSql(ctx.actor)}
      order by lower(r.name), r.id`,
  );

/** An access role by id; null when the caller may not see it. */
export const accessRoleById = (ctx: Context, id: string): Promise<AccessRole | null> =>
  ctx.load.byId('access role', id, (accessRoleIds) =>
    entities(
      ctx,
      AccessRole,
      sql`
        select r.* from access_role r
        where r.id = any(${ids('rol', accessRoleIds)}) and ${visibleAccessRoleSql(ctx.actor)}`,
    ),
  );
