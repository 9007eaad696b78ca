import { changesOf, touch } from '@deskgraph/common/change';
import { Refusal } from '@deskgraph/common/errors';
import { record } from '@deskgraph/common/events';
import { expectVersion } from '@deskgraph/common/input';
import type { Context } from '@deskgraph/common/transaction';
import { kept, refuseUnkeepable } from '../view/stored.ts';
import { stepsOf } from './check.ts';
import { stateOf } from './fact.ts';
import type { EscalationPathUpdateInput, EscalationPathUpdatePayload } from './input.ts';
import { locked } from './locked.ts';

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
