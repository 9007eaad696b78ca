import { Role } from '@deskgraph/common/auth/access';
import {
  EXPECTED_VERSION,
  IDEMPOTENCY_KEY,
  afterChange,
  deleteInput,
  deletePayload,
} from '@deskgraph/common/graphql/crud-types';
import { optionalFields, singleLine, z } from '@deskgraph/common/graphql/input';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { FieldRequirement, TicketForm } from './form.ts';

const FIELDS = 'The custom fields of the form, in this order, each at most once; at most 100.';

@InputType({ description: 'A custom field in a form.' })
export class FormFieldInput {
  static readonly bounds = optionalFields({ roles: z.array(z.enum(Role)).max(6) });
  @Field(() => ID, { description: 'The custom field.' }) fieldId!: string;
  @Field(() => TicketFilter, {
    nullable: true,
    description:
      'The tickets for which the field is shown; default all. Only conditions on status, customStatusId, priority, channel, categoryId, departmentId, assigneeId, requesterId, tag and field are allowed, and `and`, `or` and `not` of them. A field whose condition uses a value that requesters can’t see is hidden from requesters.',
  })
  showWhen?: TicketFilter | null;
  @Field(() => FieldRequirement, {
    nullable: true,
    defaultValue: FieldRequirement.NEVER,
    description: 'The time at which it must be filled; default NEVER.',
  })
  required?: FieldRequirement | null;
  @Field(() => [Role], {
    nullable: true,
    description:
      'The roles that have the field in the form, including the roles above them; default all.',
  })
  roles?: Role[] | null;
}

const bounds = optionalFields({
  name: singleLine(100),
  fields: z.array(FormFieldInput.bounds).max(100),
});

@InputType({ description: 'Input of ticketFormCreate.' })
export class TicketFormCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, {
    description: 'The display name, unique in the workspace, at most 100 characters.',
  })
  name!: string;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Whether requesters can use it; default true.',
  })
  public?: boolean | null;
  @Field(() => [FormFieldInput], { description: FIELDS }) fields!: FormFieldInput[];
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}

@InputType({
  description: 'Input of ticketFormUpdate. Fields that are left out keep their value.',
})
export class TicketFormUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'The form to update.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The display name, at most 100 characters; can’t be cleared.',
  })
  name?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether requesters can use it; can’t be cleared.',
  })
  public?: boolean | null;
  @Field(() => [FormFieldInput], {
    nullable: true,
    description: `${FIELDS} Replaces all existing ones; can’t be cleared.`,
  })
  fields?: FormFieldInput[] | null;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@InputType({ description: 'Input of ticketFormDelete.' })
export class TicketFormDeleteInput extends deleteInput('form') {}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketFormCreate.' })
export class TicketFormCreatePayload extends Payload {
  @Field(() => TicketForm, { nullable: true, description: afterChange('form') })
  ticketForm?: TicketForm | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketFormUpdate.' })
export class TicketFormUpdatePayload extends Payload {
  @Field(() => TicketForm, { nullable: true, description: afterChange('form') })
  ticketForm?: TicketForm | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketFormDelete.' })
export class TicketFormDeletePayload extends deletePayload('form') {}
