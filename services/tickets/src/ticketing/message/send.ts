import type { Timer } from '@deskgraph/common/jobs/scheduler';
import { Refusal } from '@deskgraph/common/core/errors';
import { type NewEvent, appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { Ticket } from '../../model/ticket/ticket.ts';
import { TicketStatus } from '../../model/ticket/enums.ts';
import { workspaceOf } from '../../model/workspace/workspace.ts';
import { type CANCELLATION_REASONS, markCancelled } from './cancel.ts';
import { DeliveryState, Message, MessageVisibility } from '../../model/message/message.ts';
import { refuseStatusMove, postMessage } from './post.ts';

/** The instant of a ticket's scheduled messages has come: they are said now, each by who wrote it, as if they were written now. */
async function sendDueMessages(ctx: Context, row: object): Promise<void> {
  const ticket = ctx.em.map(Ticket, row as never);
  const at = new Date();
  const messages = await ctx.em.find(
    Message,
    { ticketId: ticket.id, delivery: DeliveryState.SCHEDULED, sendAt: { $lte: at } },
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
        : await send(ctx, ticket, message, at),
    );
  }
}

/** A ticket that has scheduled messages; those of a folded one lie in the ticket that it was folded into. */
export const sendTimer: Timer = { table: 'ticket', column: 'sends_at', ring: sendDueMessages };

function obstacleOf({ deletedAt, status }: Ticket): keyof typeof CANCELLATION_REASONS | undefined {
  if (deletedAt) return 'deleted';
  return status === TicketStatus.CLOSED ? 'closed' : undefined;
}

async function send(ctx: Context, ticket: Ticket, message: Message, at: Date): Promise<NewEvent[]> {
  const status =
    message.sendStatus && (await isAllowed(ctx, ticket, message.sendStatus))
      ? message.sendStatus
      : null;
  Object.assign(message, {
    visibility: MessageVisibility.PUBLIC,
    delivery: DeliveryState.SENT,
    sendAt: null,
  });
  Object.assign(message, { createdAt: at, updatedAt: at, version: message.version + 1 });
  return postMessage(ctx, ticket, message, status);
}

/** Others may have moved the ticket meanwhile; the message is sent all the same. */
async function isAllowed(ctx: Context, ticket: Ticket, to: TicketStatus): Promise<boolean> {
  try {
    await refuseStatusMove(ctx, ticket, to, await workspaceOf(ctx));
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}
