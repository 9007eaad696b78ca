import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';

@InputType({ description: 'Input of ticketNext.' })
export class TicketNextInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'Only tickets of this department. Default: tickets of the caller’s departments and of none.',
  })
  departmentId?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketNext.' })
export class TicketNextPayload extends Payload {
  @Field(() => Ticket, {
    nullable: true,
    description: 'The ticket after the change. Null when there is none, or when refused.',
  })
  ticket?: Ticket | null;
}
