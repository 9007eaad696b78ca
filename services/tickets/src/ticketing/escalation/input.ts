import { Payload } from '@deskgraph/common/graphql/shared-types';
import { singleLine, optionalFields, multiLine, z } from '@deskgraph/common/graphql/input';
import { Duration, durationToMs } from '@deskgraph/common/graphql/scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { TicketFilter } from '../../model/filter/sql.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { EscalationPath } from './path.ts';

const SECOND = 1_000;
const LONGEST_MS = 365 * 24 * 3_600 * SECOND;
/** Of a reason. */
export const MAX_REASON_LENGTH = 1_000;

@InputType({
  description: 'A step of an escalation; exactly one of agentId and departmentId is given.',
})
export class EscalationStepInput {
  static readonly bounds = optionalFields({
    after: z
      .string()
      .refine(
        (length) => (durationToMs(length) ?? 0) >= SECOND && durationToMs(length)! <= LONGEST_MS,
      ),
  });
  @Field(() => ID, { nullable: true, description: 'To this agent, who is in charge from then on.' })
  agentId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'To this department, whose queue it comes into.',
  })
  departmentId?: string | null;
  @Field(() => Duration, {
    description: 'How long it takes until the next step comes by itself: PT1S to P365D.',
  })
  after!: string;
}

const bounds = optionalFields({
  name: singleLine(100),
  steps: z.array(EscalationStepInput.bounds).min(1).max(20),
});
const FILTER =
  'For which tickets, in at most 16,000 characters as JSON; of several paths for one ticket it takes the oldest.';
const STEPS =
  'To whom, 1 to 20 steps, in this order. Who has left and what is deleted is passed over.';
const VERSION = 'Refused with CONFLICT when this is not the current version.';
const STANDS = 'The escalation path as it now stands; null when refused.';

@InputType({ description: 'Input of escalationPathCreate.' })
export class EscalationPathCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, { description: 'One line of 1 to 100 characters.' }) name!: string;
  @Field(() => TicketFilter, { description: FILTER }) filter!: TicketFilter;
  @Field(() => [EscalationStepInput], { description: STEPS }) steps!: EscalationStepInput[];
  @Field(() => String, {
    nullable: true,
    description:
      'With the same key the same input gives the first result within 24 hours, another input is refused; at most 255 characters.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Input of escalationPathUpdate. What is left out stays; null clears.' })
export class EscalationPathUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'Which path.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'One line of 1 to 100 characters; can’t be cleared.',
  })
  name?: string | null;
  @Field(() => TicketFilter, { nullable: true, description: `${FILTER} Can’t be cleared.` })
  filter?: TicketFilter | null;
  @Field(() => [EscalationStepInput], {
    nullable: true,
    description: `${STEPS} A ticket that stands on a step goes on with the one after it, by number. Can’t be cleared.`,
  })
  steps?: EscalationStepInput[] | null;
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@InputType({ description: 'Input of escalationPathDelete.' })
export class EscalationPathDeleteInput {
  @Field(() => ID, { description: 'Which path.' }) id!: string;
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@InputType({ description: 'Input of ticketEscalate.' })
export class TicketEscalateInput {
  static readonly bounds = optionalFields({ reason: multiLine(MAX_REASON_LENGTH) });
  @Field(() => ID, { description: 'Which ticket; refused while it is SOLVED or CLOSED.' })
  id!: string;
  @Field(() => String, { description: 'Why, in 1 to 1,000 characters; for staff only.' })
  reason!: string;
  @Field(() => ID, {
    nullable: true,
    description:
      'To this agent, and no further by itself. Left out or null it goes to the next step of its path.',
  })
  toAgentId?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of escalationPathCreate.' })
export class EscalationPathCreatePayload extends Payload {
  @Field(() => EscalationPath, { nullable: true, description: STANDS })
  escalationPath?: EscalationPath | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of escalationPathUpdate.' })
export class EscalationPathUpdatePayload extends Payload {
  @Field(() => EscalationPath, { nullable: true, description: STANDS })
  escalationPath?: EscalationPath | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of escalationPathDelete.' })
export class EscalationPathDeletePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id that is gone; null when refused.' })
  deletedId?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketEscalate.' })
export class TicketEscalatePayload extends Payload {
  @Field(() => Ticket, {
    nullable: true,
    description: 'The ticket as it now stands; null when refused.',
  })
  ticket?: Ticket | null;
}
