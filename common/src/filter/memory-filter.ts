import {
  type ChoiceFilter,
  type DateTimeFilter,
  type IdFilter,
  type NumberFilter,
  type StringFilter,
  type TagFilter,
  clampToInt32,
  withinListLimit,
  treeFilterCompiler,
  whenPresent,
  normalizeTag,
} from './sql-filter.ts';
import { durationToMs } from '../graphql/scalars.ts';

/**
 * The conditions of filter.ts about a thing at hand, with the same meaning: what is true in a statement is true here, all else is false. What
 * is not known of the thing makes the answer undefined, unless the rest decides it.
 */
export type FilterResult = boolean | undefined;

/** A value of a thing at hand: null when it has none, undefined when that is not known. */
export type MemoryValue<T> = T | null | undefined;

function allOf(answers: readonly FilterResult[]): FilterResult {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

export function anyOf(answers: readonly FilterResult[]): FilterResult {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

export const treeFilterMatches = treeFilterCompiler<FilterResult>({
  every: allOf,
  some: anyOf,
  not: (answer) => (answer === undefined ? undefined : !answer),
});

const about = (value: unknown, parts: boolean[]): FilterResult =>
  value === undefined ? undefined : allOf(parts);

/** Typed ids are equal when what they stand for is; one of another type, or a malformed one, is nobody’s. */
export function idFilterMatches(
  id: MemoryValue<string>,
  filter: IdFilter,
  me: string,
): FilterResult {
  const among = (ids: string[]): boolean =>
    withinListLimit(ids).some((each) => id === (each === 'me' ? me : each));
  return about(id, [
    ...whenPresent(filter.eq, (each) => among([each])),
    ...whenPresent(filter.in, among),
    ...whenPresent(filter.notIn, (ids) => !among(ids)),
    ...whenPresent(filter.isNull, (isNull) => (id === null) === isNull),
  ]);
}

/** A condition on several ids, of which one or more may be meant. */
export function idListFilterMatches(
  ids: readonly string[] | undefined,
  filter: IdFilter,
  me: string,
): FilterResult {
  const some = (given: string[]): boolean =>
    withinListLimit(given).some((each) => ids!.includes(each === 'me' ? me : each));
  if (!ids) return undefined;
  return allOf([
    ...whenPresent(filter.eq, (each) => some([each])),
    ...whenPresent(filter.in, some),
    ...whenPresent(filter.notIn, (given) => !some(given)),
    ...whenPresent(filter.isNull, (isNull) => (ids.length === 0) === isNull),
  ]);
}

export function numberFilterMatches(
  number: MemoryValue<number>,
  filter: NumberFilter,
): FilterResult {
  const has = (holds: (value: number) => boolean): boolean =>
    typeof number === 'number' && holds(number);
  return about(number, [
    ...whenPresent(filter.eq, (given) => has((value) => value === given)),
    ...whenPresent(filter.gte, (given) => has((value) => value >= clampToInt32(Math.ceil(given)))),
    ...whenPresent(filter.lte, (given) => has((value) => value <= clampToInt32(Math.floor(given)))),
    ...whenPresent(filter.isNull, (isNull) => (number === null) === isNull),
  ]);
}

/** Beyond ASCII what letters are the same is for the database to say. */
// eslint-disable-next-line no-control-regex -- the whole of ASCII
const PLAIN = /^[\u0000-\u007F]*$/;

/** Text of a thing at hand; undefined where only a statement can say. */
export function textFilterMatches(text: MemoryValue<string>, filter: StringFilter): FilterResult {
  const has = (given: string[], holds: (text: string, given: string) => boolean): FilterResult => {
    if (typeof text !== 'string') return false;
    if (![text, ...given].every((each) => PLAIN.test(each))) return undefined;
    return given.some((each) => holds(text.toLowerCase(), each.toLowerCase()));
  };
  if (text === undefined) return undefined;
  return allOf([
    ...whenPresent(filter.eq, (given) => has([given], (each, one) => each === one)),
    ...whenPresent(filter.in, (given) => has(withinListLimit(given), (each, one) => each === one)),
    ...whenPresent(filter.contains, (given) => has([given], (each, one) => each.includes(one))),
    ...whenPresent(filter.startsWith, (given) => has([given], (each, one) => each.startsWith(one))),
    ...whenPresent(filter.isNull, (isNull) => (text === null) === isNull),
  ]);
}

/** An instant of a fact is text, as facts are. */
export function instantFilterMatches(
  instant: MemoryValue<Date | string>,
  filter: DateTimeFilter,
  now: Date,
): FilterResult {
  const at = instant === null || instant === undefined ? Number.NaN : new Date(instant).getTime();
  const away = (duration: string, sign: number): number =>
    now.getTime() + sign * durationToMs(duration)!;
  return about(instant, [
    ...whenPresent(filter.gte, (from) => at >= from.getTime()),
    ...whenPresent(filter.lt, (until) => at < until.getTime()),
    ...whenPresent(
      filter.within,
      (duration) => at >= away(duration, -1) && at <= away(duration, 1),
    ),
    ...whenPresent(filter.olderThan, (duration) => at < away(duration, -1)),
    ...whenPresent(filter.isNull, (isNull) => (instant === null) === isNull),
  ]);
}

export const choiceFilterMatches = <T extends string>(
  choice: MemoryValue<T>,
  filter: ChoiceFilter<T>,
): FilterResult =>
  about(choice, [
    ...whenPresent(filter.eq, (given) => choice === given),
    ...whenPresent(filter.in, (given) => withinListLimit(given).includes(choice as T)),
    ...whenPresent(
      filter.notIn,
      (given) => choice !== null && !withinListLimit(given).includes(choice as T),
    ),
  ]);

/** Words are kept as `wordOf` makes them. */
export function tagFilterMatches(
  words: readonly string[] | undefined,
  { any, all, none }: TagFilter,
): FilterResult {
  const has = (word: string): boolean => words!.includes(normalizeTag(word));
  if (!words) return undefined;
  return allOf([
    ...whenPresent(any, (names) => withinListLimit(names).some(has)),
    ...whenPresent(all, (names) => withinListLimit(names).every(has)),
    ...whenPresent(none, (names) => !withinListLimit(names).some(has)),
  ]);
}
