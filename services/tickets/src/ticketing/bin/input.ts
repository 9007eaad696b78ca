import { afterChange } from '@deskgraph/common/graphql/crud-types';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Operation } from '../../model/operation/operation.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

const TICKET = afterChange('ticket');

@InputType({ description: 'Input of ticketSpamMark.' })
export class TicketSpamMarkInput {
  @Field(() => ID, { description: 'The ticket.' }) id!: string;
  @Field(() => Boolean, {
    description: 'True moves the ticket to the spam queue, false out of it.',
  })
  spam!: boolean;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'Also add the e-mail addresses of the requester to the block list. Refused when there are none, or with `spam: false`.',
  })
  blockSender?: boolean | null;
}

@InputType({ description: 'Input of ticketDelete.' })
export class TicketDeleteInput {
  @Field(() => ID, { description: 'The ticket to delete.' }) id!: string;
}

@InputType({ description: 'Input of ticketRestore.' })
export class TicketRestoreInput {
  @Field(() => ID, { description: 'The ticket to restore.' }) id!: string;
}

@InputType({ description: 'Input of ticketPurge.' })
export class TicketPurgeInput {
  @Field(() => ID, { description: 'The ticket to purge; it must be in the bin (trash).' })
  id!: string;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketSpamMark.' })
export class TicketSpamMarkPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketDelete.' })
export class TicketDeletePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
  @Field(() => Operation, {
    nullable: true,
    description:
      'The operation, which can be viewed and undone. Null when refused, and for a ticket that was already in the bin.',
  })
  operation?: Operation | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketRestore.' })
export class TicketRestorePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketPurge.' })
export class TicketPurgePayload extends Payload {
  @Field(() => ID, {
    nullable: true,
    description: 'The id of the purged ticket. Null when refused.',
  })
  deletedId?: string | null;
}
