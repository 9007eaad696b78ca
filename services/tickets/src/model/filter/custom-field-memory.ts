import type { CustomFieldValue, CustomFieldValues } from '@deskgraph/common/contract/ticket-state';
import { refuseInvalidFieldFilters } from '@deskgraph/common/filter/custom-field-filter';
import { daysInRange } from '@deskgraph/common/filter/date-range';
import type { FieldFilter } from '@deskgraph/common/filter/filter-inputs';
import { whenPresent, withinListLimit } from '@deskgraph/common/filter/filter-tree';
import {
  type FilterResult,
  allOf,
  anyOf,
  isAscii,
  not,
} from '@deskgraph/common/filter/memory-filter';

interface FieldContext {
  /** The values of the ticket; undefined when they are not known. */
  values: CustomFieldValues | undefined;
  now: Date;
  /** See `MemoryFilterContext`. */
  withoutDatabase?: boolean | undefined;
}

/** Evaluates conditions on custom fields in memory, see `customFieldFiltersToSql`. */
export function customFieldFiltersMatch(
  filters: readonly FieldFilter[],
  context: FieldContext,
): FilterResult {
  refuseInvalidFieldFilters(filters);
  return allOf(filters.flatMap((filter) => resultsOf(filter, context)));
}

type Item = Exclude<CustomFieldValue, string[]>;

const DATE = /^\d{4}-\d{2}-\d{2}$/;

function resultsOf(
  { fieldId, text, number, date, choices, checked }: FieldFilter,
  { values, now, withoutDatabase = false }: FieldContext,
): FilterResult[] {
  const value = values?.[fieldId];
  const items: Item[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
  const texts = items
    .filter((item) => typeof item === 'string')
    .map((item) => item.normalize('NFC'));
  const ifKnown = (result: () => FilterResult): FilterResult => (values ? result() : undefined);
  const has = (condition: (item: Item) => boolean): FilterResult =>
    ifKnown(() => items.some(condition));
  const hasText = (part: string, condition: (text: string, part: string) => boolean) =>
    ifKnown(() => {
      if (!texts.length) return false;
      if (!withoutDatabase && ![...texts, part].every(isAscii)) return undefined;
      const lowerCase = part.normalize('NFC').toLowerCase();
      return texts.some((item) => condition(item.toLowerCase(), lowerCase));
    });
  const isOneOf = (words: string[]): FilterResult =>
    ifKnown(() =>
      anyOf(
        withinListLimit(words).flatMap((word) =>
          texts.map((item) => isSameWord(item, word.normalize('NFC'), withoutDatabase)),
        ),
      ),
    );
  return [
    ...whenPresent(text?.eq, (word) => isOneOf([word])),
    ...whenPresent(text?.in, isOneOf),
    ...whenPresent(text?.contains, (part) => hasText(part, (item, other) => item.includes(other))),
    ...whenPresent(text?.startsWith, (start) =>
      hasText(start, (item, other) => item.startsWith(other)),
    ),
    ...whenPresent(number?.eq, (expected) => has((item) => item === expected)),
    ...whenPresent(number?.gte, (min) => has((item) => typeof item === 'number' && item >= min)),
    ...whenPresent(number?.lte, (max) => has((item) => typeof item === 'number' && item <= max)),
    ...whenPresent(date && daysInRange(date, now), ({ from, until }) =>
      has((item) => typeof item === 'string' && DATE.test(item) && item >= from && item < until),
    ),
    ...whenPresent(choices?.any, isOneOf),
    ...withinListLimit(choices?.all ?? []).map((word) => isOneOf([word])),
    ...whenPresent(choices?.none, (words) => not(isOneOf(words))),
    ...whenPresent(checked, (expected) => has((item) => item === expected)),
    ...[text, number, date].flatMap((filter) =>
      whenPresent(filter?.isNull, (isNull) => ifKnown(() => (items.length === 0) === isNull)),
    ),
  ];
}

/**
 * Whether two words are equal without regard to case: true when they are identical, false when no
 * language treats them as equal. The rest depends on the collation of the database.
 */
function isSameWord(word: string, other: string, withoutDatabase: boolean): FilterResult {
  if (word === other) return true;
  if (foldCase(word) !== foldCase(other)) return false;
  return withoutDatabase || (isAscii(word) && isAscii(other)) ? true : undefined;
}

const COMBINING_DOT_ABOVE = '\u0307';
const foldCase = (text: string): string =>
  text.toUpperCase().toLowerCase().replaceAll(COMBINING_DOT_ABOVE, '');
