import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';
import { sql, uuids } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { ticketFilterToSql } from './filter.ts';

const isOfDepartments = (actor: Actor): boolean =>
  actor.kind === 'app' && actor.departments.length > 0;

/** What of the workspace the actor is bounded to: an app to departments, a person to what the filter of an access role lets through; else undefined. */
export const reportScopeOf = (actor: Actor): unknown =>
  isOfDepartments(actor) ? actor.departments.toSorted() : actor.filter;

/** What is in the bin counts only for those who may bring it back. */
export const countsDeletedTickets = (actor: Actor): boolean =>
  actor.scopes.includes('tickets:write') && (actor.kind === 'app' || hasRole(actor, Role.LEAD));

/**
 * The tickets that count for the actor, as a condition on `t`. Workspaces are kept apart by row security alone: a second condition on
 * `workspace_id` would make the planner expect far fewer rows than there are.
 */
export const reportableTicketSql = (actor: Actor): Condition =>
  sql`${isOfDepartments(actor) ? sql`t.department_id = any(${uuids('dep', actor.departments)})` : ticketFilterToSql(actor.filter, actor)} ${countsDeletedTickets(actor) ? sql`` : sql`and not t.deleted`}`;
