import type { Context } from '@deskgraph/common/database/context';
import type { Ticket } from '../ticket/ticket.ts';
import { type TicketSnapshot, ticketSnapshot } from './snapshot.ts';

export interface TrackedTicket {
  before: TicketSnapshot;
  version: number;
}

const open = new WeakMap<Context, Map<Ticket, TrackedTicket>>();

/** Whoever locks a ticket to change it says so here: while an operation is done, it is noted how the ticket stood at first. */
export function trackChange(ctx: Context, ticket: Ticket): void {
  const notes = open.get(ctx);
  if (notes && !notes.has(ticket))
    notes.set(ticket, { before: ticketSnapshot(ticket), version: ticket.version });
}

/** Does something, and says which tickets were locked for it. */
export async function trackChanges<T>(
  ctx: Context,
  work: () => Promise<T>,
): Promise<{ result: T; noted: ReadonlyMap<Ticket, TrackedTicket> }> {
  const noted = new Map<Ticket, TrackedTicket>();
  open.set(ctx, noted);
  try {
    return { result: await work(), noted };
  } finally {
    open.delete(ctx);
  }
}
