import { Auth, Role } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import { ForwardArgs, type Page, PageArgs } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Department } from '../department/department.ts';
import { departmentById } from '../department/queries.ts';
import { TicketFilter } from '../../model/filter/sql.ts';
import { findOf } from '../../model/lookup/find.ts';
import { TicketOrder } from '../../model/filter/order.ts';
import { type Ticket, TicketConnection } from '../../model/ticket/ticket.ts';
import { Agent, AgentConnection } from './agent.ts';
import { AgentDeactivateInput, AgentDeactivatePayload, deactivateAgent } from './deactivate.ts';
import { findAgents } from './queries.ts';
import { AgentInviteInput, AgentInvitePayload, inviteAgent } from './invite.ts';
import { departmentIdsOfAgent } from './membership.ts';
import { AgentUpdateInput, AgentUpdatePayload, updateAgent } from './mutations.ts';

@Resolver(() => Agent)
export class AgentResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.LIGHT, Role.ANALYST] })
  @Query(() => AgentConnection, {
    description:
      'The active staff by name; of these departments only when they are given, at most 100.',
  })
  agents(
    @Arg('departmentIds', () => [ID], {
      nullable: true,
      description: 'Only who works in one of these departments.',
    })
    departmentIds: string[] | null,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Agent>> {
    if ((departmentIds?.length ?? 0) > 100)
      throw new Refusal([{ code: 'TOO_LONG', field: ['departmentIds'] }]);
    return findAgents(ctx, { ...page, departmentIds });
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => AgentInvitePayload, {
    description:
      'Takes a person into the staff. Who signs in with this address is that person from then on; who was deactivated comes back as the same agent.',
  })
  agentInvite(
    @Arg('input', () => AgentInviteInput) input: AgentInviteInput,
    @Ctx() ctx: Context,
  ): Promise<AgentInvitePayload> {
    return inviteAgent(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => AgentUpdatePayload, {
    description: 'Changes a member of the staff; the role is changed by administrators only.',
  })
  agentUpdate(
    @Arg('input', () => AgentUpdateInput) input: AgentUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<AgentUpdatePayload> {
    return updateAgent(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => AgentDeactivatePayload, {
    description:
      'Ends the access of a person within seconds. Unsolved tickets go back to the queues of their departments; the name stays on past work. The last administrator can’t leave.',
  })
  agentDeactivate(
    @Arg('input', () => AgentDeactivateInput) input: AgentDeactivateInput,
    @Ctx() ctx: Context,
  ): Promise<AgentDeactivatePayload> {
    return deactivateAgent(ctx, input);
  }

  @FieldResolver(() => [Department], { description: 'The departments that the person works in.' })
  async departments(@Root() agent: Agent, @Ctx() ctx: Context): Promise<Department[]> {
    const ids = await departmentIdsOfAgent(ctx, agent.id);
    return (await Promise.all(ids.map((id) => departmentById(ctx, id)))).filter(
      (department) => department !== null,
    );
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => TicketConnection, {
    nullable: true,
    description: 'The tickets assigned to the person now; for staff only.',
  })
  tickets(
    @Root() agent: Agent,
    @Arg('filter', () => TicketFilter, { nullable: true }) filter: TicketFilter | null,
    @Arg('orderBy', () => [TicketOrder], { nullable: true }) orderBy: TicketOrder[] | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Ticket>> {
    return findOf(ctx, { column: 'assignee_id', prefix: 'agt' }, agent.id, {
      filter,
      orderBy,
      ...page,
    });
  }
}
