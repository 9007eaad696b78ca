import { type Actor, USER_SCOPES } from '@deskgraph/common/auth/access';
import { type MikroORM, hydrate, sql } from '@deskgraph/common/database/database';
import { ids } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import { type Context, inWorkspace } from '@deskgraph/common/database/context';
import { resolveMe } from '../access/rights-filter.ts';
import { Agent } from './agent.ts';

/** Looks up active agents by email address, in the order of the addresses; null where none has it. */
export const staffActorsByEmail =
  (orm: MikroORM) =>
  async (workspace: string, emails: readonly string[]): Promise<(Actor | null)[]> => {
    const addresses = emails.map((email) => email.trim().toLowerCase());
    const staff = await inWorkspace(
      orm,
      workspace,
      (em) => findStaffActors({ orm, em, workspace }, sql`a.email = any(${addresses}::text[])`),
      { readOnly: true },
    );
    const actors = new Map(staff.map(({ email, actor }) => [email, actor]));
    return addresses.map((email) => actors.get(email) ?? null);
  };

/** An agent with their present rights; null when deactivated. */
export async function currentStaffActor(ctx: Context, id: string): Promise<Actor | null> {
  const [staff] = await findStaffActors(ctx, sql`a.id = ${uuidOf('agt', id)}::uuid`);
  return staff?.actor ?? null;
}

/** Active agents with their present rights: those with the given ids, or all. */
export async function currentStaffActors(
  ctx: Context,
  { ids: agentIds, all }: { ids: readonly string[]; all: boolean },
): Promise<Actor[]> {
  if (!all && !agentIds.length) return [];
  const condition: Condition = all ? sql`true` : sql`a.id = any(${ids('agt', agentIds)})`;
  return (await findStaffActors(ctx, condition)).map(({ actor }) => actor);
}

interface RightsColumns {
  departments: string[];
  scopes: string[] | null;
  filter: object | null;
}

async function findStaffActors(
  { orm, em, workspace }: Pick<Context, 'orm' | 'em' | 'workspace'>,
  condition: Condition,
): Promise<{ email: string; actor: Actor }[]> {
  const { rows } = await sql<RightsColumns>`
    select a.*, r.scopes, r.filter, array(
      select department_id::text from agent_department d where d.agent_id = a.id) as departments
    from agent a left join access_role r on r.id = a.access_role_id
    where a.workspace_id = ${workspace}::uuid and ${condition} and a.active`.execute(
    em.getKysely(),
  );
  return hydrate(orm, Agent, rows).map(({ id, name, role, email }, index) => {
    const { departments, scopes, filter } = rows[index]!;
    const actor: Actor = {
      kind: 'agent',
      id,
      name,
      role,
      scopes: scopes ?? USER_SCOPES,
      workspace,
      departments: departments.map((department) => toId('dep', department)),
      ...(filter && { filter: resolveMe(id, filter) }),
    };
    return { email, actor };
  });
}
