import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { LockMode } from '@mikro-orm/postgresql';
import { AccessRole } from '../access/access-role.ts';
import type { Agent } from './agent.ts';
import { refuseLastAdmin } from './lock.ts';

interface NewRights {
  role?: Role | null;
  accessRoleId?: string | null;
}

/** Gives a person other rights. An access role goes with the role that it refines, so that nobody gets more by the change of one of them. */
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

/** Apps are bounded by their scopes alone. */
const canAssignRoles = (actor: Actor): boolean =>
  actor.kind !== 'agent' || hasRole(actor, Role.ADMIN);

/** Refuses an access role that there is not, or that refines another role. It is held, so that it stays what it is. */
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
