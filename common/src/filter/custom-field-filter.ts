import { type RawBuilder, sql } from 'kysely';
import { Refusal } from '../core/errors.ts';
import { daysInRange } from './date-range.ts';
import type { FieldFilter } from './filter-inputs.ts';
import { whenPresent, withinListLimit } from './filter-tree.ts';
import { type Condition, allConditions } from './sql-filter.ts';

const MAX_FILTERS = 10;
const COMPARATORS = ['text', 'number', 'date', 'choices', 'checked'] as const;

/** Refuses more than 10 conditions on custom fields, and each without exactly one comparator. */
export function refuseInvalidFieldFilters(filters: readonly FieldFilter[]): void {
  if (filters.length > MAX_FILTERS)
    throw new Refusal([
      {
        code: 'TOO_LONG',
        field: ['filter'],
        message: `A filter has at most ${MAX_FILTERS} custom fields in one object.`,
      },
    ]);
  for (const filter of filters)
    if (
      COMPARATORS.filter((name) => filter[name] !== null && filter[name] !== undefined).length !== 1
    )
      throw new Refusal([
        {
          code: 'INVALID',
          field: ['filter'],
          message: `A condition on a custom field has exactly one of ${COMPARATORS.join(', ')}.`,
        },
      ]);
}

/**
 * A condition on the values of one custom field. `hasValue(condition)` must hold when there is a
 * value `v` of the field for which the condition holds. The columns of `v` are `text` (a text or an
 * option, normalized: `lower(normalize(…)) collate "C"`), `word` (the first 200 characters of it,
 * which an index can hold), `number` and `checked`.
 */
export function customFieldFilterToSql(
  { text, number, date, choices, checked }: FieldFilter,
  now: Date,
  hasValue: (condition: Condition) => Condition,
): Condition {
  const isNull = (expected: boolean): Condition =>
    expected ? sql`not ${hasValue(sql`true`)}` : hasValue(sql`true`);
  const isOneOf = (words: string[]): Condition =>
    hasValue(
      sql`v.word = any(${normalized(withinListLimit(words), sql`200`)}) and v.text = any(${normalized(words, sql`10000`)})`,
    );
  return allConditions([
    ...whenPresent(text?.eq, (word) => isOneOf([word])),
    ...whenPresent(text?.in, isOneOf),
    ...whenPresent(text?.contains, (part) =>
      hasValue(sql`strpos(v.text, lower(normalize(${part}))) > 0`),
    ),
    ...whenPresent(text?.startsWith, (start) =>
      hasValue(sql`starts_with(v.text, lower(normalize(${start})))`),
    ),
    ...whenPresent(number?.eq, (value) => hasValue(sql`v.number = ${value}::double precision`)),
    ...whenPresent(number?.gte, (value) => hasValue(sql`v.number >= ${value}::double precision`)),
    ...whenPresent(number?.lte, (value) => hasValue(sql`v.number <= ${value}::double precision`)),
    ...whenPresent(date && daysInRange(date, now), ({ from, until }) =>
      hasValue(
        sql`v.word ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' and v.word >= ${from} and v.word < ${until}`,
      ),
    ),
    ...whenPresent(choices?.any, isOneOf),
    ...withinListLimit(choices?.all ?? []).map((word) => isOneOf([word])),
    ...whenPresent(choices?.none, (words): Condition => sql`not ${isOneOf(words)}`),
    ...whenPresent(checked, (expected) => hasValue(sql`v.checked = ${expected}`)),
    ...[text, number, date].flatMap((filter) => whenPresent(filter?.isNull, isNull)),
  ]);
}

/** Words as `v.text` is stored. The database decides which letters are equal. */
const normalized = (words: string[], length: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`array(select left(lower(normalize(word)), ${length}) from unnest(${words}::text[]) word)`;

/** `hasValue` of `customFieldFilterToSql` for a JSON column with the values by field id. */
export const hasJsonFieldValue = (
  column: RawBuilder<unknown>,
  fieldId: string,
  condition: Condition,
): Condition => sql`exists (
    select from jsonb_array_elements(
      case jsonb_typeof(${column} -> ${fieldId})
        when 'array' then ${column} -> ${fieldId}
        else jsonb_build_array(${column} -> ${fieldId})
      end
    ) as item (value)
    cross join lateral (
      select case jsonb_typeof(item.value) when 'string' then lower(normalize(item.value #>> '{}')) end
    ) as folded (text)
    cross join lateral (select
      left(folded.text, 200) collate "C", folded.text collate "C",
      case jsonb_typeof(item.value) when 'number' then (item.value #>> '{}')::double precision end,
      case jsonb_typeof(item.value) when 'boolean' then (item.value #>> '{}')::boolean end
    ) as v (word, text, number, checked)
    where jsonb_exists(${column}, ${fieldId}) and ${condition})`;
