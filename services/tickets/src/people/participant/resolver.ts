import { Auth, Role } from '@deskgraph/common/auth/access';
import { ActorView } from '@deskgraph/common/graphql/shared-types';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { customerEmail } from '../requester/mail.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { findParticipants } from '../../model/participant/find.ts';
import { followTicket } from './follow.ts';
import {
  TicketFollowInput,
  TicketFollowPayload,
  TicketParticipantsUpdateInput,
  TicketParticipantsUpdatePayload,
} from './input.ts';
import { Participant, ParticipantKind } from '../../model/participant/participant.ts';
import { participantActor } from './person.ts';
import { updateParticipants } from './update.ts';

@Resolver(() => Participant)
export class ParticipantResolver {
  @Auth({ scopes: ['tickets:write'], roles: [Role.LIGHT] })
  @Mutation(() => TicketFollowPayload, {
    description:
      'Follows a ticket, or leaves it: who follows is told of what happens to it. For people of the staff, at most 1,000 a ticket.',
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
      'Says which customers get copies of a ticket: they see it as its requester does and may answer; who is taken out sees nothing of it any more. A requester does so on own tickets; who gets copies may only leave.',
  })
  ticketParticipantsUpdate(
    @Arg('input', () => TicketParticipantsUpdateInput) input: TicketParticipantsUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<TicketParticipantsUpdatePayload> {
    return updateParticipants(ctx, input);
  }

  @FieldResolver(() => ActorView, { nullable: true, description: 'Who it is.' })
  actor(@Root() participant: Participant, @Ctx() ctx: Context): Promise<object | null> {
    return participantActor(ctx, participant);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The mail address to which copies go, by which a customer is taken out again; null when there is none, and for staff. Customers know each other by it, for they read nothing else of each other.',
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
      'People beside the requester, the longest first. Customers see who gets copies, and nobody of the staff.',
  })
  participants(@Root() ticket: Ticket, @Ctx() ctx: Context): Promise<Participant[]> {
    return findParticipants(ctx, ticket.id);
  }
}
