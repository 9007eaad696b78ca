import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { cannedResponseState } from './events.ts';
import type { CannedResponseDeleteInput, CannedResponseDeletePayload } from './input.ts';
import { locked } from './lock.ts';

export async function deleteCannedResponse(
  ctx: Context,
  input: CannedResponseDeleteInput,
): Promise<CannedResponseDeletePayload> {
  const canned = await locked(ctx, input.id);
  expectVersion(canned, input.expectedVersion);
  if (await isNeeded(ctx, canned.id)) throw new Refusal('IN_USE', 'id');
  const subject = { id: canned.id, version: canned.version + 1 };
  ctx.em.remove(canned);
  await record(ctx, 'canned_response.deleted', subject, { state: cannedResponseState(canned) });
  return { deletedId: subject.id, userErrors: [] };
}

/** A macro that replies by it needs it. */
async function isNeeded(ctx: Context, id: string): Promise<boolean> {
  const { rows } = await sql<{ needed: boolean }>`
    select exists (
      select from macro where workspace_id = ${ctx.workspace}::uuid and actions @> ${JSON.stringify([{ replyId: id }])}::jsonb) as needed`.execute(
    ctx.em.getKysely(),
  );
  return rows[0]!.needed;
}
