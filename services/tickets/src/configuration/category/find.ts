import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';
import { reads } from '../../model/ticket/read-rights.ts';
import { TicketCategory } from './category.ts';

/** All categories by name. */
export async function findCategories(ctx: Context): Promise<TicketCategory[]> {
  const em = await ctx.read();
  const { rows } = await sql`
    select * from category where workspace_id = ${ctx.workspace}::uuid and deleted_at is null order by lower(name), id`.execute(
    em.getKysely(),
  );
  return hydrate(ctx.orm, TicketCategory, rows);
}

/** Also one that is deleted: tickets of the past name it. */
export const categoryById = (ctx: Context, id: string): Promise<TicketCategory | null> =>
  ctx.load.byId('category', id, async (ids) => {
    if (!reads(ctx.actor)) return [];
    const em = await ctx.read();
    const { rows } = await sql`
      select * from category where id = any(${uuids('cat', ids)}) and workspace_id = ${ctx.workspace}::uuid`.execute(
      em.getKysely(),
    );
    return hydrate(ctx.orm, TicketCategory, rows);
  });
