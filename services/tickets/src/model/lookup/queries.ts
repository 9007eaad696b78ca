import type { Actor } from '@deskgraph/common/auth/access';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { Refusal } from '@deskgraph/common/core/errors';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { type NestedList, nestedPage } from '@deskgraph/common/database/nested-connection';
import {
  type Edge,
  type OrderKey,
  type Page,
  type PageRequest,
  keysetPage,
} from '@deskgraph/common/database/pagination';
import { entities, entityPage, ids, rows } from '@deskgraph/common/database/query';
import { filterUses } from '@deskgraph/common/filter/filter-tree';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { type TicketOrder, isOrderedByRelevance, ticketOrderKeys } from '../filter/order.ts';
import { ticketListFilterToSql } from '../filter/sql.ts';
import { findFrequentTexts, refuseLongSearchTexts, searchTextsOf } from '../filter/text.ts';
import { visibleTicketSql, visibleTicketSqlWithBin } from '../rights/visible.ts';
import { Ticket } from '../ticket/ticket.ts';

export interface TicketQuery extends PageRequest {
  filter?: TicketFilter | null | undefined;
  orderBy?: TicketOrder[] | null | undefined;
}

const MAX_ORDER_KEYS = 3;

/**
 * The condition and the order of a list of tickets. Refuses queries that no list may have.
 * `frequentTexts` is the result of `findFrequentTexts`.
 */
export function ticketListQuery(
  actor: Actor,
  { filter, orderBy }: TicketQuery,
  frequentTexts: ReadonlySet<string>,
  now: Date = new Date(),
): { order: OrderKey[]; condition: Condition } {
  if ((orderBy?.length ?? 0) > MAX_ORDER_KEYS)
    throw new Refusal([{ code: 'TOO_LONG', field: ['orderBy'] }]);
  if (filter) refuseLongSearchTexts(filter);
  // Without the `deleted` condition, the list filter excludes the bin for every caller. Rights that
  // do not mention it keep the statement of the same list the same for all of them.
  const visible = filterUses(filter, 'deleted')
    ? visibleTicketSql(actor)
    : visibleTicketSqlWithBin(actor);
  const condition: Condition = sql`
    ${visible} and ${ticketListFilterToSql(filter, { actor, now, frequentTexts })}`;
  return {
    order: ticketOrderKeys(orderBy, actor, searchTextsOf(filter)),
    condition:
      isOrderedByRelevance(orderBy) && frequentTexts.size ? newestOnly(condition) : condition,
  };
}

const MAX_RANKED_TICKETS = 500;

/** Ranks only the newest tickets: to rank all that contain a frequent text would cost too much. */
const newestOnly = (condition: Condition): Condition => sql`
  t.id = any(array(
    select t.id from ticket t where ${condition}
    order by t.created_at desc limit ${sql.lit(MAX_RANKED_TICKETS)}))`;

const ticketListQueryOf = async (ctx: Context, query: TicketQuery) =>
  ticketListQuery(ctx.actor, query, await findFrequentTexts(ctx, query.filter));

/** A page of the tickets that the caller may see. */
export async function findTickets(ctx: Context, query: TicketQuery): Promise<Page<Ticket>> {
  const { order, condition } = await ticketListQueryOf(ctx, query);
  const page = keysetPage(query, order);
  const tickets = await entityPage(ctx, Ticket, page, {
    query: sql`
      select t.*, ${page.keys} from ticket t
      where ${condition} and ${page.where} order by ${page.order} limit ${page.limit}`,
    count: () => countTickets(ctx, condition),
  });
  return withSearchTexts(query.filter, tickets);
}

/** An edge with the texts that the filter searches for, which `highlights` marks. */
export interface SearchEdge extends Edge<Ticket> {
  texts?: readonly string[];
}

/** Adds the search texts of the filter to the edges of a page. */
export function withSearchTexts(
  filter: TicketFilter | null | undefined,
  page: Page<Ticket>,
): Page<Ticket> {
  const texts = searchTextsOf(filter);
  return texts.length
    ? { ...page, edges: page.edges.map((edge): SearchEdge => ({ ...edge, texts })) }
    : page;
}

/** The number of tickets that fulfil the condition. */
export async function countTickets(ctx: Context, condition: Condition): Promise<number> {
  const [result] = await rows(
    ctx,
    sql<{ count: number }>`
      select count(*)::integer as count from ticket t where ${condition}`,
  );
  return result!.count;
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
  ctx.load.byId('ticket', id, (ticketIds) =>
    ticketsWhere(ctx, sql`t.id = any(${ids('tkt', ticketIds)})`),
  );

/** The tickets that fulfil the condition and that the caller may see. */
export const ticketsWhere = (ctx: Context, condition: Condition): Promise<Ticket[]> =>
  entities(
    ctx,
    Ticket,
    sql`select t.* from ticket t where ${condition} and ${visibleTicketSql(ctx.actor)}`,
  );

export interface TicketKey {
  id?: string | null;
  number?: number | null;
  externalId?: string | null;
}

/** One ticket by its id, its number or its external id; exactly one of them is required. */
export async function findTicketByKey(ctx: Context, key: TicketKey): Promise<Ticket | null> {
  const present = Object.values(key).filter((value) => value !== null && value !== undefined);
  if (present.length !== 1)
    throw new Refusal([
      { code: 'INVALID', field: ['id'], message: 'Give exactly one of id, number and externalId.' },
    ]);
  if (key.id) return ticketById(ctx, key.id);
  const ofApp =
    ctx.actor.kind === 'app' ? sql`t.app_id = ${uuidOf('app', ctx.actor.id)}::uuid` : sql`true`;
  const [ticket] = await ticketsWhere(
    ctx,
    key.externalId
      ? sql`t.external_id = ${key.externalId} and ${ofApp}`
      : sql`t.number = ${key.number ?? 0}`,
  );
  return ticket ?? null;
}

/** Refuses an external id that the app has given to another ticket. */
export async function refuseTakenExternalId(ctx: Context, externalId: string): Promise<void> {
  if (await ctx.em.count(Ticket, { appId: ctx.actor.id, externalId }))
    throw new Refusal('TAKEN', 'externalId');
}
