import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { hydrate, sql } from '@deskgraph/common/database/database';
import { type NestedList, nestedPage } from '@deskgraph/common/database/nested-connection';
import { Direction, type Page, type PageRequest } from '@deskgraph/common/database/pagination';
import { entities, ids, rows } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { Operation } from '../../model/operation/operation.ts';
import { visibleTicketSql } from '../../model/rights/visible.ts';
import { canReadTickets } from '../../model/ticket/read-rights.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

/**
 * A condition on `o`: agents and apps see the operations on tickets that they can see, and their
 * own operations also without such a ticket.
 */
function visibleOperationSql(actor: Actor): Condition {
  const isAllowed = actor.kind === 'app' || actor.kind === 'system' || hasRole(actor, Role.AGENT);
  if (!isAllowed || !canReadTickets(actor)) return sql`false`;
  return sql`o.workspace_id = ${actor.workspace}::uuid and (o.actor_id = ${actor.id} or exists (
    select from operation_ticket x join ticket t on t.id = x.ticket_id
    where x.operation_id = o.id and ${visibleTicketSql(actor)}))`;
}

export const operationById = (ctx: Context, id: string): Promise<Operation | null> =>
  ctx.load.byId('operation', id, (operationIds) =>
    entities(
      ctx,
      Operation,
      sql`
        select o.* from operation o
        where o.id = any(${ids('opr', operationIds)}) and ${visibleOperationSql(ctx.actor)}`,
    ),
  );

const MAX_OPERATIONS_PER_TICKET = 100;

/** The operations on a ticket, newest first. */
export async function operationsOfTicket(
  ctx: Context,
  ticketId: string,
  first: number,
): Promise<Operation[]> {
  const limit = Math.min(Math.max(first, 0), MAX_OPERATIONS_PER_TICKET);
  return ctx.load.byParent(
    `operations of tickets ${limit}`,
    ticketId,
    async (ticketIds) => {
      const found = await rows(
        ctx,
        sql<{ for_ticket: string }>`
          select o.*, owner.id as for_ticket from unnest(${ids('tkt', ticketIds)}) as owner(id)
          cross join lateral (
            select o.* from operation_ticket x join operation o on o.id = x.operation_id
            where x.ticket_id = owner.id and ${visibleOperationSql(ctx.actor)}
            order by o.created_at desc, o.id desc limit ${limit}) o`,
      );
      return hydrate(ctx.orm, Operation, found).map((operation, index) =>
        Object.assign(operation, { forTicket: toId('tkt', found[index]!.for_ticket) }),
      );
    },
    ({ forTicket }) => forTicket,
  );
}

const OPERATION_TICKETS: NestedList<Ticket> = {
  Entity: Ticket,
  name: 'tickets of operations',
  prefix: 'opr',
  columns: sql`t.*`,
  from: sql`operation_ticket x join ticket t on t.id = x.ticket_id`,
  belongsTo: sql`x.operation_id = owner.id`,
  where: sql`true`,
  order: [{ by: sql`t.number`, type: 'integer', direction: Direction.ASC }],
};

/** The tickets of an operation, by number. */
export const ticketsOfOperation = (
  ctx: Context,
  operationId: string,
  page: PageRequest,
): Promise<Page<Ticket>> =>
  nestedPage(ctx, { ...OPERATION_TICKETS, where: visibleTicketSql(ctx.actor) }, operationId, page);
