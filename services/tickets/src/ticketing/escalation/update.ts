import { changesOf, touch } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { kept, refuseUnkeepable } from '../../model/saved-filter/stored.ts';
import { stepsOf } from './check.ts';
import { stateOf } from './events.ts';
import type { EscalationPathUpdateInput, EscalationPathUpdatePayload } from './input.ts';
import { locked } from './lock.ts';

export async function update(
  ctx: Context,
  input: EscalationPathUpdateInput,
): Promise<EscalationPathUpdatePayload> {
  for (const field of ['name', 'filter', 'steps'] as const)
    if (input[field] === null) throw new Refusal('REQUIRED', field);
  const escalationPath = await locked(ctx, input.id);
  expectVersion(escalationPath, input.expectedVersion);
  const before = stateOf(escalationPath);
  escalationPath.name = input.name ?? escalationPath.name;
  if (input.filter) {
    refuseUnkeepable(ctx, input.filter, null);
    escalationPath.filter = kept(input.filter);
  }
  if (input.steps) escalationPath.steps = await stepsOf(ctx, input.steps);
  const after = stateOf(escalationPath);
  const changes = changesOf(before, after);
  if (!changes) return { escalationPath, userErrors: [] };
  touch(escalationPath);
  await record(ctx, 'escalation_path.updated', escalationPath, { state: after, changes });
  return { escalationPath, userErrors: [] };
}
