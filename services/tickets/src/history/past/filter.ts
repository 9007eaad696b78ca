import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { type TicketFilter, ticketListFilterToSql } from '../../model/filter/sql.ts';
import type { FilterSources } from '../../model/filter/sources.ts';

/** What the facts of a ticket can be asked; all else only today’s data could answer. */
const TOLD: ReadonlySet<string> = new Set<keyof TicketFilter>([
  'id',
  'number',
  'status',
  'customStatusId',
  'formId',
  'priority',
  'channel',
  'categoryId',
  'departmentId',
  'assigneeId',
  'requesterId',
  'followerId',
  'organizationId',
  'problemId',
  'tag',
  'field',
  'locale',
  'product',
  'externalId',
  'handled',
  'reopenCount',
  'transferCount',
  'createdAt',
  'updatedAt',
  'solvedAt',
  'closedAt',
  'waitingSince',
  'snoozed',
  'escalated',
  'spam',
  'deleted',
  'and',
  'or',
  'not',
]);

/** The filter as a condition on tickets as they stood, `t`; what is measured from now is measured from then. */
export function pastFilterToSql(
  filter: TicketFilter | null | undefined,
  actor: Actor,
  then: Date,
): Condition {
  if (filter) refuseOfToday(filter);
  return ticketListFilterToSql(filter, actor, new Set(), then, THEN);
}

function refuseOfToday(filter: TicketFilter, field: readonly string[] = ['filter']): void {
  const { and, or, not } = filter;
  for (const [name, value] of Object.entries(filter))
    if (value !== null && value !== undefined && !TOLD.has(name))
      throw new Refusal([
        {
          code: 'INVALID',
          field: [...field, name],
          message: 'The past of tickets can’t be asked for this.',
        },
      ]);
  and?.forEach((each, at) => refuseOfToday(each, [...field, 'and', String(at)]));
  or?.forEach((each, at) => refuseOfToday(each, [...field, 'or', String(at)]));
  if (not) refuseOfToday(not, [...field, 'not']);
}

/** In what a ticket held then; values as the table of values of today spells them. */
const THEN: FilterSources = {
  tagged: (names) => sql`t.tags && ${names}::text[]`,
  followed: (ids) => sql`t.follower_ids && ${ids}::text[]`,
  valued: (fieldId, _, condition) => sql`exists (
    select from jsonb_array_elements(
      case jsonb_typeof(t.fields -> ${fieldId}) when 'array' then t.fields -> ${fieldId} else jsonb_build_array(t.fields -> ${fieldId}) end
    ) as each (value)
    cross join lateral (select case jsonb_typeof(each.value) when 'string' then lower(normalize(each.value #>> '{}')) end) as spelled (text)
    cross join lateral (select
      left(spelled.text, 200) collate "C", spelled.text collate "C",
      case jsonb_typeof(each.value) when 'number' then (each.value #>> '{}')::double precision end,
      case jsonb_typeof(each.value) when 'boolean' then (each.value #>> '{}')::boolean end
    ) as v (word, text, number, checked)
    where jsonb_exists(t.fields, ${fieldId}) and ${condition})`,
  spelled: (column) => sql`(lower(normalize(t.${sql.ref(column)})) collate "C")`,
};
