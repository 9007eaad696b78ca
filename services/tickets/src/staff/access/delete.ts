import { record } from '@deskgraph/common/events/log';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { stateOf } from './events.ts';
import type { AccessRoleDeleteInput, AccessRoleDeletePayload } from './input.ts';
import { locked, refuseInUse } from './lock.ts';

export async function remove(
  ctx: Context,
  input: AccessRoleDeleteInput,
): Promise<AccessRoleDeletePayload> {
  const accessRole = await locked(ctx, input.id);
  expectVersion(accessRole, input.expectedVersion);
  await refuseInUse(ctx, accessRole, 'id');
  const subject = { id: accessRole.id, version: accessRole.version + 1 };
  ctx.em.remove(accessRole);
  await record(ctx, 'access_role.deleted', subject, { state: stateOf(accessRole) });
  return { deletedId: subject.id, userErrors: [] };
}
