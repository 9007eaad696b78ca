import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import type { NewFact } from '@deskgraph/common/events/log';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { Agent } from './agent.ts';
import { agentState } from './events.ts';

/**
 * Makes these the agents that work in a department, and no others, with one statement. Returns what is to be recorded of each agent whose
 * departments have changed.
 */
export async function setDepartmentTeam(
  ctx: Context,
  departmentId: string,
  agentIds: readonly string[],
): Promise<NewFact[]> {
  await ctx.em.flush();
  const department = sql`${uuidOf('dep', departmentId)}::uuid`;
  const { rows } = await sql<{ departments: string[]; joined: boolean }>`
    with gone as (
      delete from agent_department where department_id = ${department} and agent_id <> all(${uuids('agt', agentIds)}) returning agent_id),
    come as (
      insert into agent_department (workspace_id, agent_id, department_id)
      select ${ctx.workspace}::uuid, id, ${department} from unnest(${uuids('agt', agentIds)}) as given(id) on conflict do nothing returning agent_id),
    changed as (select agent_id, false as joined from gone union all select agent_id, true from come)
    update agent a set version = a.version + 1, updated_at = ${new Date()} from changed c where a.id = c.agent_id
    returning a.*, c.joined, array(
      select d.department_id::text from agent_department d where d.agent_id = a.id order by d.department_id) as departments
  `.execute(ctx.em.getKysely());
  return hydrate(ctx.orm, Agent, rows).map((agent, at) => {
    const { departments, joined } = rows[at]!;
    // What the statement reads is how it was before.
    const before = departments.map((id) => toId('dep', id));
    const after = joined
      ? [...before, departmentId].sort()
      : before.filter((id) => id !== departmentId);
    return {
      type: 'agent.updated',
      subject: agent,
      data: { state: agentState(agent, after), changes: { departmentIds: [before, after] } },
    };
  });
}

/** Who works in a department now. */
export async function departmentTeam(ctx: Context, departmentId: string): Promise<string[]> {
  const { rows } = await sql<{ agent_id: string }>`
    select agent_id from agent_department where workspace_id = ${ctx.workspace}::uuid and department_id = ${uuidOf('dep', departmentId)}::uuid
    order by agent_id`.execute(ctx.em.getKysely());
  return rows.map((row) => toId('agt', row.agent_id));
}
