import type { Context } from '@deskgraph/common/database/context';
import { hydrate, sql } from '@deskgraph/common/database/database';
import { type Page, type PageRequest, keysetPage } from '@deskgraph/common/database/pagination';
import { rows } from '@deskgraph/common/database/query';
import type { RawBuilder } from 'kysely';
import { ticketListQuery, withSearchTexts } from '../../model/lookup/queries.ts';
import type { TicketOrder } from '../../model/filter/order.ts';
import { findFrequentTexts } from '../../model/filter/text.ts';
import { filterFromJson } from '../../model/saved-filter/saved-filter.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import type { View } from './view.ts';

type ViewQuery = Pick<View, 'filter' | 'orderBy'>;

/** Bounds the cost of the count of a view. */
const MAX_VIEW_COUNT = 10_000;

/** The number of views that one statement reads. */
const BATCH_SIZE = 50;

/**
 * The number of tickets that the caller finds in a view, at most `limit`. All views of a request
 * are counted with one statement.
 */
export function countViewTickets(
  ctx: Context,
  { filter, orderBy }: ViewQuery,
  limit: number | null = MAX_VIEW_COUNT,
): Promise<number> {
  return loadByQuery(
    ctx,
    `count of views, at most ${limit}`,
    { filter, orderBy },
    async (queries) => {
      const counts = (await toSql(ctx, queries)).map(
        ({ condition }) => sql`(
        select count(*)::integer from (select from ticket t where ${condition} limit ${limit}) found)`,
      );
      const [row] = await rows(
        ctx,
        sql<{ counts: number[] }>`select array[${sql.join(counts)}] as counts`,
      );
      return row!.counts;
    },
  );
}

/**
 * A page of the tickets that the caller finds in a view: the result of the query `tickets` with the
 * view's filter and order. All views of a request are read with one statement.
 */
export function findViewTickets(
  ctx: Context,
  { filter, orderBy }: ViewQuery,
  { first, after, last, before }: PageRequest,
): Promise<Page<Ticket>> {
  const page = { first, after, last, before };
  const name = `tickets of views ${JSON.stringify([first, after, last, before])}`;
  return loadByQuery(ctx, name, { filter, orderBy }, async (queries) => {
    const lists = await toSql(ctx, queries);
    const pages = lists.map(({ order }) => keysetPage(page, order));
    const selects = lists.map(({ condition }, index): RawBuilder<unknown> => {
      const { keys, where, order, limit } = pages[index]!;
      return sql`
        (select t.*, ${keys}, ${sql.lit(index)} as list_index from ticket t
        where ${condition} and ${where} order by ${order} limit ${limit})`;
    });
    const ticketRows = await rows(
      ctx,
      sql<{ list_index: number }>`${sql.join(selects, sql` union all `)}`,
    );
    const rowsByList = Map.groupBy(ticketRows, (row) => row.list_index);
    return queries.map((query, index) => {
      const listRows = rowsByList.get(index) ?? [];
      const tickets = hydrate(ctx.orm, Ticket, listRows);
      return withSearchTexts(
        filterFromJson(query.filter),
        pages[index]!.page(listRows, tickets, () => countViewTickets(ctx, query, null)),
      );
    });
  });
}

/** Loads a value per filter and order; equal ones share it, others share statements. */
function loadByQuery<T>(
  ctx: Context,
  name: string,
  query: ViewQuery,
  load: (queries: readonly ViewQuery[]) => Promise<T[]>,
): Promise<T> {
  return ctx.load.byKey<T | null>(
    name,
    JSON.stringify(query),
    async (keys) => {
      const values: T[] = [];
      for (let from = 0; from < keys.length; from += BATCH_SIZE) {
        const batch = keys.slice(from, from + BATCH_SIZE);
        values.push(...(await load(batch.map((key) => JSON.parse(key) as ViewQuery))));
      }
      return new Map(keys.map((key, index) => [key, values[index]!]));
    },
    null,
  ) as Promise<T>;
}

/** The conditions and orders of views, all relative to the same instant. */
function toSql(ctx: Context, queries: readonly ViewQuery[]) {
  const now = new Date();
  return Promise.all(
    queries.map(async ({ filter: json, orderBy }) => {
      const filter = filterFromJson(json);
      const frequentTexts = await findFrequentTexts(ctx, filter);
      return ticketListQuery(
        ctx.actor,
        { filter, orderBy: orderBy as TicketOrder[] },
        frequentTexts,
        now,
      );
    }),
  );
}
