import { type Actor, Role, hasRole } from '@deskgraph/common/access';
import { sql, uuids } from '@deskgraph/common/database';
import type { Condition } from '@deskgraph/common/filter';

/** Is the actor bounded to some departments? Only apps are. */
export const isBounded = (actor: Actor): boolean => actor.kind === 'app' && actor.departments.length > 0;

/** What is in the bin counts only for those who may bring it back. */
export const readsBin = (actor: Actor): boolean =>
  actor.kind === 'app' ? actor.scopes.includes('tickets:write') : hasRole(actor, Role.LEAD);

/**
 * The tickets that count for the actor, as a condition on `t`. Workspaces are kept apart by row security alone: a second condition on
 * `workspace_id` would make the planner expect far fewer rows than there are.
 */
export const visible = (actor: Actor): Condition =>
  sql`${isBounded(actor) ? sql`t.department_id = any(${uuids('dep', actor.departments)})` : sql`true`} ${readsBin(actor) ? sql`` : sql`and not t.deleted`}`;
