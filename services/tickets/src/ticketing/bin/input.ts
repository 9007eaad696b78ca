import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Operation } from '../../model/operation/operation.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

const STANDS = 'The ticket as it now stands; null when refused.';

@InputType({ description: 'Input of ticketSpamMark.' })
export class TicketSpamMarkInput {
  @Field(() => ID, { description: 'Which ticket.' }) id!: string;
  @Field(() => Boolean, { description: 'True puts it into the spam queue, false takes it out.' })
  spam!: boolean;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'Also put the mail addresses of the requester on the block list; refused when there are none, or with `spam: false`.',
  })
  blockSender?: boolean | null;
}

@InputType({ description: 'Input of ticketDelete.' })
export class TicketDeleteInput {
  @Field(() => ID, { description: 'Which ticket.' }) id!: string;
}

@InputType({ description: 'Input of ticketRestore.' })
export class TicketRestoreInput {
  @Field(() => ID, { description: 'Which ticket.' }) id!: string;
}

@InputType({ description: 'Input of ticketPurge.' })
export class TicketPurgeInput {
  @Field(() => ID, { description: 'Which ticket; it must be in the bin.' }) id!: string;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketSpamMark.' })
export class TicketSpamMarkPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: STANDS }) ticket?: Ticket | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketDelete.' })
export class TicketDeletePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: STANDS }) ticket?: Ticket | null;
  @Field(() => Operation, {
    nullable: true,
    description:
      'The operation, to look at or to take back; null when refused, and for a ticket that was in the bin already.',
  })
  operation?: Operation | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketRestore.' })
export class TicketRestorePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: STANDS }) ticket?: Ticket | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketPurge.' })
export class TicketPurgePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id that is gone; null when refused.' })
  deletedId?: string | null;
}
