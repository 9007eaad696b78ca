import { type Actor, isStaff } from '@deskgraph/common/auth/access';
import { hydrate, sql } from '@deskgraph/common/database/database';
import { type NestedList, nestedPage } from '@deskgraph/common/database/nested-connection';
import { entities, ids, rows } from '@deskgraph/common/database/query';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import {
  Direction,
  type OrderKey,
  type Page,
  type PageRequest,
  keysetPage,
} from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { customerTicketSql } from '../../model/rights/visible.ts';
import { Agent } from './agent.ts';

const MAX_DEPARTMENTS_IN_QUERY = 100;

const BY_NAME: readonly OrderKey[] = [
  { by: sql`lower(a.name)`, type: 'text', direction: Direction.ASC },
  { by: sql`a.id`, type: 'uuid', direction: Direction.ASC },
];

export interface AgentQuery extends PageRequest {
  departmentIds?: string[] | null | undefined;
}

/** A page of the active agents by name, optionally only those of some departments. */
export async function findAgents(ctx: Context, query: AgentQuery): Promise<Page<Agent>> {
  const { departmentIds } = query;
  if ((departmentIds?.length ?? 0) > MAX_DEPARTMENTS_IN_QUERY)
    throw new Refusal([{ code: 'TOO_LONG', field: ['departmentIds'] }]);
  const page = keysetPage(query, BY_NAME);
  const worksThere = departmentIds
    ? sql`exists (
        select from agent_department d
        where d.agent_id = a.id and d.department_id = any(${ids('dep', departmentIds)}))`
    : sql`true`;
  const condition = sql`a.workspace_id = ${ctx.workspace}::uuid and a.active and ${worksThere}`;
  const agentRows = await rows(
    ctx,
    sql<object>`
      select a.*, ${page.keys} from agent a where ${condition} and ${page.where}
      order by ${page.order} limit ${page.limit}`,
  );
  return page.page(agentRows, hydrate(ctx.orm, Agent, agentRows), async () => {
    const [total] = await rows(
      ctx,
      sql<{
        count: number;
      }>`select count(*)::integer as count from agent a where ${condition}`,
    );
    return total!.count;
  });
}

const DEPARTMENT_AGENTS: NestedList<Agent> = {
  Entity: Agent,
  name: 'agents of departments',
  prefix: 'dep',
  columns: sql`a.*`,
  from: sql`agent_department d join agent a on a.id = d.agent_id`,
  belongsTo: sql`d.department_id = owner.id`,
  where: sql`true`,
  order: BY_NAME,
};

/** A page of the agents of a department, by name. */
export const findAgentsOfDepartment = (
  ctx: Context,
  departmentId: string,
  query: PageRequest,
): Promise<Page<Agent>> => nestedPage(ctx, DEPARTMENT_AGENTS, departmentId, query);

/**
 * An agent by id, or null. Staff see every agent of the workspace. A customer sees the agents of
 * the tickets visible to the customer: assignees, solvers and authors of public messages.
 */
export const agentById = (ctx: Context, id: string): Promise<Agent | null> =>
  ctx.load.byId('agent', id, (agentIds) =>
    entities(
      ctx,
      Agent,
      sql`
        select a.* from unnest(${ids('agt', agentIds)}, ${agentIds}::text[])
          as requested(id, typed_id) join agent a on a.id = requested.id
        where a.workspace_id = ${ctx.workspace}::uuid
          and ${isStaff(ctx.actor) ? sql`true` : knownToCustomerSql(ctx.actor)}`,
    ),
  );

function knownToCustomerSql(actor: Actor): Condition {
  const isVisible = sql`t.workspace_id = a.workspace_id and t.deleted_at is null
    and ${customerTicketSql(actor)}`;
  return sql`(
    exists (select from ticket t where ${isVisible} and a.id in (t.assignee_id, t.solved_by_id))
    or exists (
      select from ticket t join message m on m.ticket_id = t.id
      where ${isVisible} and m.visibility = 'PUBLIC' and m.author_id = requested.typed_id))`;
}
