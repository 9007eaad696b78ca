import { record } from '@deskgraph/common/events';
import { expectVersion } from '@deskgraph/common/input';
import type { Context } from '@deskgraph/common/transaction';
import { stateOf } from './fact.ts';
import type { CannedResponseDeleteInput, CannedResponseDeletePayload } from './input.ts';
import { locked } from './locked.ts';

export async function remove(ctx: Context, input: CannedResponseDeleteInput): Promise<CannedResponseDeletePayload> {
  const canned = await locked(ctx, input.id);
  expectVersion(canned, input.expectedVersion);
  const subject = { id: canned.id, version: canned.version + 1 };
  ctx.em.remove(canned);
  await record(ctx, 'canned_response.deleted', subject, { state: stateOf(canned) });
  return { deletedId: subject.id, userErrors: [] };
}
