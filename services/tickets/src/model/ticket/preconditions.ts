import type { Actor } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Ticket } from './ticket.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';

/** The code of a refusal, undefined when nothing stands against it. Verbs refuse with it, and `viewerCan` shows it beforehand. */
export type Blocker = 'TICKET_CLOSED' | 'ALREADY_MERGED' | undefined;
type Standing = Pick<Ticket, 'status' | 'mergedIntoId'>;

const againstClosed = ({ status }: Standing): Blocker =>
  status === TicketStatus.CLOSED ? 'TICKET_CLOSED' : undefined;

/** Against moving it by hand. */
export const statusBlocker = ({ mergedIntoId }: Standing): Blocker =>
  mergedIntoId ? 'ALREADY_MERGED' : undefined;

/** Against putting it into other hands, folding it into another one or others into it, cutting something out of it, or sending it back to work. */
export const workBlocker = (ticket: Standing): Blocker =>
  statusBlocker(ticket) ?? againstClosed(ticket);

/** Against saying something to its requester, who himself begins a follow-up with it. */
export const replyBlocker = ({ kind }: Actor, ticket: Standing): Blocker =>
  kind === 'customer' ? undefined : againstClosed(ticket);

export function refuseIfBlocked(against: Blocker, field: string): void {
  if (against) throw new Refusal(against, field);
}
