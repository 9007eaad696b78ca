import type { Context } from '@deskgraph/common/database/context';
import { managedEntity } from '@deskgraph/common/database/query';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import { type ScheduledTask, scheduleWakeup } from '@deskgraph/common/jobs/scheduler';
import { DeliveryState, Message, MessageVisibility } from '../../model/message/message.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { ticketEvent } from '../../model/ticket/events.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { currentWorkspace } from '../../model/workspace/workspace.ts';
import { type CancellationReason, markCancelled } from './cancel.ts';
import type { MessageAddInput } from './input.ts';
import { postMessage, refuseStatusMove } from './post.ts';
import { indexMessages } from './search-index.ts';

const MAX_DELAY_MS = 365 * 24 * 3_600_000;
const MAX_SCHEDULED_PER_TICKET = 20;

/**
 * When a new message is sent; null: at once. Replies that an agent sends by hand wait for the undo
 * window of the workspace; all others are delayed only by `sendAt`.
 */
export async function sendTime(
  ctx: Context,
  { sendAt, visibility }: MessageAddInput,
): Promise<Date | null> {
  const { kind } = ctx.actor;
  const isPublic = visibility === MessageVisibility.PUBLIC;
  if (sendAt) {
    if (kind === 'customer') throw new Refusal('FORBIDDEN', 'sendAt');
    const delayMs = sendAt.getTime() - Date.now();
    if (!isPublic || delayMs <= 0 || delayMs > MAX_DELAY_MS) throw new Refusal('INVALID', 'sendAt');
    return sendAt;
  }
  if (!isPublic || kind !== 'agent' || ctx.cause) return null;
  const { undoSendSeconds } = await currentWorkspace(ctx);
  return undoSendSeconds ? new Date(Date.now() + undoSendSeconds * 1000) : null;
}

/**
 * Schedules a message that was just created. Until it is sent, the ticket does not change; only the
 * staff see the message. A message in the undo window is not cancelled by a reply of the requester.
 */
export async function scheduleMessage(
  ctx: Context,
  ticket: Ticket,
  message: Message,
  { status, sendAt, cancelOnReply }: MessageAddInput,
): Promise<void> {
  if (status) await refuseStatusMove(ctx, ticket, status);
  await refuseTooMany(ctx, message);
  message.sendStatus = status ?? null;
  message.cancelOnReply = Boolean(sendAt) && cancelOnReply !== false;
  scheduleWakeup(ctx, message.sendAt!);
  await indexMessages(ctx, ticket.id, [message]);
  await appendEvents(ctx, [
    ticketEvent('message.scheduled', ticket, {
      occurredAt: message.createdAt,
      messageId: message.id,
      sendAt: message.sendAt!.toISOString(),
      internal: true,
    }),
  ]);
}

async function refuseTooMany(ctx: Context, { id, ticketId }: Message): Promise<void> {
  const scheduled = await ctx.em.count(Message, {
    ticketId,
    delivery: DeliveryState.SCHEDULED,
    id: { $ne: id },
  });
  if (scheduled >= MAX_SCHEDULED_PER_TICKET) throw new Refusal('LIMIT_REACHED', 'sendAt');
}

/**
 * Sends the due messages of a ticket, each in the name of its author and dated now.
 * Scheduled messages of a merged ticket are in the ticket into which it was merged.
 */
async function sendDueMessages(ctx: Context, row: object): Promise<void> {
  const ticket = managedEntity(ctx, Ticket, row);
  const now = new Date();
  const messages = await ctx.em.find(
    Message,
    { ticketId: ticket.id, delivery: DeliveryState.SCHEDULED, sendAt: { $lte: now } },
    { orderBy: { sendAt: 'asc', id: 'asc' } },
  );
  const system = ctx.actor;
  for (const message of messages) {
    const { authorKind: kind, authorId: id, authorName: name } = message;
    ctx.actor = { ...system, kind, id, name };
    const obstacle = obstacleOf(ticket);
    await appendEvents(
      ctx,
      obstacle
        ? await markCancelled(ctx, ticket, [message], obstacle)
        : await sendMessage(ctx, ticket, message, now),
    );
  }
}

export const sendMessagesTask: ScheduledTask = {
  table: 'ticket',
  column: 'sends_at',
  run: sendDueMessages,
};

function obstacleOf({ deletedAt, status }: Ticket): CancellationReason | undefined {
  if (deletedAt) return 'deleted';
  return status === TicketStatus.CLOSED ? 'closed' : undefined;
}

async function sendMessage(
  ctx: Context,
  ticket: Ticket,
  message: Message,
  sentAt: Date,
): Promise<NewEvent[]> {
  const { sendStatus } = message;
  const status = sendStatus && (await isAllowed(ctx, ticket, sendStatus)) ? sendStatus : null;
  Object.assign(message, {
    visibility: MessageVisibility.PUBLIC,
    delivery: DeliveryState.SENT,
    sendAt: null,
    createdAt: sentAt,
    updatedAt: sentAt,
    version: message.version + 1,
  });
  return postMessage(ctx, ticket, message, status);
}

/**
 * If the ticket has moved so that its new status is not possible, the message is sent without it.
 */
async function isAllowed(ctx: Context, ticket: Ticket, to: TicketStatus): Promise<boolean> {
  try {
    await refuseStatusMove(ctx, ticket, to);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}
