import {
  EXPECTED_VERSION,
  IDEMPOTENCY_KEY,
  afterChange,
  deleteInput,
  deletePayload,
} from '@deskgraph/common/graphql/crud-types';
import { optionalFields, singleLine, z } from '@deskgraph/common/graphql/input';
import { CursorScalar } from '@deskgraph/common/graphql/scalars';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { TicketActionInput } from '../action/action.ts';
import { UnseenActivity } from '../../history/event/conflict-check.ts';
import { Operation } from '../../model/operation/operation.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { Macro } from './macro.ts';

const bounds = optionalFields({
  name: singleLine(100),
  actions: z.array(TicketActionInput.bounds).min(1).max(20),
});
const ACTIONS = 'The actions, 1 to 20, in the order of execution.';
const DEPARTMENT = 'The department whose agents can use the macro; null means all departments.';

@InputType({ description: 'Input of macroCreate.' })
export class MacroCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, { description: 'One line of 1 to 100 characters.' }) name!: string;
  @Field(() => ID, { nullable: true, description: DEPARTMENT }) departmentId?: string | null;
  @Field(() => [TicketActionInput], { description: ACTIONS }) actions!: TicketActionInput[];
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Input of macroUpdate. Omitted fields stay unchanged; null clears.' })
export class MacroUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'The macro to update.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'One line of 1 to 100 characters; can’t be cleared.',
  })
  name?: string | null;
  @Field(() => ID, { nullable: true, description: DEPARTMENT }) departmentId?: string | null;
  @Field(() => [TicketActionInput], {
    nullable: true,
    description: `${ACTIONS} Can’t be cleared.`,
  })
  actions?: TicketActionInput[] | null;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@InputType({ description: 'Input of macroDelete.' })
export class MacroDeleteInput extends deleteInput('macro') {}

@InputType({ description: 'Input of macroApply.' })
export class MacroApplyInput {
  @Field(() => ID, { description: 'The macro to apply.' }) id!: string;
  @Field(() => ID, { description: 'The ticket the macro is applied to.' }) ticketId!: string;
  @Field(() => CursorScalar, {
    nullable: true,
    description:
      '`Ticket.cursor` as the caller last read it, with the effect it has in messageAdd. Required of agents when the macro sends a reply.',
  })
  seen?: string | null;
}

const AFTER_CHANGE = { nullable: true, description: afterChange('macro') };

@ObjectType({ simpleResolvers: true, description: 'Result of macroCreate.' })
export class MacroCreatePayload extends Payload {
  @Field(() => Macro, AFTER_CHANGE) macro?: Macro | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of macroUpdate.' })
export class MacroUpdatePayload extends Payload {
  @Field(() => Macro, AFTER_CHANGE) macro?: Macro | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of macroDelete.' })
export class MacroDeletePayload extends deletePayload('macro') {}

@ObjectType({ simpleResolvers: true, description: 'Result of macroApply.' })
export class MacroApplyPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: afterChange('ticket') })
  ticket?: Ticket | null;
  @Field(() => Operation, {
    nullable: true,
    description:
      'The operation, which can be inspected or undone. Null when the mutation is refused.',
  })
  operation?: Operation | null;
  @Field(() => UnseenActivity, {
    nullable: true,
    description:
      'Activity of others after the cursor `seen`. Null unless the mutation is refused with UNSEEN_ACTIVITY.',
  })
  unseenActivity?: UnseenActivity | null;
}
