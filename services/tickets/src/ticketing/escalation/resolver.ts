import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Agent } from '../../staff/agent/agent.ts';
import { agentById } from '../../staff/agent/queries.ts';
import { Department } from '../../staff/department/department.ts';
import { departmentById } from '../../staff/department/queries.ts';
import { shown } from '../../people/external/actor.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { createEscalationPath } from './create.ts';
import { deleteEscalationPath } from './delete.ts';
import { escalateTicket } from './escalate.ts';
import { Escalation } from './escalation.ts';
import { escalationPathById, findEscalationPaths } from './queries.ts';
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
import { EscalationPath, EscalationStep } from './path.ts';
import { updateEscalationPath } from './mutations.ts';

@Resolver(() => EscalationPath)
export class EscalationPathResolver {
  @Auth({ scopes: ['settings:read'], roles: [Role.LEAD] })
  @Query(() => [EscalationPath], {
    description:
      'The escalation paths of the workspace, in the order in which they are asked: the oldest first.',
  })
  escalationPaths(@Ctx() ctx: Context): Promise<EscalationPath[]> {
    return findEscalationPaths(ctx);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => EscalationPathCreatePayload, {
    description:
      'Creates an escalation path: to whom tickets of a filter go, step by step. At most 100 in a workspace.',
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
      'Changes an escalation path. A step that is due already comes at its instant; the new steps hold from then on.',
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
      'Deletes an escalation path; refused with IN_USE while a ticket stands on one of its steps.',
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
      'Gives a ticket to the next step of its escalation path, or to a given agent, and says why. Further steps come by themselves, until it is solved or somebody puts it into other hands; refused with NO_STEP_LEFT when there is none.',
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
    description: 'To this agent; null when to a department.',
  })
  agent(@Root() { agentId }: EscalationStep, @Ctx() ctx: Context): Promise<Agent | null> | null {
    return agentId ? agentById(ctx, agentId) : null;
  }

  @FieldResolver(() => Department, {
    nullable: true,
    description: 'To this department; null when to an agent.',
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
    description: 'The escalation that is in force; for staff only.',
  })
  escalation(@Root() { escalation, escalatesAt }: Ticket): Escalation | null {
    if (!escalation) return null;
    const { pathId, step, reason, since, by } = escalation;
    return Object.assign(new Escalation(), {
      pathId,
      step,
      reason,
      since: new Date(since),
      by: shown(by.kind, by.id, by.name),
      nextAt: escalatesAt,
    });
  }
}

@Resolver(() => Escalation)
export class EscalationFields {
  @FieldResolver(() => EscalationPath, {
    nullable: true,
    description: 'The path that it is on; null when an agent was chosen by hand.',
  })
  path(@Root() { pathId }: Escalation, @Ctx() ctx: Context): Promise<EscalationPath | null> | null {
    return pathId ? escalationPathById(ctx, pathId) : null;
  }
}
