import type { RawBuilder, SqlBool } from 'kysely';
import { Refusal } from '../core/errors.ts';

const MAX_LIST_LENGTH = 100;
const MAX_DEPTH = 5;
const MAX_OBJECTS = 100;

export interface FilterTree<Filter> {
  and?: Filter[] | null;
  or?: Filter[] | null;
  not?: Filter | null;
}

/** Combines the conditions of a filter: as SQL (`sql-filter.ts`) or in memory. */
export interface TreeLogic<Result> {
  allOf: (parts: Result[]) => Result;
  anyOf: (parts: Result[]) => Result;
  not: (part: Result) => Result;
}

/**
 * Compiles a filter with `and`, `or` and `not`. `leaf` returns the conditions of one filter object.
 * A filter that is more than 5 levels deep, or has more than 100 objects, is refused.
 */
export const treeFilterCompiler =
  <Result>({ allOf, anyOf, not }: TreeLogic<Result>) =>
  <Filter extends FilterTree<Filter>>(
    filter: Filter | null | undefined,
    leaf: (filter: Filter) => Result[],
  ): Result => {
    let objects = 0;
    const compile = (node: Filter, depth: number): Result => {
      if (depth > MAX_DEPTH || ++objects > MAX_OBJECTS)
        throw tooLong(
          `A filter is at most ${MAX_DEPTH} deep and has at most ${MAX_OBJECTS} objects.`,
        );
      const compileAll = (parts: Filter[]) => parts.map((part) => compile(part, depth + 1));
      return allOf([
        ...leaf(node),
        ...whenPresent(node.and, (parts) => allOf(compileAll(parts))),
        ...whenPresent(node.or, (parts) => anyOf(compileAll(parts))),
        ...whenPresent(node.not, (part) => not(compile(part, depth + 1))),
      ]);
    };
    return filter ? compile(filter, 1) : allOf([]);
  };

/** Whether a field of the filter is set, at any level. */
export function filterUses<Filter extends FilterTree<Filter>>(
  filter: Filter | null | undefined,
  field: keyof Filter,
  depth = 1,
): boolean {
  if (!filter || depth > MAX_DEPTH) return false;
  if (isPresent(filter[field])) return true;
  return [...(filter.and ?? []), ...(filter.or ?? []), filter.not].some((part) =>
    filterUses(part, field, depth + 1),
  );
}

/** The list, refused when it is longer than 100. */
export function withinListLimit<T>(list: T[]): T[] {
  if (list.length > MAX_LIST_LENGTH)
    throw tooLong(`A list in a filter has at most ${MAX_LIST_LENGTH} entries.`);
  return list;
}

const tooLong = (message: string): Refusal =>
  new Refusal([{ code: 'TOO_LONG', field: ['filter'], message }]);

const isPresent = <T>(value: T | null | undefined): value is T =>
  value !== null && value !== undefined;

/**
 * A list with the condition of one filter field, empty when the field is not set.
 *
 * @example
 * [...whenPresent(filter.name, (name) => textFilterToSql(sql`c.name`, name))]
 */
export function whenPresent<T>(
  value: T | null | undefined,
  condition: (value: T) => RawBuilder<SqlBool>,
): RawBuilder<SqlBool>[];
export function whenPresent<T, Result>(
  value: T | null | undefined,
  condition: (value: T) => Result,
): Result[];
export function whenPresent<T, Result>(
  value: T | null | undefined,
  condition: (value: T) => Result,
): Result[] {
  return isPresent(value) ? [condition(value)] : [];
}

/** A tag as it is stored: lower case and composed (NFC), so that equal-looking tags are equal. */
export const normalizeTag = (text: string): string => text.trim().toLowerCase().normalize('NFC');
