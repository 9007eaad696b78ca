import { type Actor, Role, hasRole, isStaff } from '@deskgraph/common/auth/access';
import { sql, uuids } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { reads } from '../../model/ticket/read-rights.ts';
import { type View, ViewSharing } from './view.ts';

/** Who sees those of every department: administrators, our own processes, and apps that are bound to none. */
const ofAllDepartments = (actor: Actor): boolean =>
  actor.kind === 'system' ||
  (actor.kind === 'app' && !actor.departments.length) ||
  hasRole(actor, Role.ADMIN);

/** The views that exist for the actor, as a condition on `v`: own private ones, those of his departments, those of everybody. */
export function visibleViewSql(actor: Actor): Condition {
  if (!isStaff(actor) || !reads(actor)) return sql`false`;
  const shared = ofAllDepartments(actor)
    ? sql`true`
    : sql`v.department_id = any(${uuids('dep', actor.departments)})`;
  return sql`(v.workspace_id = ${actor.workspace}::uuid and (
    v.sharing = 'PUBLIC' or (v.sharing = 'PRIVATE' and v.owner_id = ${actor.id}) or (v.sharing = 'DEPARTMENT' and ${shared})))`;
}

/** The same rule for a view at hand. */
export function isViewVisible(
  actor: Actor,
  { sharing, ownerId, departmentId }: Pick<View, 'sharing' | 'ownerId' | 'departmentId'>,
): boolean {
  if (!isStaff(actor) || !reads(actor)) return false;
  if (sharing === ViewSharing.PUBLIC) return true;
  if (sharing === ViewSharing.PRIVATE) return ownerId === actor.id;
  return (
    ofAllDepartments(actor) || (departmentId !== null && actor.departments.includes(departmentId))
  );
}

/** Who may share views with others, and change those that are shared with him; apps are bounded by their scopes. */
export const canShareViews = (actor: Actor): boolean =>
  actor.kind !== 'agent' || hasRole(actor, Role.LEAD);
