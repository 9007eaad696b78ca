import type { Actor } from '@deskgraph/common/auth/access';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Ticket } from './ticket.ts';

/**
 * The reason why an action on a ticket is refused; undefined when it is allowed. Mutations refuse
 * with it, and `viewerCan` shows it beforehand.
 */
export type Blocker = 'TICKET_CLOSED' | 'ALREADY_MERGED' | undefined;

type BlockingFields = Pick<Ticket, 'status' | 'mergedIntoId'>;

const closedBlocker = ({ status }: BlockingFields): Blocker =>
  status === TicketStatus.CLOSED ? 'TICKET_CLOSED' : undefined;

/** Blocks a change of the status. */
export const statusBlocker = ({ mergedIntoId }: BlockingFields): Blocker =>
  mergedIntoId ? 'ALREADY_MERGED' : undefined;

/** Blocks work on a ticket: to assign, merge, split or reopen it. */
export const workBlocker = (ticket: BlockingFields): Blocker =>
  statusBlocker(ticket) ?? closedBlocker(ticket);

/** Blocks a reply. The requester may reply to a closed ticket: the reply opens a follow-up. */
export const replyBlocker = ({ kind }: Actor, ticket: BlockingFields): Blocker =>
  kind === 'customer' ? undefined : closedBlocker(ticket);

export function refuseIfBlocked(blocker: Blocker, field: string): void {
  if (blocker) throw new Refusal(blocker, field);
}
