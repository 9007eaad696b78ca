import { Auth, Role } from '@deskgraph/common/auth/access';
import { ForwardArgs, type Page, PageArgs } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Department } from '../department/department.ts';
import { departmentById } from '../department/queries.ts';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { findTicketsOf } from '../../model/lookup/queries.ts';
import { TicketOrder } from '../../model/filter/order.ts';
import { type Ticket, TicketConnection } from '../../model/ticket/ticket.ts';
import { Agent, AgentConnection } from './agent.ts';
import {
  AgentDeactivateInput,
  AgentDeactivatePayload,
  AgentInviteInput,
  AgentInvitePayload,
  AgentUpdateInput,
  AgentUpdatePayload,
} from './input.ts';
import { departmentIdsOfAgent } from './membership.ts';
import { deactivateAgent, inviteAgent, updateAgent } from './mutations.ts';
import { findAgents } from './queries.ts';

@Resolver(() => Agent)
export class AgentResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.LIGHT, Role.ANALYST] })
  @Query(() => AgentConnection, {
    description: 'The active agents by name, optionally only those of at most 100 departments.',
  })
  agents(
    @Arg('departmentIds', () => [ID], {
      nullable: true,
      description: 'Returns only agents who work in at least one of these departments.',
    })
    departmentIds: string[] | null,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Agent>> {
    return findAgents(ctx, { ...page, departmentIds });
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => AgentInvitePayload, {
    description:
      'Adds an agent, who signs in with this email address. An agent who was deactivated is activated again and keeps the id.',
  })
  agentInvite(
    @Arg('input', () => AgentInviteInput) input: AgentInviteInput,
    @Ctx() ctx: Context,
  ): Promise<AgentInvitePayload> {
    return inviteAgent(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => AgentUpdatePayload, {
    description: 'Updates an agent. Only administrators can change the role.',
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
      'Ends the access of an agent within seconds. The agent’s unsolved tickets return to the queues of their departments; the name stays on past work. The last administrator can’t be deactivated.',
  })
  agentDeactivate(
    @Arg('input', () => AgentDeactivateInput) input: AgentDeactivateInput,
    @Ctx() ctx: Context,
  ): Promise<AgentDeactivatePayload> {
    return deactivateAgent(ctx, input);
  }

  @FieldResolver(() => [Department], { description: 'The departments the agent works in.' })
  async departments(@Root() agent: Agent, @Ctx() ctx: Context): Promise<Department[]> {
    const ids = await departmentIdsOfAgent(ctx, agent.id);
    return (await Promise.all(ids.map((id) => departmentById(ctx, id)))).filter(
      (department) => department !== null,
    );
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => TicketConnection, {
    nullable: true,
    description: 'The tickets assigned to the agent now. For staff only.',
  })
  tickets(
    @Root() agent: Agent,
    @Arg('filter', () => TicketFilter, { nullable: true }) filter: TicketFilter | null,
    @Arg('orderBy', () => [TicketOrder], { nullable: true }) orderBy: TicketOrder[] | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Ticket>> {
    return findTicketsOf(ctx, { column: 'assignee_id', prefix: 'agt' }, agent.id, {
      filter,
      orderBy,
      ...page,
    });
  }
}
