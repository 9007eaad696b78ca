import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { uuidOf } from '@deskgraph/common/core/id';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { refuseNamed } from '../../model/saved-filter/named.ts';
import { customStatusState } from './events.ts';
import type { CustomStatusDeleteInput, CustomStatusDeletePayload } from './input.ts';
import { locked } from './lock.ts';

/** Deletes a custom status that no ticket stands in and nothing names. Its row stays, for facts of the past to name it. */
export async function deleteCustomStatus(
  ctx: Context,
  input: CustomStatusDeleteInput,
): Promise<CustomStatusDeletePayload> {
  const customStatus = await locked(ctx, input.id);
  expectVersion(customStatus, input.expectedVersion);
  if (await isStoodIn(ctx, customStatus.id)) throw new Refusal('IN_USE', 'id');
  await refuseNamed(ctx, customStatus.id);
  customStatus.deletedAt = new Date();
  customStatus.updatedAt = customStatus.deletedAt;
  customStatus.version += 1;
  await record(ctx, 'custom_status.deleted', customStatus, {
    state: customStatusState(customStatus),
  });
  return { deletedId: customStatus.id, userErrors: [] };
}

/** What is in the bin can come back, so it counts. */
async function isStoodIn(ctx: Context, id: string): Promise<boolean> {
  const { rows } = await sql`
    select from ticket where workspace_id = ${ctx.workspace}::uuid and custom_status_id = ${uuidOf('sta', id)}::uuid limit 1`.execute(
    ctx.em.getKysely(),
  );
  return rows.length > 0;
}
