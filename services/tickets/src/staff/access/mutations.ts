import { USER_SCOPES, Role } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import {
  limitPerWorkspace,
  lockForUpdate,
  recordCreation,
  recordDeletion,
  recordUpdate,
  requireNotNull,
} from '@deskgraph/common/database/crud';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import { toStoredJson } from '../../model/saved-filter/saved-filter.ts';
import { AccessRole, accessRoleEvents } from './access-role.ts';
import type {
  AccessRoleCreateInput,
  AccessRoleCreatePayload,
  AccessRoleDeleteInput,
  AccessRoleDeletePayload,
  AccessRoleUpdateInput,
  AccessRoleUpdatePayload,
} from './input.ts';
import { refuseUnsupportedRightsFilter } from './rights-filter.ts';

const MAX_ACCESS_ROLES_PER_WORKSPACE = 200;

export async function createAccessRole(
  ctx: Context,
  { name, base, scopes, filter }: AccessRoleCreateInput,
): Promise<AccessRoleCreatePayload> {
  refuseInvalidBase(base);
  await refuseUnsupportedRightsFilter(ctx, filter);
  await limitPerWorkspace(ctx, AccessRole, { max: MAX_ACCESS_ROLES_PER_WORKSPACE, field: 'name' });
  const accessRole = ctx.em.create(AccessRole, {
    id: newId('rol'),
    workspaceId: ctx.workspace,
    name,
    base,
    scopes: normalizeScopes(scopes),
    filter: filter ? toStoredJson(filter) : null,
  });
  await recordCreation(ctx, accessRoleEvents, accessRole);
  return { accessRole, userErrors: [] };
}

/** The change applies within seconds to every agent with the access role, open streams included. */
export async function updateAccessRole(
  ctx: Context,
  input: AccessRoleUpdateInput,
): Promise<AccessRoleUpdatePayload> {
  requireNotNull(input, ['name', 'base', 'scopes']);
  const accessRole = await lockForUpdate(ctx, AccessRole, input.id);
  refuseStaleVersion(accessRole, input.expectedVersion);
  await recordUpdate(ctx, accessRoleEvents, accessRole, async () => {
    const { name, base, scopes, filter } = input;
    if (base && base !== accessRole.base) {
      refuseInvalidBase(base);
      await refuseAccessRoleInUse(ctx, accessRole, 'base');
      accessRole.base = base;
    }
    accessRole.name = name ?? accessRole.name;
    if (scopes) accessRole.scopes = normalizeScopes(scopes);
    if (filter !== undefined) {
      await refuseUnsupportedRightsFilter(ctx, filter);
      accessRole.filter = filter && toStoredJson(filter);
    }
  });
  return { accessRole, userErrors: [] };
}

export async function deleteAccessRole(
  ctx: Context,
  input: AccessRoleDeleteInput,
): Promise<AccessRoleDeletePayload> {
  const accessRole = await lockForUpdate(ctx, AccessRole, input.id);
  refuseStaleVersion(accessRole, input.expectedVersion);
  await refuseAccessRoleInUse(ctx, accessRole, 'id');
  return { deletedId: await recordDeletion(ctx, accessRoleEvents, accessRole), userErrors: [] };
}

/**
 * ADMIN can't be restricted, because administrators could lift the restriction themselves, and
 * REQUESTER sees only their own tickets anyway.
 */
const BASES: ReadonlySet<Role> = new Set([Role.LIGHT, Role.AGENT, Role.LEAD, Role.ANALYST]);

function refuseInvalidBase(base: Role): void {
  if (!BASES.has(base)) throw new Refusal('INVALID', 'base');
}

/** The scopes in their canonical order; refuses scopes that agents never have. */
function normalizeScopes(scopes: readonly string[]): string[] {
  const invalid = scopes.findIndex((scope) => !USER_SCOPES.some((known) => known === scope));
  if (invalid >= 0) throw new Refusal('INVALID', `scopes.${invalid}`);
  return USER_SCOPES.filter((scope) => scopes.includes(scope));
}

async function refuseAccessRoleInUse(
  ctx: Context,
  { id }: AccessRole,
  field: string,
): Promise<void> {
  const agents = await execute(
    ctx,
    sql`
      select from agent
      where workspace_id = ${ctx.workspace}::uuid and access_role_id = ${uuidOf('rol', id)}::uuid
      limit 1`,
  );
  if (agents.length) throw new Refusal('IN_USE', field);
}
