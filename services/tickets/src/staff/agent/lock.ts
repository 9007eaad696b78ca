import { Role } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { LockMode } from '@mikro-orm/postgresql';
import { Agent } from './agent.ts';

/** The agent to change. While it is locked nobody gets a ticket put into its hands. */
export async function lockAgent(ctx: Context, id: string): Promise<Agent> {
  const agent = await ctx.em.findOne(Agent, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!agent) throw new Refusal('NOT_FOUND', 'id');
  return agent;
}

/** Somebody must be left who can let people in. Administrators leave one after the other, so that of the last two one stays. */
export async function refuseLastAdmin(ctx: Context, agent: Agent, field: string): Promise<void> {
  if (agent.role !== Role.ADMIN || !agent.active) return;
  await sql`select from workspace where id = ${ctx.workspace}::uuid for no key update`.execute(
    ctx.em.getKysely(),
  );
  const others = await ctx.em.count(Agent, {
    role: Role.ADMIN,
    active: true,
    id: { $ne: agent.id },
  });
  if (!others) throw new Refusal('LAST_ADMIN', field);
}
