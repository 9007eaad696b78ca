import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { Actor } from '@deskgraph/common/auth/access';
import { IdType, WorkspaceEntity, TextArrayType } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { connectionType } from '@deskgraph/common/database/pagination';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { ChannelKind, TicketStatus } from '@deskgraph/common/contract/ticket-enums';

/** The most bytes of the body of a message, in UTF-8. */
export const MAX_BODY_BYTES = 64 * 1024;

export enum MessageVisibility {
  PUBLIC = 'PUBLIC',
  PRIVATE = 'PRIVATE',
}
registerEnumType(MessageVisibility, {
  name: 'MessageVisibility',
  description: 'The readers of a message.',
  valuesConfig: {
    PUBLIC: { description: 'The requester and the staff.' },
    PRIVATE: { description: 'The staff only; in no output for requesters.' },
  },
});

export enum DeliveryState {
  INBOUND = 'INBOUND',
  SCHEDULED = 'SCHEDULED',
  SENT = 'SENT',
  CANCELLED = 'CANCELLED',
}
registerEnumType(DeliveryState, {
  name: 'DeliveryState',
  description: 'The state of the delivery of a message.',
  valuesConfig: {
    INBOUND: {
      description: 'The message was received or is a note: there is nothing to deliver.',
    },
    SCHEDULED: { description: 'The message waits until `sendAt`; only the staff see it.' },
    SENT: { description: 'The message was sent and can be read in the portal.' },
    CANCELLED: {
      description: 'The message was cancelled before `sendAt`; only the staff see it.',
    },
  },
});

@Entity()
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A message of a ticket, by e-mail, chat, post or form, or a note.',
})
@Directive('@key(fields: "id")')
export class Message extends WorkspaceEntity<
  | 'appId'
  | 'externalId'
  | 'homeId'
  | 'redactedAt'
  | 'sendAt'
  | 'sendStatus'
  | 'cancelOnReply'
  | 'deliveryError'
  | 'mentionIds'
> {
  @PrimaryKey({ type: new IdType('msg') })
  @Field(() => ID, { description: 'Prefix `msg_`.' })
  id!: string;

  /** The ticket that contains the message. */
  @Property({ type: new IdType('tkt') }) ticketId!: string;
  /** The ticket that the message was written to, if it was moved to another one. */
  @Property({ type: new IdType('tkt'), nullable: true }) homeId: string | null = null;

  @Enum({ items: () => MessageVisibility, type: 'string' })
  @Field(() => MessageVisibility, {
    description:
      'The current readers: the staff only while the message is SCHEDULED, and permanently when it was CANCELLED.',
  })
  visibility!: MessageVisibility;

  @Enum({ items: () => ChannelKind, type: 'string' })
  @Field(() => ChannelKind, { description: 'The channel by which the message arrived or is sent.' })
  channel!: ChannelKind;

  @Property({ type: 'text' }) authorKind!: Actor['kind'];
  @Property({ type: 'text' }) authorId!: string;
  @Property({ type: 'text' })
  @Field(() => String, {
    description:
      'The author’s name when the message was written. Customers read it of other customers, and nothing else of them.',
  })
  authorName!: string;

  /** Agents whom a note mentions. */
  @Property({ type: TextArrayType }) mentionIds: string[] = [];

  /** The Markdown as it was written. */
  @Property({ type: 'text' }) body!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The plain text; `[redacted]` replaces redacted text.' })
  text!: string;

  @Property({ type: 'text' })
  @Field(() => String, { nullable: true, description: 'Sanitized HTML, safe to render.' })
  html!: string;

  @Enum({ items: () => DeliveryState, type: 'string' })
  @Field(() => DeliveryState, { description: 'The state of the delivery.' })
  delivery!: DeliveryState;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description:
      'The reason why the message was not sent, as a sentence. Null also when a user or an app cancelled it.',
  })
  deliveryError: string | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description:
      'The time at which the message is to be sent. Null unless it is SCHEDULED or was CANCELLED.',
  })
  sendAt: Date | null = null;

  /** The status of the ticket after the message is sent. */
  @Enum({ items: () => TicketStatus, type: 'string', nullable: true })
  sendStatus: TicketStatus | null = null;
  /** Whether a message of the requester cancels the scheduled message. */
  @Property({ type: 'boolean' }) cancelOnReply = false;

  @Property({ type: new IdType('app'), nullable: true }) appId: string | null = null;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description:
      'The id in the partner’s system. Adding a message with the same id twice creates one message.',
  })
  externalId: string | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'The time of the last permanent removal of text or files.',
  })
  redactedAt: Date | null = null;

  @Property({ type: 'datetime', length: 3 })
  @Field(() => DateTime, {
    description:
      'The time at which the message was written; for a scheduled message, the time at which it was sent.',
  })
  override createdAt: Date = new Date();
}

export const MessageConnection = connectionType(Message, 'Message', 'messages');
