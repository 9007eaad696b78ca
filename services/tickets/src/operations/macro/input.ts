import { Payload } from '@deskgraph/common/graphql/shared-types';
import { singleLine, optionalFields, z } from '@deskgraph/common/graphql/input';
import { CursorScalar } from '@deskgraph/common/graphql/scalars';
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
const ACTIONS = 'What it does, 1 to 20 actions, in this order.';
const DEPARTMENT = 'For the people of this department; null is for all.';
const VERSION = 'Refused with CONFLICT when this is not the current version.';

@InputType({ description: 'Input of macroCreate.' })
export class MacroCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, { description: 'One line of 1 to 100 characters.' }) name!: string;
  @Field(() => ID, { nullable: true, description: DEPARTMENT }) departmentId?: string | null;
  @Field(() => [TicketActionInput], { description: ACTIONS }) actions!: TicketActionInput[];
  @Field(() => String, {
    nullable: true,
    description:
      'With the same key the same input gives the first result within 24 hours, another input is refused; at most 255 characters.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Input of macroUpdate. What is left out stays; null clears.' })
export class MacroUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'Which macro.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'One line of 1 to 100 characters; can’t be cleared.',
  })
  name?: string | null;
  @Field(() => ID, { nullable: true, description: DEPARTMENT }) departmentId?: string | null;
  @Field(() => [TicketActionInput], { nullable: true, description: ACTIONS }) actions?:
    | TicketActionInput[]
    | null;
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@InputType({ description: 'Input of macroDelete.' })
export class MacroDeleteInput {
  @Field(() => ID, { description: 'Which macro.' }) id!: string;
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@InputType({ description: 'Input of macroApply.' })
export class MacroApplyInput {
  @Field(() => ID, { description: 'Which macro.' }) id!: string;
  @Field(() => ID, { description: 'On which ticket.' }) ticketId!: string;
  @Field(() => CursorScalar, {
    nullable: true,
    description:
      'As in messageAdd: `Ticket.cursor` as it was read; required of agents when the macro replies.',
  })
  seen?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of macroCreate.' })
export class MacroCreatePayload extends Payload {
  @Field(() => Macro, {
    nullable: true,
    description: 'The macro as it now stands; null when refused.',
  })
  macro?: Macro | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of macroUpdate.' })
export class MacroUpdatePayload extends Payload {
  @Field(() => Macro, {
    nullable: true,
    description: 'The macro as it now stands; null when refused.',
  })
  macro?: Macro | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of macroDelete.' })
export class MacroDeletePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id that is gone; null when refused.' })
  deletedId?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of macroApply.' })
export class MacroApplyPayload extends Payload {
  @Field(() => Ticket, {
    nullable: true,
    description: 'The ticket as it now stands; null when refused.',
  })
  ticket?: Ticket | null;
  @Field(() => Operation, {
    nullable: true,
    description: 'The operation, to look at or to take back; null when refused.',
  })
  operation?: Operation | null;
  @Field(() => UnseenActivity, {
    nullable: true,
    description: 'What others did since `seen`; null unless refused with UNSEEN_ACTIVITY.',
  })
  unseenActivity?: UnseenActivity | null;
}
