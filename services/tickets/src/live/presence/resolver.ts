import { Auth, Role } from '@deskgraph/common/auth/access';
import { ActorView } from '@deskgraph/common/graphql/shared-types';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root, Subscription } from 'type-graphql';
import { UnseenActivity } from '../../history/event/conflict-check.ts';
import { actorReference } from '../../model/actor/actor-reference.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { viewersOf } from './find.ts';
import { follow } from './follow.ts';
import { PresenceSetInput, PresenceSetPayload } from './input.ts';
import { Presence, PresenceMessage } from './presence.ts';
import { set } from './set.ts';

@Resolver(() => Presence)
export class PresenceResolver {
  @Auth({ scopes: ['tickets:write'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Mutation(() => PresenceSetPayload, {
    description:
      'Says that the caller views or types. It ends 30 seconds after the last word, so say it again every 10 to 20; it is one presence on all devices of a person, and the last word counts.',
  })
  presenceSet(
    @Arg('input', () => PresenceSetInput) input: PresenceSetInput,
    @Ctx() ctx: Context,
  ): Promise<PresenceSetPayload> {
    return set(ctx, input);
  }

  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Subscription(() => PresenceMessage, {
    description:
      'Who views and types, the caller included: first as it is, then after each change. Requesters hear only of staff who type public replies. Once the ticket is not for the caller any more, nobody is there.',
    subscribe: ({ context, args }: { context: Context; args: { ticketId: string } }) =>
      follow(context, args.ticketId),
  })
  presenceChanged(
    @Root() message: PresenceMessage,
    @Arg('ticketId', () => ID, { description: 'Of which ticket.' }) _ticketId: string,
  ): PresenceMessage {
    return message;
  }

  @FieldResolver(() => ActorView, { nullable: true, description: 'Who.' })
  actor(@Root() { actorKind, actorId, actorName }: Presence): object {
    return actorReference(actorKind, actorId, actorName);
  }
}

@Resolver(() => PresenceSetPayload)
export class PresenceSetViewers {
  @FieldResolver(() => [Presence], {
    nullable: true,
    description:
      'Who is there now, as far as the caller may see them, the longest first; null when refused.',
  })
  viewers(
    @Root() { ticketId }: PresenceSetPayload,
    @Ctx() ctx: Context,
  ): Promise<Presence[]> | null {
    return ticketId === undefined ? null : viewersOf(ctx, ticketId);
  }
}

@Resolver(() => Ticket)
export class TicketViewers {
  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => [Presence], {
    nullable: true,
    description: 'Who views or types now, the caller included, the longest first; for staff only.',
  })
  viewers(@Root() ticket: Ticket, @Ctx() ctx: Context): Promise<Presence[]> {
    return viewersOf(ctx, ticket.id);
  }
}

@Resolver(() => UnseenActivity)
export class UnseenViewers {
  @FieldResolver(() => [Presence], {
    description:
      'Who else views or types now, as far as the writer may see them, the longest first.',
  })
  async viewers(@Root() { ticketId }: UnseenActivity, @Ctx() ctx: Context): Promise<Presence[]> {
    return (await viewersOf(ctx, ticketId)).filter(({ actorId }) => actorId !== ctx.actor.id);
  }
}
