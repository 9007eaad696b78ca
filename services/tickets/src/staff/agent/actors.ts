import { type Actor, PERSON_SCOPES } from '@deskgraph/common/auth/access';
import {
  type EntityManager,
  type MikroORM,
  hydrate,
  sql,
  uuids,
} from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { Agent } from './agent.ts';

/** The members of the staff who have these addresses, as far as they are active. */
export const staffActorsByEmail =
  (orm: MikroORM) =>
  async (workspace: string, emails: readonly string[]): Promise<(Actor | null)[]> => {
    const em = orm.em.fork() as EntityManager;
    em.setSessionContext({ variables: { 'desk.workspace': workspace } });
    const wanted = emails.map((email) => email.trim().toLowerCase());
    const active = await em.transactional(
      (inside) =>
        findStaffActors(
          orm,
          inside as EntityManager,
          workspace,
          sql`a.email = any(${wanted}::text[])`,
        ),
      { readOnly: true },
    );
    const found = new Map(active.map(({ email, actor }) => [email, actor]));
    return wanted.map((email) => found.get(email) ?? null);
  };

/** A member of the staff with the rights of today; null when he has left. */
export async function currentStaffActor(
  { orm, em, workspace }: Context,
  id: string,
): Promise<Actor | null> {
  const [found] = await findStaffActors(orm, em, workspace, sql`a.id = ${uuidOf('agt', id)}::uuid`);
  return found?.actor ?? null;
}

/** Members of the staff with the rights of today: those named, as far as they are active, or all who are. */
export async function currentStaffActors(
  { orm, em, workspace }: Context,
  { ids, all }: { ids: readonly string[]; all: boolean },
): Promise<Actor[]> {
  if (!all && !ids.length) return [];
  const found = await findStaffActors(
    orm,
    em,
    workspace,
    all ? sql`true` : sql`a.id = any(${uuids('agt', ids)})`,
  );
  return found.map(({ actor }) => actor);
}

interface Rights {
  departments: string[];
  scopes: string[] | null;
  filter: object | null;
}

async function findStaffActors(
  orm: MikroORM,
  em: EntityManager,
  workspace: string,
  condition: Condition,
): Promise<{ email: string; actor: Actor }[]> {
  const { rows } = await sql<Rights>`
    select a.*, array(select department_id::text from agent_department d where d.agent_id = a.id) as departments, r.scopes, r.filter
    from agent a left join access_role r on r.id = a.access_role_id
    where a.workspace_id = ${workspace}::uuid and ${condition} and a.active`.execute(
    em.getKysely(),
  );
  return hydrate(orm, Agent, rows).map(({ id, name, role, email }, at) => {
    const { departments, scopes, filter } = rows[at]!;
    const actor: Actor = {
      kind: 'agent',
      id,
      name,
      role,
      scopes: scopes ?? PERSON_SCOPES,
      workspace,
      departments: departments.map((department) => toId('dep', department)),
      ...(filter && { filter: resolveMe(id, filter) }),
    };
    return { email, actor };
  });
}

/** `me` in a filter of rights is who has them: those who apply it may know him by another name. */
export const resolveMe = (id: string, filter: object): object =>
  JSON.parse(JSON.stringify(filter), (key, value: unknown) =>
    key.endsWith('Id') ? named(id, value) : value,
  ) as object;

const named = (id: string, value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, each: unknown) => (each === 'me' ? id : each));
