import type { NewFact } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { type Changes, fact } from '../../model/ticket/events.ts';
import { isDepartmentOpen, canBeAssigned } from '../references.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { TicketStatus } from '../../model/ticket/enums.ts';

/**
 * A ticket that comes back from SOLVED leaves the hands of an agent who has gone meanwhile, and a department that is deleted, so
 * that a queue shows it.
 */
export async function clearInactiveAssignment(
  ctx: Context,
  ticket: Ticket,
  from: TicketStatus,
): Promise<NewFact[]> {
  if (from !== TicketStatus.SOLVED || ticket.status === TicketStatus.CLOSED) return [];
  const changes: Changes = {};
  if (ticket.assigneeId && !(await canBeAssigned(ctx, ticket.assigneeId))) {
    changes['assigneeId'] = [ticket.assigneeId, null];
    ticket.assigneeId = null;
  }
  if (ticket.departmentId && !(await isDepartmentOpen(ctx, ticket.departmentId))) {
    changes['departmentId'] = [ticket.departmentId, null];
    ticket.departmentId = null;
  }
  return Object.keys(changes).length
    ? [fact('ticket.assigned', ticket, { cause: 'status', changes })]
    : [];
}
