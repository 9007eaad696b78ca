import 'reflect-metadata';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { Field, Float, ID, InputType } from 'type-graphql';
import { Refusal } from '../core/errors.ts';
import { uuidOf } from '../core/id.ts';
import { DateTime, Duration, durationToMs } from '../graphql/scalars.ts';
import { LAST } from '../text/tokenizer.ts';

export type Condition = RawBuilder<SqlBool>;

@InputType({
  description:
    'A condition on text; upper and lower case are the same. All given parts hold together.',
})
export class StringFilter {
  @Field(() => String, { nullable: true, description: 'Is this text.' }) eq?: string | null;
  @Field(() => [String], { nullable: true, description: 'Is one of these, at most 100.' }) in?:
    | string[]
    | null;
  @Field(() => String, { nullable: true, description: 'Holds this text.' }) contains?:
    | string
    | null;
  @Field(() => String, { nullable: true, description: 'Begins with this text.' }) startsWith?:
    | string
    | null;
  @Field(() => Boolean, { nullable: true, description: 'Has no value (true), or has one (false).' })
  isNull?: boolean | null;
}

@InputType({
  description:
    'A condition on a reference; the word `me` stands for the caller. All given parts hold together.',
})
export class IdFilter {
  @Field(() => ID, { nullable: true, description: 'Is this one.' }) eq?: string | null;
  @Field(() => [ID], { nullable: true, description: 'Is one of these, at most 100.' }) in?:
    | string[]
    | null;
  @Field(() => [ID], { nullable: true, description: 'Is none of these, at most 100.' }) notIn?:
    | string[]
    | null;
  @Field(() => Boolean, { nullable: true, description: 'Is not set (true), or is set (false).' })
  isNull?: boolean | null;
}

@InputType({ description: 'A condition on a number. All given parts hold together.' })
export class NumberFilter {
  @Field(() => Float, { nullable: true, description: 'Equals this.' }) eq?: number | null;
  @Field(() => Float, { nullable: true, description: 'Is at least this.' }) gte?: number | null;
  @Field(() => Float, { nullable: true, description: 'Is at most this.' }) lte?: number | null;
  @Field(() => Boolean, { nullable: true, description: 'Has no value (true), or has one (false).' })
  isNull?: boolean | null;
}

@InputType({ description: 'A condition on an instant. All given parts hold together.' })
export class DateTimeFilter {
  @Field(() => DateTime, { nullable: true, description: 'From this instant on.' })
  gte?: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'Before this instant.' }) lt?: Date | null;
  @Field(() => Duration, {
    nullable: true,
    description: 'Within this length of time before or after now.',
  })
  within?: string | null;
  @Field(() => Duration, { nullable: true, description: 'Longer ago than this.' }) olderThan?:
    | string
    | null;
  @Field(() => Boolean, { nullable: true, description: 'Has no value (true), or has one (false).' })
  isNull?: boolean | null;
}

@InputType({ description: 'A condition on a list of words. All given parts hold together.' })
export class TagFilter {
  @Field(() => [String], { nullable: true, description: 'Has at least one of these.' }) any?:
    | string[]
    | null;
  @Field(() => [String], { nullable: true, description: 'Has every one of these.' }) all?:
    | string[]
    | null;
  @Field(() => [String], { nullable: true, description: 'Has none of these.' }) none?:
    | string[]
    | null;
}

/** The condition of an enum filter, `{ eq, in, notIn }`. */
export interface ChoiceFilter<T extends string> {
  eq?: T | null;
  in?: T[] | null;
  notIn?: T[] | null;
}

const LIST_LIMIT = 100;
const DEPTH_LIMIT = 5;
const NODE_LIMIT = 100;

const given = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;
const every = (parts: Condition[]): Condition =>
  parts.length ? sql<SqlBool>`(${sql.join(parts, sql` and `)})` : sql<SqlBool>`true`;
const some = (parts: Condition[]): Condition =>
  parts.length ? sql<SqlBool>`(${sql.join(parts, sql` or `)})` : sql<SqlBool>`false`;
const nullness = (column: RawBuilder<unknown>, isNull: boolean): Condition =>
  isNull ? sql<SqlBool>`${column} is null` : sql<SqlBool>`${column} is not null`;

