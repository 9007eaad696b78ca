import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Operation } from '../../model/operation/operation.ts';

@InputType({ description: 'Input of operationUndo.' })
export class OperationUndoInput {
  @Field(() => ID, { description: 'The operation to undo.' }) id!: string;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'Whether to undo the rest when later changes conflict with a part; default false: then nothing is undone.',
  })
  partly?: boolean | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of operationUndo.' })
export class OperationUndoPayload extends Payload {
  @Field(() => Operation, {
    nullable: true,
    description:
      'The operation after the undo; when refused with UNDO_CONFLICT, the operation with its conflicts.',
  })
  operation?: Operation | null;
}
