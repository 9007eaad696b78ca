import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { kept } from '../../model/saved-filter/stored.ts';
import { refuseInvalidBase, refuseUnsupportedRightsFilter, normalizeScopes } from './rights-filter.ts';
import { accessRoleState } from './events.ts';
import type { AccessRoleCreateInput, AccessRoleCreatePayload } from './input.ts';
import { AccessRole } from './access-role.ts';

/** So many has a workspace at most. */
const MOST = 200;

export async function createAccessRole(
  ctx: Context,
  { name, base, scopes, filter }: AccessRoleCreateInput,
): Promise<AccessRoleCreatePayload> {
  refuseInvalidBase(base);
  await refuseUnsupportedRightsFilter(ctx, filter);
  // One after the other, so that many at once don't get past the limit.
  await sql`select pg_advisory_xact_lock(hashtext(${`access roles ${ctx.workspace}`}))`.execute(
    ctx.em.getKysely(),
  );
  if ((await ctx.em.count(AccessRole)) >= MOST) throw new Refusal('LIMIT_REACHED', 'name');
  const accessRole = ctx.em.create(AccessRole, {
    id: newId('rol'),
    workspaceId: ctx.workspace,
    name,
    base,
    scopes: normalizeScopes(scopes),
    filter: filter ? kept(filter) : null,
  });
  await record(ctx, 'access_role.created', accessRole, { state: accessRoleState(accessRole) });
  return { accessRole, userErrors: [] };
}
