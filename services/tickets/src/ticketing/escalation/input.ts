import {
  EXPECTED_VERSION,
  IDEMPOTENCY_KEY,
  afterChange,
  deleteInput,
  deletePayload,
} from '@deskgraph/common/graphql/crud-types';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { multiLine, optionalFields, singleLine, z } from '@deskgraph/common/graphql/input';
import { Duration, durationToMs } from '@deskgraph/common/graphql/scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { Ticket } from '../../model/ticket/ticket.ts';
import { EscalationPath } from './path.ts';

const MIN_STEP_MS = 1_000;
const MAX_STEP_MS = 365 * 24 * 3_600_000;
export const MAX_REASON_LENGTH = 1_000;

const stepDuration = z.string().refine((duration) => {
  const ms = durationToMs(duration) ?? 0;
  return ms >= MIN_STEP_MS && ms <= MAX_STEP_MS;
});

@InputType({
  description:
    'A step of an escalation path. Exactly one of `agentId` and `departmentId` is required.',
})
export class EscalationStepInput {
  static readonly bounds = optionalFields({ after: stepDuration });
  @Field(() => ID, {
    nullable: true,
    description: 'The agent to whom the step assigns the ticket.',
  })
  agentId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The department into whose queue the step moves the ticket.',
  })
  departmentId?: string | null;
  @Field(() => Duration, {
    description: 'The time until the system takes the next step: PT1S to P365D.',
  })
  after!: string;
}

const bounds = optionalFields({
  name: singleLine(100),
  steps: z.array(EscalationStepInput.bounds).min(1).max(20),
});
const FILTER =
  'The filter of the tickets, at most 16,000 characters as JSON. When the filters of several paths match a ticket, the oldest path is used.';
const STEPS =
  'The steps, 1 to 20, in order. Steps to deactivated agents and deleted departments are skipped.';

@InputType({ description: 'Input of escalationPathCreate.' })
export class EscalationPathCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, { description: 'One line of 1 to 100 characters.' }) name!: string;
  @Field(() => TicketFilter, { description: FILTER }) filter!: TicketFilter;
  @Field(() => [EscalationStepInput], { description: STEPS }) steps!: EscalationStepInput[];
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}

@InputType({
  description: 'Input of escalationPathUpdate. Omitted fields stay unchanged; null clears.',
})
export class EscalationPathUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'The escalation path to update.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'One line of 1 to 100 characters; can’t be cleared.',
  })
  name?: string | null;
  @Field(() => TicketFilter, { nullable: true, description: `${FILTER} Can’t be cleared.` })
  filter?: TicketFilter | null;
  @Field(() => [EscalationStepInput], {
    nullable: true,
    description: `${STEPS} A ticket that is on a step continues with the next step by number. Can’t be cleared.`,
  })
  steps?: EscalationStepInput[] | null;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@InputType({ description: 'Input of escalationPathDelete.' })
export class EscalationPathDeleteInput extends deleteInput('escalation path') {}

@InputType({ description: 'Input of ticketEscalate.' })
export class TicketEscalateInput {
  static readonly bounds = optionalFields({ reason: multiLine(MAX_REASON_LENGTH) });
  @Field(() => ID, {
    description: 'The ticket to escalate. Refused while it is SOLVED or CLOSED.',
  })
  id!: string;
  @Field(() => String, { description: 'The reason, 1 to 1,000 characters. For staff only.' })
  reason!: string;
  @Field(() => ID, {
    nullable: true,
    description:
      'The agent to whom the ticket is escalated; no further steps follow automatically. Null or omitted takes the next step of the ticket’s escalation path.',
  })
  toAgentId?: string | null;
}

const AFTER_CHANGE = { nullable: true, description: afterChange('escalation path') };

@ObjectType({ simpleResolvers: true, description: 'Result of escalationPathCreate.' })
export class EscalationPathCreatePayload extends Payload {
  @Field(() => EscalationPath, AFTER_CHANGE) escalationPath?: EscalationPath | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of escalationPathUpdate.' })
export class EscalationPathUpdatePayload extends Payload {
  @Field(() => EscalationPath, AFTER_CHANGE) escalationPath?: EscalationPath | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of escalationPathDelete.' })
export class EscalationPathDeletePayload extends deletePayload('escalation path') {}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketEscalate.' })
export class TicketEscalatePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: afterChange('ticket') })
  ticket?: Ticket | null;
}
