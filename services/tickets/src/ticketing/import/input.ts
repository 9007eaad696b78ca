import { Payload } from '@deskgraph/common/graphql/shared-types';
import { maxUtf8Bytes, optionalFields, z } from '@deskgraph/common/graphql/input';
import { DateTime, Locale } from '@deskgraph/common/graphql/scalars';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { MessageVisibility } from '../../model/message/message.ts';
import { RequesterInput } from '../../people/requester/input.ts';
import { MAX_BODY_BYTES, textBounds, tagNames } from '../ticket/input.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { ChannelKind, TicketPriority, TicketStatus } from '../../model/ticket/enums.ts';

@InputType({
  description: 'One past change of an imported ticket; the given parts changed at that instant.',
})
export class TicketImportChange {
  static readonly bounds = optionalFields({ body: maxUtf8Bytes(MAX_BODY_BYTES) });
  @Field(() => DateTime, {
    description: 'When it happened; not before the change above it, nor in the future.',
  })
  at!: Date;
  @Field(() => TicketStatus, {
    nullable: true,
    description: 'The status after it; any, also CLOSED.',
  })
  status?: TicketStatus | null;
  @Field(() => TicketPriority, { nullable: true, description: 'The priority after it.' })
  priority?: TicketPriority | null;
  @Field(() => ID, { nullable: true, description: 'The department after it.' }) departmentId?:
    | string
    | null;
  @Field(() => ID, { nullable: true, description: 'The agent in charge after it.' }) assigneeId?:
    | string
    | null;
  @Field(() => String, {
    nullable: true,
    description: 'A message that was written then, Markdown, at most 64 KiB.',
  })
  body?: string | null;
  @Field(() => MessageVisibility, {
    nullable: true,
    description: 'Who sees the message; required with `body`.',
  })
  visibility?: MessageVisibility | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'The agent who wrote the message; default the requester when PUBLIC, the app when PRIVATE.',
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
    description: 'The app’s own id for it, unique per app, at most 255 characters; imported once.',
  })
  externalId!: string;
  @Field(() => String, { description: 'One line of 1 to 255 characters.' }) subject!: string;
  @Field(() => String, { description: 'The first message, Markdown, at most 64 KiB.' })
  body!: string;
  @Field(() => RequesterInput, { description: 'Who asked.' }) requester!: RequesterInput;
  @Field(() => ID, {
    nullable: true,
    description: 'The agent who wrote the first message down; default the requester.',
  })
  authorId?: string | null;
  @Field(() => ChannelKind, {
    nullable: true,
    description: 'The channel that it came in by; default API.',
  })
  channel?: ChannelKind | null;
  @Field(() => TicketPriority, { nullable: true, description: 'At creation; default NORMAL.' })
  priority?: TicketPriority | null;
  @Field(() => ID, { nullable: true, description: 'The department at creation.' }) departmentId?:
    | string
    | null;
  @Field(() => ID, { nullable: true, description: 'The agent in charge at creation.' })
  assigneeId?: string | null;
  @Field(() => TicketStatus, {
    nullable: true,
    description: 'The status at creation; default NEW.',
  })
  status?: TicketStatus | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Labels by name, at most 50 of 50 characters.',
  })
  tags?: string[] | null;
  @Field(() => Locale, { nullable: true, description: 'The language of the requester.' }) locale?:
    | string
    | null;
  @Field(() => String, {
    nullable: true,
    description: 'The product that it is about, at most 255 characters.',
  })
  product?: string | null;
  @Field(() => DateTime, { description: 'When it was created; not in the future.' })
  createdAt!: Date;
  @Field(() => [TicketImportChange], {
    nullable: true,
    description: 'What happened since, oldest first, at most 500 changes.',
  })
  history?: TicketImportChange[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketImport.' })
export class TicketImportPayload extends Payload {
  @Field(() => Ticket, {
    nullable: true,
    description: 'The ticket as it now stands; null when refused.',
  })
  ticket?: Ticket | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'False when the app had imported this externalId before; null when refused.',
  })
  created?: boolean | null;
}
