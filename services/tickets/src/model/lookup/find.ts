import type { Actor } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { type Condition, filterUses } from '@deskgraph/common/filter/sql-filter';
import { type Owned, pageOf } from '@deskgraph/common/database/nested-connection';
import {
  type Edge,
  type OrderKey,
  type Page,
  type PageRequest,
  keyset,
} from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { type TicketFilter, ticketListFilterToSql } from '../filter/sql.ts';
import { type TicketOrder, isOrderedByRelevance, ticketOrderKeys } from '../filter/order.ts';
import { findFrequentTexts, refuseLongSearchTexts, searchTextsOf } from '../filter/text.ts';
import { Ticket } from '../ticket/ticket.ts';
import { visibleTicketSqlWithBin, visibleTicketSql } from '../rights/visible.ts';

export interface TicketQuery extends PageRequest {
  filter?: TicketFilter | null | undefined;
  orderBy?: TicketOrder[] | null | undefined;
}

const ORDER_LIMIT = 3;

/** What a list holds and its order; refused where no list may be asked so. `frequent`: see `frequentTexts`. */
export function listed(
  actor: Actor,
  { filter, orderBy }: TicketQuery,
  frequent: ReadonlySet<string>,
  now: Date = new Date(),
): { order: OrderKey[]; condition: Condition } {
  if ((orderBy?.length ?? 0) > ORDER_LIMIT)
    throw new Refusal([{ code: 'TOO_LONG', field: ['orderBy'] }]);
  if (filter) refuseLongSearchTexts(filter);
  // For whom it is the same list it is the same statement.
  const condition: Condition = sql`${filterUses(filter, 'deleted') ? visibleTicketSql(actor) : visibleTicketSqlWithBin(actor)} and ${ticketListFilterToSql(filter, actor, frequent, now)}`;
  return {
    order: ticketOrderKeys(orderBy, actor, searchTextsOf(filter)),
    condition: isOrderedByRelevance(orderBy) && frequent.size ? newest(condition) : condition,
  };
}

const RANKED = 500;

/** To rank all that hold a frequent text would cost too much. */
const newest = (condition: Condition): Condition =>
  sql`t.id = any(array(select t.id from ticket t where ${condition} order by t.created_at desc limit ${sql.lit(RANKED)}))`;

const parts = async (ctx: Context, query: TicketQuery) =>
  listed(ctx.actor, query, await findFrequentTexts(ctx, query.filter));

/** A page of the tickets that the caller may see. */
export async function find(ctx: Context, query: TicketQuery): Promise<Page<Ticket>> {
  const { order, condition } = await parts(ctx, query);
  const page = keyset(query, order);
  const em = await ctx.read();
  const { rows } = await sql<object>`
    select t.*, ${page.keys} from ticket t where ${condition} and ${page.where} order by ${page.order} limit ${page.limit}
  `.execute(em.getKysely());
  return searched(
    query.filter,
    page.page(rows, hydrate(ctx.orm, Ticket, rows), () => count(ctx, condition)),
  );
}

/** A page whose edges know what was searched for. */
export function searched(
  filter: TicketFilter | null | undefined,
  page: Page<Ticket>,
): Page<Ticket> {
  const texts = searchTextsOf(filter);
  return texts.length
    ? { ...page, edges: page.edges.map((edge): FoundEdge => ({ ...edge, texts })) }
    : page;
}

export interface FoundEdge extends Edge<Ticket> {
  texts?: readonly string[];
}

/** How many tickets there are for which the condition holds. */
export async function count(ctx: Context, condition: Condition): Promise<number> {
  const em = await ctx.read();
  const { rows } = await sql<{
    count: number;
  }>`select count(*)::integer as count from ticket t where ${condition}`.execute(em.getKysely());
  return rows[0]!.count;
}

export type Owner = {
  column: 'requester_id' | 'organization_id' | 'assignee_id' | 'department_id';
  prefix: string;
};

/** The tickets of a customer, an organization, an agent or a department. */
export async function findOf(
  ctx: Context,
  { column, prefix }: Owner,
  id: string,
  query: TicketQuery,
): Promise<Page<Ticket>> {
  const { order, condition } = await parts(ctx, query);
  const tickets: Owned<Ticket> = {
    Thing: Ticket,
    name: `tickets of ${column} ${JSON.stringify([query.filter, query.orderBy])}`,
    prefix,
    columns: sql`t.*`,
    from: sql`ticket t`,
    of: sql`t.${sql.ref(column)} = owner.id`,
    where: condition,
    order,
  };
  return searched(query.filter, await pageOf(ctx, tickets, id, query));
}

/** One ticket by id, if the caller may see it. */
export const byId = (ctx: Context, id: string): Promise<Ticket | null> =>
  ctx.load.byId('ticket', id, (ids) => byCondition(ctx, sql`t.id = any(${uuids('tkt', ids)})`));

export async function byCondition(ctx: Context, condition: Condition): Promise<Ticket[]> {
  const em = await ctx.read();
  const { rows } =
    await sql`select t.* from ticket t where ${condition} and ${visibleTicketSql(ctx.actor)}`.execute(
      em.getKysely(),
    );
  return hydrate(ctx.orm, Ticket, rows);
}
