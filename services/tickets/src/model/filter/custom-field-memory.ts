import { type FilterResult, anyOf } from '@deskgraph/common/filter/memory-filter';
import { daysInRange } from '@deskgraph/common/filter/date-range';
import { withinListLimit, whenPresent } from '@deskgraph/common/filter/sql-filter';
import {
  type FieldFilter,
  refuseInvalidFieldFilters,
} from '@deskgraph/common/filter/custom-field-filter';
import type { CustomFieldValue, CustomFieldValues } from '../field/value.ts';

/**
 * The conditions of `fieldsMatch` about values at hand; undefined where only a statement can say. `alone`: there is none to ask, so that letters
 * are compared here as well as can be.
 */
export function customFieldFiltersMatch(
  filters: readonly FieldFilter[],
  values: CustomFieldValues | undefined,
  now: Date,
  alone = false,
): FilterResult {
  refuseInvalidFieldFilters(filters);
  const answers = new Set(filters.flatMap((filter) => parts(filter, values, now, alone)));
  if (answers.has(false)) return false;
  return answers.has(undefined) ? undefined : true;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function parts(
  { fieldId, text, number, date, choices, checked }: FieldFilter,
  values: CustomFieldValues | undefined,
  now: Date,
  alone: boolean,
): FilterResult[] {
  const value = values?.[fieldId];
  const items: Exclude<CustomFieldValue, string[]>[] =
    value === undefined ? [] : Array.isArray(value) ? value : [value];
  const ask = (answer: () => FilterResult): FilterResult => (values ? answer() : undefined);
  const has = (holds: (item: Exclude<CustomFieldValue, string[]>) => boolean) =>
    ask(() => items.some(holds));
  const texts = items
    .filter((item) => typeof item === 'string')
    .map((item) => item.normalize('NFC'));
  const word = (given: string[], holds: (text: string, given: string) => boolean): FilterResult =>
    ask(() => {
      if (!texts.length) return false;
      if (!alone && ![...texts, ...given].every((each) => PLAIN.test(each))) return undefined;
      return texts.some((each) =>
        given.some((one) => holds(each.toLowerCase(), one.normalize('NFC').toLowerCase())),
      );
    });
  const among = (given: string[]): FilterResult =>
    ask(() =>
      anyOf(
        withinListLimit(given).flatMap((one) =>
          texts.map((each) => same(each, one.normalize('NFC'), alone)),
        ),
      ),
    );
  const not = (answer: FilterResult): FilterResult => (answer === undefined ? undefined : !answer);
  return [
    ...whenPresent(text?.eq, (given) => among([given])),
    ...whenPresent(text?.in, among),
    ...whenPresent(text?.contains, (given) => word([given], (each, one) => each.includes(one))),
    ...whenPresent(text?.startsWith, (given) => word([given], (each, one) => each.startsWith(one))),
    ...whenPresent(number?.eq, (given) => has((item) => item === given)),
    ...whenPresent(number?.gte, (given) =>
      has((item) => typeof item === 'number' && item >= given),
    ),
    ...whenPresent(number?.lte, (given) =>
      has((item) => typeof item === 'number' && item <= given),
    ),
    ...whenPresent(date && daysInRange(date, now), ({ from, until }) =>
      has((item) => typeof item === 'string' && DAY.test(item) && item >= from && item < until),
    ),
    ...whenPresent(choices?.any, among),
    ...withinListLimit(choices?.all ?? []).map((given) => among([given])),
    ...whenPresent(choices?.none, (given) => not(among(given))),
    ...whenPresent(checked, (given) => has((item) => item === given)),
    ...[text, number, date].flatMap((filter) =>
      whenPresent(filter?.isNull, (isNull) => ask(() => (items.length === 0) === isNull)),
    ),
  ];
}

/** Words that are the same to the letter are the same, and those that no language takes for the same are not. */
function same(one: string, other: string, alone: boolean): FilterResult {
  if (one === other) return true;
  if (folded(one) !== folded(other)) return false;
  return alone || (PLAIN.test(one) && PLAIN.test(other)) ? true : undefined;
}

const folded = (text: string): string => text.toUpperCase().toLowerCase().replaceAll(DOT_ABOVE, '');
const DOT_ABOVE = '\u0307';

/** Beyond ASCII what letters are the same is for the database to say. */
// eslint-disable-next-line no-control-regex -- the whole of ASCII
const PLAIN = /^[\u0000-\u007F]*$/;
