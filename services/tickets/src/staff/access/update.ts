import { changesOf, touch } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { kept } from '../../model/saved-filter/stored.ts';
import { refuseBase, refuseUnknowable, scopesOf } from './check.ts';
import { stateOf } from './events.ts';
import type { AccessRoleUpdateInput, AccessRoleUpdatePayload } from './input.ts';
import { locked, refuseInUse } from './lock.ts';

/** Changes what people may who have it, within seconds also where they listen. */
export async function update(
  ctx: Context,
  input: AccessRoleUpdateInput,
): Promise<AccessRoleUpdatePayload> {
  const { name, base, scopes, filter } = input;
  for (const field of ['name', 'base', 'scopes'] as const)
    if (input[field] === null) throw new Refusal('REQUIRED', field);
  const accessRole = await locked(ctx, input.id);
  expectVersion(accessRole, input.expectedVersion);
  const before = stateOf(accessRole);
  if (base && base !== accessRole.base) {
    refuseBase(base);
    await refuseInUse(ctx, accessRole, 'base');
    accessRole.base = base;
  }
  accessRole.name = name ?? accessRole.name;
  if (scopes) accessRole.scopes = scopesOf(scopes);
  if (filter !== undefined) {
    await refuseUnknowable(ctx, filter);
    accessRole.filter = filter && kept(filter);
  }
  const after = stateOf(accessRole);
  const changes = changesOf(before, after);
  if (!changes) return { accessRole, userErrors: [] };
  touch(accessRole);
  await record(ctx, 'access_role.updated', accessRole, { state: after, changes });
  return { accessRole, userErrors: [] };
}
