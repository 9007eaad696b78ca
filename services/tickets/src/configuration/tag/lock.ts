import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { LockMode } from '@mikro-orm/postgresql';
import { Tag } from './tag.ts';

/** The label to change. While it is locked no ticket gets it. */
export async function locked(ctx: Context, id: string): Promise<Tag> {
  const tag = await ctx.em.findOne(Tag, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!tag) throw new Refusal('NOT_FOUND', 'id');
  return tag;
}

export async function refuseTaken(ctx: Context, name: string): Promise<void> {
  if (await ctx.em.count(Tag, { name })) throw new Refusal('TAKEN', 'name');
}
