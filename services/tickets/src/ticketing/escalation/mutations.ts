import { changesOf, touch } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { toStoredJson, refuseUnstorableFilter } from '../../model/saved-filter/stored.ts';
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
  refuseStaleVersion(escalationPath, input.expectedVersion);
  const before = escalationPathState(escalationPath);
  escalationPath.name = input.name ?? escalationPath.name;
  if (input.filter) {
    refuseUnstorableFilter(ctx, input.filter, null);
    escalationPath.filter = toStoredJson(input.filter);
  }
  if (input.steps) escalationPath.steps = await resolveEscalationSteps(ctx, input.steps);
  const after = escalationPathState(escalationPath);
  const changes = changesOf(before, after);
  if (!changes) return { escalationPath, userErrors: [] };
  touch(escalationPath);
  await appendEvent(ctx, 'escalation_path.updated', escalationPath, { state: after, changes });
  return { escalationPath, userErrors: [] };
}
