import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Department } from '../../staff/department/department.ts';
import { departmentById } from '../../staff/department/queries.ts';
import { TicketCategory } from './category.ts';
import {
  TicketCategoryCreateInput,
  TicketCategoryCreatePayload,
  createCategory,
} from './create.ts';
import {
  TicketCategoryDeleteInput,
  TicketCategoryDeletePayload,
  deleteCategory,
} from './delete.ts';
import { categoryById, findCategories } from './find.ts';
import { nameForLocales } from './names.ts';
import {
  TicketCategoryUpdateInput,
  TicketCategoryUpdatePayload,
  updateCategory,
} from './update.ts';

@Resolver(() => TicketCategory)
export class TicketCategoryResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT, Role.ANALYST] })
  @Query(() => [TicketCategory], {
    description: 'The categories by name, those below others among them; at most 1,000.',
  })
  ticketCategories(@Ctx() ctx: Context): Promise<TicketCategory[]> {
    return findCategories(ctx);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => TicketCategoryCreatePayload, {
    description: 'Creates a category; a workspace has at most 1,000.',
  })
  ticketCategoryCreate(
    @Arg('input', () => TicketCategoryCreateInput) input: TicketCategoryCreateInput,
    @Ctx() ctx: Context,
  ): Promise<TicketCategoryCreatePayload> {
    return createCategory(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => TicketCategoryUpdatePayload, {
    description: 'Changes a category, or moves it with all below it.',
  })
  ticketCategoryUpdate(
    @Arg('input', () => TicketCategoryUpdateInput) input: TicketCategoryUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<TicketCategoryUpdatePayload> {
    return updateCategory(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => TicketCategoryDeletePayload, {
    description:
      'Deletes a category; refused with IN_USE while others are below it or unsolved tickets have it. Solved tickets go on naming it.',
  })
  ticketCategoryDelete(
    @Arg('input', () => TicketCategoryDeleteInput) input: TicketCategoryDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<TicketCategoryDeletePayload> {
    return deleteCategory(ctx, input);
  }

  @FieldResolver(() => String, {
    description:
      'The name in the first of the reader’s languages that there is one for, else in the workspace’s.',
  })
  name(@Root() category: TicketCategory, @Ctx() ctx: Context): string {
    return nameForLocales(category, ctx.locales);
  }

  @FieldResolver(() => TicketCategory, { nullable: true, description: 'The category above it.' })
  parent(
    @Root() { parentId }: TicketCategory,
    @Ctx() ctx: Context,
  ): Promise<TicketCategory | null> | null {
    return parentId ? categoryById(ctx, parentId) : null;
  }

  @FieldResolver(() => Department, {
    nullable: true,
    description: 'The department that it gives to tickets.',
  })
  department(
    @Root() { departmentId }: TicketCategory,
    @Ctx() ctx: Context,
  ): Promise<Department | null> | null {
    return departmentId ? departmentById(ctx, departmentId) : null;
  }
}
