import type { EntityClass } from '@mikro-orm/postgresql';
import type { RawBuilder } from 'kysely';
import { hydrate, sql, uuidArray } from './database.ts';
import type { Condition } from '../filter/sql-filter.ts';
import { type OrderKey, type Page, type PageRequest, keysetPage } from './pagination.ts';
import type { Context } from './context.ts';

/** Things that belong to an owner: `Ticket.messages`, `Customer.tickets`. */
export interface NestedList<T> {
  Entity: EntityClass<T>;
  /** Says what list it is, with everything that shapes it but owner and page; equal names share statements. */
  name: string;
  /** Prefix of the owners' ids. */
  prefix: string;
  /** What to select and from where: `m.*`, `message m`. */
  columns: RawBuilder<unknown>;
  from: RawBuilder<unknown>;
  /** Ties a row to `owner.id`. */
  belongsTo: Condition;
  where: Condition;
  order: readonly OrderKey[];
}

/** One owner's page; all owners of a request share one statement, and one more for the counts if they are selected. */
export function nestedPage<T extends object>(
  ctx: Context,
  owned: NestedList<T>,
  ownerId: string,
  request: PageRequest,
): Promise<Page<T>> {
  const { first, after, last, before } = request;
  const key = `${owned.name} ${JSON.stringify([first, after, last, before])}`;
  return ctx.load.byKey<Page<T> | null>(
    key,
    ownerId,
    (ids) => pagesOf(ctx, owned, ids, request),
    null,
  ) as Promise<Page<T>>;
}

async function pagesOf<T extends object>(
  ctx: Context,
  owned: NestedList<T>,
  ids: string[],
  request: PageRequest,
): Promise<Map<string, Page<T>>> {
  const { columns, from, belongsTo: of, where, prefix, Entity: Thing } = owned;
  const page = keysetPage(request, owned.order);
  const em = await ctx.read();
  const { rows } = await sql<{ owner_at: number }>`
    select found.*, owner.at::integer as owner_at from unnest(${uuidArray(prefix, ids)}) with ordinality as owner(id, at)
    cross join lateral (
      select ${columns}, ${page.keys} from ${from} where ${of} and ${where} and ${page.where} order by ${page.order} limit ${page.limit}
    ) found order by owner.at`.execute(em.getKysely());
  const byOwner = Map.groupBy(rows, (row) => ids[row.owner_at - 1]!);
  return new Map(
    ids.map((id) => {
      const own = byOwner.get(id) ?? [];
      return [id, page.page(own, hydrate(ctx.orm, Thing, own), () => countOf(ctx, owned, id))];
    }),
  );
}

const countOf = <T>(
  ctx: Context,
  { name, prefix, from, belongsTo: of, where }: NestedList<T>,
  ownerId: string,
): Promise<number> =>
  ctx.load.byKey(
    `${name} count`,
    ownerId,
    async (ids) => {
      const em = await ctx.read();
      const { rows } = await sql<{ owner_at: number; count: number }>`
        select owner.at::integer as owner_at, (select count(*) from ${from} where ${of} and ${where})::integer as count
        from unnest(${uuidArray(prefix, ids)}) with ordinality as owner(id, at)`.execute(
        em.getKysely(),
      );
      return new Map(rows.map((row) => [ids[row.owner_at - 1]!, row.count]));
    },
    0,
  );
