import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { LockMode } from '@mikro-orm/postgresql';
import { Agent } from '../agent/agent.ts';
import { AccessRole } from './access-role.ts';

/** The access role to change. While it is locked nobody gets it. */
export async function lockAccessRole(ctx: Context, id: string): Promise<AccessRole> {
  const role = await ctx.em.findOne(AccessRole, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!role) throw new Refusal('NOT_FOUND', 'id');
  return role;
}

export async function refuseAccessRoleInUse(
  ctx: Context,
  { id }: AccessRole,
  field: string,
): Promise<void> {
  if (await ctx.em.count(Agent, { accessRoleId: id })) throw new Refusal('IN_USE', field);
}
