import { IDEMPOTENCY_KEY, afterChange } from '@deskgraph/common/graphql/crud-types';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import {
  maxUtf8Bytes,
  singleLine,
  optionalFields,
  multiLine,
} from '@deskgraph/common/graphql/input';
import { CursorScalar, DateTime } from '@deskgraph/common/graphql/scalars';
import { ATTACHMENT_IDS, attachmentIds } from '../attachment/input.ts';
import { UnseenActivity } from '../../history/event/conflict-check.ts';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';
import { ChannelKind, TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { MAX_BODY_BYTES, Message, MessageVisibility } from '../../model/message/message.ts';

@InputType({ description: 'Input of messageAdd.' })
export class MessageAddInput {
  static readonly bounds = optionalFields({
    body: maxUtf8Bytes(MAX_BODY_BYTES),
    externalId: singleLine(255),
    attachmentIds,
  });
  @Field(() => ID, {
    description: 'The ticket. If it is CLOSED, the ticket in the payload is its follow-up.',
  })
  ticketId!: string;
  @Field(() => MessageVisibility, {
    description:
      'The visibility. It has no default, so that notes are not published by mistake. LIGHT agents write PRIVATE only, requesters PUBLIC only.',
  })
  visibility!: MessageVisibility;
  @Field(() => String, {
    description:
      'Markdown, at most 64 KiB. In messages of agents, variables of canned responses such as `{{requester.name}}` are filled.',
  })
  body!: string;
  @Field(() => CursorScalar, {
    nullable: true,
    description:
      'The `Ticket.cursor` that the caller has read. If others have acted since, the message is not sent and `unseenActivity` contains their events. Required for public replies of agents unless `override` is true; optional for other callers and for notes.',
  })
  seen?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Send the message although others may have acted since `seen`. Default false.',
  })
  override?: boolean | null;
  @Field(() => ChannelKind, {
    nullable: true,
    description:
      'The channel by which the message is sent. Default that of the last message of a customer.',
  })
  channel?: ChannelKind | null;
  @Field(() => [ID], { nullable: true, description: ATTACHMENT_IDS }) attachmentIds?:
    | string[]
    | null;
  @Field(() => TicketStatus, {
    nullable: true,
    description:
      'Also moves the ticket to this status, in the same transaction. Refused for requesters. With `sendAt` the ticket moves when the message is sent, unless the move is no longer possible.',
  })
  status?: TicketStatus | null;
  @Field(() => DateTime, {
    nullable: true,
    description:
      'When a public reply is sent, at most 365 days ahead. Until then only the staff see it, and `messageCancel` cancels it. Default: at once, or for agents after the undo window of the settings. At most 20 scheduled messages per ticket. Refused for requesters.',
  })
  sendAt?: Date | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description:
      'Whether a message of the requester before `sendAt` cancels this one. Default true.',
  })
  cancelOnReply?: boolean | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The id of the message in the app. Repeating it does not create a second message. At most 255 characters; for apps only.',
  })
  externalId?: string | null;
  @Field(() => String, {
    nullable: true,
    description: IDEMPOTENCY_KEY,
  })
  idempotencyKey?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of messageAdd.' })
export class MessageAddPayload extends Payload {
  @Field(() => Message, {
    nullable: true,
    description: afterChange('message'),
  })
  message?: Message | null;
  @Field(() => Ticket, {
    nullable: true,
    description: afterChange('ticket'),
  })
  ticket?: Ticket | null;
  @Field(() => UnseenActivity, {
    nullable: true,
    description: 'The events of others since `seen`. Null unless refused with UNSEEN_ACTIVITY.',
  })
  unseenActivity?: UnseenActivity | null;
}

@InputType({ description: 'Input of messageRedact.' })
export class MessageRedactInput {
  static readonly bounds = optionalFields({ text: multiLine(10_000), attachmentIds });
  @Field(() => ID, { description: 'The message to redact.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'The text to remove wherever it occurs in the message, at most 10,000 characters. With neither a text nor files, the whole text and all files are removed.',
  })
  text?: string | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'The files of the message to remove, at most 20.',
  })
  attachmentIds?: string[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of messageRedact.' })
export class MessageRedactPayload extends Payload {
  @Field(() => Message, {
    nullable: true,
    description: afterChange('message'),
  })
  message?: Message | null;
}

@InputType({ description: 'Input of messageCancel.' })
export class MessageCancelInput {
  @Field(() => ID, { description: 'The message to cancel.' }) id!: string;
}

@ObjectType({ simpleResolvers: true, description: 'Result of messageCancel.' })
export class MessageCancelPayload extends Payload {
  @Field(() => Message, {
    nullable: true,
    description: afterChange('message'),
  })
  message?: Message | null;
}
