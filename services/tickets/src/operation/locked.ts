import { sql, uuids } from '@deskgraph/common/database';
import { Refusal } from '@deskgraph/common/errors';
import type { Context } from '@deskgraph/common/transaction';
import { Ticket } from '../ticket/ticket.ts';
import { isVisible } from '../ticket/visible.ts';

/**
 * Tickets to change together, each with the place in the input that names it. They are locked in one order, so that no two operations wait for
 * each other.
 */
export async function lockedAll(ctx: Context, named: readonly { id: string; field: string }[]): Promise<Ticket[]> {
  const { rows } = await sql<object>`
    select t.* from ticket t where t.id = any(${uuids(
      'tkt',
      named.map(({ id }) => id),
    )}) and t.workspace_id = ${ctx.workspace}::uuid order by t.id for update`.execute(ctx.em.getKysely());
  const found = new Map(rows.map((row) => ctx.em.map(Ticket, row as never)).map((ticket) => [ticket.id, ticket]));
  return named.map(({ id, field }) => {
    const ticket = found.get(id);
    if (!ticket || !isVisible(ctx.actor, ticket)) throw new Refusal('NOT_FOUND', field);
    if (ticket.deletedAt) throw new Refusal('TICKET_DELETED', field);
    return ticket;
  });
}
