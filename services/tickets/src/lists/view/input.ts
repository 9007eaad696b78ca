import { Payload } from '@deskgraph/common/graphql/shared-types';
import { singleLine, optionalFields } from '@deskgraph/common/graphql/input';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { TicketFilter } from '../../model/filter/sql.ts';
import { TicketOrder } from '../../model/filter/order.ts';
import { viewColumnBounds, viewColumnsBounds } from './columns.ts';
import { View, ViewSharing } from './view.ts';

const bounds = optionalFields({
  name: singleLine(100),
  columns: viewColumnsBounds,
  groupBy: viewColumnBounds,
});
const COLUMNS =
  'What its columns show: 1 to 30 names of fields of Ticket, or `field:` and the key of a custom field; default number, subject, status, priority, requesterName, assignee, waitingSince and updatedAt.';
const GROUP =
  'The field of Ticket, or `field:` and the key of a custom one, by which rows are to be shown in groups.';
const FILTER = 'Which tickets; at most 16,000 characters as JSON.';
const ORDER = 'In which order, of at most 3 keys; default QUEUE.';
const VERSION = 'Refused with CONFLICT when this is not the current version.';

@InputType({ description: 'Input of viewCreate.' })
export class ViewCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, { description: 'One line of 1 to 100 characters.' }) name!: string;
  @Field(() => ViewSharing, {
    nullable: true,
    defaultValue: ViewSharing.PRIVATE,
    description: 'Who has it, default PRIVATE; shared by leads, administrators and apps.',
  })
  sharing?: ViewSharing | null;
  @Field(() => ID, {
    nullable: true,
    description: 'For DEPARTMENT: which one; leads share with their own.',
  })
  departmentId?: string | null;
  @Field(() => TicketFilter, { description: FILTER }) filter!: TicketFilter;
  @Field(() => [TicketOrder], { nullable: true, description: ORDER }) orderBy?:
    | TicketOrder[]
    | null;
  @Field(() => [String], { nullable: true, description: COLUMNS }) columns?: string[] | null;
  @Field(() => String, { nullable: true, description: GROUP }) groupBy?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether the caller opens it first; default false.',
  })
  isDefault?: boolean | null;
  @Field(() => String, {
    nullable: true,
    description:
      'With the same key the same input gives the first result within 24 hours, another input is refused; at most 255 characters.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Input of viewUpdate. What is left out stays; null clears.' })
export class ViewUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, {
    description:
      'Which view. Of a built-in one, and of a shared one for who may not share, only `isDefault` can be set.',
  })
  id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'One line of 1 to 100 characters; can’t be cleared.',
  })
  name?: string | null;
  @Field(() => ViewSharing, {
    nullable: true,
    description: 'Who has it; can’t be cleared. PRIVATE is for its owner only.',
  })
  sharing?: ViewSharing | null;
  @Field(() => ID, {
    nullable: true,
    description: 'For DEPARTMENT: which one; leads share with their own.',
  })
  departmentId?: string | null;
  @Field(() => TicketFilter, { nullable: true, description: `${FILTER} Can’t be cleared.` })
  filter?: TicketFilter | null;
  @Field(() => [TicketOrder], { nullable: true, description: ORDER }) orderBy?:
    | TicketOrder[]
    | null;
  @Field(() => [String], { nullable: true, description: COLUMNS }) columns?: string[] | null;
  @Field(() => String, { nullable: true, description: GROUP }) groupBy?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether the caller opens it first.' })
  isDefault?: boolean | null;
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@InputType({ description: 'Input of viewDelete.' })
export class ViewDeleteInput {
  @Field(() => ID, { description: 'Which view; built-in ones stay.' }) id!: string;
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of viewCreate.' })
export class ViewCreatePayload extends Payload {
  @Field(() => View, {
    nullable: true,
    description: 'The view as it now stands; null when refused.',
  })
  view?: View | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of viewUpdate.' })
export class ViewUpdatePayload extends Payload {
  @Field(() => View, {
    nullable: true,
    description: 'The view as it now stands; null when refused.',
  })
  view?: View | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of viewDelete.' })
export class ViewDeletePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id that is gone; null when refused.' })
  deletedId?: string | null;
}
