import { type Actor, Role, hasRole, isStaff } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { ids } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { canReadTickets } from '../../model/ticket/read-rights.ts';
import { requireDepartmentId } from '../../staff/references.ts';
import { type View, ViewSharing } from './view.ts';

/** Administrators, system processes and apps without departments see views of every department. */
const seesAllDepartments = (actor: Actor): boolean =>
  actor.kind === 'system' ||
  (actor.kind === 'app' && !actor.departments.length) ||
  hasRole(actor, Role.ADMIN);

/**
 * The views visible to the actor, as a condition on `v`: the actor's private views, those of the
 * actor's departments and public ones.
 */
export function visibleViewSql(actor: Actor): Condition {
  if (!isStaff(actor) || !canReadTickets(actor)) return sql`false`;
  const isOfDepartment = seesAllDepartments(actor)
    ? sql`true`
    : sql`v.department_id = any(${ids('dep', actor.departments)})`;
  return sql`(v.workspace_id = ${actor.workspace}::uuid and (
    v.sharing = 'PUBLIC' or (v.sharing = 'PRIVATE' and v.owner_id = ${actor.id})
    or (v.sharing = 'DEPARTMENT' and ${isOfDepartment})))`;
}

/** The rule of `visibleViewSql` for a loaded view. */
export function isViewVisible(
  actor: Actor,
  { sharing, ownerId, departmentId }: Pick<View, 'sharing' | 'ownerId' | 'departmentId'>,
): boolean {
  if (!isStaff(actor) || !canReadTickets(actor)) return false;
  if (sharing === ViewSharing.PUBLIC) return true;
  if (sharing === ViewSharing.PRIVATE) return ownerId === actor.id;
  return (
    seesAllDepartments(actor) || (departmentId !== null && actor.departments.includes(departmentId))
  );
}

/** Whether the actor can share views and change visible shared ones. Apps are restricted by scopes. */
export const canShareViews = (actor: Actor): boolean =>
  actor.kind !== 'agent' || hasRole(actor, Role.LEAD);

/**
 * Checks the sharing of a view in an input and returns the department it is shared with; null for
 * views that are not shared with a department.
 */
export async function requireSharingDepartmentId(
  ctx: Context,
  sharing: ViewSharing,
  departmentId: string | null | undefined,
): Promise<string | null> {
  const { actor } = ctx;
  if (sharing !== ViewSharing.PRIVATE && !canShareViews(actor))
    throw new Refusal('FORBIDDEN', 'sharing');
  if (sharing !== ViewSharing.DEPARTMENT) {
    if (typeof departmentId === 'string') throw new Refusal('INVALID', 'departmentId');
    return null;
  }
  if (typeof departmentId !== 'string') throw new Refusal('REQUIRED', 'departmentId');
  await requireDepartmentId(ctx, departmentId, 'departmentId');
  const isOwnDepartment =
    actor.kind !== 'agent' ||
    hasRole(actor, Role.ADMIN) ||
    actor.departments.includes(departmentId);
  if (!isOwnDepartment) throw new Refusal('FORBIDDEN', 'departmentId');
  return departmentId;
}
