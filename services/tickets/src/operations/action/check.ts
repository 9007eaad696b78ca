import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { cannedResponseById } from '../../configuration/canned-response/queries.ts';
import { refuseUnknownIds } from '../../staff/agent/membership.ts';
import { isCategoryAvailable } from '../../configuration/category/defaults.ts';
import { applyFieldValues } from '../../configuration/field/values.ts';
import { lockCustomStatusesForShare } from '../../configuration/status/target.ts';
import { requireAssigneeId, requireDepartmentId } from '../../staff/references.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { TicketActionInput } from './action.ts';

/** Fields in which null has a meaning: a null assignee unassigns. */
const CLEARABLE: ReadonlySet<string> = new Set(['assigneeId']);

/** An action as it is stored: only the fields that have an effect. */
export const compactAction = (action: TicketActionInput): TicketActionInput =>
  Object.fromEntries(
    Object.entries(action).filter(
      ([field, value]) => hasEffect(value) || (value === null && CLEARABLE.has(field)),
    ),
  ) as TicketActionInput;

const hasEffect = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0
    : value !== undefined && value !== null && value !== false;

/**
 * Refuses an action that is empty or could not be applied to any ticket, so that the error appears
 * when a macro is saved or a bulk job is started. `path` is the action's path in the input.
 */
export async function refuseImpossibleAction(
  ctx: Context,
  action: TicketActionInput,
  path: string,
): Promise<void> {
  if (!Object.keys(compactAction(action)).length) throw new Refusal('REQUIRED', path);
  if (action.status === TicketStatus.CLOSED) throw new Refusal('CLOSE_BY_HAND', `${path}.status`);
  if (action.status === TicketStatus.NEW) throw new Refusal('STATUS_NOT_ALLOWED', `${path}.status`);
  const { categoryId, departmentId, assigneeId, replyId, notifyAgentIds } = action;
  const targetStatus = await targetStatusOf(ctx, action, path);
  if (action.resolutionCode && targetStatus !== TicketStatus.SOLVED)
    throw new Refusal('INVALID', `${path}.resolutionCode`);
  if (typeof categoryId === 'string' && !(await isCategoryAvailable(ctx, categoryId)))
    throw new Refusal('NOT_FOUND', `${path}.categoryId`);
  await applyFieldValues(ctx, {}, action.fields, ['input', ...path.split('.'), 'fields']);
  if (typeof departmentId === 'string')
    await requireDepartmentId(ctx, departmentId, `${path}.departmentId`);
  if (typeof assigneeId === 'string' && assigneeId !== 'me')
    await requireAssigneeId(ctx, assigneeId, `${path}.assigneeId`);
  if (notifyAgentIds)
    await refuseUnknownIds(ctx, 'agent', notifyAgentIds, `${path}.notifyAgentIds`);
  if (typeof replyId === 'string' && !(await cannedResponseById(ctx, replyId)))
    throw new Refusal('NOT_FOUND', `${path}.replyId`);
}

/** The status that the action sets, directly or by a custom status based on it. */
async function targetStatusOf(
  ctx: Context,
  { status, customStatusId }: TicketActionInput,
  path: string,
): Promise<TicketStatus | null | undefined> {
  if (typeof customStatusId !== 'string') return status;
  if (status) throw new Refusal('INVALID', `${path}.customStatusId`);
  const [custom] = await lockCustomStatusesForShare(ctx, [customStatusId]);
  if (!custom) throw new Refusal('NOT_FOUND', `${path}.customStatusId`);
  return custom.base;
}
