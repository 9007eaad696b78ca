import { IDEMPOTENCY_KEY, afterChange } from '@deskgraph/common/graphql/crud-types';
import { optionalFields, singleLine, z } from '@deskgraph/common/graphql/input';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Operation } from '../../model/operation/operation.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

@InputType({ description: 'Input of ticketSplit.' })
export class TicketSplitInput {
  static readonly bounds = optionalFields({
    messageIds: z.array(z.string()).min(1).max(1000),
    subject: singleLine(255),
  });
  @Field(() => ID, {
    description: 'The ticket to split; neither CLOSED nor merged into another one.',
  })
  id!: string;
  @Field(() => [ID], {
    description: 'The messages and notes to move, 1 to 1,000; at least one must remain.',
  })
  messageIds!: string[];
  @Field(() => String, {
    description: 'The subject of the new ticket: one line of 1 to 255 characters.',
  })
  subject!: string;
  @Field(() => ID, {
    nullable: true,
    description: 'The department of the new ticket; default the department of the old ticket.',
  })
  departmentId?: string | null;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketSplit.' })
export class TicketSplitPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: afterChange('old ticket') })
  ticket?: Ticket | null;
  @Field(() => Ticket, { nullable: true, description: 'The new ticket. Null when refused.' })
  newTicket?: Ticket | null;
  @Field(() => Operation, {
    nullable: true,
    description: 'The operation, which operationUndo can undo. Null when refused.',
  })
  operation?: Operation | null;
}
