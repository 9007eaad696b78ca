import { type Actor, SCOPES } from '@deskgraph/common/access';
import { type EntityManager, type MikroORM, hydrate, sql } from '@deskgraph/common/database';
import { toId, toUuid } from '@deskgraph/common/id';
import { type Handler, answer, readBody } from '@deskgraph/common/serve';
import { Agent } from './agent.ts';

const SCOPES_OF_PEOPLE = SCOPES.filter((scope) => scope !== 'tickets:import');

/** The gateway's question: which member of the staff is this? `{ workspace, email }` → `{ actor }`, null for nobody or no more. */
export const who =
  (orm: MikroORM): Handler =>
  async (request, response) => {
    const { workspace = '', email = '' } = JSON.parse(await readBody(request, 10_000)) as Record<string, string>;
    const uuid = toUuid('wsp', workspace);
    answer(response, 200, { actor: uuid ? await find(orm, uuid, email) : null });
  };

async function find(orm: MikroORM, workspace: string, email: string): Promise<Actor | null> {
  const em = orm.em.fork() as EntityManager;
  em.setSessionContext({ variables: { 'desk.workspace': workspace } });
  return em.transactional(
    async (inside) => {
      const db = (inside as EntityManager).getKysely();
      const { rows } = await sql<{ departments: string[] }>`
      select a.*, array(select department_id::text from agent_department d where d.agent_id = a.id) as departments
      from agent a where a.workspace_id = ${workspace}::uuid and a.email = lower(${email}) and a.active`.execute(db);
      const [agent] = hydrate(orm, Agent, rows);
      if (!agent) return null;
      const departments = rows[0]!.departments.map((id) => toId('dep', id));
      return { kind: 'agent', id: agent.id, name: agent.name, role: agent.role, scopes: SCOPES_OF_PEOPLE, workspace, departments };
    },
    { readOnly: true },
  );
}
