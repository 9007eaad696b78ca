import type { Actor } from '@deskgraph/common/auth/access';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { PAST_FILTER_FIELDS } from '@deskgraph/common/contract/ticket-filter-fields';
import {
  ROW_SOURCES,
  type TicketFilterSources,
} from '@deskgraph/common/contract/ticket-filter-sql';
import { Refusal } from '@deskgraph/common/core/errors';
import { sql } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { ticketListFilterToSql } from '../../model/filter/sql.ts';

const SUPPORTED: ReadonlySet<string> = new Set([...PAST_FILTER_FIELDS, 'and', 'or', 'not']);

/** The tags, followers and values that the ticket had then, normalized as those of today are. */
const PAST_SOURCES: TicketFilterSources = {
  ...ROW_SOURCES,
  normalizedText: (column) => sql`(lower(normalize(t.${sql.ref(column)})) collate "C")`,
};

/** The filter as a condition on the rows `t` of `ticketsAsOf`; durations count from that instant. */
export function pastFilterToSql(
  filter: TicketFilter | null | undefined,
  actor: Actor,
  time: Date,
): Condition {
  if (filter) refuseUnsupportedFields(filter);
  return ticketListFilterToSql(filter, { actor, now: time, sources: PAST_SOURCES });
}

function refuseUnsupportedFields(filter: TicketFilter, path: readonly string[] = ['filter']): void {
  const { and, or, not } = filter;
  for (const [name, value] of Object.entries(filter))
    if (value !== null && value !== undefined && !SUPPORTED.has(name))
      throw new Refusal([
        {
          code: 'INVALID',
          field: [...path, name],
          message: 'The past of tickets can’t be filtered by this field.',
        },
      ]);
  and?.forEach((part, index) => refuseUnsupportedFields(part, [...path, 'and', String(index)]));
  or?.forEach((part, index) => refuseUnsupportedFields(part, [...path, 'or', String(index)]));
  if (not) refuseUnsupportedFields(not, [...path, 'not']);
}
