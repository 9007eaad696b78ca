import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { requireAssigneeId, requireDepartmentId } from '../../staff/references.ts';
import type { EscalationStepInput } from './input.ts';
import type { EscalationStep } from './path.ts';

/** The steps as they are kept; refused where one leads to nobody, or to two. */
export async function resolveEscalationSteps(
  ctx: Context,
  given: readonly EscalationStepInput[],
): Promise<EscalationStep[]> {
  const steps: EscalationStep[] = [];
  for (const [at, step] of given.entries()) {
    const place = `steps.${at}`;
    if (!step.agentId && !step.departmentId) throw new Refusal('INVALID', place);
    const agent = step.agentId
      ? await requireAssigneeId(ctx, step.agentId, `${place}.agentId`)
      : null;
    const department = step.departmentId
      ? await requireDepartmentId(ctx, step.departmentId, `${place}.departmentId`)
      : null;
    if (agent && department) throw new Refusal('INVALID', `${place}.departmentId`);
    steps.push({ agentId: agent, departmentId: department, after: step.after });
  }
  return steps;
}
