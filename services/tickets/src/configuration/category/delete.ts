import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { uuidOf } from '@deskgraph/common/core/id';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { refuseNamed } from '../../model/saved-filter/named.ts';
import { categoryState } from './events.ts';
import { locked } from './lock.ts';
import { lockCategoryTree } from './tree.ts';

@InputType({ description: 'Input of ticketCategoryDelete.' })
export class TicketCategoryDeleteInput {
  @Field(() => ID, { description: 'Which category.' }) id!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when this is not the current version.',
  })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketCategoryDelete.' })
export class TicketCategoryDeletePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id that is gone; null when refused.' })
  deletedId?: string | null;
}

/** Deletes a category that nothing unsolved is about, and that none is below. Its row stays, for the tickets of the past to name it. */
export async function deleteCategory(
  ctx: Context,
  input: TicketCategoryDeleteInput,
): Promise<TicketCategoryDeletePayload> {
  const tree = await lockCategoryTree(ctx);
  const category = await locked(ctx, input.id);
  expectVersion(category, input.expectedVersion);
  const hasBelow = [...tree.values()].some(({ parentId }) => parentId === category.id);
  if (hasBelow || (await isAskedAbout(ctx, category.id))) throw new Refusal('IN_USE', 'id');
  await refuseNamed(ctx, category.id);
  category.deletedAt = new Date();
  category.updatedAt = category.deletedAt;
  category.version += 1;
  await record(ctx, 'category.deleted', category, { state: categoryState(category) });
  return { deletedId: category.id, userErrors: [] };
}

async function isAskedAbout(ctx: Context, id: string): Promise<boolean> {
  const { rows } = await sql<{ asked: boolean }>`
    select exists (
      select from ticket where workspace_id = ${ctx.workspace}::uuid and category_id = ${uuidOf('cat', id)}::uuid
        and status not in ('SOLVED', 'CLOSED')) as asked`.execute(ctx.em.getKysely());
  return rows[0]!.asked;
}
