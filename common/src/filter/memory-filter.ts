import {
  type ChoiceFilter,
  type DateTimeFilter,
  type IdFilter,
  type NumberFilter,
  type StringFilter,
  type TagFilter,
  bounded,
  listed,
  treeOf,
  when,
  wordOf,
} from './sql-filter.ts';
import { milliseconds } from '../graphql/scalars.ts';

/**
 * The conditions of filter.ts about a thing at hand, with the same meaning: what is true in a statement is true here, all else is false. What
 * is not known of the thing makes the answer undefined, unless the rest decides it.
 */
export type Answer = boolean | undefined;

/** A value of a thing at hand: null when it has none, undefined when that is not known. */
export type Known<T> = T | null | undefined;

function every(answers: readonly Answer[]): Answer {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

export function some(answers: readonly Answer[]): Answer {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

export const treeFits = treeOf<Answer>({
  every,
  some,
  not: (answer) => (answer === undefined ? undefined : !answer),
});

const about = (value: unknown, parts: boolean[]): Answer =>
  value === undefined ? undefined : every(parts);

/** Typed ids are equal when what they stand for is; one of another type, or a malformed one, is nobody’s. */
export function idFits(id: Known<string>, filter: IdFilter, me: string): Answer {
  const among = (ids: string[]): boolean =>
    listed(ids).some((each) => id === (each === 'me' ? me : each));
  return about(id, [
    ...when(filter.eq, (each) => among([each])),
    ...when(filter.in, among),
    ...when(filter.notIn, (ids) => !among(ids)),
    ...when(filter.isNull, (isNull) => (id === null) === isNull),
  ]);
}

/** A condition on several ids, of which one or more may be meant. */
export function idsFit(ids: readonly string[] | undefined, filter: IdFilter, me: string): Answer {
  const some = (given: string[]): boolean =>
    listed(given).some((each) => ids!.includes(each === 'me' ? me : each));
  if (!ids) return undefined;
  return every([
    ...when(filter.eq, (each) => some([each])),
    ...when(filter.in, some),
    ...when(filter.notIn, (given) => !some(given)),
    ...when(filter.isNull, (isNull) => (ids.length === 0) === isNull),
  ]);
}

export function numberFits(number: Known<number>, filter: NumberFilter): Answer {
  const has = (holds: (value: number) => boolean): boolean =>
    typeof number === 'number' && holds(number);
  return about(number, [
    ...when(filter.eq, (given) => has((value) => value === given)),
    ...when(filter.gte, (given) => has((value) => value >= bounded(Math.ceil(given)))),
    ...when(filter.lte, (given) => has((value) => value <= bounded(Math.floor(given)))),
    ...when(filter.isNull, (isNull) => (number === null) === isNull),
  ]);
}

/** Beyond ASCII what letters are the same is for the database to say. */
// eslint-disable-next-line no-control-regex -- the whole of ASCII
const PLAIN = /^[\u0000-\u007F]*$/;

/** Text of a thing at hand; undefined where only a statement can say. */
export function textFits(text: Known<string>, filter: StringFilter): Answer {
  const has = (given: string[], holds: (text: string, given: string) => boolean): Answer => {
    if (typeof text !== 'string') return false;
    if (![text, ...given].every((each) => PLAIN.test(each))) return undefined;
    return given.some((each) => holds(text.toLowerCase(), each.toLowerCase()));
  };
  if (text === undefined) return undefined;
  return every([
    ...when(filter.eq, (given) => has([given], (each, one) => each === one)),
    ...when(filter.in, (given) => has(listed(given), (each, one) => each === one)),
    ...when(filter.contains, (given) => has([given], (each, one) => each.includes(one))),
    ...when(filter.startsWith, (given) => has([given], (each, one) => each.startsWith(one))),
    ...when(filter.isNull, (isNull) => (text === null) === isNull),
  ]);
}

/** An instant of a fact is text, as facts are. */
export function instantFits(
  instant: Known<Date | string>,
  filter: DateTimeFilter,
  now: Date,
): Answer {
  const at = instant === null || instant === undefined ? Number.NaN : new Date(instant).getTime();
  const away = (duration: string, sign: number): number =>
    now.getTime() + sign * milliseconds(duration)!;
  return about(instant, [
    ...when(filter.gte, (from) => at >= from.getTime()),
    ...when(filter.lt, (until) => at < until.getTime()),
    ...when(filter.within, (duration) => at >= away(duration, -1) && at <= away(duration, 1)),
    ...when(filter.olderThan, (duration) => at < away(duration, -1)),
    ...when(filter.isNull, (isNull) => (instant === null) === isNull),
  ]);
}

export const choiceFits = <T extends string>(choice: Known<T>, filter: ChoiceFilter<T>): Answer =>
  about(choice, [
    ...when(filter.eq, (given) => choice === given),
    ...when(filter.in, (given) => listed(given).includes(choice as T)),
    ...when(filter.notIn, (given) => choice !== null && !listed(given).includes(choice as T)),
  ]);

/** Words are kept as `wordOf` makes them. */
export function wordsFit(
  words: readonly string[] | undefined,
  { any, all, none }: TagFilter,
): Answer {
  const has = (word: string): boolean => words!.includes(wordOf(word));
  if (!words) return undefined;
  return every([
    ...when(any, (names) => listed(names).some(has)),
    ...when(all, (names) => listed(names).every(has)),
    ...when(none, (names) => !listed(names).some(has)),
  ]);
}
