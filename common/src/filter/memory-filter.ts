import { durationToMs } from '../graphql/scalars.ts';
import type {
  ChoiceFilter,
  DateTimeFilter,
  IdFilter,
  NumberFilter,
  StringFilter,
  TagFilter,
} from './filter-inputs.ts';
import { normalizeTag, treeFilterCompiler, whenPresent, withinListLimit } from './filter-tree.ts';
import { clampToInt32 } from './sql-filter.ts';

/**
 * The result of a condition that is evaluated in memory: the same as that of its SQL twin in
 * `sql-filter.ts`, or undefined when it depends on a value that is not known.
 */
export type FilterResult = boolean | undefined;

/** A value of an entity in memory: null when it has none, undefined when that is not known. */
export type MemoryValue<T> = T | null | undefined;

export function allOf(results: readonly FilterResult[]): FilterResult {
  if (results.includes(false)) return false;
  return results.includes(undefined) ? undefined : true;
}

export function anyOf(results: readonly FilterResult[]): FilterResult {
  if (results.includes(true)) return true;
  return results.includes(undefined) ? undefined : false;
}

export const not = (result: FilterResult): FilterResult =>
  result === undefined ? undefined : !result;

export const treeFilterMatches = treeFilterCompiler<FilterResult>({ allOf, anyOf, not });

const unlessUnknown = (value: unknown, results: boolean[]): FilterResult =>
  value === undefined ? undefined : allOf(results);

/** Compares typed ids; `me` is the caller’s id. An id of another type never equals. */
export function idFilterMatches(
  id: MemoryValue<string>,
  filter: IdFilter,
  me: string,
): FilterResult {
  const isIn = (ids: string[]): boolean =>
    withinListLimit(ids).some((other) => id === (other === 'me' ? me : other));
  return unlessUnknown(id, [
    ...whenPresent(filter.eq, (other) => isIn([other])),
    ...whenPresent(filter.in, isIn),
    ...whenPresent(filter.notIn, (ids) => !isIn(ids)),
    ...whenPresent(filter.isNull, (isNull) => (id === null) === isNull),
  ]);
}

/** A condition on a list of ids: at least one of them equals. */
export function idListFilterMatches(
  ids: readonly string[] | undefined,
  filter: IdFilter,
  me: string,
): FilterResult {
  if (!ids) return undefined;
  const overlaps = (others: string[]): boolean =>
    withinListLimit(others).some((other) => ids.includes(other === 'me' ? me : other));
  return allOf([
    ...whenPresent(filter.eq, (other) => overlaps([other])),
    ...whenPresent(filter.in, overlaps),
    ...whenPresent(filter.notIn, (others) => !overlaps(others)),
    ...whenPresent(filter.isNull, (isNull) => (ids.length === 0) === isNull),
  ]);
}

export function numberFilterMatches(
  number: MemoryValue<number>,
  filter: NumberFilter,
): FilterResult {
  const has = (condition: (value: number) => boolean): boolean =>
    typeof number === 'number' && condition(number);
  return unlessUnknown(number, [
    ...whenPresent(filter.eq, (other) => has((value) => value === other)),
    ...whenPresent(filter.gte, (min) => has((value) => value >= clampToInt32(Math.ceil(min)))),
    ...whenPresent(filter.lte, (max) => has((value) => value <= clampToInt32(Math.floor(max)))),
    ...whenPresent(filter.isNull, (isNull) => (number === null) === isNull),
  ]);
}

// eslint-disable-next-line no-control-regex -- the whole of ASCII
const ASCII = /^[\u0000-\u007F]*$/;

/** Whether text is ASCII only. Which other letters are equal depends on the database’s collation. */
export const isAscii = (text: string): boolean => ASCII.test(text);

/** A condition on text, case-insensitive; undefined when one of the texts is not ASCII. */
export function textFilterMatches(text: MemoryValue<string>, filter: StringFilter): FilterResult {
  if (text === undefined) return undefined;
  const has = (others: string[], condition: (text: string, other: string) => boolean) => {
    if (text === null) return false;
    if (![text, ...others].every(isAscii)) return undefined;
    return others.some((other) => condition(text.toLowerCase(), other.toLowerCase()));
  };
  const equals = (left: string, right: string): boolean => left === right;
  return allOf([
    ...whenPresent(filter.eq, (other) => has([other], equals)),
    ...whenPresent(filter.in, (others) => has(withinListLimit(others), equals)),
    ...whenPresent(filter.contains, (part) => has([part], (left, right) => left.includes(right))),
    ...whenPresent(filter.startsWith, (start) =>
      has([start], (left, right) => left.startsWith(right)),
    ),
    ...whenPresent(filter.isNull, (isNull) => (text === null) === isNull),
  ]);
}

/** A condition on an instant: a Date, or ISO text as in the payload of an event. */
export function instantFilterMatches(
  instant: MemoryValue<Date | string>,
  filter: DateTimeFilter,
  now: Date,
): FilterResult {
  const time = instant === null || instant === undefined ? Number.NaN : new Date(instant).getTime();
  const before = (duration: string): number => now.getTime() - durationToMs(duration)!;
  const after = (duration: string): number => now.getTime() + durationToMs(duration)!;
  return unlessUnknown(instant, [
    ...whenPresent(filter.gte, (from) => time >= from.getTime()),
    ...whenPresent(filter.lt, (until) => time < until.getTime()),
    ...whenPresent(
      filter.within,
      (duration) => time >= before(duration) && time <= after(duration),
    ),
    ...whenPresent(filter.olderThan, (duration) => time < before(duration)),
    ...whenPresent(filter.isNull, (isNull) => (instant === null) === isNull),
  ]);
}

export const choiceFilterMatches = <T extends string>(
  choice: MemoryValue<T>,
  filter: ChoiceFilter<T>,
): FilterResult =>
  unlessUnknown(choice, [
    ...whenPresent(filter.eq, (other) => choice === other),
    ...whenPresent(filter.in, (others) => withinListLimit(others).includes(choice as T)),
    ...whenPresent(
      filter.notIn,
      (others) => choice !== null && !withinListLimit(others).includes(choice as T),
    ),
  ]);

export const booleanFilterMatches = (
  value: MemoryValue<boolean>,
  expected: boolean,
): FilterResult => (value === undefined ? undefined : value === expected);

/** A condition on tags as they are stored, see `normalizeTag`. */
export function tagFilterMatches(
  tags: readonly string[] | undefined,
  { any, all, none }: TagFilter,
): FilterResult {
  if (!tags) return undefined;
  const has = (tag: string): boolean => tags.includes(normalizeTag(tag));
  return allOf([
    ...whenPresent(any, (names) => withinListLimit(names).some(has)),
    ...whenPresent(all, (names) => withinListLimit(names).every(has)),
    ...whenPresent(none, (names) => !withinListLimit(names).some(has)),
  ]);
}
