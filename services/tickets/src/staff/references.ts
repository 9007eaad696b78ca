import { type Actor, Role } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { execute, ids } from '@deskgraph/common/database/query';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId, parseId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';

/** The roles that answer tickets: only agents with one of them can be assigned. */
export const ANSWERING_ROLES: ReadonlySet<Role> = new Set([Role.AGENT, Role.LEAD, Role.ADMIN]);

/**
 * Resolves the assignee in an input (`me` is the caller) and returns the agent's id. Refused with
 * NOT_FOUND unless the agent is active, with INVALID unless its role answers tickets. The row is
 * locked FOR KEY SHARE until the transaction ends, so that a concurrent deactivation waits and then
 * unassigns this ticket too.
 */
export async function requireAssigneeId(
  ctx: Context,
  idOrMe: string,
  field: string,
): Promise<string> {
  const id = idOrMe === 'me' ? ctx.actor.id : idOrMe;
  const agent = await lockAgentForShare(ctx, id);
  if (!agent?.active) throw new Refusal('NOT_FOUND', field);
  if (!ANSWERING_ROLES.has(agent.role)) throw new Refusal('INVALID', field);
  return id;
}

/** Whether tickets can be assigned to the agent; the row is locked as in `requireAssigneeId`. */
export async function canBeAssigned(ctx: Context, id: string): Promise<boolean> {
  const agent = await lockAgentForShare(ctx, id);
  return Boolean(agent?.active && ANSWERING_ROLES.has(agent.role));
}

/** Those of these agents to whom tickets can be assigned. */
export async function assignableAgents(
  ctx: Context,
  agentIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const assignable = await Promise.all(agentIds.map((id) => canBeAssigned(ctx, id)));
  return new Set(agentIds.filter((_, index) => assignable[index]));
}

/** A locked row cannot change, so it is read once per transaction. */
const lockAgentForShare = (ctx: Context, id: string): Promise<LockedAgent | null> =>
  ctx.load.byId('locked agent', id, (agentIds) => lockAgentsForShare(ctx, agentIds));

interface LockedAgent {
  id: string;
  role: Role;
  active: boolean;
}

async function lockAgentsForShare(
  ctx: Context,
  agentIds: readonly string[],
): Promise<LockedAgent[]> {
  const agents = await execute(
    ctx,
    sql<LockedAgent>`
      select id, role, active from agent
      where id = any(${ids('agt', agentIds)}) and workspace_id = ${ctx.workspace}::uuid
      order by id for key share`,
  );
  return agents.map(({ id, role, active }) => ({ id: toId('agt', id), role, active }));
}

/** Whether the actor may know of the department. An app bound to departments knows only those. */
export const isDepartmentVisible = ({ kind, departments }: Actor, id: string): boolean =>
  kind !== 'app' || !departments.length || departments.includes(id);

/**
 * Checks the department in an input and returns its id; refused with NOT_FOUND unless it is visible
 * and not deleted. The row is locked FOR KEY SHARE until the transaction ends, so that it is not
 * deleted while it gets this ticket.
 */
export async function requireDepartmentId(
  ctx: Context,
  id: string,
  field: string,
): Promise<string> {
  if (!isDepartmentVisible(ctx.actor, id) || !(await isDepartmentOpen(ctx, id)))
    throw new Refusal('NOT_FOUND', field);
  return id;
}

/** Whether the department can get tickets; the row is locked as in `requireDepartmentId`. */
export const isDepartmentOpen = (ctx: Context, id: string): Promise<boolean> =>
  ctx.load.byKey(
    'locked department',
    id,
    (departmentIds) => lockDepartmentsForShare(ctx, departmentIds),
    false,
  );

/** Those of these departments that can get tickets. */
export async function openDepartments(
  ctx: Context,
  departmentIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const open = await Promise.all(departmentIds.map((id) => isDepartmentOpen(ctx, id)));
  return new Set(departmentIds.filter((_, index) => open[index]));
}

async function lockDepartmentsForShare(
  ctx: Context,
  departmentIds: readonly string[],
): Promise<Map<string, true>> {
  const departments = await execute(
    ctx,
    sql<{ id: string }>`
      select id from department
      where id = any(${ids('dep', departmentIds)}) and workspace_id = ${ctx.workspace}::uuid
        and deleted_at is null
      order by id for key share`,
  );
  return new Map(departments.map(({ id }) => [toId('dep', id), true]));
}

/**
 * Applies `resolve` to a value that is present; null or undefined gives null.
 *
 * @example
 * const next = await ifPresent(input.assigneeId, (id) => requireAssigneeId(ctx, id, 'assigneeId'));
 */
export const ifPresent = <T>(
  value: T | null | undefined,
  resolve: (value: T) => Promise<T>,
): Promise<T | null> =>
  value === null || value === undefined ? Promise.resolve(null) : resolve(value);

/**
 * Refuses what is not the id of an organization. Whether the organization exists is known only to
 * the customers service.
 */
export function refuseInvalidOrganizationId(id: string | null | undefined): void {
  if (typeof id === 'string' && !parseId('org', id))
    throw new Refusal('NOT_FOUND', 'organizationId');
}

/** Returns the external id of an input, or null; only apps may set one. */
export function appOnlyExternalId(
  actor: Actor,
  externalId: string | null | undefined,
): string | null {
  if (externalId && actor.kind !== 'app') throw new Refusal('FORBIDDEN', 'externalId');
  return externalId ?? null;
}
