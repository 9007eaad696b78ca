import type { Context } from '@deskgraph/common/database/context';
import type { Changes } from '../../model/ticket/events.ts';
import { requireAssigneeId, requireDepartmentId, ifPresent } from '../references.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';

export interface NewAssignment {
  departmentId?: string | null | undefined;
  assigneeId?: string | null | undefined;
}

/** Puts a ticket into other hands, as far as they are given, and says what changed. `place` leads to them in the input. */
export async function reassignTicket(
  ctx: Context,
  ticket: Ticket,
  to: NewAssignment,
  place = '',
): Promise<Changes> {
  const changes: Changes = {};
  if (to.departmentId !== undefined) {
    const next = await ifPresent(to.departmentId, (id) =>
      requireDepartmentId(ctx, id, `${place}departmentId`),
    );
    if (next !== ticket.departmentId) {
      changes['departmentId'] = [ticket.departmentId, next];
      if (ticket.departmentId && next) ticket.transferCount += 1;
      ticket.departmentId = next;
    }
  }
  if (to.assigneeId !== undefined) {
    const next = await ifPresent(to.assigneeId, (id) =>
      requireAssigneeId(ctx, id, `${place}assigneeId`),
    );
    if (next !== ticket.assigneeId) {
      changes['assigneeId'] = [ticket.assigneeId, next];
      ticket.assigneeId = next;
    }
  }
  return changes;
}
