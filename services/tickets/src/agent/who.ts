import { type Actor, SCOPES } from '@deskgraph/common/access';
import { type EntityManager, type MikroORM, hydrate, sql } from '@deskgraph/common/database';
import { toId } from '@deskgraph/common/id';
import { Agent } from './agent.ts';

const SCOPES_OF_PEOPLE = SCOPES.filter((scope) => scope !== 'tickets:import');

/** The members of the staff who have these addresses, as far as they are active. */
export const who =
  (orm: MikroORM) =>
  async (workspace: string, emails: readonly string[]): Promise<(Actor | null)[]> => {
    const em = orm.em.fork() as EntityManager;
    em.setSessionContext({ variables: { 'desk.workspace': workspace } });
    const wanted = emails.map((email) => email.trim().toLowerCase());
    const found = await em.transactional((inside) => find(orm, inside as EntityManager, workspace, wanted), { readOnly: true });
    return wanted.map((email) => found.get(email) ?? null);
  };

async function find(orm: MikroORM, em: EntityManager, workspace: string, emails: string[]): Promise<Map<string, Actor>> {
  const { rows } = await sql<{ departments: string[] }>`
    select a.*, array(select department_id::text from agent_department d where d.agent_id = a.id) as departments
    from agent a where a.workspace_id = ${workspace}::uuid and a.email = any(${emails}::text[]) and a.active`.execute(em.getKysely());
  return new Map(
    hydrate(orm, Agent, rows).map(({ id, name, role, email }, at) => {
      const departments = rows[at]!.departments.map((department) => toId('dep', department));
      return [email, { kind: 'agent', id, name, role, scopes: SCOPES_OF_PEOPLE, workspace, departments }];
    }),
  );
}
