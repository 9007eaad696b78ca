import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { entities, ids } from '@deskgraph/common/database/query';
import type { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { StatusSnapshot } from '../../model/ticket/events.ts';
import { customStatusById } from './queries.ts';
import { CustomStatus } from './status.ts';

/** The status that a ticket is to be moved to, and the field of the input that names it. */
export interface TargetStatus {
  status: TicketStatus;
  customStatus: CustomStatus | null;
  field: 'status' | 'customStatusId';
}

export interface TargetStatusInput {
  status?: TicketStatus | null | undefined;
  customStatusId?: string | null | undefined;
}

/**
 * Resolves an input that names either a status or a custom status; both or none are refused. A
 * custom status is locked FOR KEY SHARE until the transaction ends, so that it is not deleted while
 * the ticket gets it.
 */
export async function resolveTargetStatus(
  ctx: Context,
  { status, customStatusId }: TargetStatusInput,
): Promise<TargetStatus> {
  const hasCustomStatus = typeof customStatusId === 'string';
  if (status && hasCustomStatus) throw new Refusal('INVALID', 'customStatusId');
  if (status) return { status, customStatus: null, field: 'status' };
  if (!hasCustomStatus)
    throw new Refusal('INVALID', customStatusId === null ? 'customStatusId' : 'status');
  const [customStatus] = await lockCustomStatusesForShare(ctx, [customStatusId]);
  if (!customStatus) throw new Refusal('NOT_FOUND', 'customStatusId');
  return { status: customStatus.base, customStatus, field: 'customStatusId' };
}

/**
 * Those of the custom statuses that are not deleted, locked FOR KEY SHARE until the transaction
 * ends.
 */
export async function lockCustomStatusesForShare(
  ctx: Context,
  customStatusIds: readonly string[],
): Promise<CustomStatus[]> {
  const statuses = await Promise.all(
    customStatusIds.map((id) =>
      ctx.load.byId('locked custom status', id, (batch) =>
        entities(
          ctx,
          CustomStatus,
          sql`
            select * from custom_status
            where id = any(${ids('sta', batch)}) and workspace_id = ${ctx.workspace}::uuid
              and deleted_at is null
            order by id for key share`,
        ),
      ),
    ),
  );
  return statuses.filter((status) => status !== null);
}

/** Whether requesters read the same label before and after a move between two custom statuses. */
export async function isSameForRequester(
  ctx: Context,
  from: StatusSnapshot,
  to: StatusSnapshot,
): Promise<boolean> {
  if (from.status !== to.status || !from.customStatusId || !to.customStatusId) return false;
  const [before, after] = await Promise.all([
    customStatusById(ctx, from.customStatusId),
    customStatusById(ctx, to.customStatusId),
  ]);
  return before?.requesterLabel === after?.requesterLabel;
}
