import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { escalationPathState } from './events.ts';
import type { EscalationPathDeleteInput, EscalationPathDeletePayload } from './input.ts';
import { isEscalationPathInUse, lockEscalationPath } from './lock.ts';

export async function deleteEscalationPath(
  ctx: Context,
  input: EscalationPathDeleteInput,
): Promise<EscalationPathDeletePayload> {
  const escalationPath = await lockEscalationPath(ctx, input.id);
  refuseStaleVersion(escalationPath, input.expectedVersion);
  if (await isEscalationPathInUse(ctx, escalationPath)) throw new Refusal('IN_USE', 'id');
  const subject = { id: escalationPath.id, version: escalationPath.version + 1 };
  ctx.em.remove(escalationPath);
  await appendEvent(ctx, 'escalation_path.deleted', subject, {
    state: escalationPathState(escalationPath),
  });
  return { deletedId: subject.id, userErrors: [] };
}
