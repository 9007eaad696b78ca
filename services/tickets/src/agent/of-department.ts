import { hydrate, sql, uuids } from '@deskgraph/common/database';
import { Direction, type Page, type PageRequest, keyset } from '@deskgraph/common/page';
import type { Context } from '@deskgraph/common/transaction';
import { Agent } from './agent.ts';

/** The team of each department of a request, with one statement. */
export function findOfDepartment(ctx: Context, departmentId: string, query: PageRequest): Promise<Page<Agent>> {
  const key = `agents of departments ${JSON.stringify(query)}`;
  return ctx.load.byKey<Page<Agent> | null>(key, departmentId, (ids) => pagesOf(ctx, ids, query), null) as Promise<Page<Agent>>;
}

async function pagesOf(ctx: Context, ids: string[], query: PageRequest): Promise<Map<string, Page<Agent>>> {
  const page = keyset(query, [
    { by: sql`lower(a.name)`, type: 'text', direction: Direction.ASC },
    { by: sql`a.id`, type: 'uuid', direction: Direction.ASC },
  ]);
  const em = await ctx.read();
  const owners = sql`unnest(${uuids('dep', ids)}) with ordinality as owner(id, at)`;
  const members = sql`agent_department d join agent a on a.id = d.agent_id`;
  const { rows } = await sql<{ owner: number }>`
    select found.*, owner.at::integer as owner from ${owners} cross join lateral (
      select a.*, ${page.keys} from ${members} where d.department_id = owner.id and ${page.where} order by ${page.order} limit ${page.limit}
    ) found order by owner.at`.execute(em.getKysely());
  const counts = (id: string): Promise<number> =>
    ctx.load.byKey(
      'agents of departments count',
      id,
      async (all) => {
        const counted = await sql<{ owner: number; count: number }>`
        select owner.at::integer as owner, count(*)::integer as count
        from unnest(${uuids('dep', all)}) with ordinality as owner(id, at) join agent_department d on d.department_id = owner.id
        group by owner.at`.execute(em.getKysely());
        return new Map(counted.rows.map((row) => [all[row.owner - 1]!, row.count]));
      },
      0,
    );
  const byDepartment = Map.groupBy(rows, (row) => ids[row.owner - 1]!);
  return new Map(
    ids.map((id) => {
      const own = byDepartment.get(id) ?? [];
      return [id, page.page(own, hydrate(ctx.orm, Agent, own), () => counts(id))];
    }),
  );
}
