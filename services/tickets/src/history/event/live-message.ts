import { CursorScalar } from '@deskgraph/common/graphql/scalars';
import { Field, InterfaceType, ObjectType, registerEnumType } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { TicketEvent } from './event.ts';

export enum ResyncReason {
  CURSOR_EXPIRED = 'CURSOR_EXPIRED',
  TOO_SLOW = 'TOO_SLOW',
  RIGHTS_CHANGED = 'RIGHTS_CHANGED',
}
registerEnumType(ResyncReason, {
  name: 'ResyncReason',
  description: 'The reason why a stream cannot continue.',
  valuesConfig: {
    CURSOR_EXPIRED: {
      description:
        'The events after the cursor are more than 30 days old. The query ticketEvents may still return them.',
    },
    TOO_SLOW: { description: 'The client read more slowly than events arrived.' },
    RIGHTS_CHANGED: { description: 'The workspace has changed the rights of the caller.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description:
    'The stream cannot continue: the client must reload its data. It is the last message.',
})
export class Resync {
  @Field(() => ResyncReason, { description: 'The reason.' }) reason!: ResyncReason;
  @Field(() => CursorScalar, { description: 'The cursor to subscribe from after reloading.' })
  from!: string;
  @Field(() => String, { description: 'A query that reloads the data.' }) query!: string;
}

@InterfaceType('LiveMessage', {
  autoRegisterImplementations: false,
  resolveType: (value: object) => value.constructor.name,
  description:
    'A message of a resumable stream. A client that subscribes again with the last cursor as `after` receives each missed event once, in order.',
})
export abstract class LiveMessage {
  @Field(() => CursorScalar, { description: 'The position in the event log to resume from.' })
  cursor!: string;
  @Field(() => Resync, {
    nullable: true,
    description: 'Set when the stream cannot continue. The message then has no other content.',
  })
  resync?: Resync | null;
}

@ObjectType({
  implements: LiveMessage,
  simpleResolvers: true,
  description: 'A message of ticketEvents.',
})
export class TicketEventMessage extends LiveMessage {
  @Field(() => TicketEvent, { nullable: true, description: 'The event; null on `resync`.' })
  event?: TicketEvent | null;
}

@ObjectType({
  implements: LiveMessage,
  simpleResolvers: true,
  description: 'A message of ticketCreated.',
})
export class TicketCreatedMessage extends LiveMessage {
  @Field(() => TicketEvent, { nullable: true, description: 'The event; null on `resync`.' })
  event?: TicketEvent | null;
  @Field(() => Ticket, {
    nullable: true,
    description: 'The new ticket as it is now; null on `resync`.',
  })
  ticket?: Ticket | null;
}

@ObjectType({
  implements: LiveMessage,
  simpleResolvers: true,
  description: 'A message of ticketStatusChanged.',
})
export class TicketStatusChangedMessage extends LiveMessage {
  @Field(() => TicketEvent, { nullable: true, description: 'The event; null on `resync`.' })
  event?: TicketEvent | null;
  @Field(() => Ticket, {
    nullable: true,
    description: 'The ticket as it is now; null on `resync`.',
  })
  ticket?: Ticket | null;
  @Field(() => TicketStatus, {
    nullable: true,
    description:
      'The status before; OPEN instead of ON_HOLD for requesters. Equal to `to` when only the custom status changed.',
  })
  from?: TicketStatus | null;
  @Field(() => TicketStatus, {
    nullable: true,
    description: 'The status after; OPEN instead of ON_HOLD for requesters.',
  })
  to?: TicketStatus | null;
}

@ObjectType({
  implements: LiveMessage,
  simpleResolvers: true,
  description: 'A message of messageAdded.',
})
export class MessageAddedMessage extends LiveMessage {
  @Field(() => TicketEvent, { nullable: true, description: 'The event; null on `resync`.' })
  event?: TicketEvent | null;
}
