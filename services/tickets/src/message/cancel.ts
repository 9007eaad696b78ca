import { LockMode } from '@mikro-orm/postgresql';
import { Refusal } from '@deskgraph/common/errors';
import { type NewFact, recordAll } from '@deskgraph/common/events';
import { systemActor } from '@deskgraph/common/token';
import type { Context } from '@deskgraph/common/transaction';
import { detach } from '../attachment/detach.ts';
import { takeBack } from '../draft/take-back.ts';
import { fact } from '../ticket/fact.ts';
import { locked } from '../ticket/find.ts';
import type { Ticket } from '../ticket/ticket.ts';
import { byId } from './find.ts';
import type { MessageCancelInput, MessageCancelPayload } from './input.ts';
import { DeliveryState, Message } from './message.ts';

/** Why a message was not sent, where nobody took it back; and what is told of it. */
export const REASONS = {
  reply: 'The requester wrote before it was sent.',
  closed: 'The ticket was closed before it was sent.',
  deleted: 'The ticket was in the bin when it was to be sent.',
} as const;

/** Takes back a message that waits for its instant. */
export async function cancel(ctx: Context, { id }: MessageCancelInput): Promise<MessageCancelPayload> {
  const seen = await byId(ctx, id);
  if (!seen) throw new Refusal('NOT_FOUND', 'id');
  const ticket = await locked(ctx, seen.ticketId);
  const message = await ctx.em.findOne(Message, { id, ticketId: ticket.id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!message) throw new Refusal('CONFLICT', 'id');
  if (message.delivery === DeliveryState.CANCELLED) return { message, userErrors: [] };
  if (message.delivery !== DeliveryState.SCHEDULED) throw new Refusal('ALREADY_SENT', 'id');
  await recordAll(ctx, [await drop(ctx, ticket, message)]);
  await takeBack(ctx, message);
  return { message, userErrors: [] };
}

/** The requester has written meanwhile: what was to be sent anyhow stays, all else would answer past him. The facts are to be recorded. */
export async function cancelByReply(ctx: Context, ticket: Ticket): Promise<NewFact[]> {
  const needless = await ctx.em.find(
    Message,
    { ticketId: ticket.id, delivery: DeliveryState.SCHEDULED, cancelOnReply: true },
    { orderBy: { sendAt: 'asc', id: 'asc' } },
  );
  const facts: NewFact[] = [];
  for (const message of needless) facts.push(await drop(ctx, ticket, message, 'reply'));
  return facts;
}

/** It will not be sent; its files are their uploader's again. */
export async function drop(ctx: Context, ticket: Ticket, message: Message, cause?: keyof typeof REASONS): Promise<NewFact> {
  const at = new Date();
  Object.assign(message, {
    delivery: DeliveryState.CANCELLED,
    deliveryError: cause ? REASONS[cause] : null,
    updatedAt: at,
    version: message.version + 1,
  });
  await detach(ctx, message.id, at);
  const system = systemActor();
  return fact('message.cancelled', ticket, {
    at,
    messageId: message.id,
    internal: true,
    ...(cause && { cause, actor: { kind: system.kind, id: system.id, name: system.name } }),
  });
}
