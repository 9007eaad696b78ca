import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { Operation } from '../../model/operation/operation.ts';
import { OperationPreview, previewOperation } from '../journal/preview.ts';
import { OperationUndoInput, OperationUndoPayload } from './input.ts';
import { undoOperation } from './undo.ts';

const MAX_PREVIEW_TICKETS = 100;

@Resolver(() => Operation)
export class OperationUndoResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Query(() => OperationPreview, {
    description:
      'The effects and conflicts that operationUndo would have, on the first 100 tickets of the operation. Nothing is changed.',
  })
  operationUndoPreview(
    @Arg('id', () => ID, { description: 'The operation to undo.' }) id: string,
    @Arg('partly', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description:
        'Whether to undo the rest when later changes conflict with a part; default false.',
    })
    partly: boolean | null,
    @Ctx() ctx: Context,
  ): Promise<OperationPreview> {
    return previewOperation(ctx, (trial) =>
      undoOperation(trial, { id, partly }, MAX_PREVIEW_TICKETS),
    );
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => OperationUndoPayload, {
    description:
      'Undoes an operation in one transaction. Moved messages return to the ticket they were written to, including those added since; otherwise fields are restored, and notes and replies stay. Refused with UNDO_CONFLICT and all conflicts when later changes prevent it, with IN_USE while the job of the operation is running. Undoing a grouping or a deletion requires the role LEAD.',
  })
  operationUndo(
    @Arg('input', () => OperationUndoInput) input: OperationUndoInput,
    @Ctx() ctx: Context,
  ): Promise<OperationUndoPayload> {
    return undoOperation(ctx, input);
  }
}
