import { type Actor, Role } from '@deskgraph/common/access';
import { sql } from '@deskgraph/common/database';
import { Refusal } from '@deskgraph/common/errors';
import { uuidOf } from '@deskgraph/common/id';
import type { Context } from '@deskgraph/common/transaction';

const WORKS: ReadonlySet<Role> = new Set([Role.AGENT, Role.LEAD, Role.ADMIN]);

/** The agent that an input names, `me` being the caller; must be active and answer tickets. */
export async function agentId(ctx: Context, given: string, field: string): Promise<string> {
  const id = given === 'me' ? ctx.actor.id : given;
  const { rows } = await sql<{ role: Role; active: boolean }>`
    select role, active from agent where id = ${uuidOf('agt', id)}::uuid and workspace_id = ${ctx.workspace}::uuid`.execute(
    ctx.em.getKysely(),
  );
  const [agent] = rows;
  if (!agent?.active) throw new Refusal('NOT_FOUND', field);
  if (!WORKS.has(agent.role)) throw new Refusal('INVALID', field);
  return id;
}

export async function departmentId(ctx: Context, id: string, field: string): Promise<string> {
  const bounded = ctx.actor.kind === 'app' && ctx.actor.departments.length > 0 && !ctx.actor.departments.includes(id);
  const { rows } = await sql`
    select from department where id = ${uuidOf('dep', id)}::uuid and workspace_id = ${ctx.workspace}::uuid`.execute(ctx.em.getKysely());
  if (bounded || !rows.length) throw new Refusal('NOT_FOUND', field);
  return id;
}

export const optional = <T>(value: T | null | undefined, find: (value: T) => Promise<T>): Promise<T | null> =>
  value === null || value === undefined ? Promise.resolve(null) : find(value);

/** A partner's id belongs to the app that gave it. */
export function ownExternalId(actor: Actor, externalId: string | null | undefined): string | null {
  if (externalId && actor.kind !== 'app') throw new Refusal('FORBIDDEN', 'externalId');
  return externalId ?? null;
}
