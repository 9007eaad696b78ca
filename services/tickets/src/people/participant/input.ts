import { Payload } from '@deskgraph/common/graphql/shared-types';
import { optionalFields, z } from '@deskgraph/common/graphql/input';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';
import { ccAddressesSchema } from '../../model/participant/participant.ts';

const STANDS = 'The ticket as it now stands; null when refused.';

@InputType({ description: 'Input of ticketFollow.' })
export class TicketFollowInput {
  @Field(() => ID, { description: 'Which ticket.' }) id!: string;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'False leaves; default true.',
  })
  follow?: boolean | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketFollow.' })
export class TicketFollowPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: STANDS }) ticket?: Ticket | null;
}

@InputType({ description: 'Input of ticketParticipantsUpdate.' })
export class TicketParticipantsUpdateInput {
  static readonly bounds = optionalFields({
    addCcs: ccAddressesSchema,
    removeCcs: z.array(z.string().max(254)).max(100),
  });
  @Field(() => ID, { description: 'Which ticket.' }) id!: string;
  @Field(() => [String], {
    nullable: true,
    description:
      'Mail addresses of customers who get copies from now on; somebody unknown becomes a customer. At most 20 of one ticket.',
  })
  addCcs?: string[] | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'Mail addresses of customers who get no copies any more, at most 100; who gets none now stays so.',
  })
  removeCcs?: string[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketParticipantsUpdate.' })
export class TicketParticipantsUpdatePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: STANDS }) ticket?: Ticket | null;
}
