import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { ids } from '@deskgraph/common/database/query';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { Context } from '@deskgraph/common/database/context';
import { canReadTickets } from '../../model/ticket/read-rights.ts';
import { requireDepartmentId } from '../references.ts';

/** A macro or canned response: it belongs to a department, or to all of them when null. */
interface Scoped {
  departmentId: string | null;
}

/** Light agents, analysts and customers do not answer tickets. */
const canAnswer = (actor: Actor): boolean =>
  actor.kind === 'system' || actor.kind === 'app' || hasRole(actor, Role.AGENT);
const seesAllDepartments = (actor: Actor): boolean =>
  actor.kind === 'system' ||
  (actor.kind === 'app' && !actor.departments.length) ||
  hasRole(actor, Role.ADMIN);

/**
 * The macros and canned responses visible to the actor, as a condition on `k`: those of the actor's
 * departments and those for all departments.
 */
export function departmentScopeSql(actor: Actor): Condition {
  if (!canAnswer(actor) || !canReadTickets(actor)) return sql`false`;
  const isOfDepartment = seesAllDepartments(actor)
    ? sql`true`
    : sql`(k.department_id is null or k.department_id = any(${ids('dep', actor.departments)}))`;
  return sql`(k.workspace_id = ${actor.workspace}::uuid and ${isOfDepartment})`;
}

/** The rule of `departmentScopeSql` for a loaded entity. */
export const isInDepartmentScope = (actor: Actor, { departmentId }: Scoped): boolean =>
  canAnswer(actor) &&
  canReadTickets(actor) &&
  (seesAllDepartments(actor) || departmentId === null || actor.departments.includes(departmentId));

/**
 * Checks the department in an input that creates or moves a macro or canned response, and returns
 * its id. Null means all departments, which only leads and apps without departments may choose.
 */
export async function requireScopeDepartmentId(
  ctx: Context,
  id: string | null | undefined,
): Promise<string | null> {
  if (typeof id !== 'string') {
    if (!canChangeForAllDepartments(ctx.actor)) throw new Refusal('FORBIDDEN', 'departmentId');
    return null;
  }
  const departmentId = await requireDepartmentId(ctx, id, 'departmentId');
  if (!isInDepartmentScope(ctx.actor, { departmentId }))
    throw new Refusal('FORBIDDEN', 'departmentId');
  return departmentId;
}

/** Refuses to change an entity for all departments unless the caller may create such entities. */
export function refuseChangeForAllDepartments({ actor }: Context, { departmentId }: Scoped): void {
  if (departmentId === null && !canChangeForAllDepartments(actor))
    throw new Refusal('FORBIDDEN', 'id');
}

const canChangeForAllDepartments = (actor: Actor): boolean =>
  actor.kind === 'agent'
    ? hasRole(actor, Role.LEAD)
    : actor.kind !== 'app' || !actor.departments.length;
