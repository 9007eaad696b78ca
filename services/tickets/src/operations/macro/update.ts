import { changesOf, touch } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { kept } from '../action/check.ts';
import { placed } from '../../staff/department/scope.ts';
import { refuseActions } from './create.ts';
import { stateOf } from './events.ts';
import type { MacroUpdateInput, MacroUpdatePayload } from './input.ts';
import { locked } from './lock.ts';

export async function update(ctx: Context, input: MacroUpdateInput): Promise<MacroUpdatePayload> {
  for (const field of ['name', 'actions'] as const)
    if (input[field] === null) throw new Refusal('REQUIRED', field);
  const macro = await locked(ctx, input.id);
  expectVersion(macro, input.expectedVersion);
  const before = stateOf(macro);
  if (input.departmentId !== undefined && input.departmentId !== macro.departmentId)
    macro.departmentId = await placed(ctx, input.departmentId);
  macro.name = input.name ?? macro.name;
  if (input.actions) {
    await refuseActions(ctx, input.actions);
    macro.actions = input.actions.map(kept);
  }
  const after = stateOf(macro);
  const changes = changesOf(before, after);
  if (!changes) return { macro, userErrors: [] };
  touch(macro);
  await record(ctx, 'macro.updated', macro, { state: after, changes });
  return { macro, userErrors: [] };
}
