import { changesOf, touch } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { compactAction } from '../action/check.ts';
import { requireScopeDepartmentId } from '../../staff/department/scope.ts';
import { refuseMacroActions } from './create.ts';
import { macroState } from './events.ts';
import type { MacroUpdateInput, MacroUpdatePayload } from './input.ts';
import { lockMacro } from './lock.ts';

export async function updateMacro(
  ctx: Context,
  input: MacroUpdateInput,
): Promise<MacroUpdatePayload> {
  for (const field of ['name', 'actions'] as const)
    if (input[field] === null) throw new Refusal('REQUIRED', field);
  const macro = await lockMacro(ctx, input.id);
  refuseStaleVersion(macro, input.expectedVersion);
  const before = macroState(macro);
  if (input.departmentId !== undefined && input.departmentId !== macro.departmentId)
    macro.departmentId = await requireScopeDepartmentId(ctx, input.departmentId);
  macro.name = input.name ?? macro.name;
  if (input.actions) {
    await refuseMacroActions(ctx, input.actions);
    macro.actions = input.actions.map(compactAction);
  }
  const after = macroState(macro);
  const changes = changesOf(before, after);
  if (!changes) return { macro, userErrors: [] };
  touch(macro);
  await appendEvent(ctx, 'macro.updated', macro, { state: after, changes });
  return { macro, userErrors: [] };
}
