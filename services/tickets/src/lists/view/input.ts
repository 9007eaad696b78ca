import {
  EXPECTED_VERSION,
  IDEMPOTENCY_KEY,
  afterChange,
  deletePayload,
} from '@deskgraph/common/graphql/crud-types';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { optionalFields, singleLine } from '@deskgraph/common/graphql/input';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { TicketOrder } from '../../model/filter/order.ts';
import { viewColumnBounds, viewColumnsBounds } from './columns.ts';
import { View, ViewSharing } from './view.ts';

const bounds = optionalFields({
  name: singleLine(100),
  columns: viewColumnsBounds,
  groupBy: viewColumnBounds,
});
const COLUMNS =
  'The columns: 1 to 30 names of fields of Ticket, or `field:` and the key of a custom field. Default number, subject, status, priority, requesterName, assignee, waitingSince and updatedAt.';
const GROUP_BY =
  'The column by whose value the rows are grouped: a field of Ticket, or `field:` and the key of a custom field.';
const FILTER = 'The filter of the tickets, at most 16,000 characters as JSON.';
const ORDER_BY = 'The order of the tickets, at most 3 keys; default QUEUE.';
const DEPARTMENT =
  'The department the view is shared with; only with DEPARTMENT. Leads can share with their own departments.';

@InputType({ description: 'Input of viewCreate.' })
export class ViewCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, { description: 'One line of 1 to 100 characters.' }) name!: string;
  @Field(() => ViewSharing, {
    nullable: true,
    defaultValue: ViewSharing.PRIVATE,
    description:
      'The staff who can see the view, default PRIVATE. Leads, administrators and apps can share views.',
  })
  sharing?: ViewSharing | null;
  @Field(() => ID, { nullable: true, description: DEPARTMENT }) departmentId?: string | null;
  @Field(() => TicketFilter, { description: FILTER }) filter!: TicketFilter;
  @Field(() => [TicketOrder], { nullable: true, description: ORDER_BY })
  orderBy?: TicketOrder[] | null;
  @Field(() => [String], { nullable: true, description: COLUMNS }) columns?: string[] | null;
  @Field(() => String, { nullable: true, description: GROUP_BY }) groupBy?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether this becomes the caller’s default view; default false.',
  })
  isDefault?: boolean | null;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Input of viewUpdate. Omitted fields stay unchanged; null clears.' })
export class ViewUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, {
    description:
      'The view to update. Only `isDefault` can be set for a built-in view, and for a shared view when the caller cannot share views.',
  })
  id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'One line of 1 to 100 characters; can’t be cleared.',
  })
  name?: string | null;
  @Field(() => ViewSharing, {
    nullable: true,
    description:
      'The staff who can see the view; can’t be cleared. Only its owner can set PRIVATE.',
  })
  sharing?: ViewSharing | null;
  @Field(() => ID, { nullable: true, description: DEPARTMENT }) departmentId?: string | null;
  @Field(() => TicketFilter, { nullable: true, description: `${FILTER} Can’t be cleared.` })
  filter?: TicketFilter | null;
  @Field(() => [TicketOrder], { nullable: true, description: ORDER_BY })
  orderBy?: TicketOrder[] | null;
  @Field(() => [String], { nullable: true, description: COLUMNS }) columns?: string[] | null;
  @Field(() => String, { nullable: true, description: GROUP_BY }) groupBy?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether this is the caller’s default view.',
  })
  isDefault?: boolean | null;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@InputType({ description: 'Input of viewDelete.' })
export class ViewDeleteInput {
  @Field(() => ID, { description: 'The view to delete. Built-in views can’t be deleted.' })
  id!: string;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

const AFTER_CHANGE = { nullable: true, description: afterChange('view') };

@ObjectType({ simpleResolvers: true, description: 'Result of viewCreate.' })
export class ViewCreatePayload extends Payload {
  @Field(() => View, AFTER_CHANGE) view?: View | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of viewUpdate.' })
export class ViewUpdatePayload extends Payload {
  @Field(() => View, AFTER_CHANGE) view?: View | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of viewDelete.' })
export class ViewDeletePayload extends deletePayload('view') {}
