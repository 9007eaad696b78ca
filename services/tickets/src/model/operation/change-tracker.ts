import type { Context } from '@deskgraph/common/database/context';
import type { Ticket } from '../ticket/ticket.ts';
import { type TicketSnapshot, ticketSnapshot } from './snapshot.ts';

/** The state and version of a ticket when an operation first locked it. */
export interface TrackedTicket {
  before: TicketSnapshot;
  version: number;
}

const trackers = new WeakMap<Context, Map<Ticket, TrackedTicket>>();

/**
 * Records the state of a ticket at its first lock within `trackChanges`. Every function that locks
 * a ticket calls this.
 */
export function trackChange(ctx: Context, ticket: Ticket): void {
  const tracked = trackers.get(ctx);
  if (tracked && !tracked.has(ticket))
    tracked.set(ticket, { before: ticketSnapshot(ticket), version: ticket.version });
}

/** Runs `work` and returns its result and the tickets that it locked. */
export async function trackChanges<T>(
  ctx: Context,
  work: () => Promise<T>,
): Promise<{ result: T; tracked: ReadonlyMap<Ticket, TrackedTicket> }> {
  const tracked = new Map<Ticket, TrackedTicket>();
  trackers.set(ctx, tracked);
  try {
    return { result: await work(), tracked };
  } finally {
    trackers.delete(ctx);
  }
}
