import { Refusal } from '@deskgraph/common/core/errors';
import { UserError } from '@deskgraph/common/graphql/shared-types';
import { dryRun } from '@deskgraph/common/graphql/mutation';
import type { Context } from '@deskgraph/common/database/context';
import { Field, Int, ObjectType } from 'type-graphql';
import { FieldChange } from '../../history/event/event.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { effectsOf, look } from './effects.ts';
import { conflictsOf } from './find.ts';
import { type Operation } from '../../model/operation/operation.ts';
import { OperationConflict } from './conflict.ts';

@ObjectType({ simpleResolvers: true, description: 'What an operation would do to one ticket.' })
export class OperationEffect {
  @Field(() => Ticket, {
    description:
      'Which ticket, as it is now. One that the operation would make has the number 0, and is found nowhere.',
  })
  ticket!: Ticket;
  @Field(() => [FieldChange], {
    description: 'What would change, from what it is to what it would be in the end.',
  })
  changes!: FieldChange[];
  @Field(() => Int, { description: 'How many messages would move into it.' }) messagesIn!: number;
  @Field(() => Int, { description: 'How many messages would move out of it.' })
  messagesOut!: number;
  @Field(() => [UserError], {
    description: 'What it would be refused, where others are not; then nothing of it would change.',
  })
  userErrors!: UserError[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'What an operation would do now; nothing of it was done.',
})
export class OperationPreview {
  @Field(() => [OperationEffect], {
    description: 'The tickets that it would concern; empty when it would be refused as a whole.',
  })
  effects!: OperationEffect[];
  @Field(() => [OperationConflict], { description: 'For an undo, what stands against it.' })
  conflicts!: OperationConflict[];
  @Field(() => [UserError], { description: 'What it would be refused as a whole.' })
  userErrors!: UserError[];
}

/**
 * What a verb would do: it is done, looked at, and taken back. So it can't differ from what it does, rights and refusals included. An undo says
 * by the operation what stands against it.
 */
export async function preview(
  ctx: Context,
  verb: (trial: Context) => Promise<{ operation?: Operation | null | undefined }>,
): Promise<OperationPreview> {
  try {
    const { seen, operation } = await dryRun(ctx, async (trial) => {
      const payload = await verb(trial);
      return { seen: await look(trial), operation: payload.operation };
    });
    return {
      effects: await effectsOf(ctx, seen),
      conflicts: operation ? await conflictsOf(ctx, operation) : [],
      userErrors: [],
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { operation } = error.payload as { operation?: Operation };
    return {
      effects: [],
      conflicts: operation ? await conflictsOf(ctx, operation) : [],
      userErrors: error.errors,
    };
  }
}
