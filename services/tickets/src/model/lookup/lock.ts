import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { execute, ids } from '@deskgraph/common/database/query';
import { trackChange } from '../operation/change-tracker.ts';
import { isTicketVisible } from '../rights/visible.ts';
import { Ticket } from '../ticket/ticket.ts';

/**
 * Locks rows of tickets, whether the caller sees them or not. All transactions lock in the order of
 * the ids, so that they do not deadlock.
 */
export const lockTicketRows = (ctx: Context, ticketIds: readonly string[]): Promise<object[]> =>
  execute(
    ctx,
    sql<object>`
      select t.* from ticket t
      where t.id = any(${ids('tkt', ticketIds)}) and t.workspace_id = ${ctx.workspace}::uuid
      order by t.id for update`,
  );

/** Loader kind of the tickets that this transaction has locked. The loaders are cleared after it. */
const LOCKED_TICKET = 'locked ticket';

/**
 * Locks those of these tickets that exist until the transaction ends. Tickets that the transaction
 * has locked before are returned with its changes.
 */
export async function lockExistingTickets(
  ctx: Context,
  ticketIds: readonly string[],
): Promise<Ticket[]> {
  const unlocked = ticketIds.filter((id) => !ctx.load.peek(LOCKED_TICKET, id));
  for (const row of unlocked.length ? await lockTicketRows(ctx, unlocked) : [])
    ctx.load.prime(LOCKED_TICKET, ctx.em.map(Ticket, row as never));
  const tickets = ticketIds.flatMap((id) => ctx.load.peek<Ticket>(LOCKED_TICKET, id) ?? []);
  for (const ticket of tickets) trackChange(ctx, ticket);
  return tickets;
}

/**
 * Locks the ticket to change until the transaction ends. Refused with NOT_FOUND when the caller
 * sees no such ticket, and with TICKET_DELETED when it is in the bin.
 */
export async function lockTicket(ctx: Context, id: string, field = 'id'): Promise<Ticket> {
  const [ticket] = await lockTickets(ctx, [{ id, field }]);
  return ticket!;
}

/** Like `lockTicket`, but also locks a ticket in the bin. */
export async function lockTicketWithBin(ctx: Context, id: string): Promise<Ticket> {
  const [ticket] = await lockExistingTickets(ctx, [id]);
  return refuseMissing(ctx, ticket, 'id');
}

/** Locks several tickets; `field` is the input field that a refusal of the ticket names. */
export async function lockTickets(
  ctx: Context,
  requests: readonly { id: string; field: string }[],
): Promise<Ticket[]> {
  const tickets = await lockExistingTickets(
    ctx,
    requests.map(({ id }) => id),
  );
  const ticketOfId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  return requests.map(({ id, field }) => {
    const ticket = refuseMissing(ctx, ticketOfId.get(id), field);
    if (ticket.deletedAt) throw new Refusal('TICKET_DELETED', field);
    return ticket;
  });
}

/**
 * Locks the ticket that replies to this ticket go to: itself, or the ticket that it was finally
 * merged into.
 */
export async function lockMergeTarget(
  ctx: Context,
  ticket: Ticket,
  field: string,
): Promise<Ticket> {
  let target = ticket;
  while (target.mergedIntoId) target = await lockTicket(ctx, target.mergedIntoId, field);
  return target;
}

function refuseMissing({ actor }: Context, ticket: Ticket | undefined, field: string): Ticket {
  if (!ticket || !isTicketVisible(actor, ticket)) throw new Refusal('NOT_FOUND', field);
  return ticket;
}
