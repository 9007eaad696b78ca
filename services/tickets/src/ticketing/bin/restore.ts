import { appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { fact } from '../../model/ticket/events.ts';
import { lockedAnywhere } from '../../model/lookup/lock.ts';
import type { TicketRestoreInput, TicketRestorePayload } from './input.ts';

/** Out of the bin, as it was. */
export async function restoreTicket(
  ctx: Context,
  { id }: TicketRestoreInput,
): Promise<TicketRestorePayload> {
  const ticket = await lockedAnywhere(ctx, id);
  if (!ticket.deletedAt) return { ticket, userErrors: [] };
  const before = ticket.deletedAt.toISOString();
  ticket.deletedAt = null;
  ticket.purgesAt = null;
  await appendEvents(ctx, [
    fact('ticket.restored', ticket, { changes: { deletedAt: [before, null] }, internal: true }),
  ]);
  return { ticket, userErrors: [] };
}
