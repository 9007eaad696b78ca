import { record } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { newId } from '@deskgraph/common/core/id';
import { line, loose } from '@deskgraph/common/graphql/input';
import { Json } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { requireDepartmentId, ifPresent } from '../../staff/references.ts';
import { TicketPriority } from '../../model/ticket/enums.ts';
import { TicketCategory } from './category.ts';
import { categoryState } from './events.ts';
import { canonicalNames, namesByLocale } from './names.ts';
import {
  lockCategoryTree,
  refuseTooManyCategories,
  refuseInvalidParent,
  refuseDuplicateCategoryName,
} from './tree.ts';

@InputType({ description: 'Input of ticketCategoryCreate.' })
export class TicketCategoryCreateInput {
  static readonly bounds = loose({ name: line(100), names: namesByLocale });
  @Field(() => String, {
    description:
      'In the workspace’s language, at most 100 characters; unique among those below the same category.',
  })
  name!: string;
  @Field(() => Json, {
    nullable: true,
    description:
      'In other languages, an object of texts by locale: `{"pt": "Faturas"}`; at most 50, each of at most 100 characters.',
  })
  names?: Record<string, string> | null;
  @Field(() => ID, { nullable: true, description: 'The category above it; at most 5 levels.' })
  parentId?: string | null;
  @Field(() => ID, { nullable: true, description: 'The department that it gives to tickets.' })
  departmentId?: string | null;
  @Field(() => TicketPriority, {
    nullable: true,
    description: 'The priority that it gives to tickets.',
  })
  priority?: TicketPriority | null;
  @Field(() => String, {
    nullable: true,
    description:
      'With the same key the same input gives the first result within 24 hours, another input is refused; at most 255 characters.',
  })
  idempotencyKey?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketCategoryCreate.' })
export class TicketCategoryCreatePayload extends Payload {
  @Field(() => TicketCategory, {
    nullable: true,
    description: 'The category as it now stands; null when refused.',
  })
  ticketCategory?: TicketCategory | null;
}

export async function createCategory(
  ctx: Context,
  input: TicketCategoryCreateInput,
): Promise<TicketCategoryCreatePayload> {
  const names = canonicalNames(input.names);
  const tree = await lockCategoryTree(ctx);
  const { name, parentId = null, priority = null } = input;
  const place = { id: newId('cat'), name, parentId };
  refuseTooManyCategories(tree);
  refuseInvalidParent(tree, place.id, parentId);
  refuseDuplicateCategoryName(tree, place, 'name');
  const department = await ifPresent(input.departmentId, (id) =>
    requireDepartmentId(ctx, id, 'departmentId'),
  );
  const category = ctx.em.create(TicketCategory, {
    ...place,
    workspaceId: ctx.workspace,
    names,
    departmentId: department,
    priority,
  });
  await record(ctx, 'category.created', category, { state: categoryState(category) });
  return { ticketCategory: category, userErrors: [] };
}
