import { Auth, Role } from '@deskgraph/common/auth/access';
import type { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import type { Context } from '@deskgraph/common/database/context';
import { CursorScalar, EventType } from '@deskgraph/common/graphql/scalars';
import { Arg, Ctx, FieldResolver, ID, Resolver, Root, Subscription } from 'type-graphql';
import { Message } from '../../model/message/message.ts';
import { messageById } from '../../model/message/queries.ts';
import { visibleStatus } from '../../model/ticket/read-rights.ts';
import { TicketEvent } from './event.ts';
import {
  MessageAddedMessage,
  TicketCreatedMessage,
  TicketEventMessage,
  TicketStatusChangedMessage,
} from './live-message.ts';
import { subscribeToTicketEvents } from './subscribe.ts';

interface SubscribeOptions<Args> {
  context: Context;
  args: Args;
}
interface StreamArgs {
  filter?: TicketFilter | null;
  after?: string | null;
}

const SUBSCRIBE_RIGHTS = {
  scopes: ['tickets:read'],
  roles: [Role.REQUESTER, Role.LIGHT],
} as const;
const AFTER = 'Resumes after this cursor; default from now on.';
const FILTER = 'Only events of tickets that match the filter when the event is delivered.';

/** The `subscribe` functions produce the messages; the methods only return them. */
@Resolver(() => TicketEvent)
export class TicketSubscriptions {
  @Auth(SUBSCRIBE_RIGHTS)
  @Subscription(() => TicketEventMessage, {
    description:
      'All events of tickets that the caller can see; for requesters those of their own tickets, without notes and ON_HOLD.',
    subscribe: ({ context, args }: SubscribeOptions<StreamArgs & { types?: string[] | null }>) =>
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
    @Arg('types', () => [EventType], {
      nullable: true,
      description: 'Only events of these types.',
    })
    _types: string[] | null,
    @Arg('after', () => CursorScalar, { nullable: true, description: AFTER }) _after: string | null,
  ): TicketEventMessage {
    return message;
  }

  @Auth(SUBSCRIBE_RIGHTS)
  @Subscription(() => TicketCreatedMessage, {
    description: 'New tickets.',
    subscribe: ({ context, args: { filter, after } }: SubscribeOptions<StreamArgs>) =>
      subscribeToTicketEvents(context, {
        Message: TicketCreatedMessage,
        filter,
        after,
        types: ['ticket.created'],
        extraFields: (_ctx, _event, ticket) => ({ ticket }),
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

  @Auth(SUBSCRIBE_RIGHTS)
  @Subscription(() => TicketStatusChangedMessage, {
    description:
      'Status changes, including those of custom statuses. Requesters receive only changes that are visible to them.',
    subscribe: ({ context, args: { filter, after } }: SubscribeOptions<StreamArgs>) =>
      subscribeToTicketEvents(context, {
        Message: TicketStatusChangedMessage,
        filter,
        after,
        types: ['ticket.status_changed'],
        extraFields: ({ actor }, { domainEvent }, ticket) => {
          const { changes, state } = domainEvent.data;
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

  @Auth(SUBSCRIBE_RIGHTS)
  @Subscription(() => MessageAddedMessage, {
    description: 'New replies and, for staff, new notes of one ticket.',
    subscribe: ({
      context,
      args: { ticketId, after },
    }: SubscribeOptions<StreamArgs & { ticketId: string }>) =>
      subscribeToTicketEvents(context, {
        Message: MessageAddedMessage,
        ticketId,
        after,
        types: ['message.added'],
      }),
  })
  messageAdded(
    @Root() message: MessageAddedMessage,
    @Arg('ticketId', () => ID, { description: 'The ticket.' }) _ticketId: string,
    @Arg('after', () => CursorScalar, { nullable: true, description: AFTER }) _after: string | null,
  ): MessageAddedMessage {
    return message;
  }
}

@Resolver(() => MessageAddedMessage)
export class MessageAdded {
  @FieldResolver(() => Message, {
    nullable: true,
    description: 'The message as it is now. Null on `resync`, or if the caller cannot see it.',
  })
  message(
    @Root() { event }: MessageAddedMessage,
    @Ctx() ctx: Context,
  ): Promise<Message | null> | null {
    const id = event?.domainEvent.data.messageId;
    return id ? messageById(ctx, id) : null;
  }
}
