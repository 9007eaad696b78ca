import { hydrate, sql, uuids } from '@deskgraph/common/database';
import type { Context } from '@deskgraph/common/transaction';
import { Department } from './department.ts';

/** All departments by name; an app that is bound to some sees those. */
export async function find(ctx: Context): Promise<Department[]> {
  const em = await ctx.read();
  const bounded =
    ctx.actor.kind === 'app' && ctx.actor.departments.length ? sql`id = any(${uuids('dep', ctx.actor.departments)})` : sql`true`;
  const { rows } = await sql`
    select * from department where workspace_id = ${ctx.workspace}::uuid and deleted_at is null and ${bounded} order by lower(name), id`.execute(
    em.getKysely(),
  );
  return hydrate(ctx.orm, Department, rows);
}

/** Also one that is deleted: tickets and reports of the past name it. */
export const byId = (ctx: Context, id: string): Promise<Department | null> =>
  ctx.load.byId('department', id, async (ids) => {
    const em = await ctx.read();
    const { rows } = await sql`
      select * from department where id = any(${uuids('dep', ids)}) and workspace_id = ${ctx.workspace}::uuid`.execute(em.getKysely());
    return hydrate(ctx.orm, Department, rows);
  });
