import { Auth, Role } from '@deskgraph/common/auth/access';
import { type Page, PageArgs } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Agent } from '../../staff/agent/agent.ts';
import { agentById } from '../../staff/agent/queries.ts';
import { Department } from '../../staff/department/department.ts';
import { departmentById } from '../../staff/department/queries.ts';
import { type Ticket, TicketConnection } from '../../model/ticket/ticket.ts';
import {
  ViewCreateInput,
  ViewCreatePayload,
  ViewDeleteInput,
  ViewDeletePayload,
  ViewUpdateInput,
  ViewUpdatePayload,
} from './input.ts';
import { createView, deleteView, updateView } from './mutations.ts';
import { defaultViewId, findViews } from './queries.ts';
import { countViewTickets, findViewTickets } from './tickets.ts';
import { View } from './view.ts';

@Resolver(() => View)
export class ViewResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.LIGHT] })
  @Query(() => [View], {
    description:
      'The views visible to the caller: first the built-in ones that every workspace has, then the caller’s private views and the shared ones, by name.',
  })
  views(@Ctx() ctx: Context): Promise<View[]> {
    return findViews(ctx);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.LIGHT] })
  @Mutation(() => ViewCreatePayload, {
    description:
      'Creates a view. Only leads, administrators and apps can share views. At most 100 private views per owner and 500 shared views per workspace.',
  })
  viewCreate(
    @Arg('input', () => ViewCreateInput) input: ViewCreateInput,
    @Ctx() ctx: Context,
  ): Promise<ViewCreatePayload> {
    return createView(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.LIGHT] })
  @Mutation(() => ViewUpdatePayload, {
    description:
      'Updates a view: a private one of the caller, or a shared one if the caller can share views.',
  })
  viewUpdate(
    @Arg('input', () => ViewUpdateInput) input: ViewUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<ViewUpdatePayload> {
    return updateView(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.LIGHT] })
  @Mutation(() => ViewDeletePayload, {
    description:
      'Deletes a view: a private one of the caller, or a shared one if the caller can share views.',
  })
  viewDelete(
    @Arg('input', () => ViewDeleteInput) input: ViewDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<ViewDeletePayload> {
    return deleteView(ctx, input);
  }

  @FieldResolver(() => Agent, {
    nullable: true,
    description: 'The agent who created it. Null for built-in views and views of apps.',
  })
  owner(@Root() { ownerId }: View, @Ctx() ctx: Context): Promise<Agent | null> | null {
    return ownerId.startsWith('agt_') ? agentById(ctx, ownerId) : null;
  }

  @FieldResolver(() => Department, {
    nullable: true,
    description: 'The department it is shared with. Null unless `sharing` is DEPARTMENT.',
  })
  department(
    @Root() { departmentId }: View,
    @Ctx() ctx: Context,
  ): Promise<Department | null> | null {
    return departmentId === null ? null : departmentById(ctx, departmentId);
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether it is the caller’s default view. Callers who have not set one have the built-in view of all unsolved tickets.',
  })
  async isDefault(@Root() { id }: View, @Ctx() ctx: Context): Promise<boolean> {
    return (await defaultViewId(ctx)) === id;
  }

  @FieldResolver(() => Int, {
    description:
      'The number of tickets in the view that the caller may see, now; 10,000 means 10,000 or more.',
  })
  count(@Root() view: View, @Ctx() ctx: Context): Promise<number> {
    return countViewTickets(ctx, view);
  }

  @FieldResolver(() => TicketConnection, {
    description: 'The tickets in the view that the caller may see, in the order of the view.',
  })
  tickets(
    @Root() view: View,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Ticket>> {
    return findViewTickets(ctx, view, page);
  }
}