/** A list of a filter, refused when it is too long. */
export function withinListLimit<T>(list: T[]): T[] {
  if (list.length > LIST_LIMIT)
    throw new Refusal([
      {
        code: 'TOO_LONG',
        field: ['filter'],
        message: `A list in a filter has at most ${LIST_LIMIT} entries.`,
      },
    ]);
  return list;
}

/** A word as it is kept: in lower case, its letters composed, so that what looks the same is the same. */
export const normalizeTag = (text: string): string => text.trim().toLowerCase().normalize('NFC');

const escaped = (text: string): string => text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);

export function textFilterToSql(column: RawBuilder<unknown>, filter: StringFilter): Condition {
  const parts: Condition[] = [];
  if (given(filter.eq)) parts.push(sql<SqlBool>`lower(${column}) = lower(${filter.eq})`);
  if (given(filter.in))
    parts.push(
      sql<SqlBool>`lower(${column}) = any(${withinListLimit(filter.in).map((text) => text.toLowerCase())}::text[])`,
    );
  if (given(filter.contains))
    parts.push(sql<SqlBool>`${column} ilike ${`%${escaped(filter.contains)}%`}`);
  if (given(filter.startsWith))
    parts.push(sql<SqlBool>`${column} ilike ${`${escaped(filter.startsWith)}%`}`);
  if (given(filter.isNull)) parts.push(nullness(column, filter.isNull));
  return every(parts);
}

/**
 * A condition on text that is stored as its words are spelled: `lower(normalize(text)) collate "C"`. What is compared needs no function then, and so
 * an index on the column serves, under row security too.
 */
export function normalizedTextFilterToSql(
  column: RawBuilder<unknown>,
  filter: StringFilter,
): Condition {
  const spelled = (text: string): RawBuilder<unknown> => sql`lower(normalize(${text}))`;
  const parts: Condition[] = [];
  if (given(filter.eq)) parts.push(sql<SqlBool>`${column} = ${spelled(filter.eq)}`);
  if (given(filter.in))
    parts.push(
      sql<SqlBool>`${column} = any(array(select lower(normalize(word)) from unnest(${withinListLimit(filter.in)}::text[]) word))`,
    );
  if (given(filter.contains))
    parts.push(sql<SqlBool>`strpos(${column}, ${spelled(filter.contains)}) > 0`);
  if (given(filter.startsWith)) {
    const start = spelled(filter.startsWith);
    parts.push(sql<SqlBool>`(${column} >= ${start} and ${column} < ${start} || ${LAST}::text)`);
  }
  if (given(filter.isNull)) parts.push(nullness(column, filter.isNull));
  return every(parts);
}

/** `me` is the caller's typed id; an id of another type, or a malformed one, matches nothing. */
export function idFilterToSql(
  column: RawBuilder<unknown>,
  prefix: string,
  filter: IdFilter,
  me: string,
): Condition {
  const uuid = (id: string): string => uuidOf(prefix, id === 'me' ? me : id);
  const parts: Condition[] = [];
  if (given(filter.eq)) parts.push(sql<SqlBool>`${column} = ${uuid(filter.eq)}::uuid`);
  if (given(filter.in))
    parts.push(sql<SqlBool>`${column} = any(${withinListLimit(filter.in).map(uuid)}::uuid[])`);
  if (given(filter.notIn))
    parts.push(
      sql<SqlBool>`(${column} is null or ${column} <> all(${withinListLimit(filter.notIn).map(uuid)}::uuid[]))`,
    );
  if (given(filter.isNull)) parts.push(nullness(column, filter.isNull));
  return every(parts);
}

/** A condition on a whole number; compared as one, so that an index on the column serves. */
export function numberFilterToSql(column: RawBuilder<unknown>, filter: NumberFilter): Condition {
  const parts: Condition[] = [];
  if (given(filter.eq))
    parts.push(
      isWhole(filter.eq) ? sql<SqlBool>`${column} = ${filter.eq}::integer` : sql<SqlBool>`false`,
    );
  if (given(filter.gte))
    parts.push(sql<SqlBool>`${column} >= ${clampToInt32(Math.ceil(filter.gte))}::integer`);
  if (given(filter.lte))
    parts.push(sql<SqlBool>`${column} <= ${clampToInt32(Math.floor(filter.lte))}::integer`);
  if (given(filter.isNull)) parts.push(nullness(column, filter.isNull));
  return every(parts);
}

