import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';
import { sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { Context } from '@deskgraph/common/database/context';
import { requireDepartmentId } from '../references.ts';
import { reads } from '../../model/ticket/read-rights.ts';

/** What belongs to a department, or to all of them when it names none. */
interface Kept {
  departmentId: string | null;
}

const answers = (actor: Actor): boolean =>
  actor.kind === 'system' || actor.kind === 'app' || hasRole(actor, Role.AGENT);
const ofAll = (actor: Actor): boolean =>
  actor.kind === 'system' ||
  (actor.kind === 'app' && !actor.departments.length) ||
  hasRole(actor, Role.ADMIN);

/** Tools of agents exist for those who answer: their departments' and those for all. A condition on `k`. */
export function departmentScopeSql(actor: Actor): Condition {
  if (!answers(actor) || !reads(actor)) return sql`false`;
  const own = ofAll(actor)
    ? sql`true`
    : sql`(k.department_id is null or k.department_id = any(${uuids('dep', actor.departments)}))`;
  return sql`(k.workspace_id = ${actor.workspace}::uuid and ${own})`;
}

/** The same rule for one at hand. */
export const isInDepartmentScope = (actor: Actor, { departmentId }: Kept): boolean =>
  answers(actor) &&
  reads(actor) &&
  (ofAll(actor) || departmentId === null || actor.departments.includes(departmentId));

/** The department that a tool is to be of; what is for all departments is made and changed by leads. */
export async function requireScopeDepartmentId(
  ctx: Context,
  id: string | null | undefined,
): Promise<string | null> {
  const { actor } = ctx;
  if (typeof id !== 'string') {
    if (actor.kind === 'agent' && !hasRole(actor, Role.LEAD))
      throw new Refusal('FORBIDDEN', 'departmentId');
    if (actor.kind === 'app' && actor.departments.length)
      throw new Refusal('FORBIDDEN', 'departmentId');
    return null;
  }
  const known = await requireDepartmentId(ctx, id, 'departmentId');
  if (!isInDepartmentScope(actor, { departmentId: known }))
    throw new Refusal('FORBIDDEN', 'departmentId');
  return known;
}

/** Refuses to change what is for all departments to who may not make such. */
export function refuseChangeForAllDepartments({ actor }: Context, { departmentId }: Kept): void {
  const isBound =
    actor.kind === 'agent'
      ? !hasRole(actor, Role.LEAD)
      : actor.kind === 'app' && actor.departments.length > 0;
  if (departmentId === null && isBound) throw new Refusal('FORBIDDEN', 'id');
}
