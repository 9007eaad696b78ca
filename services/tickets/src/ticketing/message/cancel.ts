import { LockMode } from '@mikro-orm/postgresql';
import { systemActor } from '@deskgraph/common/auth/token';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import { lockTicket } from '../../model/lookup/lock.ts';
import { messageById } from '../../model/message/queries.ts';
import { DeliveryState, Message } from '../../model/message/message.ts';
import { ticketEvent } from '../../model/ticket/events.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { detachFiles } from '../attachment/mutations.ts';
import { restoreDraft } from '../draft/mutations.ts';
import type { MessageCancelInput, MessageCancelPayload } from './input.ts';

/** `Message.deliveryError` by the reason why the system did not send a message. */
const DELIVERY_ERRORS = {
  reply: 'The requester wrote before it was sent.',
  requester: 'The ticket became somebody else’s before it was sent.',
  closed: 'The ticket was closed before it was sent.',
  deleted: 'The ticket was in the bin when it was to be sent.',
} as const;

export type CancellationReason = keyof typeof DELIVERY_ERRORS;

/** Cancels a scheduled message; it becomes a draft of its author again. */
export async function cancelMessage(
  ctx: Context,
  { id }: MessageCancelInput,
): Promise<MessageCancelPayload> {
  const { ticket, message } = await lockMessage(ctx, id);
  if (message.delivery === DeliveryState.CANCELLED) return { message, userErrors: [] };
  if (message.delivery !== DeliveryState.SCHEDULED) throw new Refusal('ALREADY_SENT', 'id');
  await appendEvents(ctx, await markCancelled(ctx, ticket, [message]));
  await restoreDraft(ctx, message);
  return { message, userErrors: [] };
}

/**
 * Locks a message and its ticket. Refused with NOT_FOUND when the caller does not see the message,
 * with CONFLICT when it was moved to another ticket meanwhile.
 */
export async function lockMessage(
  ctx: Context,
  id: string,
): Promise<{ ticket: Ticket; message: Message }> {
  const visible = await messageById(ctx, id);
  if (!visible) throw new Refusal('NOT_FOUND', 'id');
  const ticket = await lockTicket(ctx, visible.ticketId);
  const message = await ctx.em.findOne(
    Message,
    { id, ticketId: ticket.id },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (!message) throw new Refusal('CONFLICT', 'id');
  return { ticket, message };
}

/**
 * Cancels the scheduled messages of a ticket because its requester has replied (only those with
 * `cancelOnReply`) or was changed (all). Returns the events to append.
 */
export async function cancelScheduledMessages(
  ctx: Context,
  ticket: Ticket,
  reason: 'reply' | 'requester',
): Promise<NewEvent[]> {
  const scheduled = await ctx.em.find(
    Message,
    {
      ticketId: ticket.id,
      delivery: DeliveryState.SCHEDULED,
      ...(reason === 'reply' && { cancelOnReply: true }),
    },
    { orderBy: { sendAt: 'asc', id: 'asc' } },
  );
  return markCancelled(ctx, ticket, scheduled, reason);
}

/**
 * Marks scheduled messages as cancelled and returns their files to the uploaders. Without a reason
 * the caller cancels them, else the system. Returns the events to append.
 */
export async function markCancelled(
  ctx: Context,
  ticket: Ticket,
  messages: readonly Message[],
  reason?: CancellationReason,
): Promise<NewEvent[]> {
  if (!messages.length) return [];
  const now = new Date();
  for (const message of messages)
    Object.assign(message, {
      delivery: DeliveryState.CANCELLED,
      deliveryError: reason ? DELIVERY_ERRORS[reason] : null,
      updatedAt: now,
      version: message.version + 1,
    });
  await detachFiles(ctx, messages, now);
  const { kind, id, name } = systemActor();
  const bySystem = reason && { cause: reason, actor: { kind, id, name } };
  return messages.map(({ id: messageId, authorId }) =>
    ticketEvent('message.cancelled', ticket, {
      occurredAt: now,
      internal: true,
      messageId,
      authorId,
      ...bySystem,
    }),
  );
}
