import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';
import { Department } from '../../staff/department/department.ts';
import { departmentById } from '../../staff/department/queries.ts';
import { TicketCategory } from './category.ts';
import {
  TicketCategoryCreateInput,
  TicketCategoryCreatePayload,
  TicketCategoryDeleteInput,
  TicketCategoryDeletePayload,
  TicketCategoryUpdateInput,
  TicketCategoryUpdatePayload,
} from './input.ts';
import { createCategory, deleteCategory, updateCategory } from './mutations.ts';
import { nameForLocales } from './names.ts';
import { categoryById, findCategories } from './queries.ts';

@Resolver(() => TicketCategory)
export class TicketCategoryResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT, Role.ANALYST] })
  @Query(() => [TicketCategory], {
    description: 'The categories of all levels, by name; at most 1,000.',
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
    description: 'Changes a category, or moves it together with the categories below it.',
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
      'Deletes a category; refused with IN_USE while it has child categories or unsolved tickets have it. Solved tickets keep it.',
  })
  ticketCategoryDelete(
    @Arg('input', () => TicketCategoryDeleteInput) input: TicketCategoryDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<TicketCategoryDeletePayload> {
    return deleteCategory(ctx, input);
  }

  @FieldResolver(() => String, {
    description:
      'The name in the first language of the caller that has one, else in the default language of the workspace.',
  })
  name(@Root() category: TicketCategory, @Ctx() ctx: Context): string {
    return nameForLocales(category, ctx.locales);
  }

  @FieldResolver(() => TicketCategory, { nullable: true, description: 'The parent category.' })
  parent(
    @Root() { parentId }: TicketCategory,
    @Ctx() ctx: Context,
  ): Promise<TicketCategory | null> | null {
    return parentId ? categoryById(ctx, parentId) : null;
  }

  @FieldResolver(() => Department, {
    nullable: true,
    description: 'The department that tickets get with this category.',
  })
  department(
    @Root() { departmentId }: TicketCategory,
    @Ctx() ctx: Context,
  ): Promise<Department | null> | null {
    return departmentId ? departmentById(ctx, departmentId) : null;
  }
}

@Resolver(() => Ticket)
export class CategoryOfTicket {
  @FieldResolver(() => TicketCategory, {
    nullable: true,
    description: 'The category of the ticket; the ticket got its department and priority from it.',
  })
  category(
    @Root() { categoryId }: Ticket,
    @Ctx() ctx: Context,
  ): Promise<TicketCategory | null> | null {
    return categoryId ? categoryById(ctx, categoryId) : null;
  }
}
