import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { Actor } from '@deskgraph/common/auth/access';
import { IdType, WorkspaceEntity, TextArrayType } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { connectionType } from '@deskgraph/common/database/pagination';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { ChannelKind, TicketStatus } from '@deskgraph/common/contract/ticket-enums';

/** Of the body of a message, in UTF-8. */
export const MAX_BODY_BYTES = 64 * 1024;

export enum MessageVisibility {
  PUBLIC = 'PUBLIC',
  PRIVATE = 'PRIVATE',
}
registerEnumType(MessageVisibility, {
  name: 'MessageVisibility',
  description: 'Who sees a message.',
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
  description: 'How far an outbound message has come.',
  valuesConfig: {
    INBOUND: { description: 'It came in, or is a note: there is nothing to deliver.' },
    SCHEDULED: { description: 'It waits for its instant, `sendAt`; only the staff see it.' },
    SENT: { description: 'It has left, and can be read in the portal.' },
    CANCELLED: { description: 'It was taken back before its instant; only the staff see it.' },
  },
});

@Entity()
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A reply or a note: e-mail, chat line, post or form.',
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

  /** Where it lies. */
  @Property({ type: new IdType('tkt') }) ticketId!: string;
  /** The ticket that it was written to, where that is another one. */
  @Property({ type: new IdType('tkt'), nullable: true }) homeId: string | null = null;

  @Enum({ items: () => MessageVisibility, type: 'string' })
  @Field(() => MessageVisibility, {
    description:
      'Who sees it now: the staff only while it is SCHEDULED, and for ever when it was CANCELLED.',
  })
  visibility!: MessageVisibility;

  @Enum({ items: () => ChannelKind, type: 'string' })
  @Field(() => ChannelKind, { description: 'The channel that it came or leaves by.' })
  channel!: ChannelKind;

  @Property({ type: 'text' }) authorKind!: Actor['kind'];
  @Property({ type: 'text' }) authorId!: string;
  @Property({ type: 'text' })
  @Field(() => String, {
    description:
      'The author’s name as it was then; customers read it of other customers, of whom they read nothing else.',
  })
  authorName!: string;

  /** Staff whom a note names. */
  @Property({ type: TextArrayType }) mentionIds: string[] = [];

  /** Markdown as it was written. */
  @Property({ type: 'text' }) body!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'Plain text; `[redacted]` stands for what was redacted.' })
  text!: string;

  @Property({ type: 'text' })
  @Field(() => String, { nullable: true, description: 'Cleaned HTML, safe to show.' })
  html!: string;

  @Enum({ items: () => DeliveryState, type: 'string' })
  @Field(() => DeliveryState, { description: 'How far an outbound message has come.' })
  delivery!: DeliveryState;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'Why it was not sent, in a sentence; null also when it was taken back by hand.',
  })
  deliveryError: string | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When it is to be sent; null unless it is SCHEDULED, or was CANCELLED.',
  })
  sendAt: Date | null = null;

  /** Where the ticket goes when it is sent. */
  @Enum({ items: () => TicketStatus, type: 'string', nullable: true })
  sendStatus: TicketStatus | null = null;
  /** Whether a message of the requester makes it needless. */
  @Property({ type: 'boolean' }) cancelOnReply = false;

  @Property({ type: new IdType('app'), nullable: true }) appId: string | null = null;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The id that a partner gave it; the same one twice makes one message.',
  })
  externalId: string | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When words or files were last taken out of it for ever.',
  })
  redactedAt: Date | null = null;

  @Property({ type: 'datetime', length: 3 })
  @Field(() => DateTime, {
    description: 'When it was written; of one that was scheduled, when it was sent.',
  })
  override createdAt: Date = new Date();
}

export const MessageConnection = connectionType(Message, 'Message', 'messages');
