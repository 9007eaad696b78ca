import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { days } from '@deskgraph/common/filter/date-range';
import { type FieldFilter, refuseUnclear } from '@deskgraph/common/filter/custom-field-filter';
import { type Condition, listed, when } from '@deskgraph/common/filter/sql-filter';
import { uuidOf } from '@deskgraph/common/core/id';
import { readsOnHold } from '../ticket/read-rights.ts';
import { visibleFieldSql } from '../field/find.ts';

/** Tickets with a value `v` of a field for which the condition holds. */
export type Valued = (fieldId: string, actor: Actor, condition: Condition) => Condition;

export const storedValues: Valued = (fieldId, { workspace }, condition) =>
  sql`t.id in (select v.ticket_id from field_value v where v.workspace_id = ${workspace}::uuid and v.field_id = ${fieldId} and ${condition})`;

/** The conditions on `t`; `fieldsFit` says the same of values at hand. */
export function fieldsMatch(
  filters: readonly FieldFilter[],
  actor: Actor,
  now: Date,
  valued: Valued = storedValues,
): Condition {
  refuseUnclear(filters);
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
      sql`v.word = any(${spelled(listed(words))}) and v.text = any(${spelled(words, sql`10000`)})`,
    );
  const parts: Condition[] = [
    ...when(text?.eq, (word) => among([word])),
    ...when(text?.in, among),
    ...when(text?.contains, (part) => has(sql`strpos(v.text, lower(normalize(${part}))) > 0`)),
    ...when(text?.startsWith, (part) => has(sql`starts_with(v.text, lower(normalize(${part})))`)),
    ...when(number?.eq, (value) => has(sql`v.number = ${value}::double precision`)),
    ...when(number?.gte, (value) => has(sql`v.number >= ${value}::double precision`)),
    ...when(number?.lte, (value) => has(sql`v.number <= ${value}::double precision`)),
    ...when(date && days(date, now), ({ from, until }) =>
      has(sql`v.word ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' and v.word >= ${from} and v.word < ${until}`),
    ),
    ...when(choices?.any, among),
    ...listed(choices?.all ?? []).map((word) => among([word])),
    ...when(choices?.none, (words) => sql`not ${among(words)}`),
    ...when(checked, (given) => has(sql`v.checked = ${given}`)),
    ...[text, number, date].flatMap((filter) => when(filter?.isNull, isNull)),
  ];
  return parts.length ? sql`(${sql.join(parts, sql` and `)})` : sql`true`;
}

/** Words as the table of values spells them; the database says what letters are the same. */
const spelled = (words: string[], length = sql`200`) =>
  sql`array(select left(lower(normalize(word)), ${length}) from unnest(${words}::text[]) word)`;
