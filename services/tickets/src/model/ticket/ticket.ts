import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { Actor } from '@deskgraph/common/auth/access';
import { IdType, WorkspaceEntity, TextArrayType } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { connectionType, edgeType } from '@deskgraph/common/database/pagination';
import { DateTime, Locale } from '@deskgraph/common/graphql/scalars';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import type { CustomFieldValues } from '@deskgraph/common/contract/ticket-state';
import type { SnoozeState } from './snooze.ts';
import {
  ChannelKind,
  ResolutionCode,
  TicketOrigin,
  TicketPriority,
  TicketStatus,
} from '@deskgraph/common/contract/ticket-enums';

/** The escalation of a ticket, as stored and as contained in events. */
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
  description: 'A request of a customer: the unit of work of the staff.',
})
@Directive('@key(fields: "id")')
export class Ticket extends WorkspaceEntity<Defaulted> {
  @PrimaryKey({ type: new IdType('tkt') })
  @Field(() => ID, { description: 'Prefix `tkt_`.' })
  id!: string;

  @Property({ type: 'integer' })
  @Field(() => Int, {
    description: 'The number to quote; unique in the workspace and never reused.',
  })
  number!: number;

  @Property({ type: new IdType('app'), nullable: true }) appId: string | null = null;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The id in the partner’s system, unique per app; at most 255 characters.',
  })
  externalId: string | null = null;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The subject: one line of 1 to 255 characters.' })
  subject!: string;

  @Property({ type: 'text' })
  @Field(() => String, {
    description: 'The text of the first message. Empty when the first message is a note.',
  })
  description!: string;

  @Property({ type: 'text', nullable: true })
  @Field(() => Locale, { nullable: true, description: 'The language of the requester.' })
  locale: string | null = null;

  /** The stored status. `visibleStatus` returns the status that a caller may see. */
  @Enum({ items: () => TicketStatus, type: 'string' }) status: TicketStatus = TicketStatus.NEW;
  /** The custom status of the workspace that refines the status; always of the same base. */
  @Property({ type: new IdType('sta'), nullable: true }) customStatusId: string | null = null;

  @Enum({ items: () => TicketPriority, type: 'string' })
  @Field(() => TicketPriority, { description: 'The urgency. Default NORMAL.' })
  priority: TicketPriority = TicketPriority.NORMAL;

  @Property({ type: new IdType('frm'), nullable: true }) formId: string | null = null;
  @Property({ type: new IdType('cat'), nullable: true }) categoryId: string | null = null;
  @Property({ type: new IdType('dep'), nullable: true }) departmentId: string | null = null;
  @Property({ type: new IdType('agt'), nullable: true }) assigneeId: string | null = null;
  @Property({ type: new IdType('cus') }) requesterId!: string;

  @Property({ type: 'text' })
  @Field(() => String, {
    description:
      'The requester’s name at creation. It stays readable when customer data is unavailable.',
  })
  requesterName!: string;

  @Property({ type: new IdType('org'), nullable: true }) organizationId: string | null = null;
  /** Customers who get copies. They see the ticket as the requester does. */
  @Property({ type: TextArrayType }) ccIds: string[] = [];
  /** Agents who are notified of what happens to the ticket. */
  @Property({ type: TextArrayType }) followerIds: string[] = [];
  /** Names of tags, lower case. */
  @Property({ type: TextArrayType }) tags: string[] = [];

  /** Values of custom fields by field id. */
  @Property({ type: 'json' }) fields: CustomFieldValues = {};

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The product that the ticket is about; at most 255 characters.',
  })
  product: string | null = null;

  @Enum({ items: () => ChannelKind, type: 'string' })
  @Field(() => ChannelKind, {
    description: 'The channel by which the ticket arrived. It never changes.',
  })
  channel!: ChannelKind;

  @Enum({ items: () => TicketOrigin, type: 'string' })
  @Field(() => TicketOrigin, { description: 'The way in which the ticket was created.' })
  origin!: TicketOrigin;

  @Property({ type: 'text' }) createdByKind!: Actor['kind'];
  @Property({ type: 'text' }) createdById!: string;
  @Property({ type: 'text' }) createdByName!: string;
  @Property({ type: new IdType('tkt'), nullable: true }) followUpOfId: string | null = null;
  @Property({ type: new IdType('tkt'), nullable: true }) mergedIntoId: string | null = null;
  @Property({ type: new IdType('tkt'), nullable: true }) splitFromId: string | null = null;
  /** The problem of which the ticket is an incident. */
  @Property({ type: new IdType('tkt'), nullable: true }) problemId: string | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'The time since which the requester waits for an answer. Null when answered.',
  })
  waitingSince: Date | null = null;

  @Property({ type: 'boolean' })
  @Field(() => Boolean, {
    description: 'Whether an agent has answered. Opening a ticket does not count as an answer.',
  })
  handled = false;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description:
      'The time of the first public message of a human agent after the ticket was created.',
  })
  firstReplyAt: Date | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'The time of the solution; set while SOLVED or CLOSED.',
  })
  solvedAt: Date | null = null;

  @Property({ type: new IdType('agt'), nullable: true }) solvedById: string | null = null;
  @Enum({ items: () => ResolutionCode, type: 'string', nullable: true })
  resolutionCode: ResolutionCode | null = null;
  @Property({ type: 'text', nullable: true }) resolutionText: string | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'The time at which the system will close the ticket. Reopening clears it.',
  })
  closesAt: Date | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'The time of closing; set once.' })
  closedAt: Date | null = null;

  @Property({ type: 'integer' })
  @Field(() => Int, { description: 'The number of times the ticket was reopened after SOLVED.' })
  reopenCount = 0;

  @Property({ type: 'integer' })
  @Field(() => Int, { description: 'The number of moves between departments.' })
  transferCount = 0;

  @Property({ type: 'datetime', length: 3, nullable: true }) snoozedAt: Date | null = null;
  @Property({ type: 'datetime', length: 3, nullable: true }) snoozedUntil: Date | null = null;
  @Property({ type: 'boolean' }) wakeOnReply = true;
  @Property({ type: 'text', nullable: true }) snoozedByKind: Actor['kind'] | null = null;
  @Property({ type: 'text', nullable: true }) snoozedById: string | null = null;
  @Property({ type: 'text', nullable: true }) snoozedByName: string | null = null;

  /** The snooze as contained in events. */
  get snooze(): SnoozeState | null {
    return (
      this.snoozedAt && {
        until: this.snoozedUntil?.toISOString() ?? null,
        wakeOnReply: this.wakeOnReply,
      }
    );
  }

  @Property({ type: 'json', nullable: true }) escalation: EscalationState | null = null;
  /** The time of the next automatic step of the escalation. */
  @Property({ type: 'datetime', length: 3, nullable: true }) escalatesAt: Date | null = null;

  /** Whether the ticket is in the spam queue. */
  @Property({ type: 'boolean' }) spam = false;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description:
      'The time of deletion: set while the ticket is in the bin, for callers who may restore it. The ticket is deleted permanently 30 days later.',
  })
  deletedAt: Date | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true }) purgesAt: Date | null = null;

  /** The version and time of change that requesters see: notes and internal changes do not count. */
  @Property({ type: 'integer' }) publicVersion = 1;
  @Property({ type: 'datetime', length: 3 }) publicUpdatedAt: Date = new Date();

  @Property({ type: 'datetime', length: 3 })
  @Field(() => DateTime, { description: 'The time of creation.' })
  override createdAt: Date = new Date();
}

export const TicketEdge = edgeType(Ticket, 'Ticket', 'tickets');
export const TicketConnection = connectionType(Ticket, 'Ticket', 'tickets', TicketEdge);
