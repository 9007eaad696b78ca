import {
  type TicketFilterContext,
  fieldFilterConditions,
} from '@deskgraph/common/contract/ticket-filter-sql';
import { uuidOf } from '@deskgraph/common/core/id';
import { sql } from '@deskgraph/common/database/database';
import type { FieldFilter } from '@deskgraph/common/filter/filter-inputs';
import { type Condition, allConditions } from '@deskgraph/common/filter/sql-filter';
import { visibleFieldSql } from '../field/queries.ts';
import { canSeeOnHold } from '../ticket/read-rights.ts';

/**
 * Conditions on custom fields; `customFieldFiltersMatch` evaluates the same in memory. For a
 * requester a field also has to be visible to requesters.
 */
export function customFieldFiltersToSql(
  filters: readonly FieldFilter[],
  context: TicketFilterContext,
): Condition {
  const { actor } = context;
  const conditions = fieldFilterConditions(filters, context);
  if (canSeeOnHold(actor)) return allConditions(conditions);
  return allConditions(
    conditions.map((condition, index): Condition => {
      const { fieldId } = filters[index]!;
      const isVisible = sql`exists (
        select from ticket_field f
        where f.id = ${uuidOf('fld', fieldId)}::uuid and ${visibleFieldSql(actor)})`;
      return sql`(${isVisible} and ${condition})`;
    }),
  );
}
