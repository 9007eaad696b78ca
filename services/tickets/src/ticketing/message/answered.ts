import type { Actor } from '@deskgraph/common/auth/access';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { type Message, MessageVisibility } from '../../model/message/message.ts';

/** What a public message does to the wait for an answer. Returns whether it is the first reply of a human agent. */
export function updateResponseTimers(actor: Actor, ticket: Ticket, message: Message): boolean {
  if (message.visibility === MessageVisibility.PRIVATE) return false;
  if (actor.kind === 'customer') {
    ticket.waitingSince ??= message.createdAt;
    return false;
  }
  ticket.waitingSince = null;
  if (actor.kind !== 'agent') return false;
  ticket.handled = true;
  const first = ticket.firstReplyAt === null;
  ticket.firstReplyAt ??= message.createdAt;
  return first;
}
