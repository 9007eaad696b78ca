import { type Actor, Role } from '@deskgraph/common/auth/access';
import { sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId, toUuid } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { isDepartmentVisible } from './department/queries.ts';

/** Who answers tickets. */
export const ANSWERING_ROLES: ReadonlySet<Role> = new Set([Role.AGENT, Role.LEAD, Role.ADMIN]);

/**
 * The agent that an input names, `me` being the caller; must be active and answer tickets. Its row is held until the transaction ends, so
 * that who leaves in the same moment gives this ticket back too.
 */
export async function requireAssigneeId(
  ctx: Context,
  given: string,
  field: string,
): Promise<string> {
  const id = given === 'me' ? ctx.actor.id : given;
  const agent = await held(ctx, id);
  if (!agent?.active) throw new Refusal('NOT_FOUND', field);
  if (!ANSWERING_ROLES.has(agent.role)) throw new Refusal('INVALID', field);
  return id;
}

/** Can this agent still be in charge of tickets? */
export async function canBeAssigned(ctx: Context, id: string): Promise<boolean> {
  const agent = await held(ctx, id);
  return Boolean(agent?.active && ANSWERING_ROLES.has(agent.role));
}

/** Those of these agents who can. */
export async function assignableAgents(
  ctx: Context,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const work = await Promise.all(ids.map((id) => canBeAssigned(ctx, id)));
  return new Set(ids.filter((_, at) => work[at]));
}

/** What is held does not change, and is read once. */
const held = (ctx: Context, id: string): Promise<Held | null> =>
  ctx.load.byId('held agent', id, (ids) => heldAll(ctx, ids));

interface Held {
  id: string;
  role: Role;
  active: boolean;
}

async function heldAll(ctx: Context, ids: readonly string[]): Promise<Held[]> {
  const { rows } = await sql<Held>`
    select id, role, active from agent where id = any(${uuids('agt', ids)}) and workspace_id = ${ctx.workspace}::uuid order by id for key share
  `.execute(ctx.em.getKysely());
  return rows.map(({ id, role, active }) => ({ id: toId('agt', id), role, active }));
}

/** The department that an input names; held until the transaction ends, so that it is not deleted with this ticket in it. */
export async function requireDepartmentId(
  ctx: Context,
  id: string,
  field: string,
): Promise<string> {
  if (!isDepartmentVisible(ctx.actor, id) || !(await isDepartmentOpen(ctx, id)))
    throw new Refusal('NOT_FOUND', field);
  return id;
}

/** Can tickets still come into this department? */
export const isDepartmentOpen = (ctx: Context, id: string): Promise<boolean> =>
  ctx.load.byKey('held department', id, (ids) => openAll(ctx, ids), false);

/** Those of these departments into which they can. */
export async function openDepartments(
  ctx: Context,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const are = await Promise.all(ids.map((id) => isDepartmentOpen(ctx, id)));
  return new Set(ids.filter((_, at) => are[at]));
}

async function openAll(ctx: Context, ids: readonly string[]): Promise<Map<string, true>> {
  const { rows } = await sql<{ id: string }>`
    select id from department where id = any(${uuids('dep', ids)}) and workspace_id = ${ctx.workspace}::uuid and deleted_at is null
    order by id for key share`.execute(ctx.em.getKysely());
  return new Map(rows.map(({ id }) => [toId('dep', id), true]));
}

export const ifPresent = <T>(
  value: T | null | undefined,
  find: (value: T) => Promise<T>,
): Promise<T | null> =>
  value === null || value === undefined ? Promise.resolve(null) : find(value);

/** Whether there is an organization by this id only another service knows; what is no id of one names none. */
export function refuseInvalidOrganizationId(id: string | null | undefined): void {
  if (typeof id === 'string' && !toUuid('org', id))
    throw new Refusal('NOT_FOUND', 'organizationId');
}

/** A partner's id belongs to the app that gave it. */
export function appOnlyExternalId(
  actor: Actor,
  externalId: string | null | undefined,
): string | null {
  if (externalId && actor.kind !== 'app') throw new Refusal('FORBIDDEN', 'externalId');
  return externalId ?? null;
}
