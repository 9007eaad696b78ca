import { Payload } from '@deskgraph/common/graphql/shared-types';
import { maxUtf8Bytes, optionalFields, z } from '@deskgraph/common/graphql/input';
import { DateTime, Locale } from '@deskgraph/common/graphql/scalars';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { MAX_BODY_BYTES, MessageVisibility } from '../../model/message/message.ts';
import { RequesterInput } from '../../people/requester/input.ts';
import { tagNames, textBounds } from '../ticket/input.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { ChannelKind, TicketPriority, TicketStatus } from '@deskgraph/common/contract/ticket-enums';

@InputType({
  description:
    'A past change of an imported ticket. Fields that are left out did not change at that time.',
})
export class TicketImportChange {
  static readonly bounds = optionalFields({ body: maxUtf8Bytes(MAX_BODY_BYTES) });
  @Field(() => DateTime, {
    description: 'The time of the change: not before the preceding change, and not in the future.',
  })
  at!: Date;
  @Field(() => TicketStatus, {
    nullable: true,
    description: 'The status after the change; CLOSED is allowed.',
  })
  status?: TicketStatus | null;
  @Field(() => TicketPriority, { nullable: true, description: 'The priority after the change.' })
  priority?: TicketPriority | null;
  @Field(() => ID, { nullable: true, description: 'The department after the change.' })
  departmentId?: string | null;
  @Field(() => ID, { nullable: true, description: 'The assignee after the change.' }) assigneeId?:
    | string
    | null;
  @Field(() => String, {
    nullable: true,
    description: 'A message written at that time, Markdown, at most 64 KiB.',
  })
  body?: string | null;
  @Field(() => MessageVisibility, {
    nullable: true,
    description: 'The visibility of the message; required with `body`.',
  })
  visibility?: MessageVisibility | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'The agent who wrote the message. Default: the requester when PUBLIC, the app when PRIVATE.',
  })
  authorId?: string | null;
}

@InputType({ description: 'Input of ticketImport.' })
export class TicketImportInput {
  static readonly bounds = optionalFields({
    ...textBounds,
    body: maxUtf8Bytes(MAX_BODY_BYTES),
    tags: tagNames,
    requester: RequesterInput.bounds,
    history: z.array(TicketImportChange.bounds).max(500),
  });
  @Field(() => String, {
    description:
      'The id of the ticket in the app, unique per app, at most 255 characters. It is imported once.',
  })
  externalId!: string;
  @Field(() => String, { description: 'One line of 1 to 255 characters.' }) subject!: string;
  @Field(() => String, { description: 'The first message, Markdown, at most 64 KiB.' })
  body!: string;
  @Field(() => RequesterInput, { description: 'The requester.' }) requester!: RequesterInput;
  @Field(() => ID, {
    nullable: true,
    description: 'The agent who wrote the first message. Default: the requester.',
  })
  authorId?: string | null;
  @Field(() => ChannelKind, {
    nullable: true,
    description: 'The channel by which the ticket came in. Default API.',
  })
  channel?: ChannelKind | null;
  @Field(() => TicketPriority, {
    nullable: true,
    description: 'The priority at creation. Default NORMAL.',
  })
  priority?: TicketPriority | null;
  @Field(() => ID, { nullable: true, description: 'The department at creation.' }) departmentId?:
    | string
    | null;
  @Field(() => ID, { nullable: true, description: 'The assignee at creation.' })
  assigneeId?: string | null;
  @Field(() => TicketStatus, {
    nullable: true,
    description: 'The status at creation. Default NEW.',
  })
  status?: TicketStatus | null;
  @Field(() => [String], {
    nullable: true,
    description: 'The names of tags, at most 50 of 50 characters each.',
  })
  tags?: string[] | null;
  @Field(() => Locale, { nullable: true, description: 'The language of the requester.' }) locale?:
    | string
    | null;
  @Field(() => String, {
    nullable: true,
    description: 'The product that the ticket is about, at most 255 characters.',
  })
  product?: string | null;
  @Field(() => DateTime, { description: 'When the ticket was created; not in the future.' })
  createdAt!: Date;
  @Field(() => [TicketImportChange], {
    nullable: true,
    description: 'The changes since then, oldest first, at most 500.',
  })
  history?: TicketImportChange[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketImport.' })
export class TicketImportPayload extends Payload {
  @Field(() => Ticket, {
    nullable: true,
    description: 'The imported ticket. Null when the mutation is refused.',
  })
  ticket?: Ticket | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'False when the app had imported this `externalId` before. Null when the mutation is refused.',
  })
  created?: boolean | null;
}
