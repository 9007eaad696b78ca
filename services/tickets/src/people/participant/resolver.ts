import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { ActorView } from '@deskgraph/common/graphql/shared-types';
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { actorReference } from '../../model/actor/actor-reference.ts';
import { Participant, ParticipantKind } from '../../model/participant/participant.ts';
import { findParticipants } from '../../model/participant/queries.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { agentById } from '../../staff/agent/queries.ts';
import { customerEmail } from '../requester/email.ts';
import {
  TicketFollowInput,
  TicketFollowPayload,
  TicketParticipantsUpdateInput,
  TicketParticipantsUpdatePayload,
} from './input.ts';
import { followTicket, updateParticipants } from './mutations.ts';

@Resolver(() => Participant)
export class ParticipantResolver {
  @Auth({ scopes: ['tickets:write'], roles: [Role.LIGHT] })
  @Mutation(() => TicketFollowPayload, {
    description:
      'Follows a ticket, or stops following it. Followers are notified of what happens to the ticket. For agents only, at most 1,000 per ticket.',
  })
  ticketFollow(
    @Arg('input', () => TicketFollowInput) input: TicketFollowInput,
    @Ctx() ctx: Context,
  ): Promise<TicketFollowPayload> {
    return followTicket(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.REQUESTER, Role.AGENT] })
  @Mutation(() => TicketParticipantsUpdatePayload, {
    description:
      'Adds and removes customers who get copies of a ticket. They see the ticket as its requester does and may answer; a removed customer does not see it any more. Requesters may do so on their own tickets; customers who get copies may only remove themselves.',
  })
  ticketParticipantsUpdate(
    @Arg('input', () => TicketParticipantsUpdateInput) input: TicketParticipantsUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<TicketParticipantsUpdatePayload> {
    return updateParticipants(ctx, input);
  }

  @FieldResolver(() => ActorView, { nullable: true, description: 'The customer or agent.' })
  async actor(
    @Root() { kind, personId }: Participant,
    @Ctx() ctx: Context,
  ): Promise<object | null> {
    if (kind !== ParticipantKind.CC) return agentById(ctx, personId);
    return actorReference('customer', personId, (await customerEmail(ctx, personId)) ?? '');
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The mail address that copies are sent to, and by which a customer is removed. Null when there is none, and for staff. It is all that customers read of each other.',
  })
  email(
    @Root() { kind, personId }: Participant,
    @Ctx() ctx: Context,
  ): Promise<string | null> | null {
    return kind === ParticipantKind.CC ? customerEmail(ctx, personId) : null;
  }
}

@Resolver(() => Ticket)
export class TicketParticipants {
  @FieldResolver(() => [Participant], {
    description:
      'The participants beside the requester, earliest first. Customers see the customers who get copies, and no staff.',
  })
  participants(@Root() ticket: Ticket, @Ctx() ctx: Context): Promise<Participant[]> {
    return findParticipants(ctx, ticket.id);
  }
}
