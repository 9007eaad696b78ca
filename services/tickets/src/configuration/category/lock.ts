import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { LockMode } from '@mikro-orm/postgresql';
import { TicketCategory } from './category.ts';

/** The category to change. While it is locked no ticket gets it. */
export async function locked(ctx: Context, id: string): Promise<TicketCategory> {
  const category = await ctx.em.findOne(
    TicketCategory,
    { id, deletedAt: null },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (!category) throw new Refusal('NOT_FOUND', 'id');
  return category;
}
