import { Payload } from '@deskgraph/common/graph';
import { loose, z } from '@deskgraph/common/input';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Ticket } from '../ticket/ticket.ts';
import { Operation } from './operation.ts';

const STANDS = 'The ticket as it now stands; null when refused.';
const JOURNALED = 'The operation, to look at or to take back; null when refused.';

@InputType({ description: 'Input of ticketMerge.' })
export class TicketMergeInput {
  static readonly bounds = loose({ ids: z.array(z.string()).min(1).max(20) });
  @Field(() => [ID], {
    description: 'The tickets to fold in, 1 to 20, of the same requester; their numbers go on finding them, and lead to the target.',
  })
  ids!: string[];
  @Field(() => ID, { description: 'The ticket that stays, neither CLOSED nor folded into another one.' }) intoId!: string;
  @Field(() => Int, { nullable: true, description: 'Refused with CONFLICT when this is not the current version of the target.' })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketMerge.' })
export class TicketMergePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: STANDS }) ticket?: Ticket | null;
  @Field(() => Operation, { nullable: true, description: JOURNALED }) operation?: Operation | null;
}

@InputType({ description: 'Input of operationUndo.' })
export class OperationUndoInput {
  @Field(() => ID, { description: 'Which operation.' }) id!: string;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether to take back the rest when later facts stand against a part; default false, and then nothing is taken back.',
  })
  partly?: boolean | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of operationUndo.' })
export class OperationUndoPayload extends Payload {
  @Field(() => Operation, {
    nullable: true,
    description: 'The operation as it now stands; when refused with UNDO_CONFLICT, with the conflicts.',
  })
  operation?: Operation | null;
}
