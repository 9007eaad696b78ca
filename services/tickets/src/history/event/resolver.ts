import { Auth, Role } from '@deskgraph/common/auth/access';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import type { Context } from '@deskgraph/common/database/context';
import { type Page, PageArgs } from '@deskgraph/common/database/pagination';
import { CursorScalar, EventType } from '@deskgraph/common/graphql/scalars';
import { ActorView } from '@deskgraph/common/graphql/shared-types';
import { Arg, Args, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { actorReference } from '../../model/actor/actor-reference.ts';
import { ticketById } from '../../model/lookup/queries.ts';
import { Message } from '../../model/message/message.ts';
import { messageById } from '../../model/message/queries.ts';
import { canSeeOnHold } from '../../model/ticket/read-rights.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { cursorOfEvent, logEndCursor, ticketCursor } from './cursor.ts';
import { FieldChange, TicketEvent, TicketEventConnection } from './event.ts';
import { findTicketEvents } from './queries.ts';
import { eventSummary } from './summary.ts';
import { findTimeline } from './timeline.ts';
import { visibleChanges } from './visibility.ts';

const TYPES = 'Only events of these types, at most 50.';

@Resolver(() => TicketEvent)
export class TicketEventResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT, Role.ANALYST] })
  @Query(() => TicketEventConnection, {
    description:
      'The events of tickets after a cursor, oldest first, at most 100 a page; for clients that catch up. A page can be short or empty although there are more events after it.',
  })
  ticketEvents(
    @Arg('filter', () => TicketFilter, {
      nullable: true,
      description: 'Only events of tickets that match the filter now.',
    })
    filter: TicketFilter | null,
    @Arg('types', () => [EventType], { nullable: true, description: TYPES })
    types: string[] | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25 }) first: number | null,
    @Arg('after', () => CursorScalar, {
      nullable: true,
      description: 'Only events after this cursor; default from the beginning of the log.',
    })
    after: string | null,
    @Ctx() ctx: Context,
  ): Promise<Page<TicketEvent>> {
    return findTicketEvents(ctx, { filter, types, first, after });
  }

  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT, Role.ANALYST] })
  @Query(() => CursorScalar, {
    description:
      'The current end of the event log. A client that queries it together with its data and subscribes from it misses no event.',
  })
  eventCursor(@Ctx() ctx: Context): Promise<string> {
    return logEndCursor(ctx);
  }

  @FieldResolver(() => CursorScalar, { description: 'The position of the event in the log.' })
  cursor(@Root() event: TicketEvent, @Ctx() ctx: Context): string {
    return cursorOfEvent(ctx, event);
  }

  @FieldResolver(() => ActorView, {
    nullable: true,
    description: 'The actor who caused the event.',
  })
  actor(@Root() { domainEvent: { actor } }: TicketEvent): object {
    return actorReference(actor.kind, actor.id, actor.name);
  }

  @FieldResolver(() => Ticket, { nullable: true, description: 'The ticket as it is now.' })
  ticket(@Root() { domainEvent }: TicketEvent, @Ctx() ctx: Context): Promise<Ticket | null> {
    return ticketById(ctx, domainEvent.subject);
  }

  @FieldResolver(() => Int, { description: 'The version of the ticket after the event.' })
  version(@Root() { domainEvent }: TicketEvent, @Ctx() ctx: Context): number {
    const { version, data } = domainEvent;
    return canSeeOnHold(ctx.actor) ? version : (data.publicVersion ?? 0);
  }

  @FieldResolver(() => [FieldChange], {
    description: 'The changed fields that the caller can see.',
  })
  changes(@Root() { domainEvent }: TicketEvent, @Ctx() ctx: Context): Promise<FieldChange[]> {
    return visibleChanges(ctx, domainEvent.data);
  }

  @FieldResolver(() => Message, {
    nullable: true,
    description: 'The message of the event, for events of messages.',
  })
  message(
    @Root() { domainEvent }: TicketEvent,
    @Ctx() ctx: Context,
  ): Promise<Message | null> | null {
    const { messageId } = domainEvent.data;
    return messageId ? messageById(ctx, messageId) : null;
  }

  @FieldResolver(() => String, {
    description:
      'One line for users, in the first supported language of Accept-Language, else in English.',
  })
  summary(@Root() { domainEvent }: TicketEvent, @Ctx() ctx: Context): string {
    return eventSummary(domainEvent, ctx);
  }
}

@Resolver(() => Ticket)
export class TicketTimeline {
  @FieldResolver(() => CursorScalar, {
    description:
      'The position of the last event that the caller can see. To be sent as `seen` with a reply.',
  })
  cursor(@Root() ticket: Ticket, @Ctx() ctx: Context): Promise<string> {
    return ticketCursor(ctx, ticket.id);
  }

  @FieldResolver(() => TicketEventConnection, {
    description: 'All events of the ticket, oldest first. They cannot be deleted.',
  })
  timeline(
    @Root() ticket: Ticket,
    @Arg('types', () => [EventType], { nullable: true, description: TYPES })
    types: string[] | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<TicketEvent>> {
    return findTimeline(ctx, ticket.id, { types, ...page });
  }
}
