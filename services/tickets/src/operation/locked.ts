import { sql, uuids } from '@deskgraph/common/database';
import { Refusal } from '@deskgraph/common/errors';
import type { Context } from '@deskgraph/common/transaction';
import { Ticket } from '../ticket/ticket.ts';
import { isVisible } from '../ticket/visible.ts';
import { note } from './noted.ts';

/** Tickets to change together, whether the caller sees them or not. They are locked in one order, so that no two operations wait for each other. */
export async function lockedThere(ctx: Context, ids: readonly string[]): Promise<Map<string, Ticket>> {
  const { rows } = await sql<object>`
    select t.* from ticket t where t.id = any(${uuids('tkt', ids)}) and t.workspace_id = ${ctx.workspace}::uuid order by t.id for update`.execute(
    ctx.em.getKysely(),
  );
  const tickets = rows.map((row) => ctx.em.map(Ticket, row as never));
  for (const ticket of tickets) note(ctx, ticket);
  return new Map(tickets.map((ticket) => [ticket.id, ticket]));
}

/** The same, each with the place in the input that names it; refused when one is not there for the caller. */
export async function lockedAll(ctx: Context, named: readonly { id: string; field: string }[]): Promise<Ticket[]> {
  const found = await lockedThere(
    ctx,
    named.map(({ id }) => id),
  );
  return named.map(({ id, field }) => {
    const ticket = found.get(id);
    if (!ticket || !isVisible(ctx.actor, ticket)) throw new Refusal('NOT_FOUND', field);
    if (ticket.deletedAt) throw new Refusal('TICKET_DELETED', field);
    return ticket;
  });
}
