import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { toId } from '@deskgraph/common/core/id';
import { type NestedList, nestedPage } from '@deskgraph/common/database/nested-connection';
import { Direction, type Page, type PageRequest } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import type { TicketEvent } from '../../history/event/event.ts';
import { eventOf, factsOfAll } from '../../history/event/queries.ts';
import { nameOf } from '../../history/event/visible.ts';
import { ticketById } from '../../model/lookup/find.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { canReadTickets } from '../../model/ticket/read-rights.ts';
import { visibleTicketSql as ticketVisible } from '../../model/rights/visible.ts';
import { Operation, type OperationConflict } from '../../model/operation/operation.ts';

/** Operations are for those who do such, and exist for whom one of their tickets does; for who did it also before and after. A condition on `o`. */
function visible(actor: Actor): Condition {
  const works = actor.kind === 'app' || actor.kind === 'system' || hasRole(actor, Role.AGENT);
  if (!works || !canReadTickets(actor)) return sql`false`;
  return sql`o.workspace_id = ${actor.workspace}::uuid and (o.actor_id = ${actor.id} or exists (
    select from operation_ticket x join ticket t on t.id = x.ticket_id where x.operation_id = o.id and ${ticketVisible(actor)}))`;
}

/** One operation by id, if it exists for the caller. */
export const byId = (ctx: Context, id: string): Promise<Operation | null> =>
  ctx.load.byId('operation', id, async (ids) => {
    const em = await ctx.read();
    const { rows } =
      await sql<object>`select o.* from operation o where o.id = any(${uuidArray('opr', ids)}) and ${visible(ctx.actor)}`.execute(
        em.getKysely(),
      );
    return hydrate(ctx.orm, Operation, rows);
  });

const LIMIT = 100;

/** The operations that touched a ticket, newest first. */
export async function ofTicket(
  ctx: Context,
  ticketId: string,
  first: number,
): Promise<Operation[]> {
  const most = Math.min(Math.max(first, 0), LIMIT);
  return ctx.load.byParent(
    `operations of tickets ${most}`,
    ticketId,
    async (ids) => {
      const em = await ctx.read();
      const { rows } = await sql<{ of_ticket: string }>`
        select o.*, asked.id as of_ticket from unnest(${uuidArray('tkt', ids)}) as asked(id) cross join lateral (
          select o.* from operation_ticket x join operation o on o.id = x.operation_id
          where x.ticket_id = asked.id and ${visible(ctx.actor)} order by o.created_at desc, o.id desc limit ${most}) o`.execute(
        em.getKysely(),
      );
      return hydrate(ctx.orm, Operation, rows).map((operation, at) =>
        Object.assign(operation, { ofTicket: toId('tkt', rows[at]!.of_ticket) }),
      );
    },
    ({ ofTicket: id }) => id,
  );
}

const TOUCHED: NestedList<Ticket> = {
  Entity: Ticket,
  name: 'tickets of operations',
  prefix: 'opr',
  columns: sql`t.*`,
  from: sql`operation_ticket x join ticket t on t.id = x.ticket_id`,
  belongsTo: sql`x.operation_id = owner.id`,
  where: sql`true`,
  order: [{ by: sql`t.number`, type: 'integer', direction: Direction.ASC }],
};

/** The tickets that an operation touched, by number. */
export const ticketsOf = (
  ctx: Context,
  operationId: string,
  page: PageRequest,
): Promise<Page<Ticket>> =>
  nestedPage(ctx, { ...TOUCHED, where: ticketVisible(ctx.actor) }, operationId, page);

/** What stands, or stood, against its undo, as far as the caller may see the tickets. */
export async function conflictsOf(
  ctx: Context,
  { conflicts }: Operation,
): Promise<OperationConflict[]> {
  const found = await Promise.all(
    conflicts.map(async ({ ticketId, field, version }) => ({
      ticket: await ticketById(ctx, ticketId),
      field: await nameOf(ctx, field),
      event: await ctx.load.byKey<TicketEvent | null>(
        'facts by version',
        `${ticketId} ${version}`,
        (keys) => factsBy(ctx, keys),
        null,
      ),
    })),
  );
  return found.filter(
    (each): each is OperationConflict =>
      each.ticket !== null && each.field !== null && each.event !== null,
  );
}

async function factsBy(ctx: Context, keys: string[]): Promise<Map<string, TicketEvent>> {
  const asked = keys.map((key) => key.split(' ') as [id: string, version: string]);
  const em = await ctx.read();
  const { rows } = await sql<object>`
    select e.* from unnest(${asked.map(([id]) => id)}::text[], ${asked.map(([, version]) => Number(version))}::integer[]) as asked(id, version)
    join ${factsOfAll(
      ctx.workspace,
      asked.map(([id]) => id),
    )} on e.subject = asked.id and e.version = asked.version`.execute(em.getKysely());
  return new Map(
    rows.map(eventOf).map((event) => [`${event.fact.subject} ${event.fact.version}`, event]),
  );
}
