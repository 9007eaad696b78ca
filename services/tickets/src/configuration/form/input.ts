import { Role } from '@deskgraph/common/auth/access';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { line, loose, z } from '@deskgraph/common/graphql/input';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { TicketFilter } from '../../model/filter/sql.ts';
import { FieldRequirement, TicketForm } from './form.ts';

const STANDS = 'The form as it now stands; null when refused.';
const VERSION = 'Refused with CONFLICT when this is not the current version.';
const FIELDS = 'The custom fields that it asks for, in this order, each once; at most 100.';

@InputType({ description: 'A custom field in a form.' })
export class FormFieldInput {
  static readonly bounds = loose({ roles: z.array(z.enum(Role)).max(6) });
  @Field(() => ID, { description: 'Which custom field.' }) fieldId!: string;
  @Field(() => TicketFilter, {
    nullable: true,
    description:
      'For which tickets it is shown; left out, for all. Only status, customStatusId, priority, channel, categoryId, departmentId, assigneeId, requesterId, tag and field can be asked for, and `and`, `or` and `not` of them. What asks for something that requesters don’t see is not shown to them.',
  })
  showWhen?: TicketFilter | null;
  @Field(() => FieldRequirement, {
    nullable: true,
    defaultValue: FieldRequirement.NEVER,
    description: 'When it must be filled, default NEVER.',
  })
  required?: FieldRequirement | null;
  @Field(() => [Role], {
    nullable: true,
    description: 'Who has it in the form: these roles and those above them; default everybody.',
  })
  roles?: Role[] | null;
}

const bounds = loose({ name: line(100), fields: z.array(FormFieldInput.bounds).max(100) });

@InputType({ description: 'Input of ticketFormCreate.' })
export class TicketFormCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, {
    description: 'The name to show, unique in the workspace, at most 100 characters.',
  })
  name!: string;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Whether it is offered to requesters; default true.',
  })
  public?: boolean | null;
  @Field(() => [FormFieldInput], { description: FIELDS }) fields!: FormFieldInput[];
  @Field(() => String, {
    nullable: true,
    description:
      'With the same key the same input gives the first result within 24 hours, another input is refused; at most 255 characters.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Input of ticketFormUpdate. What is left out stays.' })
export class TicketFormUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'Which form.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The name to show, at most 100 characters; can’t be cleared.',
  })
  name?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether it is offered to requesters; can’t be cleared.',
  })
  public?: boolean | null;
  @Field(() => [FormFieldInput], {
    nullable: true,
    description: `${FIELDS} In place of all that it had; can’t be cleared.`,
  })
  fields?: FormFieldInput[] | null;
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@InputType({ description: 'Input of ticketFormDelete.' })
export class TicketFormDeleteInput {
  @Field(() => ID, { description: 'Which form.' }) id!: string;
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketFormCreate.' })
export class TicketFormCreatePayload extends Payload {
  @Field(() => TicketForm, { nullable: true, description: STANDS }) ticketForm?: TicketForm | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketFormUpdate.' })
export class TicketFormUpdatePayload extends Payload {
  @Field(() => TicketForm, { nullable: true, description: STANDS }) ticketForm?: TicketForm | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketFormDelete.' })
export class TicketFormDeletePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id that is gone; null when refused.' })
  deletedId?: string | null;
}
