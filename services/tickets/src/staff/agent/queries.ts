import { type Actor, isStaff } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import {
  Direction,
  type Page,
  type PageRequest,
  keyset,
} from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { concernsCustomer } from '../../model/rights/visible.ts';
import { Agent } from './agent.ts';

export interface AgentQuery extends PageRequest {
  departmentIds?: string[] | null | undefined;
}

/** A page of the active staff, by name. */
export async function findAgents(ctx: Context, query: AgentQuery): Promise<Page<Agent>> {
  const page = keyset(query, [
    { by: sql`lower(a.name)`, type: 'text', direction: Direction.ASC },
    { by: sql`a.id`, type: 'uuid', direction: Direction.ASC },
  ]);
  const departments = query.departmentIds
    ? sql`exists (select from agent_department d where d.agent_id = a.id and d.department_id = any(${uuids('dep', query.departmentIds)}))`
    : sql`true`;
  const condition = sql`a.workspace_id = ${ctx.workspace}::uuid and a.active and ${departments}`;
  const db = (await ctx.read()).getKysely();
  const { rows } = await sql<object>`
    select a.*, ${page.keys} from agent a where ${condition} and ${page.where} order by ${page.order} limit ${page.limit}`.execute(
    db,
  );
  return page.page(rows, hydrate(ctx.orm, Agent, rows), async () => {
    const counted = await sql<{
      count: number;
    }>`select count(*)::integer as count from agent a where ${condition}`.execute(db);
    return counted.rows[0]!.count;
  });
}

/** Colleagues exist for all staff; a customer knows those who had to do with the tickets that he sees: in charge, solver or writer of a reply. */
export const agentById = (ctx: Context, id: string): Promise<Agent | null> =>
  ctx.load.byId('agent', id, async (ids) => {
    const em = await ctx.read();
    const { rows } = await sql`
      select a.* from unnest(${uuids('agt', ids)}, ${ids}::text[]) as asked(id, shown) join agent a on a.id = asked.id
      where a.workspace_id = ${ctx.workspace}::uuid and ${isStaff(ctx.actor) ? sql`true` : knownToCustomerSql(ctx.actor)}`.execute(
      em.getKysely(),
    );
    return hydrate(ctx.orm, Agent, rows);
  });

function knownToCustomerSql(actor: Actor): Condition {
  const own = sql`t.workspace_id = a.workspace_id and t.deleted_at is null and ${concernsCustomer(actor)}`;
  return sql`(
    exists (select from ticket t where ${own} and a.id in (t.assignee_id, t.solved_by_id))
    or exists (
      select from ticket t join message m on m.ticket_id = t.id where ${own} and m.visibility = 'PUBLIC' and m.author_id = asked.shown))`;
}
