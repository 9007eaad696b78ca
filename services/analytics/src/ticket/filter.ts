import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import {
  ROW_SOURCES,
  type TicketFilterContext,
  type TicketFilterSources,
  ticketFilterCompiler,
} from '@deskgraph/common/contract/ticket-filter-sql';
import { Refusal } from '@deskgraph/common/core/errors';
import { sql } from '@deskgraph/common/database/database';
import { ids } from '@deskgraph/common/database/query';
import { filterUses } from '@deskgraph/common/filter/filter-tree';
import type { Condition } from '@deskgraph/common/filter/sql-filter';

const SOURCES: TicketFilterSources = {
  ...ROW_SOURCES,
  normalizedText: (column) => sql.ref(`t.${column}_word`),
};

const compile = ticketFilterCompiler<TicketFilterContext>({
  text: () => {
    throw new Refusal([
      {
        code: 'INVALID',
        field: ['filter', 'text'],
        message: 'Reports do not contain texts; filter by another field.',
      },
    ]);
  },
  // The copy stores only whether these values are present.
  escalated: (expected) => sql`t.escalated = ${expected}`,
  snoozed: (expected) => sql`t.snoozed = ${expected}`,
  deleted: (expected) => sql`t.deleted = ${expected}`,
});

const filterToSql = (filter: TicketFilter | null | undefined, actor: Actor): Condition =>
  compile(filter, { actor, now: new Date(), sources: SOURCES });

/** Whether the filter selects spam or deleted tickets, which reports do not count by default. */
export const filterUsesHidden = (filter: TicketFilter | null | undefined): boolean =>
  filterUses(filter, 'spam') || filterUses(filter, 'deleted');

/**
 * The filter as a condition on `t`, the last state of the ticket. When it uses one of `spam` and
 * `deleted`, the other is left out here; when it uses neither, the report leaves both out.
 */
export function reportFilterToSql(
  filter: TicketFilter | null | undefined,
  actor: Actor,
): Condition {
  const condition = filterToSql(filter, actor);
  if (!filterUsesHidden(filter)) return condition;
  const noSpam = filterUses(filter, 'spam') ? sql`` : sql`and not t.spam`;
  const notDeleted = filterUses(filter, 'deleted') ? sql`` : sql`and not t.deleted`;
  return sql`${condition} ${noSpam} ${notDeleted}`;
}

const hasDepartments = (actor: Actor): boolean =>
  actor.kind === 'app' && actor.departments.length > 0;

/**
 * What restricts the tickets of the actor: the departments of an app, or the filter of an access
 * role. Undefined for an actor that may see the whole workspace.
 */
export const reportScopeOf = (actor: Actor): unknown =>
  hasDepartments(actor) ? actor.departments.toSorted() : actor.filter;

/** Reports count deleted tickets only for callers who may restore them. */
export const countsDeletedTickets = (actor: Actor): boolean =>
  actor.scopes.includes('tickets:write') && (actor.kind === 'app' || hasRole(actor, Role.LEAD));

/**
 * The tickets that reports count for the actor, as a condition on `t`. Only row security selects
 * the workspace: with a second condition on `workspace_id` the planner would expect far fewer rows
 * than there are.
 */
export function reportableTicketSql(actor: Actor): Condition {
  const inScope = hasDepartments(actor)
    ? sql`t.department_id = any(${ids('dep', actor.departments)})`
    : filterToSql(actor.filter, actor);
  return sql`${inScope} ${countsDeletedTickets(actor) ? sql`` : sql`and not t.deleted`}`;
}
