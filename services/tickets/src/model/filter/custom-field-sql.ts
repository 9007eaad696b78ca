import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { daysInRange } from '@deskgraph/common/filter/date-range';
import {
  type FieldFilter,
  refuseInvalidFieldFilters,
} from '@deskgraph/common/filter/custom-field-filter';
import { type Condition, withinListLimit, whenPresent } from '@deskgraph/common/filter/sql-filter';
import { uuidOf } from '@deskgraph/common/core/id';
import { readsOnHold } from '../ticket/read-rights.ts';
import { visibleFieldSql } from '../field/queries.ts';

/** Tickets with a value `v` of a field for which the condition holds. */
export type Valued = (fieldId: string, actor: Actor, condition: Condition) => Condition;

export const storedValues: Valued = (fieldId, { workspace }, condition) =>
  sql`t.id in (select v.ticket_id from field_value v where v.workspace_id = ${workspace}::uuid and v.field_id = ${fieldId} and ${condition})`;

/** The conditions on `t`; `fieldsFit` says the same of values at hand. */
export function customFieldFiltersToSql(
  filters: readonly FieldFilter[],
  actor: Actor,
  now: Date,
  valued: Valued = storedValues,
): Condition {
  refuseInvalidFieldFilters(filters);
  const conditions = filters.map((filter) => {
    const holds = fieldMatches(filter, now, (condition) =>
      valued(filter.fieldId, actor, condition),
    );
    if (readsOnHold(actor)) return holds;
    const isShown = sql`exists (select from ticket_field f where f.id = ${uuidOf('fld', filter.fieldId)}::uuid and ${visibleFieldSql(actor)})`;
    return sql`(${isShown} and ${holds})`;
  });
  return conditions.length ? sql`(${sql.join(conditions, sql` and `)})` : sql`true`;
}

function fieldMatches(
  { text, number, date, choices, checked }: FieldFilter,
  now: Date,
  has: (condition: Condition) => Condition,
): Condition {
  const isNull = (given: boolean): Condition =>
    given ? sql`not ${has(sql`true`)}` : has(sql`true`);
  const among = (words: string[]): Condition =>
    has(
      sql`v.word = any(${spelled(withinListLimit(words))}) and v.text = any(${spelled(words, sql`10000`)})`,
    );
  const parts: Condition[] = [
    ...whenPresent(text?.eq, (word) => among([word])),
    ...whenPresent(text?.in, among),
    ...whenPresent(text?.contains, (part) =>
      has(sql`strpos(v.text, lower(normalize(${part}))) > 0`),
    ),
    ...whenPresent(text?.startsWith, (part) =>
      has(sql`starts_with(v.text, lower(normalize(${part})))`),
    ),
    ...whenPresent(number?.eq, (value) => has(sql`v.number = ${value}::double precision`)),
    ...whenPresent(number?.gte, (value) => has(sql`v.number >= ${value}::double precision`)),
    ...whenPresent(number?.lte, (value) => has(sql`v.number <= ${value}::double precision`)),
    ...whenPresent(date && daysInRange(date, now), ({ from, until }) =>
      has(sql`v.word ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' and v.word >= ${from} and v.word < ${until}`),
    ),
    ...whenPresent(choices?.any, among),
    ...withinListLimit(choices?.all ?? []).map((word) => among([word])),
    ...whenPresent(choices?.none, (words) => sql`not ${among(words)}`),
    ...whenPresent(checked, (given) => has(sql`v.checked = ${given}`)),
    ...[text, number, date].flatMap((filter) => whenPresent(filter?.isNull, isNull)),
  ];
  return parts.length ? sql`(${sql.join(parts, sql` and `)})` : sql`true`;
}

/** Words as the table of values spells them; the database says what letters are the same. */
const spelled = (words: string[], length = sql`200`) =>
  sql`array(select left(lower(normalize(word)), ${length}) from unnest(${words}::text[]) word)`;
