import type { SqlBool } from 'kysely';
import { sql } from '@deskgraph/common/database/database';
import { daysInRange } from '@deskgraph/common/filter/date-range';
import {
  type FieldFilter,
  refuseInvalidFieldFilters,
} from '@deskgraph/common/filter/custom-field-filter';
import { type Condition, withinListLimit, whenPresent } from '@deskgraph/common/filter/sql-filter';

/** Conditions on the values of `t`, as its last fact told them. */
export function customFieldFiltersToSql(filters: readonly FieldFilter[]): Condition {
  refuseInvalidFieldFilters(filters);
  const conditions = filters.map(fieldMatches);
  return conditions.length
    ? sql<SqlBool>`(${sql.join(conditions, sql` and `)})`
    : sql<SqlBool>`true`;
}

function fieldMatches({ fieldId, text, number, date, choices, checked }: FieldFilter): Condition {
  const value = sql`(t.fields -> ${fieldId})`;
  const has = (condition: Condition): Condition => sql<SqlBool>`exists (
    select from jsonb_array_elements(case jsonb_typeof(${value}) when 'array' then ${value} else jsonb_build_array(${value}) end) as each (item)
    cross join lateral (select
      case jsonb_typeof(item) when 'string' then lower(normalize(item #>> '{}')) end as word,
      case jsonb_typeof(item) when 'number' then (item #>> '{}')::double precision end as number,
      case jsonb_typeof(item) when 'boolean' then (item #>> '{}')::boolean end as checked) as v
    where ${condition})`;
  const isNull = (given: boolean): Condition => sql<SqlBool>`(${value} is null) = ${given}`;
  const among = (words: string[]): Condition =>
    has(
      sql`v.word = any(array(select lower(normalize(word)) from unnest(${withinListLimit(words)}::text[]) word))`,
    );
  const parts: Condition[] = [
    ...whenPresent(text?.eq, (word) => among([word])),
    ...whenPresent(text?.in, among),
    ...whenPresent(text?.contains, (part) =>
      has(sql`strpos(v.word, lower(normalize(${part}))) > 0`),
    ),
    ...whenPresent(text?.startsWith, (part) =>
      has(sql`starts_with(v.word, lower(normalize(${part})))`),
    ),
    ...whenPresent(number?.eq, (given) => has(sql`v.number = ${given}::double precision`)),
    ...whenPresent(number?.gte, (given) => has(sql`v.number >= ${given}::double precision`)),
    ...whenPresent(number?.lte, (given) => has(sql`v.number <= ${given}::double precision`)),
    ...whenPresent(date && daysInRange(date, new Date()), ({ from, until }) =>
      has(
        sql`v.word ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' and v.word collate "C" >= ${from} and v.word collate "C" < ${until}`,
      ),
    ),
    ...whenPresent(choices?.any, among),
    ...withinListLimit(choices?.all ?? []).map((word) => among([word])),
    ...whenPresent(choices?.none, (words) => sql<SqlBool>`not ${among(words)}`),
    ...whenPresent(checked, (given) => has(sql`v.checked = ${given}`)),
    ...[text, number, date].flatMap((filter) => whenPresent(filter?.isNull, isNull)),
  ];
  return parts.length ? sql<SqlBool>`(${sql.join(parts, sql` and `)})` : sql<SqlBool>`true`;
}