const MOST = 2_147_483_647;
const isWhole = (value: number): boolean => Number.isInteger(value) && Math.abs(value) <= MOST;
export const clampToInt32 = (value: number): number => Math.max(-MOST, Math.min(MOST, value));

export function instantFilterToSql(
  column: RawBuilder<unknown>,
  filter: DateTimeFilter,
  now = new Date(),
): Condition {
  const parts: Condition[] = [];
  const shifted = (duration: string, sign: number): Date =>
    new Date(now.getTime() + sign * durationToMs(duration)!);
  if (given(filter.gte)) parts.push(sql<SqlBool>`${column} >= ${filter.gte}`);
  if (given(filter.lt)) parts.push(sql<SqlBool>`${column} < ${filter.lt}`);
  if (given(filter.within))
    parts.push(
      sql<SqlBool>`${column} between ${shifted(filter.within, -1)} and ${shifted(filter.within, 1)}`,
    );
  if (given(filter.olderThan))
    parts.push(sql<SqlBool>`${column} < ${shifted(filter.olderThan, -1)}`);
  if (given(filter.isNull)) parts.push(nullness(column, filter.isNull));
  return every(parts);
}

export function choiceFilterToSql<T extends string>(
  column: RawBuilder<unknown>,
  filter: ChoiceFilter<T>,
): Condition {
  const parts: Condition[] = [];
  if (given(filter.eq)) parts.push(sql<SqlBool>`${column} = ${filter.eq}`);
  if (given(filter.in))
    parts.push(sql<SqlBool>`${column} = any(${withinListLimit(filter.in)}::text[])`);
  if (given(filter.notIn))
    parts.push(sql<SqlBool>`${column} <> all(${withinListLimit(filter.notIn)}::text[])`);
  return every(parts);
}

export interface FilterTree<F> {
  and?: F[] | null;
  or?: F[] | null;
  not?: F | null;
}

/** How conditions are put together: in a statement, or about a thing at hand (fits.ts). */
export interface TreeLogic<C> {
  every: (parts: C[]) => C;
  some: (parts: C[]) => C;
  not: (part: C) => C;
}

/** A filter with `and`, `or` and `not` as one condition: `leaf` gives the conditions of one object; at most 5 deep and 100 objects. */
export const treeFilterCompiler =
  <C>({ every, some, not }: TreeLogic<C>) =>
  <F extends FilterTree<F>>(filter: F | null | undefined, leaf: (filter: F) => C[]): C => {
    let nodes = 0;
    const compile = (node: F, depth: number): C => {
      if (depth > DEPTH_LIMIT || ++nodes > NODE_LIMIT)
        throw new Refusal([
          {
            code: 'TOO_LONG',
            field: ['filter'],
            message: `A filter is at most ${DEPTH_LIMIT} deep and has at most ${NODE_LIMIT} objects.`,
          },
        ]);
      const parts = leaf(node);
      if (given(node.and)) parts.push(every(node.and.map((each) => compile(each, depth + 1))));
      if (given(node.or)) parts.push(some(node.or.map((each) => compile(each, depth + 1))));
      if (given(node.not)) parts.push(not(compile(node.not, depth + 1)));
      return every(parts);
    };
    return filter ? compile(filter, 1) : every([]);
  };

export const treeFilterToSql = treeFilterCompiler<Condition>({
  every,
  some,
  not: (part) => sql<SqlBool>`(${part}) is not true`,
});

/** Is a field of the filter given, here or in any part of it? */
export function filterUses<F extends FilterTree<F>>(
  filter: F | null | undefined,
  field: keyof F,
  depth = 1,
): boolean {
  if (!filter || depth > DEPTH_LIMIT) return false;
  if (given(filter[field])) return true;
  return [...(filter.and ?? []), ...(filter.or ?? []), filter.not].some((part) =>
    filterUses(part, field, depth + 1),
  );
}

/** One filter field: its condition when it is given. */
export function whenPresent<T>(
  value: T | null | undefined,
  condition: (value: T) => Condition,
): Condition[];
export function whenPresent<T, C>(value: T | null | undefined, condition: (value: T) => C): C[];
export function whenPresent<T, C>(value: T | null | undefined, condition: (value: T) => C): C[] {
  return given(value) ? [condition(value)] : [];
}
