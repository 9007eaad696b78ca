import { ChannelKind, TicketPriority } from '@deskgraph/common/contract/ticket-enums';
import {
  EXPECTED_VERSION,
  IDEMPOTENCY_KEY,
  afterChange,
} from '@deskgraph/common/graphql/crud-types';
import { maxUtf8Bytes, optionalFields, singleLine, z } from '@deskgraph/common/graphql/input';
import { Locale } from '@deskgraph/common/graphql/scalars';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { FieldValueInput } from '../../configuration/field/input.ts';
import { tagName } from '../../configuration/tag/input.ts';
import { MAX_BODY_BYTES, Message, MessageVisibility } from '../../model/message/message.ts';
import { ccAddressesSchema } from '../../model/participant/participant.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { RequesterInput } from '../../people/requester/input.ts';
import { ATTACHMENT_IDS, attachmentIds } from '../attachment/input.ts';

export const tagNames = z
  .array(tagName)
  .max(50)
  .transform((names) => [...new Set(names)]);
export const fieldValues = z.array(z.any()).max(100);
export const textBounds = {
  subject: singleLine(255),
  product: singleLine(255),
  externalId: singleLine(255),
};

const TICKET = afterChange('ticket');

@InputType({ description: 'Input of ticketCreate.' })
export class TicketCreateInput {
  static readonly bounds = optionalFields({
    ...textBounds,
    body: maxUtf8Bytes(MAX_BODY_BYTES),
    tags: tagNames,
    fields: fieldValues,
    requester: RequesterInput.bounds,
    ccs: ccAddressesSchema,
    attachmentIds,
  });
  @Field(() => String, { description: 'One line of 1 to 255 characters.' }) subject!: string;
  @Field(() => String, { description: 'The first message, Markdown, at most 64 KiB.' })
  body!: string;
  @Field(() => RequesterInput, {
    nullable: true,
    description:
      'The requester. Required for staff and apps; refused for requesters, who are the requester themselves.',
  })
  requester?: RequesterInput | null;
  @Field(() => ChannelKind, {
    nullable: true,
    description: 'The channel. Default PORTAL for requesters and API for apps; required for staff.',
  })
  channel?: ChannelKind | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'The form. Fields that it requires at creation and shows to the caller must have a value.',
  })
  formId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The category. Sets department and priority unless the input sets them.',
  })
  categoryId?: string | null;
  @Field(() => TicketPriority, {
    nullable: true,
    description: 'The priority. Default that of the category, else NORMAL. Refused for requesters.',
  })
  priority?: TicketPriority | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The department that works on the ticket. Default that of the category.',
  })
  departmentId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The assignee, `me` for the caller. Refused for requesters.',
  })
  assigneeId?: string | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'The names of tags, at most 50 of 50 characters each. New tags are created. Refused for requesters.',
  })
  tags?: string[] | null;
  @Field(() => [FieldValueInput], {
    nullable: true,
    description:
      'The values of custom fields, at most 100. Requesters may set fields for requesters only.',
  })
  fields?: FieldValueInput[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'The product that the ticket is about, at most 255 characters.',
  })
  product?: string | null;
  @Field(() => [ID], { nullable: true, description: ATTACHMENT_IDS }) attachmentIds?:
    | string[]
    | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'The e-mail addresses of customers who get copies and see the ticket, at most 20. An unknown address becomes a customer.',
  })
  ccs?: string[] | null;
  @Field(() => Locale, {
    nullable: true,
    description: 'The language of the requester. Default that of the customer.',
  })
  locale?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The id of the ticket in the app, unique per app, at most 255 characters. For apps only.',
  })
  externalId?: string | null;
  @Field(() => MessageVisibility, {
    nullable: true,
    description:
      'The visibility of the first message. Default PUBLIC. With PRIVATE the requester is not notified. Refused for requesters.',
  })
  visibility?: MessageVisibility | null;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY }) idempotencyKey?:
    | string
    | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketCreate.' })
export class TicketCreatePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
  @Field(() => Message, {
    nullable: true,
    description: 'The first message. Null when the mutation is refused.',
  })
  message?: Message | null;
}

@InputType({
  description: 'Input of ticketUpdate. Fields that are left out stay; null clears a field.',
})
export class TicketUpdateInput {
  static readonly bounds = optionalFields({
    ...textBounds,
    addTags: tagNames,
    removeTags: tagNames,
    fields: fieldValues,
  });
  @Field(() => ID, { description: 'The ticket to update.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'One line of 1 to 255 characters. Cannot be cleared.',
  })
  subject?: string | null;
  @Field(() => TicketPriority, { nullable: true, description: 'The priority. Cannot be cleared.' })
  priority?: TicketPriority | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'The category. A changed category also sets its department, and its priority unless the input sets one. A closed ticket keeps both.',
  })
  categoryId?: string | null;
  @Field(() => ID, { nullable: true, description: 'The organization of the requester.' })
  organizationId?: string | null;
  @Field(() => Locale, { nullable: true, description: 'The language of the requester.' }) locale?:
    | string
    | null;
  @Field(() => String, {
    nullable: true,
    description: 'The product that the ticket is about, at most 255 characters.',
  })
  product?: string | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'The names of tags to add, at most 50 of 50 characters each. New tags are created.',
  })
  addTags?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'The names of tags to remove.' })
  removeTags?: string[] | null;
  @Field(() => [FieldValueInput], {
    nullable: true,
    description: 'The values of custom fields, at most 100. Fields that are left out stay.',
  })
  fields?: FieldValueInput[] | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The id of the ticket in the app, unique per app, at most 255 characters. For apps only.',
  })
  externalId?: string | null;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION }) expectedVersion?:
    | number
    | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketUpdate.' })
export class TicketUpdatePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
}
