import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';

@InputType({ description: 'Input of ticketNext.' })
export class TicketNextInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'Only from this department; default from those that the caller works in, and what is in none.',
  })
  departmentId?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketNext.' })
export class TicketNextPayload extends Payload {
  @Field(() => Ticket, {
    nullable: true,
    description: 'The ticket as it now stands; null when there is none, or when refused.',
  })
  ticket?: Ticket | null;
}
