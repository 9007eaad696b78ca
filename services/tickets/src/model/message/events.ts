import type { NewEvent } from '@deskgraph/common/events/types';
import { ticketEvent } from '../ticket/events.ts';
import type { Ticket } from '../ticket/ticket.ts';
import { type Message, MessageVisibility } from './message.ts';

/** A message as a fact about its ticket. */
export const messageAddedEvent = (ticket: Ticket, message: Message, firstReply = false): NewEvent =>
  told(ticket, message, firstReply && { firstReply });

/** The message by which its ticket begins. */
export const openingMessageEvent = (ticket: Ticket, message: Message): NewEvent =>
  told(ticket, message, { opens: true });

const told = (ticket: Ticket, message: Message, more: object | false): NewEvent =>
  ticketEvent('message.added', ticket, {
    messageId: message.id,
    visibility: message.visibility,
    authorKind: message.authorKind,
    ...(message.mentionIds.length && { mentions: message.mentionIds }),
    ...more,
    occurredAt: message.createdAt,
    actor: { kind: message.authorKind, id: message.authorId, name: message.authorName },
    internal: message.visibility === MessageVisibility.PRIVATE,
  });
