import { afterChange } from '@deskgraph/common/graphql/crud-types';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';

@InputType({ description: 'Input of ticketSnooze.' })
export class TicketSnoozeInput {
  @Field(() => ID, { description: 'The ticket; refused while it is SOLVED or CLOSED.' })
  id!: string;
  @Field(() => DateTime, {
    nullable: true,
    description:
      'The end of the snooze: in the future, at most 365 days ahead. Left out or null, the ticket is snoozed until the requester replies.',
  })
  until?: Date | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description:
      'Whether a reply of the requester ends the snooze earlier. Default true; false without `until` is refused.',
  })
  wakeOnReply?: boolean | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketSnooze.' })
export class TicketSnoozePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: afterChange('ticket') })
  ticket?: Ticket | null;
}

@InputType({ description: 'Input of ticketWake.' })
export class TicketWakeInput {
  @Field(() => ID, { description: 'The ticket.' }) id!: string;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketWake.' })
export class TicketWakePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: afterChange('ticket') })
  ticket?: Ticket | null;
}
