import { hydrate, sql } from '@deskgraph/common/database/database';
import { type Page, type PageRequest, keyset } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import type { RawBuilder } from 'kysely';
import { listed, searched } from '../../model/lookup/find.ts';
import type { TicketOrder } from '../../model/filter/order.ts';
import { findFrequentTexts } from '../../model/filter/text.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { filterFromJson } from '../../model/saved-filter/stored.ts';
import type { View } from './view.ts';

type Asked = Pick<View, 'filter' | 'orderBy'>;

/** So many tickets of a view are counted, so that the number beside it never costs more. */
export const MAX_VIEW_COUNT = 10_000;

/** How many lists one statement reads. */
const AT_ONCE = 50;

const partsOf = (ctx: Context, asked: readonly Asked[]) => {
  const now = new Date();
  return Promise.all(
    asked.map(async ({ filter: json, orderBy }) => {
      const filter = filterFromJson(json);
      return listed(
        ctx.actor,
        { filter, orderBy: orderBy as TicketOrder[] },
        await findFrequentTexts(ctx, filter),
        now,
      );
    }),
  );
};

async function inParts<T, R>(
  list: readonly T[],
  work: (part: readonly T[]) => Promise<R[]>,
): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < list.length; from += AT_ONCE)
    results.push(...(await work(list.slice(from, from + AT_ONCE))));
  return results;
}

/** How many tickets the caller finds in a view, at most `most`. All views of a request are counted by one statement. */
export function countViewTickets(
  ctx: Context,
  { filter, orderBy }: Asked,
  most: number | null = MAX_VIEW_COUNT,
): Promise<number> {
  const count = async (part: readonly Asked[]): Promise<number[]> => {
    const parts = await partsOf(ctx, part);
    const counts = parts.map(
      ({ condition }) =>
        sql`(select count(*)::integer from (select from ticket t where ${condition} limit ${most}) counted)`,
    );
    const { rows } = await sql<{
      counts: number[];
    }>`select array[${sql.join(counts)}] as counts`.execute((await ctx.read()).getKysely());
    return rows[0]!.counts;
  };
  return ctx.load.byKey(
    `tickets of views, at most ${most}`,
    JSON.stringify({ filter, orderBy }),
    async (keys) => {
      const counts = await inParts(
        keys.map((key) => JSON.parse(key) as Asked),
        count,
      );
      return new Map(keys.map((key, at) => [key, counts[at]!]));
    },
    0,
  );
}

/** The page of a view's tickets that the query `tickets` gives with its filter and order. All views of a request are read by one statement. */
export function findViewTickets(
  ctx: Context,
  { filter, orderBy }: Asked,
  { first, after, last, before }: PageRequest,
): Promise<Page<Ticket>> {
  const read = async (part: readonly Asked[]): Promise<Page<Ticket>[]> => {
    const parts = await partsOf(ctx, part);
    const pages = parts.map(({ order }) => keyset({ first, after, last, before }, order));
    const lists = parts.map(
      ({ condition }, at): RawBuilder<unknown> => sql`
        (select t.*, ${pages[at]!.keys}, ${sql.lit(at)} as list_at from ticket t
        where ${condition} and ${pages[at]!.where} order by ${pages[at]!.order} limit ${pages[at]!.limit})`,
    );
    const { rows } = await sql<{ list_at: number }>`${sql.join(lists, sql` union all `)}`.execute(
      (await ctx.read()).getKysely(),
    );
    const found = Map.groupBy(rows, (row) => row.list_at);
    return pages.map((page, at) => {
      const own = found.get(at) ?? [];
      return searched(
        filterFromJson(part[at]!.filter),
        page.page(own, hydrate(ctx.orm, Ticket, own), () => countViewTickets(ctx, part[at]!, null)),
      );
    });
  };
  return ctx.load.byKey<Page<Ticket> | null>(
    `tickets of views ${JSON.stringify([first, after, last, before])}`,
    JSON.stringify({ filter, orderBy }),
    async (keys) => {
      const pages = await inParts(
        keys.map((key) => JSON.parse(key) as Asked),
        read,
      );
      return new Map(keys.map((key, at) => [key, pages[at]!]));
    },
    null,
  ) as Promise<Page<Ticket>>;
}
