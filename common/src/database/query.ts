import type { EntityClass } from '@mikro-orm/postgresql';
import type { RawBuilder } from 'kysely';
import { uuidOf } from '../core/id.ts';
import type { Context } from './context.ts';
import { hydrate, sql } from './database.ts';

/**
 * Runs a query and returns its rows: in the open transaction of a mutation, else in the read snapshot of the operation.
 *
 * @example
 * const counts = await rows(ctx, sql<{ status: string; count: number }>`
 *   select status, count(*)::integer as count from ticket group by status`);
 */
export async function rows<Row>(ctx: Context, query: RawBuilder<Row>): Promise<Row[]> {
  const em = await ctx.read();
  return (await query.execute(em.getKysely())).rows;
}

/** Runs a statement in the open transaction of a mutation and returns the rows of its `returning` clause. Throws where no transaction is open. */
export async function execute<Row>(ctx: Context, statement: RawBuilder<Row>): Promise<Row[]> {
  return (await statement.execute(ctx.em.getKysely())).rows;
}

/**
 * Runs a query that selects whole rows of an entity (`select t.* …`) and returns plain entities. The unit of work does not know
 * them: it neither tracks nor stores their changes. `updateEntities` stores many of them with one statement.
 */
export async function entities<T extends object>(
  ctx: Context,
  Entity: EntityClass<T>,
  query: RawBuilder<unknown>,
): Promise<T[]> {
  return hydrate(ctx.orm, Entity, await rows(ctx, query));
}

/** Like `entities`, but in the open transaction of a mutation and known to the unit of work: changes are stored at its end. */
export async function managedEntities<T extends object>(
  ctx: Context,
  Entity: EntityClass<T>,
  query: RawBuilder<unknown>,
): Promise<T[]> {
  return (await execute(ctx, query)).map((row) => ctx.em.map(Entity, row as never));
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
  sql`${of.map((each) => uuidOf(prefix, typeof each === 'string' ? each : each.id))}::uuid[]`;
