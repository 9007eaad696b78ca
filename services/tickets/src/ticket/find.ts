import { type EntityManager, hydrate, sql, uuids } from '@deskgraph/common/database';
import { Refusal } from '@deskgraph/common/errors';
import type { Condition } from '@deskgraph/common/filter';
import { type Page, type PageRequest, keyset } from '@deskgraph/common/page';
import type { Context } from '@deskgraph/common/transaction';
import { LockMode } from '@mikro-orm/postgresql';
import { type TicketFilter, matches } from './filter.ts';
import { type TicketOrder, orderKeys } from './order.ts';
import { Ticket } from './ticket.ts';
import { isVisible, readsOnHold, visible } from './visible.ts';

export interface TicketQuery extends PageRequest {
  filter?: TicketFilter | null | undefined;
  orderBy?: TicketOrder[] | null | undefined;
}

const ORDER_LIMIT = 3;

function parts(ctx: Context, query: TicketQuery) {
  if ((query.orderBy?.length ?? 0) > ORDER_LIMIT) throw new Refusal([{ code: 'TOO_LONG', field: ['orderBy'] }]);
  if ((query.filter?.text?.length ?? 0) > 200) throw new Refusal([{ code: 'TOO_LONG', field: ['filter', 'text'] }]);
  return {
    page: keyset(query, orderKeys(query.orderBy, readsOnHold(ctx.actor))),
    condition: sql`${visible(ctx.actor)} and ${matches(query.filter, ctx.actor)}` as Condition,
  };
}

/** A page of the tickets that the caller may see. */
export async function find(ctx: Context, query: TicketQuery): Promise<Page<Ticket>> {
  const { page, condition } = parts(ctx, query);
  const em = await ctx.read();
  const { rows } = await sql<object>`
    select t.*, ${page.keys} from ticket t where ${condition} and ${page.where} order by ${page.order} limit ${page.limit}
  `.execute(em.getKysely());
  return page.page(rows, hydrate(ctx.orm, Ticket, rows), () => count(ctx, condition));
}

async function count(ctx: Context, condition: Condition): Promise<number> {
  const em = await ctx.read();
  const { rows } = await sql<{ count: number }>`select count(*)::integer as count from ticket t where ${condition}`.execute(em.getKysely());
  return rows[0]!.count;
}

export type Owner = { column: 'requester_id' | 'organization_id' | 'assignee_id' | 'department_id'; prefix: string };

/** The same page for many owners at once: all of a request's `Customer.tickets` are one statement. */
export function findOf(ctx: Context, owner: Owner, id: string, query: TicketQuery): Promise<Page<Ticket>> {
  const key = `tickets of ${owner.column} ${JSON.stringify(query)}`;
  return ctx.load.byKey<Page<Ticket> | null>(key, id, (ids) => pagesOf(ctx, owner, ids, query, key), null) as Promise<Page<Ticket>>;
}

async function pagesOf(ctx: Context, owner: Owner, ids: string[], query: TicketQuery, key: string): Promise<Map<string, Page<Ticket>>> {
  const { page, condition } = parts(ctx, query);
  const mine = sql`t.${sql.ref(owner.column)} = owner.id`;
  const em = await ctx.read();
  const { rows } = await sql<{ owner: number }>`
    select found.*, owner.at::integer as owner from unnest(${uuids(owner.prefix, ids)}) with ordinality as owner(id, at)
    cross join lateral (
      select t.*, ${page.keys} from ticket t where ${mine} and ${condition} and ${page.where} order by ${page.order} limit ${page.limit}
    ) found order by owner.at`.execute(em.getKysely());
  const counts = (id: string): Promise<number> => ctx.load.byKey(`${key} count`, id, (all) => countsOf(em, owner, all, condition), 0);
  const byOwner = Map.groupBy(rows, (row) => ids[row.owner - 1]!);
  return new Map(
    ids.map((id) => {
      const own = byOwner.get(id) ?? [];
      return [id, page.page(own, hydrate(ctx.orm, Ticket, own), () => counts(id))];
    }),
  );
}

async function countsOf(em: EntityManager, owner: Owner, ids: string[], condition: Condition): Promise<Map<string, number>> {
  const { rows } = await sql<{ owner: number; count: number }>`
    select owner.at::integer as owner, count(*)::integer as count
    from unnest(${uuids(owner.prefix, ids)}) with ordinality as owner(id, at) join ticket t on t.${sql.ref(owner.column)} = owner.id
    where ${condition} group by owner.at`.execute(em.getKysely());
  return new Map(rows.map((row) => [ids[row.owner - 1]!, row.count]));
}

/** One ticket by id, if the caller may see it. */
export const byId = (ctx: Context, id: string): Promise<Ticket | null> =>
  ctx.load.byId('ticket', id, (ids) => byCondition(ctx, sql`t.id = any(${uuids('tkt', ids)})`));

export async function byCondition(ctx: Context, condition: Condition): Promise<Ticket[]> {
  const em = await ctx.read();
  const { rows } = await sql`select t.* from ticket t where ${condition} and ${visible(ctx.actor)}`.execute(em.getKysely());
  return hydrate(ctx.orm, Ticket, rows);
}

/** The ticket to change, locked until the transaction ends; refused with NOT_FOUND when there is none for the caller. */
export async function locked(ctx: Context, id: string, field = 'id'): Promise<Ticket> {
  const ticket = await ctx.em.findOne(Ticket, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!ticket || !isVisible(ctx.actor, ticket)) throw new Refusal('NOT_FOUND', field);
  return ticket;
}
