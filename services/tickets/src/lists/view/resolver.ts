import { Auth, Role } from '@deskgraph/common/auth/access';
import { type Page, PageArgs } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Agent } from '../../staff/agent/agent.ts';
import { agentById } from '../../staff/agent/queries.ts';
import { Department } from '../../staff/department/department.ts';
import { departmentById } from '../../staff/department/queries.ts';
import { type Ticket, TicketConnection } from '../../model/ticket/ticket.ts';
import { createView } from './create.ts';
import { deleteView } from './delete.ts';
import { defaultViewId, findViews } from './queries.ts';
import {
  ViewCreateInput,
  ViewCreatePayload,
  ViewDeleteInput,
  ViewDeletePayload,
  ViewUpdateInput,
  ViewUpdatePayload,
} from './input.ts';
import { countViewTickets, findViewTickets } from './tickets.ts';
import { updateView } from './mutations.ts';
import { View } from './view.ts';

@Resolver(() => View)
export class ViewResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.LIGHT] })
  @Query(() => [View], {
    description:
      'The views of the caller: first the built-in ones that every workspace has, then own private ones and those that are shared with him, by name.',
  })
  views(@Ctx() ctx: Context): Promise<View[]> {
    return findViews(ctx);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.LIGHT] })
  @Mutation(() => ViewCreatePayload, {
    description:
      'Creates a view; shared ones by leads, administrators and apps. At most 100 private ones each, and 500 shared ones.',
  })
  viewCreate(
    @Arg('input', () => ViewCreateInput) input: ViewCreateInput,
    @Ctx() ctx: Context,
  ): Promise<ViewCreatePayload> {
    return createView(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.LIGHT] })
  @Mutation(() => ViewUpdatePayload, {
    description: 'Changes a view: an own private one, or a shared one by who may share.',
  })
  viewUpdate(
    @Arg('input', () => ViewUpdateInput) input: ViewUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<ViewUpdatePayload> {
    return updateView(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.LIGHT] })
  @Mutation(() => ViewDeletePayload, {
    description: 'Deletes a view: an own private one, or a shared one by who may share.',
  })
  viewDelete(
    @Arg('input', () => ViewDeleteInput) input: ViewDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<ViewDeletePayload> {
    return deleteView(ctx, input);
  }

  @FieldResolver(() => Agent, {
    nullable: true,
    description: 'Who made it; null for built-in ones and those of apps.',
  })
  owner(@Root() { ownerId }: View, @Ctx() ctx: Context): Promise<Agent | null> | null {
    return ownerId.startsWith('agt_') ? agentById(ctx, ownerId) : null;
  }

  @FieldResolver(() => Department, {
    nullable: true,
    description: 'The department that it is shared with.',
  })
  department(
    @Root() { departmentId }: View,
    @Ctx() ctx: Context,
  ): Promise<Department | null> | null {
    return departmentId === null ? null : departmentById(ctx, departmentId);
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether the caller opens it first; of who has not chosen it is the one of all unsolved tickets.',
  })
  async isDefault(@Root() { id }: View, @Ctx() ctx: Context): Promise<boolean> {
    return (await defaultViewId(ctx)) === id;
  }

  @FieldResolver(() => Int, {
    description:
      'How many tickets the caller finds in it now; 10,000 stands for that many and more.',
  })
  count(@Root() view: View, @Ctx() ctx: Context): Promise<number> {
    return countViewTickets(ctx, view);
  }

  @FieldResolver(() => TicketConnection, {
    description: 'Its tickets that the caller may see, in its order.',
  })
  tickets(
    @Root() view: View,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Ticket>> {
    return findViewTickets(ctx, view, page);
  }
}
