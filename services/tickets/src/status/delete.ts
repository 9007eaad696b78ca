import { sql } from '@deskgraph/common/database';
import { Refusal } from '@deskgraph/common/errors';
import { record } from '@deskgraph/common/events';
import { uuidOf } from '@deskgraph/common/id';
import { expectVersion } from '@deskgraph/common/input';
import type { Context } from '@deskgraph/common/transaction';
import { stateOf } from './fact.ts';
import type { CustomStatusDeleteInput, CustomStatusDeletePayload } from './input.ts';
import { locked } from './locked.ts';

/** Deletes a custom status that no ticket stands in and no macro leads to. Its row stays, for facts of the past to name it. */
export async function remove(ctx: Context, input: CustomStatusDeleteInput): Promise<CustomStatusDeletePayload> {
  const customStatus = await locked(ctx, input.id);
  expectVersion(customStatus, input.expectedVersion);
  if (await isNeeded(ctx, customStatus.id)) throw new Refusal('IN_USE', 'id');
  customStatus.deletedAt = new Date();
  customStatus.updatedAt = customStatus.deletedAt;
  customStatus.version += 1;
  await record(ctx, 'custom_status.deleted', customStatus, { state: stateOf(customStatus) });
  return { deletedId: customStatus.id, userErrors: [] };
}

/** What is in the bin can come back, so it counts. */
async function isNeeded(ctx: Context, id: string): Promise<boolean> {
  const { rows } = await sql<{ needed: boolean }>`
    select exists (select from ticket where workspace_id = ${ctx.workspace}::uuid and custom_status_id = ${uuidOf('sta', id)}::uuid)
      or exists (
        select from macro where workspace_id = ${ctx.workspace}::uuid and actions @> ${JSON.stringify([{ customStatusId: id }])}::jsonb
      ) as needed`.execute(ctx.em.getKysely());
  return rows[0]!.needed;
}
