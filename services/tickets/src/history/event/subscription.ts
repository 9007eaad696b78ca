import { Auth, Role } from '@deskgraph/common/auth/access';
import { CursorScalar, EventType } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, ID, Resolver, Root, Subscription } from 'type-graphql';
import { messageById } from '../../model/message/queries.ts';
import { Message } from '../../model/message/message.ts';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { visibleStatus } from '../../model/ticket/read-rights.ts';
import type { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { TicketEvent } from './event.ts';
import { subscribeToTicketEvents } from './subscribe.ts';
import {
  MessageAddedMessage,
  TicketCreatedMessage,
  TicketEventMessage,
  TicketStatusChangedMessage,
} from './live-message.ts';

interface Asked<Args> {
  context: Context;
  args: Args;
}
interface Common {
  filter?: TicketFilter | null;
  after?: string | null;
}

const RIGHT = { scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT] } as const;
const AFTER = 'Go on after this fact; default from now on.';
const FILTER = 'Of these tickets, as they are when a fact is told.';

/** Facts as they happen. The methods only show what was told; `follow` tells. */
@Resolver(() => TicketEvent)
export class TicketSubscriptions {
  @Auth(RIGHT)
  @Subscription(() => TicketEventMessage, {
    description:
      'Every fact about tickets that the caller may see; a requester’s own tickets only, never notes or ON_HOLD.',
    subscribe: ({ context, args }: Asked<Common & { types?: string[] | null }>) =>
      subscribeToTicketEvents(context, {
        Message: TicketEventMessage,
        filter: args.filter,
        types: args.types,
        after: args.after,
      }),
  })
  ticketEvents(
    @Root() message: TicketEventMessage,
    @Arg('filter', () => TicketFilter, { nullable: true, description: FILTER })
    _filter: TicketFilter | null,
    @Arg('types', () => [EventType], { nullable: true, description: 'Only these facts.' }) _types:
      | string[]
      | null,
    @Arg('after', () => CursorScalar, { nullable: true, description: AFTER }) _after: string | null,
  ): TicketEventMessage {
    return message;
  }

  @Auth(RIGHT)
  @Subscription(() => TicketCreatedMessage, {
    description: 'New tickets.',
    subscribe: ({ context, args: { filter, after } }: Asked<Common>) =>
      subscribeToTicketEvents(context, {
        Message: TicketCreatedMessage,
        filter,
        after,
        types: ['ticket.created'],
        rest: (_, __, ticket) => ({ ticket }),
      }),
  })
  ticketCreated(
    @Root() message: TicketCreatedMessage,
    @Arg('filter', () => TicketFilter, { nullable: true, description: FILTER })
    _filter: TicketFilter | null,
    @Arg('after', () => CursorScalar, { nullable: true, description: AFTER }) _after: string | null,
  ): TicketCreatedMessage {
    return message;
  }

  @Auth(RIGHT)
  @Subscription(() => TicketStatusChangedMessage, {
    description:
      'Moves between statuses, custom ones too; requesters get no message where nothing changes for them.',
    subscribe: ({ context, args: { filter, after } }: Asked<Common>) =>
      subscribeToTicketEvents(context, {
        Message: TicketStatusChangedMessage,
        filter,
        after,
        types: ['ticket.status_changed'],
        rest: ({ actor }, { domainEvent: fact }, ticket) => {
          const { changes, state } = fact.data;
          const [from, to] = (changes!['status'] ?? [state.status, state.status]) as [
            TicketStatus,
            TicketStatus,
          ];
          return { ticket, from: visibleStatus(actor, from), to: visibleStatus(actor, to) };
        },
      }),
  })
  ticketStatusChanged(
    @Root() message: TicketStatusChangedMessage,
    @Arg('filter', () => TicketFilter, { nullable: true, description: FILTER })
    _filter: TicketFilter | null,
    @Arg('after', () => CursorScalar, { nullable: true, description: AFTER }) _after: string | null,
  ): TicketStatusChangedMessage {
    return message;
  }

  @Auth(RIGHT)
  @Subscription(() => MessageAddedMessage, {
    description: 'Replies and, for staff, notes of one ticket.',
    subscribe: ({ context, args: { ticketId, after } }: Asked<Common & { ticketId: string }>) =>
      subscribeToTicketEvents(context, {
        Message: MessageAddedMessage,
        ticketId,
        after,
        types: ['message.added'],
      }),
  })
  messageAdded(
    @Root() message: MessageAddedMessage,
    @Arg('ticketId', () => ID, { description: 'Of which ticket.' }) _ticketId: string,
    @Arg('after', () => CursorScalar, { nullable: true, description: AFTER }) _after: string | null,
  ): MessageAddedMessage {
    return message;
  }
}

@Resolver(() => MessageAddedMessage)
export class MessageAdded {
  @FieldResolver(() => Message, { nullable: true, description: 'The message, as it is now.' })
  message(
    @Root() { event }: MessageAddedMessage,
    @Ctx() ctx: Context,
  ): Promise<Message | null> | null {
    const id = event?.domainEvent.data.messageId;
    return id ? messageById(ctx, id) : null;
  }
}
