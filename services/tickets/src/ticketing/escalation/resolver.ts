import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Agent } from '../../staff/agent/agent.ts';
import { agentById } from '../../staff/agent/queries.ts';
import { Department } from '../../staff/department/department.ts';
import { departmentById } from '../../staff/department/queries.ts';
import { actorReference } from '../../model/actor/actor-reference.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { escalateTicket } from './escalate.ts';
import { Escalation } from './escalation.ts';
import {
  EscalationPathCreateInput,
  EscalationPathCreatePayload,
  EscalationPathDeleteInput,
  EscalationPathDeletePayload,
  EscalationPathUpdateInput,
  EscalationPathUpdatePayload,
  TicketEscalateInput,
  TicketEscalatePayload,
} from './input.ts';
import { createEscalationPath, deleteEscalationPath, updateEscalationPath } from './mutations.ts';
import { EscalationPath, EscalationStep } from './path.ts';
import { escalationPathById, findEscalationPaths } from './queries.ts';

@Resolver(() => EscalationPath)
export class EscalationPathResolver {
  @Auth({ scopes: ['settings:read'], roles: [Role.LEAD] })
  @Query(() => [EscalationPath], {
    description:
      'The escalation paths of the workspace, in the order in which their filters are tried: the oldest first.',
  })
  escalationPaths(@Ctx() ctx: Context): Promise<EscalationPath[]> {
    return findEscalationPaths(ctx);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => EscalationPathCreatePayload, {
    description:
      'Creates an escalation path: the steps by which tickets that match a filter are escalated. At most 100 in a workspace.',
  })
  escalationPathCreate(
    @Arg('input', () => EscalationPathCreateInput) input: EscalationPathCreateInput,
    @Ctx() ctx: Context,
  ): Promise<EscalationPathCreatePayload> {
    return createEscalationPath(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => EscalationPathUpdatePayload, {
    description:
      'Updates an escalation path. A step that is already scheduled keeps its time; from then on the new steps apply.',
  })
  escalationPathUpdate(
    @Arg('input', () => EscalationPathUpdateInput) input: EscalationPathUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<EscalationPathUpdatePayload> {
    return updateEscalationPath(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => EscalationPathDeletePayload, {
    description:
      'Deletes an escalation path. Refused with IN_USE while a ticket is on one of its steps.',
  })
  escalationPathDelete(
    @Arg('input', () => EscalationPathDeleteInput) input: EscalationPathDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<EscalationPathDeletePayload> {
    return deleteEscalationPath(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketEscalatePayload, {
    description:
      'Escalates a ticket to the next step of its escalation path or to a chosen agent. The system takes the further steps of the path in time, until the ticket is solved or otherwise reassigned. Refused with NO_STEP_LEFT when no step is left.',
  })
  ticketEscalate(
    @Arg('input', () => TicketEscalateInput) input: TicketEscalateInput,
    @Ctx() ctx: Context,
  ): Promise<TicketEscalatePayload> {
    return escalateTicket(ctx, input);
  }
}

@Resolver(() => EscalationStep)
export class EscalationSteps {
  @FieldResolver(() => Agent, {
    nullable: true,
    description: 'The agent of the step. Null when the step leads to a department.',
  })
  agent(@Root() { agentId }: EscalationStep, @Ctx() ctx: Context): Promise<Agent | null> | null {
    return agentId ? agentById(ctx, agentId) : null;
  }

  @FieldResolver(() => Department, {
    nullable: true,
    description: 'The department of the step. Null when the step leads to an agent.',
  })
  department(
    @Root() { departmentId }: EscalationStep,
    @Ctx() ctx: Context,
  ): Promise<Department | null> | null {
    return departmentId ? departmentById(ctx, departmentId) : null;
  }
}

@Resolver(() => Ticket)
export class EscalationOfTicket {
  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => Escalation, {
    nullable: true,
    description: 'The active escalation. Null when there is none. For staff only.',
  })
  escalation(@Root() { escalation, escalatesAt }: Ticket): Escalation | null {
    if (!escalation) return null;
    const { pathId, step, reason, since, by } = escalation;
    return Object.assign(new Escalation(), {
      pathId,
      step,
      reason,
      since: new Date(since),
      by: actorReference(by.kind, by.id, by.name),
      nextAt: escalatesAt,
    });
  }
}

@Resolver(() => Escalation)
export class EscalationFields {
  @FieldResolver(() => EscalationPath, {
    nullable: true,
    description: 'The escalation path. Null when the ticket was escalated to a chosen agent.',
  })
  path(@Root() { pathId }: Escalation, @Ctx() ctx: Context): Promise<EscalationPath | null> | null {
    return pathId ? escalationPathById(ctx, pathId) : null;
  }
}
