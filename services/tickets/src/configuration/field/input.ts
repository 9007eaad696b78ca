import {
  EXPECTED_VERSION,
  IDEMPOTENCY_KEY,
  afterChange,
  deleteInput,
  deletePayload,
} from '@deskgraph/common/graphql/crud-types';
import { Json } from '@deskgraph/common/graphql/scalars';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { fieldBounds } from '../../model/field/definition.ts';
import { FieldKind, TicketField } from '../../model/field/field.ts';

@InputType({ description: 'A value for a custom field.' })
export class FieldValueInput {
  @Field(() => ID, { description: 'The custom field.' }) fieldId!: string;
  @Field(() => Json, {
    nullable: true,
    description: 'The value, of the type that the kind of the field defines; null clears.',
  })
  value?: unknown;
}

@InputType({ description: 'Input of ticketFieldCreate.' })
export class TicketFieldCreateInput {
  static readonly bounds = fieldBounds;
  @Field(() => String, {
    description:
      'The name that programs use: a letter, then `a-z0-9_`, at most 50 characters; unique in the workspace, never changes.',
  })
  key!: string;
  @Field(() => String, { description: 'The display name; at most 100 characters.' })
  label!: string;
  @Field(() => FieldKind, { description: 'The type of its values; never changes.' })
  kind!: FieldKind;
  @Field(() => [String], {
    nullable: true,
    description:
      'The options; required for CHOICE and CHOICES, refused for other kinds; at most 100 of 100 characters.',
  })
  options?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The regular expression (RE2) that values match as a whole; required for PATTERN, refused for other kinds; at most 200 characters.',
  })
  pattern?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether requesters see the field and its values; default false.',
  })
  visibleToRequester?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'Whether requesters fill the field when they create a ticket; default false. Requires visibleToRequester.',
  })
  editableByRequester?: boolean | null;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}

@InputType({
  description:
    'Input of ticketFieldUpdate. Fields that are left out keep their value. Values that tickets already have are kept, even when they would be refused now.',
})
export class TicketFieldUpdateInput {
  static readonly bounds = fieldBounds;
  @Field(() => ID, { description: 'The custom field to update.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The display name; at most 100 characters; can’t be cleared.',
  })
  label?: string | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'All options from now on, for CHOICE and CHOICES; at most 100 of 100 characters; can’t be cleared.',
  })
  options?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The regular expression (RE2) that new values match as a whole, for PATTERN; at most 200 characters; can’t be cleared.',
  })
  pattern?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether requesters see the field and its values. Earlier changes of its values are visible to them only if the field was visible at that time.',
  })
  visibleToRequester?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether requesters fill the field when they create a ticket. Requires visibleToRequester.',
  })
  editableByRequester?: boolean | null;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@InputType({ description: 'Input of ticketFieldDelete.' })
export class TicketFieldDeleteInput extends deleteInput('custom field') {}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketFieldCreate.' })
export class TicketFieldCreatePayload extends Payload {
  @Field(() => TicketField, { nullable: true, description: afterChange('custom field') })
  ticketField?: TicketField | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketFieldUpdate.' })
export class TicketFieldUpdatePayload extends Payload {
  @Field(() => TicketField, { nullable: true, description: afterChange('custom field') })
  ticketField?: TicketField | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketFieldDelete.' })
export class TicketFieldDeletePayload extends deletePayload('custom field') {}
