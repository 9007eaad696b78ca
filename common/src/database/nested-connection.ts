import type { EntityClass } from '@mikro-orm/postgresql';
import type { RawBuilder } from 'kysely';
import type { Condition } from '../filter/sql-filter.ts';
import type { Context } from './context.ts';
import { hydrate, sql } from './database.ts';
import { type OrderKey, type Page, type PageRequest, keysetPage } from './pagination.ts';
import { ids, rows } from './query.ts';

/**
 * A list of entities below each entity of another type, such as `Ticket.messages` or
 * `Customer.tickets`.
 */
export interface NestedList<T> {
  Entity: EntityClass<T>;
  /**
   * Identifies the list and everything that shapes it except owner and page. Lists with equal names
   * share statements.
   */
  name: string;
  /** Id prefix of the owners. */
  prefix: string;
  /** The `select` list and the `from` clause: `m.*`, `message m`. */
  columns: RawBuilder<unknown>;
  from: RawBuilder<unknown>;
  /** Relates a row to `owner.id`. */
  belongsTo: Condition;
  where: Condition;
  order: readonly OrderKey[];
}

/**
 * The page of one owner. All owners of a request share one statement, and a second one for the
 * total counts if these are selected.
 *
 * @example
 * nestedPage(ctx, messagesOfTicket, ticket.id, { first: 10 });
 */
export function nestedPage<T extends object>(
  ctx: Context,
  list: NestedList<T>,
  ownerId: string,
  request: PageRequest,
): Promise<Page<T>> {
  const { first, after, last, before } = request;
  const key = `${list.name} ${JSON.stringify([first, after, last, before])}`;
  return ctx.load.byKey<Page<T> | null>(
    key,
    ownerId,
    (ownerIds) => pagesByOwner(ctx, list, ownerIds, request),
    null,
  ) as Promise<Page<T>>;
}

async function pagesByOwner<T extends object>(
  ctx: Context,
  list: NestedList<T>,
  ownerIds: string[],
  request: PageRequest,
): Promise<Map<string, Page<T>>> {
  const { columns, from, belongsTo, where, prefix, Entity, order } = list;
  const page = keysetPage(request, order);
  const allRows = await rows(
    ctx,
    sql<{ owner_position: number }>`
      select found.*, owner.position::integer as owner_position
      from unnest(${ids(prefix, ownerIds)}) with ordinality as owner(id, position)
      cross join lateral (
        select ${columns}, ${page.keys} from ${from}
        where ${belongsTo} and ${where} and ${page.where} order by ${page.order} limit ${page.limit}
      ) found order by owner.position`,
  );
  const rowsByOwner = Map.groupBy(allRows, (row) => ownerIds[row.owner_position - 1]!);
  return new Map(
    ownerIds.map((ownerId) => {
      const ownerRows = rowsByOwner.get(ownerId) ?? [];
      const nodes = hydrate(ctx.orm, Entity, ownerRows);
      return [ownerId, page.page(ownerRows, nodes, () => totalCount(ctx, list, ownerId))];
    }),
  );
}

const totalCount = <T>(
  ctx: Context,
  { name, prefix, from, belongsTo, where }: NestedList<T>,
  ownerId: string,
): Promise<number> =>
  ctx.load.byKey(
    `${name} count`,
    ownerId,
    async (ownerIds) => {
      const counts = await rows(
        ctx,
        sql<{ owner_position: number; count: number }>`
          select owner.position::integer as owner_position,
            (select count(*) from ${from} where ${belongsTo} and ${where})::integer as count
          from unnest(${ids(prefix, ownerIds)}) with ordinality as owner(id, position)`,
      );
      return new Map(counts.map((row) => [ownerIds[row.owner_position - 1]!, row.count]));
    },
    0,
  );
