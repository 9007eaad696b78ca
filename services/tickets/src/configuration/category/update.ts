import { changesOf, touch } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { expectVersion, line, loose } from '@deskgraph/common/graphql/input';
import { Json } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { requireDepartmentId, ifPresent } from '../../staff/references.ts';
import { TicketPriority } from '../../model/ticket/enums.ts';
import { TicketCategory } from './category.ts';
import { categoryState } from './events.ts';
import { locked } from './lock.ts';
import { canonicalNames, namesByLocale } from './names.ts';
import { lockCategoryTree, refuseInvalidParent, refuseDuplicateCategoryName } from './tree.ts';

@InputType({
  description:
    'Input of ticketCategoryUpdate. What is left out stays; null clears. Tickets that have the category stay as they are.',
})
export class TicketCategoryUpdateInput {
  static readonly bounds = loose({ name: line(100), names: namesByLocale });
  @Field(() => ID, { description: 'Which category.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'In the workspace’s language, at most 100 characters; unique among those below the same category; can’t be cleared.',
  })
  name?: string | null;
  @Field(() => Json, {
    nullable: true,
    description:
      'In other languages, all of them: an object of texts by locale; at most 50, each of at most 100 characters.',
  })
  names?: Record<string, string> | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The category above it; at most 5 levels. Refused with CIRCLE below itself.',
  })
  parentId?: string | null;
  @Field(() => ID, { nullable: true, description: 'The department that it gives to tickets.' })
  departmentId?: string | null;
  @Field(() => TicketPriority, {
    nullable: true,
    description: 'The priority that it gives to tickets.',
  })
  priority?: TicketPriority | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when this is not the current version.',
  })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketCategoryUpdate.' })
export class TicketCategoryUpdatePayload extends Payload {
  @Field(() => TicketCategory, {
    nullable: true,
    description: 'The category as it now stands; null when refused.',
  })
  ticketCategory?: TicketCategory | null;
}

export async function updateCategory(
  ctx: Context,
  input: TicketCategoryUpdateInput,
): Promise<TicketCategoryUpdatePayload> {
  if (input.name === null) throw new Refusal('REQUIRED', 'name');
  const tree = await lockCategoryTree(ctx);
  const category = await locked(ctx, input.id);
  expectVersion(category, input.expectedVersion);
  const before = categoryState(category);
  if (input.name !== undefined) category.name = input.name;
  if (input.names !== undefined) category.names = canonicalNames(input.names);
  if (input.parentId !== undefined) {
    refuseInvalidParent(tree, category.id, input.parentId);
    category.parentId = input.parentId;
  }
  refuseDuplicateCategoryName(tree, category, input.name === undefined ? 'parentId' : 'name');
  if (input.departmentId !== undefined)
    category.departmentId = await ifPresent(input.departmentId, (id) =>
      requireDepartmentId(ctx, id, 'departmentId'),
    );
  if (input.priority !== undefined) category.priority = input.priority;
  const changes = changesOf(before, categoryState(category));
  if (!changes) return { ticketCategory: category, userErrors: [] };
  touch(category);
  await record(ctx, 'category.updated', category, { state: categoryState(category), changes });
  return { ticketCategory: category, userErrors: [] };
}
