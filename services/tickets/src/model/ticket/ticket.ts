import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { Actor } from '@deskgraph/common/auth/access';
import { IdType, WorkspaceEntity, TextArrayType } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { connectionType, edgeType } from '@deskgraph/common/database/pagination';
import { DateTime, Locale } from '@deskgraph/common/graphql/scalars';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import type { CustomFieldValues } from '@deskgraph/common/contract/ticket-state';
import type { SnoozeState } from './snooze-type.ts';
import {
  ChannelKind,
  ResolutionCode,
  TicketOrigin,
  TicketPriority,
  TicketStatus,
} from '@deskgraph/common/contract/ticket-enums';

/** An escalation in force, as it is stored and as facts tell it. */
export interface EscalationState {
  pathId: string | null;
  step: number;
  reason: string;
  since: string;
  by: { kind: Actor['kind']; id: string; name: string };
}

type Defaulted =
  | 'customStatusId'
  | 'formId'
  | 'handled'
  | 'firstReplyAt'
  | 'solvedAt'
  | 'solvedById'
  | 'resolutionCode'
  | 'resolutionText'
  | 'closesAt'
  | 'closedAt'
  | 'reopenCount'
  | 'transferCount'
  | 'snoozedAt'
  | 'snoozedUntil'
  | 'wakeOnReply'
  | 'snoozedByKind'
  | 'snoozedById'
  | 'snoozedByName'
  | 'snooze'
  | 'escalation'
  | 'escalatesAt'
  | 'fields'
  | 'ccIds'
  | 'followerIds'
  | 'spam'
  | 'deletedAt'
  | 'purgesAt'
  | 'mergedIntoId'
  | 'splitFromId'
  | 'problemId'
  | 'publicVersion';

@Entity()
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'One inquiry, one unit of work.',
})
@Directive('@key(fields: "id")')
export class Ticket extends WorkspaceEntity<Defaulted> {
  @PrimaryKey({ type: new IdType('tkt') })
  @Field(() => ID, { description: 'Prefix `tkt_`.' })
  id!: string;

  @Property({ type: 'integer' })
  @Field(() => Int, {
    description: 'The number that people quote; unique in the workspace and never used again.',
  })
  number!: number;

