import { Payload } from '@deskgraph/common/graphql/shared-types';
import { singleLine, optionalFields, z } from '@deskgraph/common/graphql/input';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';
import { Operation } from '../../model/operation/operation.ts';

const STANDS = 'The ticket as it now stands; null when refused.';
const JOURNALED = 'The operation, to look at or to take back; null when refused.';

@InputType({ description: 'Input of ticketMerge.' })
export class TicketMergeInput {
  static readonly bounds = optionalFields({ ids: z.array(z.string()).min(1).max(20) });
  @Field(() => [ID], {
    description:
      'The tickets to fold in, 1 to 20, of the same requester; their numbers go on finding them, and lead to the target.',
  })
  ids!: string[];
  @Field(() => ID, {
    description: 'The ticket that stays, neither CLOSED nor folded into another one.',
  })
  intoId!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when this is not the current version of the target.',
  })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketMerge.' })
export class TicketMergePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: STANDS }) ticket?: Ticket | null;
  @Field(() => Operation, { nullable: true, description: JOURNALED }) operation?: Operation | null;
}

@InputType({ description: 'Input of ticketSplit.' })
export class TicketSplitInput {
  static readonly bounds = optionalFields({
    messageIds: z.array(z.string()).min(1).max(1000),
    subject: singleLine(255),
  });
  @Field(() => ID, { description: 'Which ticket; neither CLOSED nor folded into another one.' })
  id!: string;
  @Field(() => [ID], {
    description: 'The messages and notes to move, 1 to 1,000; at least one must stay.',
  })
  messageIds!: string[];
  @Field(() => String, {
    description: 'The subject of the new ticket: one line of 1 to 255 characters.',
  })
  subject!: string;
  @Field(() => ID, {
    nullable: true,
    description: 'The department of the new ticket; default the one of the old ticket.',
  })
  departmentId?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'With the same key the same input gives the first result within 24 hours, another input is refused; at most 255 characters.',
  })
  idempotencyKey?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketSplit.' })
export class TicketSplitPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: STANDS }) ticket?: Ticket | null;
  @Field(() => Ticket, { nullable: true, description: 'The new ticket; null when refused.' })
  newTicket?: Ticket | null;
  @Field(() => Operation, { nullable: true, description: JOURNALED }) operation?: Operation | null;
}

@InputType({ description: 'Input of operationUndo.' })
export class OperationUndoInput {
  @Field(() => ID, { description: 'Which operation.' }) id!: string;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'Whether to take back the rest when later facts stand against a part; default false, and then nothing is taken back.',
  })
  partly?: boolean | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of operationUndo.' })
export class OperationUndoPayload extends Payload {
  @Field(() => Operation, {
    nullable: true,
    description:
      'The operation as it now stands; when refused with UNDO_CONFLICT, with the conflicts.',
  })
  operation?: Operation | null;
}
