import { Payload } from '@deskgraph/common/graphql/shared-types';
import { line, loose } from '@deskgraph/common/graphql/input';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { TicketStatus } from '../../model/ticket/enums.ts';
import { CustomStatus } from './status.ts';

const bounds = loose({ label: line(50), requesterLabel: line(50) });
const STANDS = 'The custom status as it now stands; null when refused.';
const VERSION = 'Refused with CONFLICT when this is not the current version.';

@InputType({ description: 'Input of customStatusCreate.' })
export class CustomStatusCreateInput {
  static readonly bounds = bounds;
  @Field(() => TicketStatus, {
    description:
      'The status that it refines: OPEN, PENDING, ON_HOLD or SOLVED; never changes. NEW is what nobody has touched and CLOSED is the end: neither is moved to by hand, so neither has kinds.',
  })
  base!: TicketStatus;
  @Field(() => String, {
    description: 'The name for staff, unique in the workspace, at most 50 characters.',
  })
  label!: string;
  @Field(() => String, {
    description:
      'The name for requesters, at most 50 characters; several statuses can have the same one.',
  })
  requesterLabel!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'With the same key the same input gives the first result within 24 hours, another input is refused; at most 255 characters.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Input of customStatusUpdate. What is left out stays.' })
export class CustomStatusUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'Which custom status.' }) id!: string;
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
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@InputType({ description: 'Input of customStatusDelete.' })
export class CustomStatusDeleteInput {
  @Field(() => ID, { description: 'Which custom status.' }) id!: string;
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of customStatusCreate.' })
export class CustomStatusCreatePayload extends Payload {
  @Field(() => CustomStatus, { nullable: true, description: STANDS })
  customStatus?: CustomStatus | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of customStatusUpdate.' })
export class CustomStatusUpdatePayload extends Payload {
  @Field(() => CustomStatus, { nullable: true, description: STANDS })
  customStatus?: CustomStatus | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of customStatusDelete.' })
export class CustomStatusDeletePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id that is gone; null when refused.' })
  deletedId?: string | null;
}
