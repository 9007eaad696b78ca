import { changesOf, touch } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { kept, refuseUnkeepable } from '../../model/saved-filter/stored.ts';
import { resolveEscalationSteps } from './check.ts';
import { escalationPathState } from './events.ts';
import type { EscalationPathUpdateInput, EscalationPathUpdatePayload } from './input.ts';
import { lockEscalationPath } from './lock.ts';

export async function updateEscalationPath(
  ctx: Context,
  input: EscalationPathUpdateInput,
): Promise<EscalationPathUpdatePayload> {
  for (const field of ['name', 'filter', 'steps'] as const)
    if (input[field] === null) throw new Refusal('REQUIRED', field);
  const escalationPath = await lockEscalationPath(ctx, input.id);
  expectVersion(escalationPath, input.expectedVersion);
  const before = escalationPathState(escalationPath);
  escalationPath.name = input.name ?? escalationPath.name;
  if (input.filter) {
    refuseUnkeepable(ctx, input.filter, null);
    escalationPath.filter = kept(input.filter);
  }
  if (input.steps) escalationPath.steps = await resolveEscalationSteps(ctx, input.steps);
  const after = escalationPathState(escalationPath);
  const changes = changesOf(before, after);
  if (!changes) return { escalationPath, userErrors: [] };
  touch(escalationPath);
  await record(ctx, 'escalation_path.updated', escalationPath, { state: after, changes });
  return { escalationPath, userErrors: [] };
}
