import { hydrate, sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { ticketEvent, storedTicketEvent } from '../../model/ticket/events.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { Ticket } from '../../model/ticket/ticket.ts';
import {
  canBeAssigned,
  ifPresent,
  isDepartmentOpen,
  requireAssigneeId,
  requireDepartmentId,
} from '../references.ts';
import type { Changes } from '@deskgraph/common/contract/ticket-events';

export interface NewAssignment {
  departmentId?: string | null | undefined;
  assigneeId?: string | null | undefined;
}

/**
 * Changes the department and assignee of a ticket, each if it is given, and returns the changes.
 * `path` is the path of both in the input, with a dot at its end.
 */
export async function reassignTicket(
  ctx: Context,
  ticket: Ticket,
  to: NewAssignment,
  path = '',
): Promise<Changes> {
  const changes: Changes = {};
  if (to.departmentId !== undefined) {
    const next = await ifPresent(to.departmentId, (id) =>
      requireDepartmentId(ctx, id, `${path}departmentId`),
    );
    if (next !== ticket.departmentId) {
      changes['departmentId'] = [ticket.departmentId, next];
      if (ticket.departmentId && next) ticket.transferCount += 1;
      ticket.departmentId = next;
    }
  }
  if (to.assigneeId !== undefined) {
    const next = await ifPresent(to.assigneeId, (id) =>
      requireAssigneeId(ctx, id, `${path}assigneeId`),
    );
    if (next !== ticket.assigneeId) {
      changes['assigneeId'] = [ticket.assigneeId, next];
      ticket.assigneeId = next;
    }
  }
  return changes;
}

/**
 * Unassigns the unsolved tickets of an agent, so that they are back in the queues of their
 * departments. Two statements for any number of tickets.
 */
export async function unassignAllTickets(ctx: Context, agentId: string): Promise<void> {
  const now = new Date();
  const unassigned = await execute(
    ctx,
    sql<object>`
      update ticket set assignee_id = null, version = version + 1, updated_at = ${now},
        public_version = public_version + 1, public_updated_at = ${now}
      where workspace_id = ${ctx.workspace}::uuid and assignee_id = ${uuidOf('agt', agentId)}::uuid
        and status not in ('SOLVED', 'CLOSED')
      returning *`,
  );
  const events = hydrate(ctx.orm, Ticket, unassigned)
    .sort((a, b) => a.number - b.number)
    .map((ticket) =>
      storedTicketEvent('ticket.assigned', ticket, {
        occurredAt: now,
        changes: { assigneeId: [agentId, null] },
      }),
    );
  await appendEvents(ctx, events);
}

/**
 * Clears the assignee and department of a reopened ticket if the agent can no longer be assigned or
 * the department was deleted, so that the ticket appears in a queue. Returns the event.
 */
export async function clearInactiveAssignment(
  ctx: Context,
  ticket: Ticket,
  from: TicketStatus,
): Promise<NewEvent[]> {
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
    ? [ticketEvent('ticket.assigned', ticket, { cause: 'status', changes })]
    : [];
}
