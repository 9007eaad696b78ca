import { Refusal } from '@deskgraph/common/core/errors';
import { durationToMs } from '@deskgraph/common/graphql/scalars';
import type { Workspace } from '../workspace/workspace.ts';
import type { Changes } from './events.ts';
import type { Ticket } from './ticket.ts';
import { ResolutionCode, TicketStatus } from '@deskgraph/common/contract/ticket-enums';

const { NEW, OPEN, PENDING, ON_HOLD, SOLVED, CLOSED } = TicketStatus;

/** Who may go where by hand: from each status to these. NEW is never returned to, and only the system closes. */
export const STATUS_TRANSITIONS: Record<TicketStatus, readonly TicketStatus[]> = {
  NEW: [OPEN, PENDING, ON_HOLD, SOLVED],
  OPEN: [PENDING, ON_HOLD, SOLVED],
  PENDING: [OPEN, ON_HOLD, SOLVED],
  ON_HOLD: [OPEN, PENDING, SOLVED],
  SOLVED: [OPEN, PENDING, ON_HOLD],
  CLOSED: [],
};

/** Refuses a move by hand that the table does not allow; what refines a status can always be another. */
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

export interface Solution {
  by: string | null;
  code: ResolutionCode;
  text: string | null;
  /** What else it changed: who solves a ticket that nobody has in hand takes it. */
  changes?: Changes;
}

/** Sets the status and all that hangs on it: what refined the former one does not refine this one. Returns whether the status changed. */
export function applyStatus(
  ticket: Ticket,
  to: TicketStatus,
  at: Date,
  closeAfter: string,
  solution?: Solution,
): boolean {
  const from = ticket.status;
  if (from === to) return false;
  ticket.status = to;
  ticket.customStatusId = null;
  if (to === SOLVED || (to === CLOSED && from !== SOLVED)) {
    ticket.solvedAt = at;
    ticket.solvedById = solution?.by ?? ticket.assigneeId;
    ticket.resolutionCode = solution?.code ?? ResolutionCode.ANSWERED;
    ticket.resolutionText = solution?.text ?? null;
    ticket.waitingSince = null;
  }
  ticket.closesAt = to === SOLVED ? new Date(at.getTime() + durationToMs(closeAfter)!) : null;
  if (to === CLOSED) closeTicket(ticket, at);
  if (from === SOLVED && to !== CLOSED) reopen(ticket);
  return true;
}

/** The end, which only the system brings. */
export function closeTicket(ticket: Ticket, at: Date): void {
  ticket.status = CLOSED;
  ticket.customStatusId = null;
  ticket.closesAt = null;
  ticket.closedAt = at;
}

function reopen(ticket: Ticket): void {
  ticket.reopenCount += 1;
  ticket.solvedAt = null;
  ticket.solvedById = null;
  ticket.resolutionCode = null;
  ticket.resolutionText = null;
}

/** Where a message of the requester brings the ticket. */
export const statusAfterRequesterReply = (status: TicketStatus): TicketStatus =>
  [PENDING, ON_HOLD, SOLVED].includes(status) ? OPEN : status;
/** Where the first act of an agent brings the ticket. */
export const statusAfterAgentAction = (status: TicketStatus): TicketStatus =>
  status === NEW ? OPEN : status;
