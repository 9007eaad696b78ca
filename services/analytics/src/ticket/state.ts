import type {
  ChannelKind,
  TicketPriority,
  TicketStatus,
} from '@deskgraph/common/contract/ticket-enums';
import type { CustomFieldValues } from '@deskgraph/common/contract/ticket-state';

/**
 * Something that is measured once per ticket: the instant, the seconds since the ticket was
 * created, and the department and agent of the ticket then. Ids are UUIDs.
 */
export interface Milestone {
  at: Date;
  seconds: number;
  departmentId: string | null;
  agentId: string | null;
}

/** The values that reports filter tickets by. Ids are UUIDs. */
export interface FilterValues {
  status: TicketStatus;
  customStatusId: string | null;
  formId: string | null;
  priority: TicketPriority;
  channel: ChannelKind;
  locale: string | null;
  categoryId: string | null;
  departmentId: string | null;
  assigneeId: string | null;
  requesterId: string | null;
  /** Typed ids. */
  followerIds: string[];
  organizationId: string | null;
  problemId: string | null;
  tags: string[];
  fields: CustomFieldValues;
  product: string | null;
  externalId: string | null;
  handled: boolean;
  reopenCount: number;
  transferCount: number;
  snoozed: boolean;
  escalated: boolean;
  waitingSince: Date | null;
  spam: boolean;
  /** In the bin, or deleted permanently. */
  deleted: boolean;
  closedAt: Date | null;
}

/** A ticket as the projection stores it, after the events so far. */
export interface TicketProjection extends FilterValues {
  number: number;
  createdAt: Date;
  /** The instant of the last event. */
  updatedAt: Date;
  created: { departmentId: string | null; agentId: string | null };
  /** The last solution, until the ticket is reopened. */
  solved: Milestone | null;
  responded: Milestone | null;
  /** The number of the last period without a solution, counted from 1. */
  turn: number;
  /** The instant at which the last period began or ended. */
  edge: Date;
}

/**
 * A period in which the ticket was not solved, in one department and with one agent. It is open
 * while `closedAt` is null.
 */
export interface UnsolvedPeriod {
  turn: number;
  departmentId: string | null;
  agentId: string | null;
  openedAt: Date;
  closedAt: Date | null;
}
