import { type NewFact, recordAll } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { begin, journaled } from '../../model/operation/journal.ts';
import { note } from '../../model/operation/change-tracker.ts';
import { OperationKind } from '../../model/operation/operation.ts';
import { fact } from '../../model/ticket/events.ts';
import { lockedAnywhere } from '../../model/lookup/lock.ts';
import type { TicketDeleteInput, TicketDeletePayload } from './input.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';

const KEPT_MS = 30 * 24 * 3_600_000;

/** Into the bin, where nobody finds it but who may restore it; what time does to it, it does there as well. */
export async function remove(
  ctx: Context,
  { id }: TicketDeleteInput,
): Promise<TicketDeletePayload> {
  const ticket = await lockedAnywhere(ctx, id);
  if (ticket.deletedAt) return { ticket, userErrors: [] };
  const operation = begin(ctx, OperationKind.DELETE, new Date());
  await journaled(ctx, operation.id, () => {
    note(ctx, ticket);
    return recordAll(ctx, [binned(ticket, operation.createdAt)]);
  });
  return { ticket, operation, userErrors: [] };
}

/** Puts a ticket that is at hand into the bin; the fact is to be recorded. */
export function binned(ticket: Ticket, at: Date): NewFact {
  ticket.deletedAt = at;
  ticket.purgesAt = new Date(at.getTime() + KEPT_MS);
  return fact('ticket.deleted', ticket, {
    at,
    changes: { deletedAt: [null, at.toISOString()] },
    internal: true,
  });
}
