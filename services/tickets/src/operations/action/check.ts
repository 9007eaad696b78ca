import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { cannedResponseById as cannedById } from '../../configuration/canned-response/queries.ts';
import { refuseUnknownIds } from '../../staff/agent/membership.ts';
import { isCategoryAvailable } from '../../configuration/category/defaults.ts';
import { applyFieldValues } from '../../configuration/field/values.ts';
import { lockCustomStatusesForShare } from '../../configuration/status/target.ts';
import { requireAssigneeId, requireDepartmentId } from '../../staff/references.ts';
import { TicketStatus } from '../../model/ticket/enums.ts';
import type { TicketActionInput } from './action.ts';

/** Fields for which null says something: nobody is in charge. */
const CLEARED: ReadonlySet<string> = new Set(['assigneeId']);

/** An action as it is kept: what acts, and nothing else. */
export const compactAction = (action: TicketActionInput): TicketActionInput =>
  Object.fromEntries(
    Object.entries(action).filter(
      ([field, value]) => acts(value) || (value === null && CLEARED.has(field)),
    ),
  ) as TicketActionInput;

const acts = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0
    : value !== undefined && value !== null && value !== false;

/** Refuses an action that could be done to no ticket; `place` leads to it in the input. */
export async function refuseImpossibleAction(
  ctx: Context,
  action: TicketActionInput,
  place: string,
): Promise<void> {
  if (!Object.keys(compactAction(action)).length) throw new Refusal('REQUIRED', place);
  if (action.status === TicketStatus.CLOSED) throw new Refusal('CLOSE_BY_HAND', `${place}.status`);
  if (action.status === TicketStatus.NEW)
    throw new Refusal('STATUS_NOT_ALLOWED', `${place}.status`);
  const refuse = (field: keyof TicketActionInput): never => {
    throw new Refusal('NOT_FOUND', `${place}.${field}`);
  };
  const base = await baseOf(ctx, action, place);
  if (action.resolutionCode && base !== TicketStatus.SOLVED)
    throw new Refusal('INVALID', `${place}.resolutionCode`);
  if (typeof action.categoryId === 'string' && !(await isCategoryAvailable(ctx, action.categoryId)))
    refuse('categoryId');
  await applyFieldValues(ctx, {}, action.fields, ['input', ...place.split('.'), 'fields']);
  if (typeof action.departmentId === 'string')
    await requireDepartmentId(ctx, action.departmentId, `${place}.departmentId`);
  if (typeof action.assigneeId === 'string' && action.assigneeId !== 'me')
    await requireAssigneeId(ctx, action.assigneeId, `${place}.assigneeId`);
  if (action.notifyAgentIds)
    await refuseUnknownIds(ctx, 'agent', action.notifyAgentIds, `${place}.notifyAgentIds`);
  if (typeof action.replyId === 'string' && !(await cannedById(ctx, action.replyId)))
    refuse('replyId');
}

/** The status that it leads to, by itself or by a custom one. */
async function baseOf(
  ctx: Context,
  { status, customStatusId }: TicketActionInput,
  place: string,
): Promise<TicketStatus | null | undefined> {
  if (typeof customStatusId !== 'string') return status;
  if (status) throw new Refusal('INVALID', `${place}.customStatusId`);
  const [custom] = await lockCustomStatusesForShare(ctx, [customStatusId]);
  if (!custom) throw new Refusal('NOT_FOUND', `${place}.customStatusId`);
  return custom.base;
}
