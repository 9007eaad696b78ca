import { Auth, Role } from '@deskgraph/common/auth/access';
import { ActorView } from '@deskgraph/common/graphql/shared-types';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root, Subscription } from 'type-graphql';
import { UnseenActivity } from '../../history/event/conflict-check.ts';
import { actorReference } from '../../model/actor/actor-reference.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { findViewers } from './queries.ts';
import { subscribeToPresence } from './subscription.ts';
import { PresenceSetInput, PresenceSetPayload } from './input.ts';
import { Presence, PresenceMessage } from './presence.ts';
import { setPresence } from './set-presence.ts';

@Resolver(() => Presence)
export class PresenceResolver {
  @Auth({ scopes: ['tickets:write'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Mutation(() => PresenceSetPayload, {
    description:
      'Publishes that the caller views or types. It ends 30 seconds after the last call, so repeat it every 10 to 20 seconds. A person has one presence on all devices; the last call counts.',
  })
  presenceSet(
    @Arg('input', () => PresenceSetInput) input: PresenceSetInput,
    @Ctx() ctx: Context,
  ): Promise<PresenceSetPayload> {
    return setPresence(ctx, input);
  }

  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Subscription(() => PresenceMessage, {
    description:
      'The viewers of a ticket, including the caller: the current state first, then after each change. Requesters see only staff who type public replies. The list is empty once the caller may no longer see the ticket.',
    subscribe: ({ context, args }: { context: Context; args: { ticketId: string } }) =>
      subscribeToPresence(context, args.ticketId),
  })
  presenceChanged(
    @Root() message: PresenceMessage,
    @Arg('ticketId', () => ID, { description: 'The ticket.' }) _ticketId: string,
  ): PresenceMessage {
    return message;
  }

  @FieldResolver(() => ActorView, { nullable: true, description: 'The person.' })
  actor(@Root() { actorKind, actorId, actorName }: Presence): object {
    return actorReference(actorKind, actorId, actorName);
  }
}

@Resolver(() => PresenceSetPayload)
export class PresenceSetViewers {
  @FieldResolver(() => [Presence], {
    nullable: true,
    description: 'The current viewers that the caller may see, longest first. Null when refused.',
  })
  viewers(
    @Root() { ticketId }: PresenceSetPayload,
    @Ctx() ctx: Context,
  ): Promise<Presence[]> | null {
    return ticketId === undefined ? null : findViewers(ctx, ticketId);
  }
}

@Resolver(() => Ticket)
export class TicketViewers {
  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => [Presence], {
    nullable: true,
    description: 'The current viewers, including the caller, longest first. Staff only.',
  })
  viewers(@Root() ticket: Ticket, @Ctx() ctx: Context): Promise<Presence[]> {
    return findViewers(ctx, ticket.id);
  }
}

@Resolver(() => UnseenActivity)
export class UnseenViewers {
  @FieldResolver(() => [Presence], {
    description: 'The other current viewers that the author may see, longest first.',
  })
  async viewers(@Root() { ticketId }: UnseenActivity, @Ctx() ctx: Context): Promise<Presence[]> {
    return (await findViewers(ctx, ticketId)).filter(({ actorId }) => actorId !== ctx.actor.id);
  }
}
