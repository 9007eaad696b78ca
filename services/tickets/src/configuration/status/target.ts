import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import type { Standing } from '../../model/ticket/events.ts';
import type { TicketStatus } from '../../model/ticket/enums.ts';
import { customStatusById } from './find.ts';
import { lockCustomStatusesForShare } from './lock.ts';
import type { CustomStatus } from './status.ts';

/** Where a move by hand is to lead, and the field of the input that says so. */
export interface TargetStatus {
  status: TicketStatus;
  customStatus: CustomStatus | null;
  field: 'status' | 'customStatusId';
}

export interface TargetStatusInput {
  status?: TicketStatus | null | undefined;
  customStatusId?: string | null | undefined;
}

/** Exactly one of the two is given. A custom status is held until the transaction ends, so that it is not deleted with this ticket in it. */
export async function resolveTargetStatus(
  ctx: Context,
  { status, customStatusId }: TargetStatusInput,
): Promise<TargetStatus> {
  const isNamed = typeof customStatusId === 'string';
  if (status && isNamed) throw new Refusal('INVALID', 'customStatusId');
  if (status) return { status, customStatus: null, field: 'status' };
  if (!isNamed) throw new Refusal('INVALID', customStatusId === null ? 'customStatusId' : 'status');
  const [custom] = await lockCustomStatusesForShare(ctx, [customStatusId]);
  if (!custom) throw new Refusal('NOT_FOUND', 'customStatusId');
  return { status: custom.base, customStatus: custom, field: 'customStatusId' };
}

/** Does the requester read the same name before a move between custom statuses and after it? */
export async function isSameForRequester(
  ctx: Context,
  from: Standing,
  to: Standing,
): Promise<boolean> {
  if (from.status !== to.status || !from.customStatusId || !to.customStatusId) return false;
  const [before, after] = await Promise.all([
    customStatusById(ctx, from.customStatusId),
    customStatusById(ctx, to.customStatusId),
  ]);
  return before?.requesterLabel === after?.requesterLabel;
}
