import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import { lockTicket, lockTicketWithBin } from '../../model/lookup/lock.ts';
import { trackChange } from '../../model/operation/change-tracker.ts';
import { beginOperation, trackOperation } from '../../model/operation/journal.ts';
import { OperationKind } from '../../model/operation/operation.ts';
import { ticketEvent } from '../../model/ticket/events.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { blockRequester } from '../../people/block-list/block-list.ts';
import type {
  TicketDeleteInput,
  TicketDeletePayload,
  TicketRestoreInput,
  TicketRestorePayload,
  TicketSpamMarkInput,
  TicketSpamMarkPayload,
} from './input.ts';

const BIN_TTL_MS = 30 * 24 * 3_600_000;

/**
 * Moves a ticket to the bin (trash), where only those who may restore it find it. Scheduled tasks
 * such as closing still apply to it there.
 */
export async function deleteTicket(
  ctx: Context,
  { id }: TicketDeleteInput,
): Promise<TicketDeletePayload> {
  const ticket = await lockTicketWithBin(ctx, id);
  if (ticket.deletedAt) return { ticket, userErrors: [] };
  const operation = beginOperation(ctx, OperationKind.DELETE, new Date());
  await trackOperation(ctx, operation.id, () => {
    trackChange(ctx, ticket);
    return appendEvents(ctx, [moveToBin(ticket, operation.createdAt)]);
  });
  return { ticket, operation, userErrors: [] };
}

/** Moves a locked ticket to the bin (trash). Returns the event to append. */
export function moveToBin(ticket: Ticket, deletedAt: Date): NewEvent {
  ticket.deletedAt = deletedAt;
  ticket.purgesAt = new Date(deletedAt.getTime() + BIN_TTL_MS);
  return ticketEvent('ticket.deleted', ticket, {
    occurredAt: deletedAt,
    changes: { deletedAt: [null, deletedAt.toISOString()] },
    internal: true,
  });
}

/** Takes a ticket out of the bin (trash). */
export async function restoreTicket(
  ctx: Context,
  { id }: TicketRestoreInput,
): Promise<TicketRestorePayload> {
  const ticket = await lockTicketWithBin(ctx, id);
  if (!ticket.deletedAt) return { ticket, userErrors: [] };
  const before = ticket.deletedAt.toISOString();
  ticket.deletedAt = null;
  ticket.purgesAt = null;
  await appendEvents(ctx, [
    ticketEvent('ticket.restored', ticket, {
      changes: { deletedAt: [before, null] },
      internal: true,
    }),
  ]);
  return { ticket, userErrors: [] };
}

/** Moves a ticket to the spam queue, or out of it. The requester does not notice. */
export async function markTicketSpam(
  ctx: Context,
  { id, spam, blockSender }: TicketSpamMarkInput,
): Promise<TicketSpamMarkPayload> {
  if (blockSender && !spam) throw new Refusal('INVALID', 'blockSender');
  const ticket = await lockTicket(ctx, id);
  if (blockSender) await blockRequester(ctx, ticket.requesterId, 'blockSender');
  if (ticket.spam === spam) return { ticket, userErrors: [] };
  ticket.spam = spam;
  await appendEvents(ctx, [
    ticketEvent('ticket.spam_marked', ticket, { changes: { spam: [!spam, spam] }, internal: true }),
  ]);
  return { ticket, userErrors: [] };
}
