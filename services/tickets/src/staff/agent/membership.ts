import { hydrate, sql } from '@deskgraph/common/database/database';
import { execute, ids, rows } from '@deskgraph/common/database/query';
import type { NewEvent } from '@deskgraph/common/events/types';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { Agent, agentState } from './agent.ts';

/** Stores the complete list of departments that an agent works in. */
export async function setDepartmentsOfAgent(
  ctx: Context,
  agentId: string,
  departmentIds: readonly string[],
): Promise<void> {
  const agent = sql`${uuidOf('agt', agentId)}::uuid`;
  const departments = ids('dep', departmentIds);
  await execute(
    ctx,
    sql`
      with removed as (
        delete from agent_department
        where agent_id = ${agent} and department_id <> all(${departments})
      )
      insert into agent_department (workspace_id, agent_id, department_id)
      select ${ctx.workspace}::uuid, ${agent}, id from unnest(${departments}) as department(id)
      on conflict do nothing`,
  );
}

export const departmentIdsOfAgent = (ctx: Context, agentId: string): Promise<string[]> =>
  ctx.load.byKey(
    'departments of agents',
    agentId,
    async (agentIds) => {
      const memberships = await rows(
        ctx,
        sql<{ agent_id: string; department_ids: string[] }>`
          select agent_id, array_agg(department_id order by department_id)::text[] as department_ids
          from agent_department where agent_id = any(${ids('agt', agentIds)}) group by agent_id`,
      );
      return new Map(
        memberships.map(({ agent_id, department_ids }) => [
          toId('agt', agent_id),
          department_ids.map((id) => toId('dep', id)),
        ]),
      );
    },
    [],
  );

/**
 * Stores the complete list of agents that work in a department, with one statement. Returns an
 * event for each agent whose departments have changed.
 */
export async function setDepartmentTeam(
  ctx: Context,
  departmentId: string,
  agentIds: readonly string[],
): Promise<NewEvent[]> {
  await ctx.em.flush();
  const department = sql`${uuidOf('dep', departmentId)}::uuid`;
  const team = ids('agt', agentIds);
  const changed = await execute(
    ctx,
    sql<{ departments: string[]; joined: boolean }>`
      with removed as (
        delete from agent_department
        where department_id = ${department} and agent_id <> all(${team}) returning agent_id
      ), added as (
        insert into agent_department (workspace_id, agent_id, department_id)
        select ${ctx.workspace}::uuid, id, ${department} from unnest(${team}) as member(id)
        on conflict do nothing returning agent_id
      ), changed as (
        select agent_id, false as joined from removed union all select agent_id, true from added
      )
      update agent a set version = a.version + 1, updated_at = ${new Date()}
      from changed c where a.id = c.agent_id
      returning a.*, c.joined, array(
        select d.department_id::text from agent_department d
        where d.agent_id = a.id order by d.department_id) as departments`,
  );
  return hydrate(ctx.orm, Agent, changed).map((agent, index) => {
    const { departments, joined } = changed[index]!;
    // All parts of the statement read the snapshot from before it.
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

/** The ids of the agents that work in a department, read in the open transaction. */
export async function departmentTeam(ctx: Context, departmentId: string): Promise<string[]> {
  const members = await execute(
    ctx,
    sql<{ agent_id: string }>`
      select agent_id from agent_department
      where workspace_id = ${ctx.workspace}::uuid
        and department_id = ${uuidOf('dep', departmentId)}::uuid
      order by agent_id`,
  );
  return members.map(({ agent_id }) => toId('agt', agent_id));
}

const EXISTS = {
  agent: { prefix: 'agt', condition: sql`active` },
  department: { prefix: 'dep', condition: sql`deleted_at is null` },
};

/**
 * Refuses ids that are not active agents, or departments, of the workspace with NOT_FOUND at their
 * index. The rows are locked FOR KEY SHARE until the transaction ends.
 */
export async function refuseUnknownIds(
  ctx: Context,
  table: keyof typeof EXISTS,
  inputIds: readonly string[],
  field: string,
): Promise<void> {
  if (!inputIds.length) return;
  const { prefix, condition } = EXISTS[table];
  const existing = await execute(
    ctx,
    sql<{ id: string }>`
      select id from ${sql.table(table)}
      where id = any(${ids(prefix, inputIds)}) and workspace_id = ${ctx.workspace}::uuid
        and ${condition}
      order by id for key share`,
  );
  const existingIds = new Set(existing.map(({ id }) => toId(prefix, id)));
  const missing = inputIds.findIndex((id) => !existingIds.has(id));
  if (missing >= 0) throw new Refusal('NOT_FOUND', `${field}.${missing}`);
}
