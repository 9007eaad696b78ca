import { type Actor, Role } from '@deskgraph/common/access';
import { Refusal } from '@deskgraph/common/errors';
import type { Context } from '@deskgraph/common/transaction';
import { Agent } from '../agent/agent.ts';
import { Department } from '../department/department.ts';

const WORKS: ReadonlySet<Role> = new Set([Role.AGENT, Role.LEAD, Role.ADMIN]);

/** The agent that an input names, `me` being the caller; must be active and answer tickets. */
export async function agentId(ctx: Context, given: string, field: string): Promise<string> {
  const id = given === 'me' ? ctx.actor.id : given;
  const agent = await ctx.em.findOne(Agent, { id });
  if (!agent?.active) throw new Refusal('NOT_FOUND', field);
  if (!WORKS.has(agent.role)) throw new Refusal('INVALID', field);
  return id;
}

export async function departmentId(ctx: Context, id: string, field: string): Promise<string> {
  const bounded = ctx.actor.kind === 'app' && ctx.actor.departments.length > 0 && !ctx.actor.departments.includes(id);
  if (bounded || !(await ctx.em.findOne(Department, { id }))) throw new Refusal('NOT_FOUND', field);
  return id;
}

export const optional = <T>(value: T | null | undefined, find: (value: T) => Promise<T>): Promise<T | null> =>
  value === null || value === undefined ? Promise.resolve(null) : find(value);

/** A partner's id belongs to the app that gave it. */
export function ownExternalId(actor: Actor, externalId: string | null | undefined): string | null {
  if (externalId && actor.kind !== 'app') throw new Refusal('FORBIDDEN', 'externalId');
  return externalId ?? null;
}
