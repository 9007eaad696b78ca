import { sql, uuidArray } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { trackChange } from '../operation/change-tracker.ts';
import { Ticket } from '../ticket/ticket.ts';
import { isTicketVisible } from '../rights/visible.ts';

/** Rows of tickets to change, whether the caller sees them or not; locked in one order, so that no two operations wait for each other. */
export async function lockTicketRows(ctx: Context, ids: readonly string[]): Promise<object[]> {
  const { rows } = await sql<object>`
    select t.* from ticket t where t.id = any(${uuidArray('tkt', ids)}) and t.workspace_id = ${ctx.workspace}::uuid order by t.id for update`.execute(
    ctx.em.getKysely(),
  );
  return rows;
}

/** Whatever is known by this name is locked until the transaction ends, when all is forgotten. */
const LOCKED = 'locked ticket';

/** Those of these tickets that there are, locked until the transaction ends; what it has locked already is as it has made it by now. */
export async function lockExistingTickets(ctx: Context, ids: readonly string[]): Promise<Ticket[]> {
  const more = ids.filter((id) => !ctx.load.peek(LOCKED, id));
  for (const row of more.length ? await lockTicketRows(ctx, more) : [])
    ctx.load.prime(LOCKED, ctx.em.map(Ticket, row as never));
  const tickets = ids.flatMap((id) => ctx.load.peek<Ticket>(LOCKED, id) ?? []);
  for (const ticket of tickets) trackChange(ctx, ticket);
  return tickets;
}

/**
 * The ticket to change, locked until the transaction ends; refused with NOT_FOUND when there is none for the caller. What is in the bin stays as
 * it is, but for those verbs that are about the bin.
 */
export async function lockTicket(ctx: Context, id: string, field = 'id'): Promise<Ticket> {
  const [ticket] = await lockTickets(ctx, [{ id, field }]);
  return ticket!;
}

/** The same, also of a ticket in the bin. */
export async function lockTicketWithBin(ctx: Context, id: string): Promise<Ticket> {
  const [ticket] = await lockExistingTickets(ctx, [id]);
  return refuseMissing(ctx, ticket, 'id');
}

/** Tickets to change together, each with the place in the input that names it; refused when one is not there for the caller. */
export async function lockTickets(
  ctx: Context,
  named: readonly { id: string; field: string }[],
): Promise<Ticket[]> {
  const tickets = await lockExistingTickets(
    ctx,
    named.map(({ id }) => id),
  );
  const found = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  return named.map(({ id, field }) => {
    const ticket = refuseMissing(ctx, found.get(id), field);
    if (ticket.deletedAt) throw new Refusal('TICKET_DELETED', field);
    return ticket;
  });
}

function refuseMissing({ actor }: Context, ticket: Ticket | undefined, field: string): Ticket {
  if (!ticket || !isTicketVisible(actor, ticket)) throw new Refusal('NOT_FOUND', field);
  return ticket;
}
