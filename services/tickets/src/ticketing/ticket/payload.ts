import { afterChange } from '@deskgraph/common/graphql/crud-types';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ObjectType } from 'type-graphql';
import { UnseenActivity } from '../../history/event/conflict-check.ts';
import { Message } from '../../model/message/message.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

const TICKET = afterChange('ticket');

@ObjectType({ simpleResolvers: true, description: 'Result of ticketCreate.' })
export class TicketCreatePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
  @Field(() => Message, {
    nullable: true,
    description: 'The first message. Null when the mutation is refused.',
  })
  message?: Message | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketUpdate.' })
export class TicketUpdatePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketStatusChange.' })
export class TicketStatusChangePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
  @Field(() => UnseenActivity, {
    nullable: true,
    description: 'The events of others since `seen`. Null unless refused with UNSEEN_ACTIVITY.',
  })
  unseenActivity?: UnseenActivity | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketReopen.' })
export class TicketReopenPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketAssign.' })
export class TicketAssignPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketRequesterChange.' })
export class TicketRequesterChangePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
}
