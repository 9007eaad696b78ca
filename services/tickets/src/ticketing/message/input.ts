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
import { ChannelKind, TicketStatus } from '../../model/ticket/enums.ts';
import { Message, MessageVisibility } from '../../model/message/message.ts';

@InputType({ description: 'Input of messageAdd.' })
export class MessageAddInput {
  static readonly bounds = optionalFields({
    body: maxUtf8Bytes(64 * 1024),
    externalId: singleLine(255),
    attachmentIds,
  });
  @Field(() => ID, {
    description:
      'Which ticket. The ticket in the payload is the follow-up when this one was CLOSED.',
  })
  ticketId!: string;
  @Field(() => MessageVisibility, {
    description:
      'Has no default, so that no note leaks. LIGHT writes PRIVATE only, a requester PUBLIC only.',
  })
  visibility!: MessageVisibility;
  @Field(() => String, {
    description:
      'Markdown, at most 64 KiB. Where an agent writes, variables of stored answers such as `{{requester.name}}` are filled.',
  })
  body!: string;
  @Field(() => CursorScalar, {
    nullable: true,
    description:
      '`Ticket.cursor` as it was read: when others acted since, nothing is sent and `unseenActivity` says what they did. Required for public replies of agents unless they override; for others, and for notes, nothing is checked without it.',
  })
  seen?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Send in spite of what was not seen.',
  })
  override?: boolean | null;
  @Field(() => ChannelKind, {
    nullable: true,
    description: 'The channel that it leaves by; default the one of the last message that came in.',
  })
  channel?: ChannelKind | null;
  @Field(() => [ID], { nullable: true, description: ATTACHMENT_IDS }) attachmentIds?:
    | string[]
    | null;
  @Field(() => TicketStatus, {
    nullable: true,
    description:
      'Also move the ticket, in the same transaction; not for requesters. With a later instant it moves then, unless it can’t any more.',
  })
  status?: TicketStatus | null;
  @Field(() => DateTime, {
    nullable: true,
    description:
      'When a public reply is to be sent, at most 365 days ahead; until then only the staff see it, and `messageCancel` takes it back. Default at once, for agents after the undo window of the settings. At most 20 wait in a ticket. Not for requesters.',
  })
  sendAt?: Date | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Whether a message of the requester before `sendAt` cancels it; default true.',
  })
  cancelOnReply?: boolean | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The app’s own id for it; the same one twice makes one message. At most 255 characters; for apps only.',
  })
  externalId?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'With the same key the same input gives the first result within 24 hours, another input is refused; at most 255 characters.',
  })
  idempotencyKey?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of messageAdd.' })
export class MessageAddPayload extends Payload {
  @Field(() => Message, {
    nullable: true,
    description: 'The message as it now stands; null when refused.',
  })
  message?: Message | null;
  @Field(() => Ticket, {
    nullable: true,
    description: 'The ticket as it now stands; null when refused.',
  })
  ticket?: Ticket | null;
  @Field(() => UnseenActivity, {
    nullable: true,
    description: 'What others did since `seen`; null unless refused with UNSEEN_ACTIVITY.',
  })
  unseenActivity?: UnseenActivity | null;
}

@InputType({ description: 'Input of messageRedact.' })
export class MessageRedactInput {
  static readonly bounds = optionalFields({ text: multiLine(10_000), attachmentIds });
  @Field(() => ID, { description: 'Which message.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'The piece to blacken, wherever it stands in the message, at most 10,000 characters. With neither this nor files all of the text and all files go.',
  })
  text?: string | null;
  @Field(() => [ID], { nullable: true, description: 'Files of the message to remove, at most 20.' })
  attachmentIds?: string[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of messageRedact.' })
export class MessageRedactPayload extends Payload {
  @Field(() => Message, {
    nullable: true,
    description: 'The message as it now stands; null when refused.',
  })
  message?: Message | null;
}

@InputType({ description: 'Input of messageCancel.' })
export class MessageCancelInput {
  @Field(() => ID, { description: 'Which message.' }) id!: string;
}

@ObjectType({ simpleResolvers: true, description: 'Result of messageCancel.' })
export class MessageCancelPayload extends Payload {
  @Field(() => Message, {
    nullable: true,
    description: 'The message as it now stands; null when refused.',
  })
  message?: Message | null;
}
