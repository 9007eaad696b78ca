import { record } from '@deskgraph/common/events/log';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { accessRoleState } from './events.ts';
import type { AccessRoleDeleteInput, AccessRoleDeletePayload } from './input.ts';
import { lockAccessRole, refuseAccessRoleInUse } from './lock.ts';

export async function deleteAccessRole(
  ctx: Context,
  input: AccessRoleDeleteInput,
): Promise<AccessRoleDeletePayload> {
  const accessRole = await lockAccessRole(ctx, input.id);
  expectVersion(accessRole, input.expectedVersion);
  await refuseAccessRoleInUse(ctx, accessRole, 'id');
  const subject = { id: accessRole.id, version: accessRole.version + 1 };
  ctx.em.remove(accessRole);
  await record(ctx, 'access_role.deleted', subject, { state: accessRoleState(accessRole) });
  return { deletedId: subject.id, userErrors: [] };
}
