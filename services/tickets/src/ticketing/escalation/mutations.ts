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
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import { refuseUnstorableFilter, toStoredJson } from '../../model/saved-filter/saved-filter.ts';
import { requireAssigneeId, requireDepartmentId } from '../../staff/references.ts';
import type {
  EscalationPathCreateInput,
  EscalationPathCreatePayload,
  EscalationPathDeleteInput,
  EscalationPathDeletePayload,
  EscalationPathUpdateInput,
  EscalationPathUpdatePayload,
  EscalationStepInput,
} from './input.ts';
import { EscalationPath, type EscalationStep, escalationPathEvents } from './path.ts';

const MAX_PATHS_PER_WORKSPACE = 100;

export async function createEscalationPath(
  ctx: Context,
  { name, filter, steps }: EscalationPathCreateInput,
): Promise<EscalationPathCreatePayload> {
  refuseUnstorableFilter(ctx, filter, null);
  const resolvedSteps = await resolveSteps(ctx, steps);
  await limitPerWorkspace(ctx, EscalationPath, { max: MAX_PATHS_PER_WORKSPACE, field: 'name' });
  const escalationPath = ctx.em.create(EscalationPath, {
    id: newId('esc'),
    workspaceId: ctx.workspace,
    name,
    filter: toStoredJson(filter),
    steps: resolvedSteps,
  });
  await recordCreation(ctx, escalationPathEvents, escalationPath);
  return { escalationPath, userErrors: [] };
}

export async function updateEscalationPath(
  ctx: Context,
  input: EscalationPathUpdateInput,
): Promise<EscalationPathUpdatePayload> {
  requireNotNull(input, ['name', 'filter', 'steps']);
  const escalationPath = await lockForUpdate(ctx, EscalationPath, input.id);
  refuseStaleVersion(escalationPath, input.expectedVersion);
  await recordUpdate(ctx, escalationPathEvents, escalationPath, async () => {
    escalationPath.name = input.name ?? escalationPath.name;
    if (input.filter) {
      refuseUnstorableFilter(ctx, input.filter, null);
      escalationPath.filter = toStoredJson(input.filter);
    }
    if (input.steps) escalationPath.steps = await resolveSteps(ctx, input.steps);
  });
  return { escalationPath, userErrors: [] };
}

export async function deleteEscalationPath(
  ctx: Context,
  input: EscalationPathDeleteInput,
): Promise<EscalationPathDeletePayload> {
  const escalationPath = await lockForUpdate(ctx, EscalationPath, input.id);
  refuseStaleVersion(escalationPath, input.expectedVersion);
  if (await isInUse(ctx, escalationPath)) throw new Refusal('IN_USE', 'id');
  const deletedId = await recordDeletion(ctx, escalationPathEvents, escalationPath);
  return { deletedId, userErrors: [] };
}

/** The steps as they are stored. Refuses a step without a target and one with two. */
async function resolveSteps(
  ctx: Context,
  steps: readonly EscalationStepInput[],
): Promise<EscalationStep[]> {
  const resolved: EscalationStep[] = [];
  for (const [index, step] of steps.entries()) {
    const path = `steps.${index}`;
    if (!step.agentId && !step.departmentId) throw new Refusal('INVALID', path);
    const agentId = step.agentId
      ? await requireAssigneeId(ctx, step.agentId, `${path}.agentId`)
      : null;
    const departmentId = step.departmentId
      ? await requireDepartmentId(ctx, step.departmentId, `${path}.departmentId`)
      : null;
    if (agentId && departmentId) throw new Refusal('INVALID', `${path}.departmentId`);
    resolved.push({ agentId, departmentId, after: step.after });
  }
  return resolved;
}

/** Whether a ticket is on a step of the path now. */
async function isInUse(ctx: Context, { id }: EscalationPath): Promise<boolean> {
  const tickets = await execute(
    ctx,
    sql`
      select from ticket
      where workspace_id = ${ctx.workspace}::uuid and escalation is not null
        and escalation ->> 'pathId' = ${id} limit 1`,
  );
  return tickets.length > 0;
}
