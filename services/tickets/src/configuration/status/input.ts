import {
  EXPECTED_VERSION,
  IDEMPOTENCY_KEY,
  afterChange,
  deleteInput,
  deletePayload,
} from '@deskgraph/common/graphql/crud-types';
import { optionalFields, singleLine } from '@deskgraph/common/graphql/input';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { CustomStatus } from './status.ts';

const bounds = optionalFields({ label: singleLine(50), requesterLabel: singleLine(50) });

@InputType({ description: 'Input of customStatusCreate.' })
export class CustomStatusCreateInput {
  static readonly bounds = bounds;
  @Field(() => TicketStatus, {
    description:
      'The status that it refines: OPEN, PENDING, ON_HOLD or SOLVED; never changes. NEW and CLOSED can’t be refined, because tickets are never moved to them by hand.',
  })
  base!: TicketStatus;
  @Field(() => String, {
    description: 'The name for staff, unique in the workspace, at most 50 characters.',
  })
  label!: string;
  @Field(() => String, {
    description:
      'The name for requesters, at most 50 characters; several custom statuses can have the same one.',
  })
  requesterLabel!: string;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}

@InputType({
  description: 'Input of customStatusUpdate. Fields that are left out keep their value.',
})
export class CustomStatusUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'The custom status to update.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The name for staff, at most 50 characters; can’t be cleared.',
  })
  label?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'The name for requesters, at most 50 characters; can’t be cleared.',
  })
  requesterLabel?: string | null;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@InputType({ description: 'Input of customStatusDelete.' })
export class CustomStatusDeleteInput extends deleteInput('custom status') {}

@ObjectType({ simpleResolvers: true, description: 'Result of customStatusCreate.' })
export class CustomStatusCreatePayload extends Payload {
  @Field(() => CustomStatus, { nullable: true, description: afterChange('custom status') })
  customStatus?: CustomStatus | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of customStatusUpdate.' })
export class CustomStatusUpdatePayload extends Payload {
  @Field(() => CustomStatus, { nullable: true, description: afterChange('custom status') })
  customStatus?: CustomStatus | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of customStatusDelete.' })
export class CustomStatusDeletePayload extends deletePayload('custom status') {}
