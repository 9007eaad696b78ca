import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import type { TicketActionInput } from '../action/action.ts';
import { compactAction, refuseImpossibleAction } from '../action/check.ts';
import { requireScopeDepartmentId } from '../../staff/department/scope.ts';
import { macroState } from './events.ts';
import type { MacroCreateInput, MacroCreatePayload } from './input.ts';
import { Macro } from './macro.ts';

/** So many has a workspace at most. */
const MAX_MACROS_PER_WORKSPACE = 500;

export async function createMacro(
  ctx: Context,
  input: MacroCreateInput,
): Promise<MacroCreatePayload> {
  const departmentId = await requireScopeDepartmentId(ctx, input.departmentId);
  await refuseMacroActions(ctx, input.actions);
  // One after the other, so that many at once don't get past the limit.
  await sql`select pg_advisory_xact_lock(hashtext(${`macros ${ctx.workspace}`}))`.execute(
    ctx.em.getKysely(),
  );
  if ((await ctx.em.count(Macro)) >= MAX_MACROS_PER_WORKSPACE)
    throw new Refusal('LIMIT_REACHED', 'name');
  const macro = ctx.em.create(Macro, {
    id: newId('mac'),
    workspaceId: ctx.workspace,
    name: input.name,
    departmentId,
    actions: input.actions.map(compactAction),
  });
  await appendEvent(ctx, 'macro.created', macro, { state: macroState(macro) });
  return { macro, userErrors: [] };
}

export async function refuseMacroActions(
  ctx: Context,
  actions: readonly TicketActionInput[],
): Promise<void> {
  for (const [at, action] of actions.entries())
    await refuseImpossibleAction(ctx, action, `actions.${at}`);
}