  @Property({ type: new IdType('app'), nullable: true }) appId: string | null = null;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The id that a partner gave it, unique per app; at most 255 characters.',
  })
  externalId: string | null = null;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'One line of 1 to 255 characters.' })
  subject!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The text of the first message; empty when that is a note.' })
  description!: string;

  @Property({ type: 'text', nullable: true })
  @Field(() => Locale, { nullable: true, description: 'The language of the requester.' })
  locale: string | null = null;

  /** As stored; `statusFor` tells what a caller reads. */
  @Enum({ items: () => TicketStatus, type: 'string' }) status: TicketStatus = TicketStatus.NEW;
  /** The workspace’s own status that refines it; of the same base, always. */
  @Property({ type: new IdType('sta'), nullable: true }) customStatusId: string | null = null;

  @Enum({ items: () => TicketPriority, type: 'string' })
  @Field(() => TicketPriority, { description: 'How urgent it is; default NORMAL.' })
  priority: TicketPriority = TicketPriority.NORMAL;

  @Property({ type: new IdType('frm'), nullable: true }) formId: string | null = null;
  @Property({ type: new IdType('cat'), nullable: true }) categoryId: string | null = null;
  @Property({ type: new IdType('dep'), nullable: true }) departmentId: string | null = null;
  @Property({ type: new IdType('agt'), nullable: true }) assigneeId: string | null = null;
  @Property({ type: new IdType('cus') }) requesterId!: string;

  @Property({ type: 'text' })
  @Field(() => String, {
    description:
      'The requester’s name as given at creation; readable when customer data is not to be had.',
  })
  requesterName!: string;

  @Property({ type: new IdType('org'), nullable: true }) organizationId: string | null = null;
  /** Customers who get copies, and see it as the requester does. */
  @Property({ type: TextArrayType }) ccIds: string[] = [];
  /** Staff who are told of what happens to it. */
  @Property({ type: TextArrayType }) followerIds: string[] = [];
  /** Names of labels, lower case. */
  @Property({ type: TextArrayType }) tags: string[] = [];

  /** Values of custom fields by the ids of the fields. */
  @Property({ type: 'json' }) fields: CustomFieldValues = {};

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The product that it is about; at most 255 characters.',
  })
  product: string | null = null;

  @Enum({ items: () => ChannelKind, type: 'string' })
  @Field(() => ChannelKind, { description: 'The channel that it came in by; never changes.' })
  channel!: ChannelKind;

  @Enum({ items: () => TicketOrigin, type: 'string' })
  @Field(() => TicketOrigin, { description: 'How it came into being.' })
  origin!: TicketOrigin;

  @Property({ type: 'text' }) createdByKind!: Actor['kind'];
  @Property({ type: 'text' }) createdById!: string;
  @Property({ type: 'text' }) createdByName!: string;
  @Property({ type: new IdType('tkt'), nullable: true }) followUpOfId: string | null = null;
  @Property({ type: new IdType('tkt'), nullable: true }) mergedIntoId: string | null = null;
  @Property({ type: new IdType('tkt'), nullable: true }) splitFromId: string | null = null;
  /** The ticket that it is linked to as an incident. */
  @Property({ type: new IdType('tkt'), nullable: true }) problemId: string | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'Since when the requester has no answer; null when answered.',
  })
  waitingSince: Date | null = null;

  @Property({ type: 'boolean' })
  @Field(() => Boolean, { description: 'An agent has answered; opening a ticket never does this.' })
  handled = false;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'The first public message of a human agent after the ticket was created.',
  })
  firstReplyAt: Date | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'Set while SOLVED or CLOSED.' })
  solvedAt: Date | null = null;

  @Property({ type: new IdType('agt'), nullable: true }) solvedById: string | null = null;
  @Enum({ items: () => ResolutionCode, type: 'string', nullable: true })
  resolutionCode: ResolutionCode | null = null;
  @Property({ type: 'text', nullable: true }) resolutionText: string | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When the system will close it; reopening clears it.',
  })
  closesAt: Date | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it was closed; set once.' })
  closedAt: Date | null = null;

  @Property({ type: 'integer' })
  @Field(() => Int, { description: 'How often it went back to work after SOLVED.' })
  reopenCount = 0;

  @Property({ type: 'integer' })
  @Field(() => Int, { description: 'How often it moved between departments.' })
  transferCount = 0;

  @Property({ type: 'datetime', length: 3, nullable: true }) snoozedAt: Date | null = null;
  @Property({ type: 'datetime', length: 3, nullable: true }) snoozedUntil: Date | null = null;
  @Property({ type: 'boolean' }) wakeOnReply = true;
  @Property({ type: 'text', nullable: true }) snoozedByKind: Actor['kind'] | null = null;
  @Property({ type: 'text', nullable: true }) snoozedById: string | null = null;
  @Property({ type: 'text', nullable: true }) snoozedByName: string | null = null;

  /** The postponement, as facts tell it. */
  get snooze(): SnoozeState | null {
    return (
      this.snoozedAt && {
        until: this.snoozedUntil?.toISOString() ?? null,
        wakeOnReply: this.wakeOnReply,
      }
    );
  }

  @Property({ type: 'json', nullable: true }) escalation: EscalationState | null = null;
  /** When its next step comes by itself. */
  @Property({ type: 'datetime', length: 3, nullable: true }) escalatesAt: Date | null = null;

  /** In the spam queue. */
  @Property({ type: 'boolean' }) spam = false;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description:
      'Set while it is in the bin, for those who may restore it; 30 days later it is removed for ever.',
  })
  deletedAt: Date | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true }) purgesAt: Date | null = null;

  /** What a requester may know of changes: notes and internal moves don't show, not even by a clock. */
  @Property({ type: 'integer' }) publicVersion = 1;
  @Property({ type: 'datetime', length: 3 }) publicUpdatedAt: Date = new Date();

  @Property({ type: 'datetime', length: 3 })
  @Field(() => DateTime, { description: 'When it was created.' })
  override createdAt: Date = new Date();
}

export const TicketEdge = edgeType(Ticket, 'Ticket', 'tickets');
export const TicketConnection = connectionType(Ticket, 'Ticket', 'tickets', TicketEdge);
