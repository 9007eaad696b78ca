import { Auth, Role } from '@deskgraph/common/auth/access';
import { ActorView } from '@deskgraph/common/graphql/shared-types';
import { type Page, PageArgs } from '@deskgraph/common/database/pagination';
import { CursorScalar, EventType } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { actorReference } from '../../model/actor/actor-reference.ts';
import { messageById } from '../../model/message/queries.ts';
import { Message } from '../../model/message/message.ts';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { ticketById } from '../../model/lookup/queries.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { canSeeOnHold } from '../../model/ticket/read-rights.ts';
import { cursorOfEvent, ticketCursor } from './cursor.ts';
import { logEndCursor } from './log-end.ts';
import { FieldChange, TicketEvent, TicketEventConnection } from './event.ts';
import { findTicketEvents } from './queries.ts';
import { eventSummary } from './summary.ts';
import { findTimeline } from './timeline.ts';
import { visibleChanges } from './visibility.ts';

@Resolver(() => TicketEvent)
export class TicketEventResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT, Role.ANALYST] })
  @Query(() => TicketEventConnection, {
    description:
      'Facts after a position of the log, oldest first, at most 100 a page: the way to catch up. A page may be short, even empty, while there is more after it.',
  })
  ticketEvents(
    @Arg('filter', () => TicketFilter, {
      nullable: true,
      description: 'Of these tickets, as they are now.',
    })
    filter: TicketFilter | null,
    @Arg('types', () => [EventType], {
      nullable: true,
      description: 'Only these facts, at most 50 names.',
    })
    types: string[] | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25 }) first: number | null,
    @Arg('after', () => CursorScalar, {
      nullable: true,
      description: 'Default the begin of the log.',
    })
    after: string | null,
    @Ctx() ctx: Context,
  ): Promise<Page<TicketEvent>> {
    return findTicketEvents(ctx, { filter, types, first, after });
  }

  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT, Role.ANALYST] })
  @Query(() => CursorScalar, {
    description:
      'The end of the log. Ask for it together with what you show, and subscribe from it: nothing in between is missed.',
  })
  eventCursor(@Ctx() ctx: Context): Promise<string> {
    return logEndCursor(ctx);
  }

  @FieldResolver(() => CursorScalar, { description: 'Where it stands in the log.' })
  cursor(@Root() event: TicketEvent, @Ctx() ctx: Context): string {
    return cursorOfEvent(ctx, event);
  }

  @FieldResolver(() => ActorView, { nullable: true, description: 'Who did it.' })
  actor(@Root() { domainEvent: { actor } }: TicketEvent): object {
    return actorReference(actor.kind, actor.id, actor.name);
  }

  @FieldResolver(() => Ticket, { nullable: true, description: 'Its ticket, as it is now.' })
  ticket(@Root() { domainEvent: fact }: TicketEvent, @Ctx() ctx: Context): Promise<Ticket | null> {
    return ticketById(ctx, fact.subject);
  }

  @FieldResolver(() => Int, { description: 'The version of the ticket after it.' })
  version(@Root() { domainEvent: fact }: TicketEvent, @Ctx() ctx: Context): number {
    return canSeeOnHold(ctx.actor) ? fact.version : (fact.data.publicVersion ?? 0);
  }

  @FieldResolver(() => [FieldChange], {
    description: 'The changed fields that the caller may see.',
  })
  changes(@Root() { domainEvent: fact }: TicketEvent, @Ctx() ctx: Context): Promise<FieldChange[]> {
    return visibleChanges(ctx, fact.data);
  }

  @FieldResolver(() => Message, { nullable: true, description: 'The message that it is about.' })
  message(
    @Root() { domainEvent: fact }: TicketEvent,
    @Ctx() ctx: Context,
  ): Promise<Message | null> | null {
    return fact.data.messageId ? messageById(ctx, fact.data.messageId) : null;
  }

  @FieldResolver(() => String, {
    description: 'One line in the reader’s language, English where it is not known.',
  })
  summary(@Root() { domainEvent: fact }: TicketEvent, @Ctx() ctx: Context): string {
    return eventSummary(fact, ctx);
  }
}

@Resolver(() => Ticket)
export class TicketTimeline {
  @FieldResolver(() => CursorScalar, {
    description: 'Where the last fact stands that the caller may see; give it back as `seen`.',
  })
  cursor(@Root() ticket: Ticket, @Ctx() ctx: Context): Promise<string> {
    return ticketCursor(ctx, ticket.id);
  }

  @FieldResolver(() => TicketEventConnection, {
    description: 'Everything that happened to it, oldest first; nobody can delete it.',
  })
  timeline(
    @Root() ticket: Ticket,
    @Arg('types', () => [EventType], {
      nullable: true,
      description: 'Only these facts, at most 50 names.',
    })
    types: string[] | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<TicketEvent>> {
    return findTimeline(ctx, ticket.id, { types, ...page });
  }
}
