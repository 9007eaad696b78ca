import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { entities, ids } from '@deskgraph/common/database/query';
import { canReadTickets } from '../../model/ticket/read-rights.ts';
import { TicketCategory } from './category.ts';

/** All categories that are not deleted, by name. */
export const findCategories = (ctx: Context): Promise<TicketCategory[]> =>
  entities(
    ctx,
    TicketCategory,
    sql`
      select * from category where workspace_id = ${ctx.workspace}::uuid and deleted_at is null
      order by lower(name), id`,
  );

/** Also finds a deleted category, because tickets of the past have it. */
export const categoryById = (ctx: Context, id: string): Promise<TicketCategory | null> =>
  ctx.load.byId('category', id, async (categoryIds) =>
    canReadTickets(ctx.actor)
      ? entities(
          ctx,
          TicketCategory,
          sql`
            select * from category
            where id = any(${ids('cat', categoryIds)}) and workspace_id = ${ctx.workspace}::uuid`,
        )
      : [],
  );
