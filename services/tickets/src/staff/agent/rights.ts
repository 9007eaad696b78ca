import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { LockMode } from '@mikro-orm/postgresql';
import { AccessRole } from '../access/access-role.ts';
import { Agent } from './agent.ts';

interface NewRights {
  role?: Role | null;
  accessRoleId?: string | null;
}

/**
 * Changes the role and access role of an agent; by administrators and apps only. The access role
 * must be based on the role, so that a change of only one of them never widens the rights.
 */
export async function setAgentRights(
  ctx: Context,
  agent: Agent,
  { role, accessRoleId }: NewRights,
): Promise<void> {
  if (role === undefined && accessRoleId === undefined) return;
  const field = accessRoleId === undefined ? 'role' : 'accessRoleId';
  if (!canAssignRoles(ctx.actor))
    throw new Refusal('FORBIDDEN', role === undefined ? field : 'role');
  if (role === null) throw new Refusal('REQUIRED', 'role');
  if (role) {
    if (role === Role.REQUESTER) throw new Refusal('INVALID', 'role');
    if (role !== Role.ADMIN) await refuseLastAdmin(ctx, agent, 'role');
    agent.role = role;
  }
  if (accessRoleId !== undefined) agent.accessRoleId = accessRoleId;
  await refuseAccessRoleMismatch(ctx, agent, field);
}

/** Apps are restricted by their scopes only. */
const canAssignRoles = (actor: Actor): boolean =>
  actor.kind !== 'agent' || hasRole(actor, Role.ADMIN);

/**
 * Refuses an access role that does not exist or is based on another role. Its row is locked FOR
 * SHARE until the transaction ends, so that its base stays the same.
 */
export async function refuseAccessRoleMismatch(
  ctx: Context,
  { role, accessRoleId }: Pick<Agent, 'role' | 'accessRoleId'>,
  field: string,
): Promise<void> {
  if (accessRoleId === null) return;
  const accessRole = await ctx.em.findOne(
    AccessRole,
    { id: accessRoleId },
    { lockMode: LockMode.PESSIMISTIC_READ },
  );
  if (!accessRole) throw new Refusal('NOT_FOUND', field);
  if (accessRole.base !== role)
    throw new Refusal([
      {
        code: 'INVALID',
        field: ['input', field],
        message: `The access role is for people with the role ${accessRole.base}.`,
      },
    ]);
}

/**
 * Refuses to take away the last active administrator, who is needed to invite people. Locks the
 * workspace row: of two administrators who leave at the same time, the second one is refused.
 */
export async function refuseLastAdmin(ctx: Context, agent: Agent, field: string): Promise<void> {
  if (agent.role !== Role.ADMIN || !agent.active) return;
  await execute(
    ctx,
    sql`select from workspace where id = ${ctx.workspace}::uuid for no key update`,
  );
  const otherAdmins = await ctx.em.count(Agent, {
    role: Role.ADMIN,
    active: true,
    id: { $ne: agent.id },
  });
  if (!otherAdmins) throw new Refusal('LAST_ADMIN', field);
}
