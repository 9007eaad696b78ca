import {
  maxUtf8Bytes,
  singleLine,
  optionalFields,
  multiLine,
  z,
} from '@deskgraph/common/graphql/input';
import { CursorScalar, DateTime, Locale } from '@deskgraph/common/graphql/scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import { ATTACHMENT_IDS, attachmentIds } from '../attachment/input.ts';
import { FieldValueInput } from '../../configuration/field/input.ts';
import { ccAddresses } from '../../model/participant/participant.ts';
import { MessageVisibility } from '../../model/message/message.ts';
import { RequesterInput } from '../../people/requester/input.ts';
import { tagName } from '../../configuration/tag/input.ts';
import { ChannelKind, ResolutionCode, TicketPriority, TicketStatus } from '@deskgraph/common/contract/ticket-enums';

export const MAX_BODY_BYTES = 64 * 1024;
const KEY =
  'With the same key the same input gives the first result within 24 hours, another input is refused; at most 255 characters.';
const VERSION = 'Refused with CONFLICT when this is not the current version.';
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

@InputType({ description: 'Input of ticketCreate.' })
export class TicketCreateInput {
  static readonly bounds = optionalFields({
    ...textBounds,
    body: maxUtf8Bytes(MAX_BODY_BYTES),
    tags: tagNames,
    fields: fieldValues,
    requester: RequesterInput.bounds,
    ccs: ccAddresses,
    attachmentIds,
  });
  @Field(() => String, { description: 'One line of 1 to 255 characters.' }) subject!: string;
  @Field(() => String, { description: 'The first message, Markdown, at most 64 KiB.' })
  body!: string;
  @Field(() => RequesterInput, {
    nullable: true,
    description:
      'Who asks. Left out it is the caller; required for staff and apps, refused for requesters.',
  })
  requester?: RequesterInput | null;
  @Field(() => ChannelKind, {
    nullable: true,
    description: 'Default PORTAL for requesters and API for apps; required for staff.',
  })
  channel?: ChannelKind | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'The form that it is made with; its fields that are required to create, and shown to the caller, must be filled.',
  })
  formId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'What it is about; gives it department and priority where they are not given here.',
  })
  categoryId?: string | null;
  @Field(() => TicketPriority, {
    nullable: true,
    description: 'Default that of the category, else NORMAL; not for requesters.',
  })
  priority?: TicketPriority | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The department that is to work on it; default that of the category.',
  })
  departmentId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The agent in charge, `me` for the caller; not for requesters.',
  })
  assigneeId?: string | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'Labels by name, at most 50 of 50 characters; new ones are made. Not for requesters.',
  })
  tags?: string[] | null;
  @Field(() => [FieldValueInput], {
    nullable: true,
    description:
      'Values of custom fields, at most 100; a requester fills those that are for requesters.',
  })
  fields?: FieldValueInput[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'The product that it is about, at most 255 characters.',
  })
  product?: string | null;
  @Field(() => [ID], { nullable: true, description: ATTACHMENT_IDS }) attachmentIds?:
    | string[]
    | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'Mail addresses of customers who get copies and see the ticket, at most 20; somebody unknown becomes a customer.',
  })
  ccs?: string[] | null;
  @Field(() => Locale, {
    nullable: true,
    description: 'The language of the requester; default the one on record.',
  })
  locale?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The caller’s own id for it, unique per app, at most 255 characters; for apps only.',
  })
  externalId?: string | null;
  @Field(() => MessageVisibility, {
    nullable: true,
    description:
      'Of the first message; default PUBLIC. PRIVATE opens without telling the requester; not for requesters.',
  })
  visibility?: MessageVisibility | null;
  @Field(() => String, { nullable: true, description: KEY }) idempotencyKey?: string | null;
}

