import { LockMode } from '@mikro-orm/postgresql';
import { Refusal } from '@deskgraph/common/core/errors';
import { type NewEvent, appendEvents } from '@deskgraph/common/events/log';
import { systemActor } from '@deskgraph/common/auth/token';
import type { Context } from '@deskgraph/common/database/context';
import { detachFiles } from '../attachment/detach.ts';
import { restoreDraft } from '../draft/restore.ts';
import { fact } from '../../model/ticket/events.ts';
import { locked } from '../../model/lookup/lock.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { byId } from '../../model/message/find.ts';
import type { MessageCancelInput, MessageCancelPayload } from './input.ts';
import { DeliveryState, Message } from '../../model/message/message.ts';

/** Why a message was not sent, where nobody took it back; and what is told of it. */
export const CANCELLATION_REASONS = {
  reply: 'The requester wrote before it was sent.',
  requester: 'The ticket became somebody else’s before it was sent.',
  closed: 'The ticket was closed before it was sent.',
  deleted: 'The ticket was in the bin when it was to be sent.',
} as const;

/** Takes back a message that waits for its instant. */
export async function cancelMessage(
  ctx: Context,
  { id }: MessageCancelInput,
): Promise<MessageCancelPayload> {
  const seen = await byId(ctx, id);
  if (!seen) throw new Refusal('NOT_FOUND', 'id');
  const ticket = await locked(ctx, seen.ticketId);
  const message = await ctx.em.findOne(
    Message,
    { id, ticketId: ticket.id },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (!message) throw new Refusal('CONFLICT', 'id');
  if (message.delivery === DeliveryState.CANCELLED) return { message, userErrors: [] };
  if (message.delivery !== DeliveryState.SCHEDULED) throw new Refusal('ALREADY_SENT', 'id');
  await appendEvents(ctx, await markCancelled(ctx, ticket, [message]));
  await restoreDraft(ctx, message);
  return { message, userErrors: [] };
}

/** What waits in a ticket and for this reason is not sent any more: when its requester writes, all but what was to be sent anyhow. The facts are to be recorded. */
export async function cancelScheduledMessages(
  ctx: Context,
  ticket: Ticket,
  cause: 'reply' | 'requester',
): Promise<NewEvent[]> {
  const waiting = await ctx.em.find(
    Message,
    {
      ticketId: ticket.id,
      delivery: DeliveryState.SCHEDULED,
      ...(cause === 'reply' && { cancelOnReply: true }),
    },
    { orderBy: { sendAt: 'asc', id: 'asc' } },
  );
  return markCancelled(ctx, ticket, waiting, cause);
}

/** They will not be sent; their files are their uploaders’ again. */
export async function markCancelled(
  ctx: Context,
  ticket: Ticket,
  messages: readonly Message[],
  cause?: keyof typeof CANCELLATION_REASONS,
): Promise<NewEvent[]> {
  if (!messages.length) return [];
  const at = new Date();
  for (const message of messages)
    Object.assign(message, {
      delivery: DeliveryState.CANCELLED,
      deliveryError: cause ? CANCELLATION_REASONS[cause] : null,
      updatedAt: at,
      version: message.version + 1,
    });
  await detachFiles(
    ctx,
    messages.map(({ id }) => id),
    at,
  );
  const { kind, id, name } = systemActor();
  const told = { at, internal: true, ...(cause && { cause, actor: { kind, id, name } }) };
  return messages.map(({ id: messageId, authorId }) =>
    fact('message.cancelled', ticket, { ...told, messageId, authorId }),
  );
}
