import { sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';

/** Makes these the departments that the agent works in, and no others. */
export async function setDepartmentsOfAgent(
  ctx: Context,
  agentId: string,
  departmentIds: readonly string[],
): Promise<void> {
  const agent = sql`${uuidOf('agt', agentId)}::uuid`;
  const ids = uuids('dep', departmentIds);
  await sql`
    with gone as (delete from agent_department where agent_id = ${agent} and department_id <> all(${ids}))
    insert into agent_department (workspace_id, agent_id, department_id)
    select ${ctx.workspace}::uuid, ${agent}, id from unnest(${ids}) as given(id) on conflict do nothing`.execute(
    ctx.em.getKysely(),
  );
}

export const departmentIdsOfAgent = (ctx: Context, agentId: string): Promise<string[]> =>
  ctx.load.byKey(
    'departments of agents',
    agentId,
    async (ids) => {
      const em = await ctx.read();
      const { rows } = await sql<{ agent_id: string; department_ids: string[] }>`
        select agent_id, array_agg(department_id order by department_id)::text[] as department_ids from agent_department
        where agent_id = any(${uuids('agt', ids)}) group by agent_id`.execute(em.getKysely());
      return new Map(
        rows.map((row) => [
          toId('agt', row.agent_id),
          row.department_ids.map((id) => toId('dep', id)),
        ]),
      );
    },
    [],
  );

const LIVE = {
  agent: { prefix: 'agt', is: sql`active` },
  department: { prefix: 'dep', is: sql`deleted_at is null` },
};

/** Refuses ids that are not active agents, or departments, of the workspace. */
export async function refuseUnknownIds(
  ctx: Context,
  thing: keyof typeof LIVE,
  ids: readonly string[],
  field: string,
): Promise<void> {
  if (!ids.length) return;
  const { prefix, is } = LIVE[thing];
  const { rows } = await sql<{ id: string }>`
    select id from ${sql.table(thing)} where id = any(${uuids(prefix, ids)}) and workspace_id = ${ctx.workspace}::uuid and ${is}
    order by id for key share`.execute(ctx.em.getKysely());
  const known = new Set(rows.map(({ id }) => toId(prefix, id)));
  const missing = ids.findIndex((id) => !known.has(id));
  if (missing >= 0) throw new Refusal('NOT_FOUND', `${field}.${missing}`);
}
