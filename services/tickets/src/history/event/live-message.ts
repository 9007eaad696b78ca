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
  description: 'Why a stream can’t go on.',
  valuesConfig: {
    CURSOR_EXPIRED: {
      description:
        'What followed the position is more than 30 days old; the query ticketEvents may still have it.',
    },
    TOO_SLOW: { description: 'Facts came faster than the caller read them.' },
    RIGHTS_CHANGED: { description: 'The workspace changed what the caller may see.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'The stream can’t go on without reading anew; it ends after this.',
})
export class Resync {
  @Field(() => ResyncReason, { description: 'Why.' }) reason!: ResyncReason;
  @Field(() => CursorScalar, { description: 'Read anew first, then subscribe from here.' })
  from!: string;
  @Field(() => String, { description: 'A query that reads anew.' }) query!: string;
}

@InterfaceType('LiveMessage', {
  autoRegisterImplementations: false,
  resolveType: (value: object) => value.constructor.name,
  description:
    'A message of a stream that can be resumed: who comes back gives the last cursor as `after` and gets each missed fact once, in order.',
})
export abstract class LiveMessage {
  @Field(() => CursorScalar, { description: 'Where the fact stands.' }) cursor!: string;
  @Field(() => Resync, { nullable: true, description: 'Set alone, when the stream can’t go on.' })
  resync?: Resync | null;
}

@ObjectType({
  implements: LiveMessage,
  simpleResolvers: true,
  description: 'A message of ticketEvents.',
})
export class TicketEventMessage extends LiveMessage {
  @Field(() => TicketEvent, { nullable: true, description: 'The fact; null on `resync`.' })
  event?: TicketEvent | null;
}

@ObjectType({
  implements: LiveMessage,
  simpleResolvers: true,
  description: 'A message of ticketCreated.',
})
export class TicketCreatedMessage extends LiveMessage {
  @Field(() => TicketEvent, { nullable: true, description: 'The fact; null on `resync`.' })
  event?: TicketEvent | null;
  @Field(() => Ticket, { nullable: true, description: 'The new ticket, as it is now.' })
  ticket?: Ticket | null;
}

@ObjectType({
  implements: LiveMessage,
  simpleResolvers: true,
  description: 'A message of ticketStatusChanged.',
})
export class TicketStatusChangedMessage extends LiveMessage {
  @Field(() => TicketEvent, { nullable: true, description: 'The fact; null on `resync`.' })
  event?: TicketEvent | null;
  @Field(() => Ticket, { nullable: true, description: 'The ticket, as it is now.' })
  ticket?: Ticket | null;
  @Field(() => TicketStatus, {
    nullable: true,
    description:
      'The status before; requesters read OPEN for ON_HOLD. The same as after it when only the custom status changed.',
  })
  from?: TicketStatus | null;
  @Field(() => TicketStatus, {
    nullable: true,
    description: 'The status after; requesters read OPEN for ON_HOLD.',
  })
  to?: TicketStatus | null;
}

@ObjectType({
  implements: LiveMessage,
  simpleResolvers: true,
  description: 'A message of messageAdded.',
})
export class MessageAddedMessage extends LiveMessage {
  @Field(() => TicketEvent, { nullable: true, description: 'The fact; null on `resync`.' })
  event?: TicketEvent | null;
}
