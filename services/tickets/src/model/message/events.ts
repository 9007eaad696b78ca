import type { NewEvent } from '@deskgraph/common/events/types';
import { ticketEvent } from '../ticket/events.ts';
import type { Ticket } from '../ticket/ticket.ts';
import { type Message, MessageVisibility } from './message.ts';

export const messageAddedEvent = (
  ticket: Ticket,
  message: Message,
  isFirstReply = false,
): NewEvent => messageEvent(ticket, message, isFirstReply && { firstReply: true });

/** The event of the message that opens its ticket. */
export const openingMessageEvent = (ticket: Ticket, message: Message): NewEvent =>
  messageEvent(ticket, message, { opens: true });

const messageEvent = (ticket: Ticket, message: Message, details: object | false): NewEvent =>
  ticketEvent('message.added', ticket, {
    messageId: message.id,
    visibility: message.visibility,
    authorKind: message.authorKind,
    ...(message.mentionIds.length && { mentions: message.mentionIds }),
    ...details,
    occurredAt: message.createdAt,
    actor: { kind: message.authorKind, id: message.authorId, name: message.authorName },
    internal: message.visibility === MessageVisibility.PRIVATE,
  });
