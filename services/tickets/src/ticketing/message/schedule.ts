import { due } from '@deskgraph/common/jobs/scheduler';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { fact } from '../../model/ticket/events.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { workspaceOf } from '../../model/workspace/workspace.ts';
import type { MessageAddInput } from './input.ts';
import { DeliveryState, Message, MessageVisibility } from '../../model/message/message.ts';
import { refuseStatusMove } from './post.ts';
import { indexMessages } from './write.ts';

const MAX_DELAY_MS = 365 * 24 * 3_600_000;
/** So many replies may wait in a ticket. */
const MAX_SCHEDULED_PER_TICKET = 20;

/** When a message is to be sent; null is at once. Replies that a person sends by hand wait for the undo window, all else only when it is asked for. */
export async function sendTime(
  ctx: Context,
  { sendAt, visibility }: MessageAddInput,
): Promise<Date | null> {
  const { kind } = ctx.actor;
  const isPublic = visibility === MessageVisibility.PUBLIC;
  if (sendAt) {
    if (kind === 'customer') throw new Refusal('FORBIDDEN', 'sendAt');
    const ahead = sendAt.getTime() - Date.now();
    if (!isPublic || ahead <= 0 || ahead > MAX_DELAY_MS) throw new Refusal('INVALID', 'sendAt');
    return sendAt;
  }
  if (!isPublic || kind !== 'agent' || ctx.cause) return null;
  const { undoSendSeconds } = await workspaceOf(ctx);
  return undoSendSeconds ? new Date(Date.now() + undoSendSeconds * 1000) : null;
}

/**
 * Lets a message that is written wait for its instant: nothing of the ticket moves before, but that the staff see it. What waits for the undo
 * window only counts as sent for who sent it, and no message of the requester stops it.
 */
export async function scheduleMessage(
  ctx: Context,
  ticket: Ticket,
  message: Message,
  { status, sendAt, cancelOnReply }: MessageAddInput,
): Promise<void> {
  if (status) await refuseStatusMove(ctx, ticket, status, await workspaceOf(ctx));
  await refuseTooMany(ctx, message);
  message.sendStatus = status ?? null;
  message.cancelOnReply = Boolean(sendAt) && cancelOnReply !== false;
  due(ctx, message.sendAt!);
  await indexMessages(ctx, ticket.id, [message]);
  const at = message.createdAt;
  await appendEvents(ctx, [
    fact('message.scheduled', ticket, {
      occurredAt: at,
      messageId: message.id,
      sendAt: message.sendAt!.toISOString(),
      internal: true,
    }),
  ]);
}

async function refuseTooMany(ctx: Context, { id, ticketId }: Message): Promise<void> {
  const waiting = await ctx.em.count(Message, {
    ticketId,
    delivery: DeliveryState.SCHEDULED,
    id: { $ne: id },
  });
  if (waiting >= MAX_SCHEDULED_PER_TICKET) throw new Refusal('LIMIT_REACHED', 'sendAt');
}
