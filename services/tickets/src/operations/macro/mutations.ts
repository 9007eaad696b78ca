import { Refusal } from '@deskgraph/common/core/errors';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import {
  limitPerWorkspace,
  lockForUpdate,
  recordCreation,
  recordDeletion,
  recordUpdate,
  requireNotNull,
} from '@deskgraph/common/database/crud';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import {
  isInDepartmentScope,
  refuseChangeForAllDepartments,
  requireScopeDepartmentId,
} from '../../staff/department/scope.ts';
import type { TicketActionInput } from '../action/action.ts';
import { compactAction, refuseImpossibleAction } from '../action/check.ts';
import type {
  MacroCreateInput,
  MacroCreatePayload,
  MacroDeleteInput,
  MacroDeletePayload,
  MacroUpdateInput,
  MacroUpdatePayload,
} from './input.ts';
import { Macro, macroEvents } from './macro.ts';

const MAX_MACROS_PER_WORKSPACE = 500;

export async function createMacro(
  ctx: Context,
  { name, departmentId, actions }: MacroCreateInput,
): Promise<MacroCreatePayload> {
  const scopeDepartmentId = await requireScopeDepartmentId(ctx, departmentId);
  await refuseImpossibleActions(ctx, actions);
  await limitPerWorkspace(ctx, Macro, { max: MAX_MACROS_PER_WORKSPACE, field: 'name' });
  const macro = ctx.em.create(Macro, {
    id: newId('mac'),
    workspaceId: ctx.workspace,
    name,
    departmentId: scopeDepartmentId,
    actions: actions.map(compactAction),
  });
  await recordCreation(ctx, macroEvents, macro);
  return { macro, userErrors: [] };
}

export async function updateMacro(
  ctx: Context,
  input: MacroUpdateInput,
): Promise<MacroUpdatePayload> {
  requireNotNull(input, ['name', 'actions']);
  const macro = await lockMacro(ctx, input.id);
  refuseStaleVersion(macro, input.expectedVersion);
  await recordUpdate(ctx, macroEvents, macro, async () => {
    if (input.departmentId !== undefined && input.departmentId !== macro.departmentId)
      macro.departmentId = await requireScopeDepartmentId(ctx, input.departmentId);
    macro.name = input.name ?? macro.name;
    if (input.actions) {
      await refuseImpossibleActions(ctx, input.actions);
      macro.actions = input.actions.map(compactAction);
    }
  });
  return { macro, userErrors: [] };
}

export async function deleteMacro(
  ctx: Context,
  input: MacroDeleteInput,
): Promise<MacroDeletePayload> {
  const macro = await lockMacro(ctx, input.id);
  refuseStaleVersion(macro, input.expectedVersion);
  return { deletedId: await recordDeletion(ctx, macroEvents, macro), userErrors: [] };
}

async function lockMacro(ctx: Context, id: string): Promise<Macro> {
  const macro = await lockForUpdate(ctx, Macro, id);
  if (!isInDepartmentScope(ctx.actor, macro)) throw new Refusal('NOT_FOUND', 'id');
  refuseChangeForAllDepartments(ctx, macro);
  return macro;
}

async function refuseImpossibleActions(
  ctx: Context,
  actions: readonly TicketActionInput[],
): Promise<void> {
  for (const [index, action] of actions.entries())
    await refuseImpossibleAction(ctx, action, `actions.${index}`);
}
