import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { uuidOf } from '../core/id.ts';
import { durationToMs } from '../graphql/scalars.ts';
import { MAX_CODE_POINT } from '../text/tokenizer.ts';
import type {
  ChoiceFilter,
  DateTimeFilter,
  IdFilter,
  NumberFilter,
  StringFilter,
} from './filter-inputs.ts';
import { treeFilterCompiler, whenPresent, withinListLimit } from './filter-tree.ts';

export type Condition = RawBuilder<SqlBool>;

/** Joins conditions with `and`. */
export const allConditions = (parts: readonly Condition[]): Condition =>
  parts.length ? sql<SqlBool>`(${sql.join(parts, sql` and `)})` : sql<SqlBool>`true`;

const anyCondition = (parts: readonly Condition[]): Condition =>
  parts.length ? sql<SqlBool>`(${sql.join(parts, sql` or `)})` : sql<SqlBool>`false`;

export const treeFilterToSql = treeFilterCompiler<Condition>({
  allOf: allConditions,
  anyOf: anyCondition,
  not: (part) => sql<SqlBool>`(${part}) is not true`,
});

const nullCondition = (column: RawBuilder<unknown>, isNull: boolean): Condition =>
  isNull ? sql<SqlBool>`${column} is null` : sql<SqlBool>`${column} is not null`;

const escapeLike = (text: string): string =>
  text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);

/** A condition on a text column as it was entered. */
export const textFilterToSql = (column: RawBuilder<unknown>, filter: StringFilter): Condition =>
  allConditions([
    ...whenPresent(filter.eq, (text) => sql<SqlBool>`lower(${column}) = lower(${text})`),
    ...whenPresent(filter.in, (texts) => {
      const lowerCase = withinListLimit(texts).map((text) => text.toLowerCase());
      return sql<SqlBool>`lower(${column}) = any(${lowerCase}::text[])`;
    }),
    ...whenPresent(
      filter.contains,
      (text) => sql<SqlBool>`${column} ilike ${`%${escapeLike(text)}%`}`,
    ),
    ...whenPresent(
      filter.startsWith,
      (text) => sql<SqlBool>`${column} ilike ${`${escapeLike(text)}%`}`,
    ),
    ...whenPresent(filter.isNull, (isNull) => nullCondition(column, isNull)),
  ]);

/**
 * A condition on a column that is stored normalized: `lower(normalize(text)) collate "C"`. The
 * column is compared without a function around it, so its index serves, under row security too.
 */
export function normalizedTextFilterToSql(
  column: RawBuilder<unknown>,
  filter: StringFilter,
): Condition {
  const normalized = (text: string): RawBuilder<unknown> => sql`lower(normalize(${text}))`;
  return allConditions([
    ...whenPresent(filter.eq, (text) => sql<SqlBool>`${column} = ${normalized(text)}`),
    ...whenPresent(
      filter.in,
      (texts) => sql<SqlBool>`${column} = any(array(
        select lower(normalize(word)) from unnest(${withinListLimit(texts)}::text[]) word))`,
    ),
    ...whenPresent(
      filter.contains,
      (text) => sql<SqlBool>`strpos(${column}, ${normalized(text)}) > 0`,
    ),
    ...whenPresent(filter.startsWith, (text) => {
      const start = normalized(text);
      return sql<SqlBool>`(${column} >= ${start} and ${column} < ${start} || ${MAX_CODE_POINT}::text)`;
    }),
    ...whenPresent(filter.isNull, (isNull) => nullCondition(column, isNull)),
  ]);
}

/**
 * A condition on a column with the UUID of a typed id; `me` is the caller’s id. An id of another
 * type, or a malformed one, matches nothing.
 */
export function idFilterToSql(
  column: RawBuilder<unknown>,
  prefix: string,
  filter: IdFilter,
  me: string,
): Condition {
  const uuid = (id: string): string => uuidOf(prefix, id === 'me' ? me : id);
  const uuids = (ids: string[]): RawBuilder<unknown> =>
    sql`${withinListLimit(ids).map(uuid)}::uuid[]`;
  return allConditions([
    ...whenPresent(filter.eq, (id) => sql<SqlBool>`${column} = ${uuid(id)}::uuid`),
    ...whenPresent(filter.in, (ids) => sql<SqlBool>`${column} = any(${uuids(ids)})`),
    ...whenPresent(
      filter.notIn,
      (ids) => sql<SqlBool>`(${column} is null or ${column} <> all(${uuids(ids)}))`,
    ),
    ...whenPresent(filter.isNull, (isNull) => nullCondition(column, isNull)),
  ]);
}

/** A condition on an integer column; compared as integers, so that an index on it serves. */
export const numberFilterToSql = (column: RawBuilder<unknown>, filter: NumberFilter): Condition =>
  allConditions([
    ...whenPresent(filter.eq, (value) =>
      isInt32(value) ? sql<SqlBool>`${column} = ${value}::integer` : sql<SqlBool>`false`,
    ),
    ...whenPresent(
      filter.gte,
      (value) => sql<SqlBool>`${column} >= ${clampToInt32(Math.ceil(value))}::integer`,
    ),
    ...whenPresent(
      filter.lte,
      (value) => sql<SqlBool>`${column} <= ${clampToInt32(Math.floor(value))}::integer`,
    ),
    ...whenPresent(filter.isNull, (isNull) => nullCondition(column, isNull)),
  ]);

const MAX_INT32 = 2_147_483_647;
const isInt32 = (value: number): boolean => Number.isInteger(value) && Math.abs(value) <= MAX_INT32;
export const clampToInt32 = (value: number): number =>
  Math.max(-MAX_INT32, Math.min(MAX_INT32, value));

export function instantFilterToSql(
  column: RawBuilder<unknown>,
  filter: DateTimeFilter,
  now = new Date(),
): Condition {
  const before = (duration: string): Date => new Date(now.getTime() - durationToMs(duration)!);
  const after = (duration: string): Date => new Date(now.getTime() + durationToMs(duration)!);
  return allConditions([
    ...whenPresent(filter.gte, (instant) => sql<SqlBool>`${column} >= ${instant}`),
    ...whenPresent(filter.lt, (instant) => sql<SqlBool>`${column} < ${instant}`),
    ...whenPresent(
      filter.within,
      (duration) => sql<SqlBool>`${column} between ${before(duration)} and ${after(duration)}`,
    ),
    ...whenPresent(filter.olderThan, (duration) => sql<SqlBool>`${column} < ${before(duration)}`),
    ...whenPresent(filter.isNull, (isNull) => nullCondition(column, isNull)),
  ]);
}

/** A condition on a column with the name of an enum value. */
export const choiceFilterToSql = <T extends string>(
  column: RawBuilder<unknown>,
  filter: ChoiceFilter<T>,
): Condition =>
  allConditions([
    ...whenPresent(filter.eq, (value) => sql<SqlBool>`${column} = ${value}`),
    ...whenPresent(
      filter.in,
      (values) => sql<SqlBool>`${column} = any(${withinListLimit(values)}::text[])`,
    ),
    ...whenPresent(
      filter.notIn,
      (values) => sql<SqlBool>`${column} <> all(${withinListLimit(values)}::text[])`,
    ),
  ]);
