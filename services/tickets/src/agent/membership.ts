import { sql, uuids } from '@deskgraph/common/database';
import { Refusal } from '@deskgraph/common/errors';
import { toId, uuidOf } from '@deskgraph/common/id';
import type { Context } from '@deskgraph/common/transaction';
import type { Department } from '../department/department.ts';
import type { Agent } from './agent.ts';

/** Which agents work in which departments. */
export async function join(ctx: Context, pairs: readonly { agentId: string; departmentId: string }[]): Promise<void> {
  if (!pairs.length) return;
  const rows = pairs.map(
    ({ agentId, departmentId }) => sql`(${ctx.workspace}::uuid, ${uuidOf('agt', agentId)}::uuid, ${uuidOf('dep', departmentId)}::uuid)`,
  );
  await sql`insert into agent_department (workspace_id, agent_id, department_id) values ${sql.join(rows)} on conflict do nothing`.execute(
    ctx.em.getKysely(),
  );
}

export const departmentIdsOf = (ctx: Context, agentId: string): Promise<string[]> =>
  ctx.load.byKey(
    'departments of agents',
    agentId,
    async (ids) => {
      const em = await ctx.read();
      const { rows } = await sql<{ agent_id: string; department_ids: string[] }>`
        select agent_id, array_agg(department_id order by department_id)::text[] as department_ids from agent_department
        where agent_id = any(${uuids('agt', ids)}) group by agent_id`.execute(em.getKysely());
      return new Map(rows.map((row) => [toId('agt', row.agent_id), row.department_ids.map((id) => toId('dep', id))]));
    },
    [],
  );

/** Refuses ids that are not agents, or departments, of the workspace. */
export async function refuseUnknown(
  ctx: Context,
  Thing: typeof Agent | typeof Department,
  ids: readonly string[],
  field: string,
): Promise<void> {
  const known = new Set((await ctx.em.find(Thing as typeof Agent, { id: { $in: [...ids] } })).map(({ id }) => id));
  const missing = ids.findIndex((id) => !known.has(id));
  if (missing >= 0) throw new Refusal('NOT_FOUND', `${field}.${missing}`);
}
