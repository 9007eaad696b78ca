import { afterChange } from '@deskgraph/common/graphql/crud-types';
import { optionalFields, z } from '@deskgraph/common/graphql/input';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { ccAddressesSchema } from '../../model/participant/participant.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

@InputType({ description: 'Input of ticketFollow.' })
export class TicketFollowInput {
  @Field(() => ID, { description: 'The ticket.' }) id!: string;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Whether to follow the ticket. False stops following it. Default true.',
  })
  follow?: boolean | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketFollow.' })
export class TicketFollowPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: afterChange('ticket') })
  ticket?: Ticket | null;
}

@InputType({ description: 'Input of ticketParticipantsUpdate.' })
export class TicketParticipantsUpdateInput {
  static readonly bounds = optionalFields({
    addCcs: ccAddressesSchema,
    removeCcs: z.array(z.string().max(254)).max(100),
  });
  @Field(() => ID, { description: 'The ticket.' }) id!: string;
  @Field(() => [String], {
    nullable: true,
    description:
      'Mail addresses of customers who get copies from now on; an unknown address becomes a customer. At most 20 per ticket.',
  })
  addCcs?: string[] | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'Mail addresses of customers who get no more copies, at most 100. Addresses that get no copies are ignored.',
  })
  removeCcs?: string[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketParticipantsUpdate.' })
export class TicketParticipantsUpdatePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: afterChange('ticket') })
  ticket?: Ticket | null;
}
