import { afterChange } from '@deskgraph/common/graphql/crud-types';
import { optionalFields, z } from '@deskgraph/common/graphql/input';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Operation } from '../../model/operation/operation.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

@InputType({ description: 'Input of ticketMerge.' })
export class TicketMergeInput {
  static readonly bounds = optionalFields({ ids: z.array(z.string()).min(1).max(20) });
  @Field(() => [ID], {
    description:
      'The tickets to merge into the target, 1 to 20, of the same requester. Their numbers stay valid and lead to the target.',
  })
  ids!: string[];
  @Field(() => ID, {
    description: 'The target: a ticket that is neither CLOSED nor merged into another one.',
  })
  intoId!: string;
  @Field(() => Int, {
    nullable: true,
    description:
      'The version of the target the caller has read. Refused with CONFLICT when the stored version differs.',
  })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketMerge.' })
export class TicketMergePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: afterChange('target') })
  ticket?: Ticket | null;
  @Field(() => Operation, {
    nullable: true,
    description: 'The operation, which operationUndo can undo. Null when refused.',
  })
  operation?: Operation | null;
}
