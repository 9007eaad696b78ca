import { changesOf, touch } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { kept } from '../../model/saved-filter/stored.ts';
import { refuseInvalidBase, refuseUnsupportedRightsFilter, normalizeScopes } from './rights-filter.ts';
import { accessRoleState } from './events.ts';
import type { AccessRoleUpdateInput, AccessRoleUpdatePayload } from './input.ts';
import { lockAccessRole, refuseAccessRoleInUse } from './lock.ts';

/** Changes what people may who have it, within seconds also where they listen. */
export async function updateAccessRole(
  ctx: Context,
  input: AccessRoleUpdateInput,
): Promise<AccessRoleUpdatePayload> {
  const { name, base, scopes, filter } = input;
  for (const field of ['name', 'base', 'scopes'] as const)
    if (input[field] === null) throw new Refusal('REQUIRED', field);
  const accessRole = await lockAccessRole(ctx, input.id);
  expectVersion(accessRole, input.expectedVersion);
  const before = accessRoleState(accessRole);
  if (base && base !== accessRole.base) {
    refuseInvalidBase(base);
    await refuseAccessRoleInUse(ctx, accessRole, 'base');
    accessRole.base = base;
  }
  accessRole.name = name ?? accessRole.name;
  if (scopes) accessRole.scopes = normalizeScopes(scopes);
  if (filter !== undefined) {
    await refuseUnsupportedRightsFilter(ctx, filter);
    accessRole.filter = filter && kept(filter);
  }
  const after = accessRoleState(accessRole);
  const changes = changesOf(before, after);
  if (!changes) return { accessRole, userErrors: [] };
  touch(accessRole);
  await record(ctx, 'access_role.updated', accessRole, { state: after, changes });
  return { accessRole, userErrors: [] };
}
