import type { Actor } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { type NestedList, nestedPage } from '@deskgraph/common/database/nested-connection';
import {
  type Edge,
  type OrderKey,
  type Page,
  type PageRequest,
  keysetPage,
} from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { ticketListFilterToSql } from '../filter/sql.ts';
import { type TicketOrder, isOrderedByRelevance, ticketOrderKeys } from '../filter/order.ts';
import { findFrequentTexts, refuseLongSearchTexts, searchTextsOf } from '../filter/text.ts';
import { Ticket } from '../ticket/ticket.ts';
import { visibleTicketSqlWithBin, visibleTicketSql } from '../rights/visible.ts';
import { filterUses } from '@deskgraph/common/filter/filter-tree';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';

export interface TicketQuery extends PageRequest {
  filter?: TicketFilter | null | undefined;
  orderBy?: TicketOrder[] | null | undefined;
}

const ORDER_LIMIT = 3;

/** What a list holds and its order; refused where no list may be asked so. `frequent`: see `frequentTexts`. */
export function ticketListQuery(
  actor: Actor,
  { filter, orderBy }: TicketQuery,
  frequent: ReadonlySet<string>,
  now: Date = new Date(),
): { order: OrderKey[]; condition: Condition } {
  if ((orderBy?.length ?? 0) > ORDER_LIMIT)
    throw new Refusal([{ code: 'TOO_LONG', field: ['orderBy'] }]);
  if (filter) refuseLongSearchTexts(filter);
  // For whom it is the same list it is the same statement.
  const condition: Condition = sql`${filterUses(filter, 'deleted') ? visibleTicketSql(actor) : visibleTicketSqlWithBin(actor)} and ${ticketListFilterToSql(filter, { actor, now, frequentTexts: frequent })}`;
  return {
    order: ticketOrderKeys(orderBy, actor, searchTextsOf(filter)),
    condition: isOrderedByRelevance(orderBy) && frequent.size ? newestOnly(condition) : condition,
  };
}

const RANKED = 500;

/** To rank all that hold a frequent text would cost too much. */
const newestOnly = (condition: Condition): Condition =>
  sql`t.id = any(array(select t.id from ticket t where ${condition} order by t.created_at desc limit ${sql.lit(RANKED)}))`;

const ticketListQueryOf = async (ctx: Context, query: TicketQuery) =>
  ticketListQuery(ctx.actor, query, await findFrequentTexts(ctx, query.filter));

/** A page of the tickets that the caller may see. */
export async function findTickets(ctx: Context, query: TicketQuery): Promise<Page<Ticket>> {
  const { order, condition } = await ticketListQueryOf(ctx, query);
  const page = keysetPage(query, order);
  const em = await ctx.read();
  const { rows } = await sql<object>`
    select t.*, ${page.keys} from ticket t where ${condition} and ${page.where} order by ${page.order} limit ${page.limit}
  `.execute(em.getKysely());
  return withSearchTexts(
    query.filter,
    page.page(rows, hydrate(ctx.orm, Ticket, rows), () => countTickets(ctx, condition)),
  );
}

/** A page whose edges know what was searched for. */
export function withSearchTexts(
  filter: TicketFilter | null | undefined,
  page: Page<Ticket>,
): Page<Ticket> {
  const texts = searchTextsOf(filter);
  return texts.length
    ? { ...page, edges: page.edges.map((edge): SearchEdge => ({ ...edge, texts })) }
    : page;
}

export interface SearchEdge extends Edge<Ticket> {
  texts?: readonly string[];
}

/** How many tickets there are for which the condition holds. */
export async function countTickets(ctx: Context, condition: Condition): Promise<number> {
  const em = await ctx.read();
  const { rows } = await sql<{
    count: number;
  }>`select count(*)::integer as count from ticket t where ${condition}`.execute(em.getKysely());
  return rows[0]!.count;
}

export type TicketOwner = {
  column: 'requester_id' | 'organization_id' | 'assignee_id' | 'department_id';
  prefix: string;
};

/** The tickets of a customer, an organization, an agent or a department. */
export async function findTicketsOf(
  ctx: Context,
  { column, prefix }: TicketOwner,
  id: string,
  query: TicketQuery,
): Promise<Page<Ticket>> {
  const { order, condition } = await ticketListQueryOf(ctx, query);
  const tickets: NestedList<Ticket> = {
    Entity: Ticket,
    name: `tickets of ${column} ${JSON.stringify([query.filter, query.orderBy])}`,
    prefix,
    columns: sql`t.*`,
    from: sql`ticket t`,
    belongsTo: sql`t.${sql.ref(column)} = owner.id`,
    where: condition,
    order,
  };
  return withSearchTexts(query.filter, await nestedPage(ctx, tickets, id, query));
}

/** One ticket by id, if the caller may see it. */
export const ticketById = (ctx: Context, id: string): Promise<Ticket | null> =>
  ctx.load.byId('ticket', id, (ids) =>
    ticketsWhere(ctx, sql`t.id = any(${uuidArray('tkt', ids)})`),
  );

export async function ticketsWhere(ctx: Context, condition: Condition): Promise<Ticket[]> {
  const em = await ctx.read();
  const { rows } =
    await sql`select t.* from ticket t where ${condition} and ${visibleTicketSql(ctx.actor)}`.execute(
      em.getKysely(),
    );
  return hydrate(ctx.orm, Ticket, rows);
}
