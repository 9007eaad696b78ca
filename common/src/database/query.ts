import type { EntityClass, EntityMetadata } from '@mikro-orm/postgresql';
import type { RawBuilder } from 'kysely';
import { uuidOf } from '../core/id.ts';
import type { Context } from './context.ts';
import { IdType, hydrate, sql } from './database.ts';
import type { Keyset, Page } from './pagination.ts';

// One entity that is loaded, changed and stored: MikroORM and its unit of work (`ctx.em`). Reads and
// changes of many rows: these functions.

/**
 * Runs a query and returns its rows: in the open transaction of a mutation, else in the read
 * snapshot of the operation.
 *
 * @example
 * const counts = await rows(ctx, sql<{ status: string; count: number }>`
 *   select status, count(*)::integer as count from ticket group by status`);
 */
export async function rows<Row>(ctx: Context, query: RawBuilder<Row>): Promise<Row[]> {
  const em = await ctx.read();
  return (await query.execute(em.getKysely())).rows;
}

/**
 * Runs a statement in the open transaction of a mutation and returns the rows of its `returning`
 * clause. Throws where no transaction is open.
 */
export async function execute<Row>(ctx: Context, statement: RawBuilder<Row>): Promise<Row[]> {
  return (await statement.execute(ctx.em.getKysely())).rows;
}

/**
 * Runs a query that selects whole rows of an entity (`select t.* …`) and returns plain entities.
 * The unit of work does not know them: it neither tracks nor stores their changes. `updateEntities`
 * stores many of them with one statement.
 */
export async function entities<T extends object>(
  ctx: Context,
  Entity: EntityClass<T>,
  query: RawBuilder<unknown>,
): Promise<T[]> {
  return hydrate(ctx.orm, Entity, await rows(ctx, query));
}

/**
 * Like `entities`, but in the open transaction of a mutation and known to the unit of work: changes
 * are stored at its end.
 */
export async function managedEntities<T extends object>(
  ctx: Context,
  Entity: EntityClass<T>,
  query: RawBuilder<unknown>,
): Promise<T[]> {
  return (await execute(ctx, query)).map((row) => managedEntity(ctx, Entity, row));
}

/** Like `managedEntities`, for a whole row that was read already, such as that of a scheduled task. */
export const managedEntity = <T extends object>(
  ctx: Context,
  Entity: EntityClass<T>,
  row: unknown,
): T => ctx.em.map(Entity, row as never);

/**
 * Runs the query of a keyset page, which selects whole rows of an entity and `page.keys`, and
 * returns the page of plain entities.
 *
 * @example
 * const page = keysetPage(request, order);
 * return entityPage(ctx, Macro, page, {
 *   query: sql`
 *     select m.*, ${page.keys} from macro m
 *     where ${page.where} order by ${page.order} limit ${page.limit}`,
 *   count: () => countMacros(ctx),
 * });
 */
export async function entityPage<T extends object>(
  ctx: Context,
  Entity: EntityClass<T>,
  page: Keyset,
  { query, count }: { query: RawBuilder<unknown>; count: () => Promise<number> },
): Promise<Page<T>> {
  const pageRows = await rows(ctx, query);
  return page.page(pageRows as object[], hydrate(ctx.orm, Entity, pageRows), count);
}

/** The most rows that one statement of `updateEntities` carries. */
const UPDATE_BATCH_SIZE = 5_000;

/**
 * Stores changed entities that `entities` has read and the transaction has locked: thousands with
 * one statement, ten times faster than the unit of work. It writes every column of the class. A
 * column that a trigger maintains must therefore not be a property of the class; the test helper
 * `mappingErrors` checks this.
 */
export async function updateEntities<T extends object>(
  ctx: Context,
  Entity: EntityClass<T>,
  changed: readonly T[],
): Promise<void> {
  if (!changed.length) return;
  const meta = ctx.orm.getMetadata(Entity as never) as EntityMetadata;
  const columns = Object.values(meta.properties).filter(
    ({ fieldNames, persist }) => fieldNames?.length === 1 && persist !== false,
  );
  const toRow = (entity: T): object =>
    Object.fromEntries(
      columns.map(({ name, fieldNames, customType }) => {
        const value = (entity as Record<string, unknown>)[name];
        return [
          fieldNames[0]!,
          customType instanceof IdType && typeof value === 'string'
            ? uuidOf(customType.prefix, value)
            : value,
        ];
      }),
    );
  const table = sql.table(meta.tableName);
  const names = columns.filter(({ primary }) => !primary).map(({ fieldNames }) => fieldNames[0]!);
  const assignments = names.map((name) => sql`${sql.ref(name)} = fresh.${sql.ref(name)}`);
  for (let start = 0; start < changed.length; start += UPDATE_BATCH_SIZE) {
    const batch = JSON.stringify(changed.slice(start, start + UPDATE_BATCH_SIZE).map(toRow));
    await execute(
      ctx,
      sql`
        update ${table} as stored set ${sql.join(assignments)}
        from jsonb_populate_recordset(null::${table}, ${batch}::jsonb) as fresh
        where stored.id = fresh.id`,
    );
  }
}

/**
 * The UUIDs of entities, or of typed ids, as one array parameter.
 *
 * @example
 * sql`select t.* from ticket t where t.id = any(${ids('tkt', tickets)})`
 */
export const ids = (
  prefix: string,
  of: readonly (string | { id: string })[],
): RawBuilder<string[]> =>
  sql`${of.map((item) => uuidOf(prefix, typeof item === 'string' ? item : item.id))}::uuid[]`;