@InputType({ description: 'Input of ticketUpdate. What is left out stays; null clears.' })
export class TicketUpdateInput {
  static readonly bounds = optionalFields({
    ...textBounds,
    addTags: tagNames,
    removeTags: tagNames,
    fields: fieldValues,
  });
  @Field(() => ID, { description: 'Which ticket.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'One line of 1 to 255 characters; can’t be cleared.',
  })
  subject?: string | null;
  @Field(() => TicketPriority, { nullable: true, description: 'Can’t be cleared.' })
  priority?: TicketPriority | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'What it is about. Another one than before also gives it its department, and its priority unless one is given here; a closed ticket keeps both.',
  })
  categoryId?: string | null;
  @Field(() => ID, { nullable: true, description: 'The organization that it is asked for.' })
  organizationId?: string | null;
  @Field(() => Locale, { nullable: true, description: 'The language of the requester.' }) locale?:
    | string
    | null;
  @Field(() => String, {
    nullable: true,
    description: 'The product that it is about, at most 255 characters.',
  })
  product?: string | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Labels to add by name, at most 50 of 50 characters; new ones are made.',
  })
  addTags?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'Labels to take away, by name.' })
  removeTags?: string[] | null;
  @Field(() => [FieldValueInput], {
    nullable: true,
    description: 'Values of custom fields, at most 100; only the given ones change.',
  })
  fields?: FieldValueInput[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'The app’s own id for it, unique per app, at most 255 characters; for apps only.',
  })
  externalId?: string | null;
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@InputType({ description: 'Input of ticketStatusChange.' })
export class TicketStatusChangeInput {
  static readonly bounds = optionalFields({
    resolution: multiLine(4000),
    reply: maxUtf8Bytes(MAX_BODY_BYTES),
  });
  @Field(() => ID, { description: 'Which ticket.' }) id!: string;
  @Field(() => TicketStatus, {
    nullable: true,
    description:
      'The status to move to: OPEN, PENDING, ON_HOLD or SOLVED, with no custom status. Exactly one of this and `customStatusId`.',
  })
  status?: TicketStatus | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The custom status to move to; the rules are those of its base.',
  })
  customStatusId?: string | null;
  @Field(() => ResolutionCode, {
    nullable: true,
    description:
      'For SOLVED: the reason. Default ANSWERED when an agent has replied, else required.',
  })
  resolutionCode?: ResolutionCode | null;
  @Field(() => String, {
    nullable: true,
    description: 'For SOLVED: what was done, at most 4,000 characters.',
  })
  resolution?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description:
      'For SOLVED of a problem: whether its incidents are solved with it, with the reason INCIDENT; default true.',
  })
  solveIncidents?: boolean | null;
  @Field(() => String, {
    nullable: true,
    description:
      'For SOLVED: a public answer to the requester of each ticket that is solved, Markdown, at most 64 KiB.',
  })
  reply?: string | null;
  @Field(() => CursorScalar, {
    nullable: true,
    description:
      '`Ticket.cursor` as it was read: when others acted since, nothing is done and `unseenActivity` says what they did. Nothing is checked without it.',
  })
  seen?: string | null;
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@InputType({ description: 'Input of ticketReopen.' })
export class TicketReopenInput {
  static readonly bounds = optionalFields({ reason: maxUtf8Bytes(MAX_BODY_BYTES) });
  @Field(() => ID, { description: 'Which ticket; it must be SOLVED.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'Why, Markdown, at most 64 KiB. A requester’s is a reply of his in the ticket, that of others a private note.',
  })
  reason?: string | null;
}

@InputType({ description: 'Input of ticketAssign. What is left out stays; null takes away.' })
export class TicketAssignInput {
  static readonly bounds = optionalFields({ comment: maxUtf8Bytes(MAX_BODY_BYTES) });
  @Field(() => ID, { description: 'Which ticket.' }) id!: string;
  @Field(() => ID, {
    nullable: true,
    description: 'The agent in charge, `me` for the caller; null unassigns.',
  })
  assigneeId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The department that is to work on it; null takes it out of its department.',
  })
  departmentId?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'A private note for the next agent, Markdown, at most 64 KiB.',
  })
  comment?: string | null;
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@InputType({ description: 'Input of ticketSnooze.' })
export class TicketSnoozeInput {
  @Field(() => ID, { description: 'Which ticket; refused while it is SOLVED or CLOSED.' })
  id!: string;
  @Field(() => DateTime, {
    nullable: true,
    description:
      'When it comes back: in the future, at most 365 days ahead. Left out or null it sleeps until the requester replies.',
  })
  until?: Date | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description:
      'Whether a reply of the requester wakes it before; default true, and refused as false without `until`.',
  })
  wakeOnReply?: boolean | null;
}

@InputType({ description: 'Input of ticketWake.' })
export class TicketWakeInput {
  @Field(() => ID, { description: 'Which ticket.' }) id!: string;
}

@InputType({ description: 'Input of ticketRequesterChange.' })
export class TicketRequesterChangeInput {
  static readonly bounds = optionalFields({ requester: RequesterInput.bounds });
  @Field(() => ID, { description: 'Which ticket.' }) id!: string;
  @Field(() => RequesterInput, {
    description: 'Who asks from now on; somebody unknown becomes a customer.',
  })
  requester!: RequesterInput;
}
