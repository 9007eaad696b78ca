import { ResolutionCode, TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { Refusal } from '@deskgraph/common/core/errors';
import { durationToMs } from '@deskgraph/common/graphql/scalars';
import type { Workspace } from '../workspace/workspace.ts';
import type { Solution } from './resolution.ts';
import type { Ticket } from './ticket.ts';

const { NEW, OPEN, PENDING, ON_HOLD, SOLVED, CLOSED } = TicketStatus;

/**
 * The status changes that users and apps may make. No ticket returns to NEW, and only the system
 * closes tickets.
 */
export const STATUS_TRANSITIONS: Record<TicketStatus, readonly TicketStatus[]> = {
  NEW: [OPEN, PENDING, ON_HOLD, SOLVED],
  OPEN: [PENDING, ON_HOLD, SOLVED],
  PENDING: [OPEN, ON_HOLD, SOLVED],
  ON_HOLD: [OPEN, PENDING, SOLVED],
  SOLVED: [OPEN, PENDING, ON_HOLD],
  CLOSED: [],
};

/**
 * Refuses a status change that `STATUS_TRANSITIONS` does not contain. The same status is allowed,
 * because its custom status may change.
 */
export function refuseInvalidTransition(
  from: TicketStatus,
  to: TicketStatus,
  workspace: Workspace,
  field: string,
): void {
  if (to === CLOSED) throw new Refusal('CLOSE_BY_HAND', field);
  if (from === CLOSED) throw new Refusal('TICKET_CLOSED', field);
  if (to === ON_HOLD && !workspace.onHoldEnabled) throw new Refusal('ON_HOLD_DISABLED', field);
  if (to === NEW || (from !== to && !STATUS_TRANSITIONS[from].includes(to)))
    throw new Refusal('STATUS_NOT_ALLOWED', field);
}

/**
 * Sets the status and the fields that depend on it. The custom status is cleared, because it
 * refines the earlier status only. Returns whether the status changed.
 */
export function applyStatus(
  ticket: Ticket,
  to: TicketStatus,
  now: Date,
  closeAfter: string,
  solution?: Solution,
): boolean {
  const from = ticket.status;
  if (from === to) return false;
  ticket.status = to;
  ticket.customStatusId = null;
  if (to === SOLVED || (to === CLOSED && from !== SOLVED)) {
    ticket.solvedAt = now;
    ticket.solvedById = solution?.by ?? ticket.assigneeId;
    ticket.resolutionCode = solution?.code ?? ResolutionCode.ANSWERED;
    ticket.resolutionText = solution?.text ?? null;
    ticket.waitingSince = null;
  }
  ticket.closesAt = to === SOLVED ? new Date(now.getTime() + durationToMs(closeAfter)!) : null;
  if (to === CLOSED) closeTicket(ticket, now);
  if (from === SOLVED && to !== CLOSED) clearSolution(ticket);
  return true;
}

/** Closes the ticket for good; only the system does this. */
export function closeTicket(ticket: Ticket, now: Date): void {
  ticket.status = CLOSED;
  ticket.customStatusId = null;
  ticket.closesAt = null;
  ticket.closedAt = now;
}

function clearSolution(ticket: Ticket): void {
  ticket.reopenCount += 1;
  ticket.solvedAt = null;
  ticket.solvedById = null;
  ticket.resolutionCode = null;
  ticket.resolutionText = null;
}

/** The status after a message of the requester. */
export const statusAfterRequesterReply = (status: TicketStatus): TicketStatus =>
  [PENDING, ON_HOLD, SOLVED].includes(status) ? OPEN : status;

/** The status after the first action of an agent. */
export const statusAfterAgentAction = (status: TicketStatus): TicketStatus =>
  status === NEW ? OPEN : status;
