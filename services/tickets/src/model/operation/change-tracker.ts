import type { Context } from '@deskgraph/common/database/context';
import type { Ticket } from '../ticket/ticket.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';

export interface Noted {
  before: Snapshot;
  version: number;
}

const open = new WeakMap<Context, Map<Ticket, Noted>>();

/** Whoever locks a ticket to change it says so here: while an operation is done, it is noted how the ticket stood at first. */
export function note(ctx: Context, ticket: Ticket): void {
  const notes = open.get(ctx);
  if (notes && !notes.has(ticket))
    notes.set(ticket, { before: snapshotOf(ticket), version: ticket.version });
}

/** Does something, and says which tickets were locked for it. */
export async function noting<T>(
  ctx: Context,
  work: () => Promise<T>,
): Promise<{ result: T; noted: ReadonlyMap<Ticket, Noted> }> {
  const noted = new Map<Ticket, Noted>();
  open.set(ctx, noted);
  try {
    return { result: await work(), noted };
  } finally {
    open.delete(ctx);
  }
}
