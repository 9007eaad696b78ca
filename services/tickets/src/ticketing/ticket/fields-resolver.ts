import { ActorView } from '@deskgraph/common/graphql/shared-types';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Auth, Role } from '@deskgraph/common/auth/access';
import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, FieldResolver, Info, Int, Resolver, Root } from 'type-graphql';
import { Agent } from '../../staff/agent/agent.ts';
import { agentById } from '../../staff/agent/queries.ts';
import { Department } from '../../staff/department/department.ts';
import { departmentById } from '../../staff/department/queries.ts';
import { actorReference } from '../../model/actor/actor-reference.ts';
import { Customer, Organization } from '../../people/external/external-entities.ts';
import { ticketById } from '../../model/lookup/queries.ts';
import { TicketPermissions, ticketPermissions } from './permissions.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { canSeeOnHold, visibleStatus } from '../../model/ticket/read-rights.ts';
import { Resolution, resolutionOf } from '../../model/ticket/resolution.ts';
import { Snooze, snoozeOf } from '../../model/ticket/snooze.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';

/** Fields of a ticket that depend on the caller or on other entities. */
@Resolver(() => Ticket)
export class TicketFields {
  @FieldResolver(() => TicketStatus, {
    description: 'The status of the ticket; requesters read OPEN for ON_HOLD.',
  })
  status(@Root() ticket: Ticket, @Ctx() ctx: Context): TicketStatus {
    return visibleStatus(ctx.actor, ticket.status);
  }

  @FieldResolver(() => Int, {
    description:
      'Increases with each change that the caller may see. Mutations accept it as `expectedVersion`.',
  })
  version(@Root() ticket: Ticket, @Ctx() ctx: Context): number {
    return canSeeOnHold(ctx.actor) ? ticket.version : ticket.publicVersion;
  }

  @FieldResolver(() => DateTime, {
    description: 'The time of the last change that the caller may see.',
  })
  updatedAt(@Root() ticket: Ticket, @Ctx() ctx: Context): Date {
    return canSeeOnHold(ctx.actor) ? ticket.updatedAt : ticket.publicUpdatedAt;
  }

  @FieldResolver(() => Department, {
    nullable: true,
    description: 'The department that works on the ticket.',
  })
  department(
    @Root() { departmentId }: Ticket,
    @Ctx() ctx: Context,
  ): Promise<Department | null> | null {
    return departmentId ? departmentById(ctx, departmentId) : null;
  }

  @FieldResolver(() => Agent, { nullable: true, description: 'The agent who works on the ticket.' })
  assignee(@Root() { assigneeId }: Ticket, @Ctx() ctx: Context): Promise<Agent | null> | null {
    return assigneeId ? agentById(ctx, assigneeId) : null;
  }

  @FieldResolver(() => Agent, { nullable: true, description: 'The agent who solved the ticket.' })
  solvedBy(@Root() { solvedById }: Ticket, @Ctx() ctx: Context): Promise<Agent | null> | null {
    return solvedById ? agentById(ctx, solvedById) : null;
  }

  @FieldResolver(() => Customer, {
    nullable: true,
    description: 'The customer whose request this is.',
  })
  requester(@Root() { requesterId, requesterName }: Ticket): Customer {
    return { id: requesterId, name: requesterName };
  }

  @FieldResolver(() => Organization, {
    nullable: true,
    description: 'The organization of the requester.',
  })
  organization(@Root() { organizationId }: Ticket): Organization | null {
    return organizationId ? { id: organizationId } : null;
  }

  @FieldResolver(() => ActorView, {
    nullable: true,
    description: 'The actor who created the ticket.',
  })
  createdBy(@Root() { createdByKind, createdById, createdByName }: Ticket): object {
    return actorReference(createdByKind, createdById, createdByName);
  }

  @FieldResolver(() => Resolution, {
    nullable: true,
    description: 'How the ticket was solved; set while it is SOLVED or CLOSED.',
  })
  resolution(@Root() ticket: Ticket): Resolution | null {
    return resolutionOf(ticket);
  }

  @FieldResolver(() => Boolean, {
    description: 'Whether the ticket is in the spam queue; requesters read false.',
  })
  spam(@Root() { spam }: Ticket, @Ctx() ctx: Context): boolean {
    return spam && canSeeOnHold(ctx.actor);
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => Snooze, {
    nullable: true,
    description: 'Set while the ticket is snoozed; for staff only.',
  })
  snooze(@Root() ticket: Ticket): Snooze | null {
    return snoozeOf(ticket);
  }

  @FieldResolver(() => TicketPermissions, {
    description: 'The operations that the caller may do with the ticket.',
  })
  viewerCan(
    @Root() ticket: Ticket,
    @Ctx() ctx: Context,
    @Info() { schema }: GraphQLResolveInfo,
  ): Promise<TicketPermissions> {
    return ticketPermissions(ctx, ticket, schema);
  }

  @FieldResolver(() => Ticket, {
    nullable: true,
    description: 'The closed ticket of which this one is a follow-up.',
  })
  followUpOf(@Root() { followUpOfId }: Ticket, @Ctx() ctx: Context): Promise<Ticket | null> | null {
    return followUpOfId ? ticketById(ctx, followUpOfId) : null;
  }
}
