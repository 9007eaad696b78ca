import type { Context } from '@deskgraph/common/database/context';
import { lockTicket } from '../lookup/lock.ts';
import type { Ticket } from './ticket.ts';

/** Where replies to a ticket go: itself, or the one that it was folded into in the end. Locked until the transaction ends. */
export async function lockMergeTarget(
  ctx: Context,
  ticket: Ticket,
  field: string,
): Promise<Ticket> {
  let head = ticket;
  while (head.mergedIntoId) head = await lockTicket(ctx, head.mergedIntoId, field);
  return head;
}
