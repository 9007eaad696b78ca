import { type Actor, Role } from '@deskgraph/common/access';
import { sql } from '@deskgraph/common/database';
import { Refusal } from '@deskgraph/common/errors';
import { uuidOf } from '@deskgraph/common/id';
import type { Context } from '@deskgraph/common/transaction';

/** Who answers tickets. */
export const WORKS: ReadonlySet<Role> = new Set([Role.AGENT, Role.LEAD, Role.ADMIN]);

/**
 * The agent that an input names, `me` being the caller; must be active and answer tickets. Its row is held until the transaction ends, so
 * that who leaves in the same moment gives this ticket back too.
 */
export async function agentId(ctx: Context, given: string, field: string): Promise<string> {
  const id = given === 'me' ? ctx.actor.id : given;
  const agent = await held(ctx, id);
  if (!agent?.active) throw new Refusal('NOT_FOUND', field);
  if (!WORKS.has(agent.role)) throw new Refusal('INVALID', field);
  return id;
}

/** Can this agent still be in charge of tickets? */
export async function works(ctx: Context, id: string): Promise<boolean> {
  const agent = await held(ctx, id);
  return Boolean(agent?.active && WORKS.has(agent.role));
}

async function held(ctx: Context, id: string): Promise<{ role: Role; active: boolean } | undefined> {
  const { rows } = await sql<{ role: Role; active: boolean }>`
    select role, active from agent where id = ${uuidOf('agt', id)}::uuid and workspace_id = ${ctx.workspace}::uuid for key share`.execute(
    ctx.em.getKysely(),
  );
  return rows[0];
}

/** The department that an input names; held until the transaction ends, so that it is not deleted with this ticket in it. */
export async function departmentId(ctx: Context, id: string, field: string): Promise<string> {
  const bounded = ctx.actor.kind === 'app' && ctx.actor.departments.length > 0 && !ctx.actor.departments.includes(id);
  if (bounded || !(await isOpen(ctx, id))) throw new Refusal('NOT_FOUND', field);
  return id;
}

/** Can tickets still come into this department? */
export async function isOpen(ctx: Context, id: string): Promise<boolean> {
  const { rows } = await sql`
    select from department where id = ${uuidOf('dep', id)}::uuid and workspace_id = ${ctx.workspace}::uuid and deleted_at is null for key share
  `.execute(ctx.em.getKysely());
  return rows.length > 0;
}

export const optional = <T>(value: T | null | undefined, find: (value: T) => Promise<T>): Promise<T | null> =>
  value === null || value === undefined ? Promise.resolve(null) : find(value);

/** A partner's id belongs to the app that gave it. */
export function ownExternalId(actor: Actor, externalId: string | null | undefined): string | null {
  if (externalId && actor.kind !== 'app') throw new Refusal('FORBIDDEN', 'externalId');
  return externalId ?? null;
}
