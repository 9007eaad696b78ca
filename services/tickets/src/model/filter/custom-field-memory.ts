import { type Answer, some } from '@deskgraph/common/filter/memory-filter';
import { days } from '@deskgraph/common/filter/date-range';
import { listed, when } from '@deskgraph/common/filter/sql-filter';
import { type FieldFilter, refuseUnclear } from '@deskgraph/common/filter/custom-field-filter';
import type { CustomFieldValue, CustomFieldValues } from '../field/value.ts';

/**
 * The conditions of `fieldsMatch` about values at hand; undefined where only a statement can say. `alone`: there is none to ask, so that letters
 * are compared here as well as can be.
 */
export function fieldsFit(
  filters: readonly FieldFilter[],
  values: CustomFieldValues | undefined,
  now: Date,
  alone = false,
): Answer {
  refuseUnclear(filters);
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
): Answer[] {
  const value = values?.[fieldId];
  const items: Exclude<CustomFieldValue, string[]>[] =
    value === undefined ? [] : Array.isArray(value) ? value : [value];
  const ask = (answer: () => Answer): Answer => (values ? answer() : undefined);
  const has = (holds: (item: Exclude<CustomFieldValue, string[]>) => boolean) =>
    ask(() => items.some(holds));
  const texts = items
    .filter((item) => typeof item === 'string')
    .map((item) => item.normalize('NFC'));
  const word = (given: string[], holds: (text: string, given: string) => boolean): Answer =>
    ask(() => {
      if (!texts.length) return false;
      if (!alone && ![...texts, ...given].every((each) => PLAIN.test(each))) return undefined;
      return texts.some((each) =>
        given.some((one) => holds(each.toLowerCase(), one.normalize('NFC').toLowerCase())),
      );
    });
  const among = (given: string[]): Answer =>
    ask(() =>
      some(
        listed(given).flatMap((one) =>
          texts.map((each) => same(each, one.normalize('NFC'), alone)),
        ),
      ),
    );
  const not = (answer: Answer): Answer => (answer === undefined ? undefined : !answer);
  return [
    ...when(text?.eq, (given) => among([given])),
    ...when(text?.in, among),
    ...when(text?.contains, (given) => word([given], (each, one) => each.includes(one))),
    ...when(text?.startsWith, (given) => word([given], (each, one) => each.startsWith(one))),
    ...when(number?.eq, (given) => has((item) => item === given)),
    ...when(number?.gte, (given) => has((item) => typeof item === 'number' && item >= given)),
    ...when(number?.lte, (given) => has((item) => typeof item === 'number' && item <= given)),
    ...when(date && days(date, now), ({ from, until }) =>
      has((item) => typeof item === 'string' && DAY.test(item) && item >= from && item < until),
    ),
    ...when(choices?.any, among),
    ...listed(choices?.all ?? []).map((given) => among([given])),
    ...when(choices?.none, (given) => not(among(given))),
    ...when(checked, (given) => has((item) => item === given)),
    ...[text, number, date].flatMap((filter) =>
      when(filter?.isNull, (isNull) => ask(() => (items.length === 0) === isNull)),
    ),
  ];
}

/** Words that are the same to the letter are the same, and those that no language takes for the same are not. */
function same(one: string, other: string, alone: boolean): Answer {
  if (one === other) return true;
  if (folded(one) !== folded(other)) return false;
  return alone || (PLAIN.test(one) && PLAIN.test(other)) ? true : undefined;
}

const folded = (text: string): string => text.toUpperCase().toLowerCase().replaceAll(DOT_ABOVE, '');
const DOT_ABOVE = '\u0307';

/** Beyond ASCII what letters are the same is for the database to say. */
// eslint-disable-next-line no-control-regex -- the whole of ASCII
const PLAIN = /^[\u0000-\u007F]*$/;
