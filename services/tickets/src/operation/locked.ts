import { sql, uuids } from '@deskgraph/common/database';
import { Refusal } from '@deskgraph/common/errors';
import type { Context } from '@deskgraph/common/transaction';
import { Ticket } from '../ticket/ticket.ts';
import { isVisible } from '../ticket/visible.ts';
import { note } from './noted.ts';

/** Rows of tickets to change together, whether the caller sees them or not; locked in one order, so that no two operations wait for each other. */
export async function lockedRows(ctx: Context, ids: readonly string[]): Promise<object[]> {
  const { rows } = await sql<object>`
    select t.* from ticket t where t.id = any(${uuids('tkt', ids)}) and t.workspace_id = ${ctx.workspace}::uuid order by t.id for update`.execute(
    ctx.em.getKysely(),
  );
  return rows;
}

/** Tickets to change together, each with the place in the input that names it; refused when one is not there for the caller. */
export async function lockedAll(ctx: Context, named: readonly { id: string; field: string }[]): Promise<Ticket[]> {
  const rows = await lockedRows(
    ctx,
    named.map(({ id }) => id),
  );
  const tickets = rows.map((row) => ctx.em.map(Ticket, row as never));
  for (const ticket of tickets) note(ctx, ticket);
  const found = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  return named.map(({ id, field }) => {
    const ticket = found.get(id);
    if (!ticket || !isVisible(ctx.actor, ticket)) throw new Refusal('NOT_FOUND', field);
    if (ticket.deletedAt) throw new Refusal('TICKET_DELETED', field);
    return ticket;
  });
}
