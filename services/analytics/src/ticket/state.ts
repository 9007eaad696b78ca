/** The ticket after a fact, as the tickets log tells it. */
export interface TicketEventState {
  number: number;
  status: string;
  customStatusId?: string | null;
  formId?: string | null;
  priority: string;
  channel: string;
  locale?: string | null;
  categoryId?: string | null;
  departmentId: string | null;
  assigneeId: string | null;
  requesterId: string | null;
  followerIds?: string[];
  organizationId?: string | null;
  problemId?: string | null;
  tags?: string[];
  fields?: Record<string, unknown>;
  product?: string | null;
  externalId?: string | null;
  handled?: boolean;
  reopenCount?: number;
  transferCount?: number;
  closedAt?: string | null;
  mergedIntoId?: string | null;
  resolutionCode?: string | null;
  snooze?: object | null;
  escalation?: object | null;
  waitingSince?: string | null;
  spam?: boolean;
  deletedAt?: string | null;
  createdAt: string;
}

/** Something that is measured once per ticket: when, after how long, and with whom the ticket was then. Ids are UUIDs. */
export interface Milestone {
  at: Date;
  seconds: number;
  departmentId: string | null;
  agentId: string | null;
}

export interface TicketProjection {
  number: number;
  status: string;
  customStatusId: string | null;
  formId: string | null;
  priority: string;
  channel: string;
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
  /** Values of custom fields by the ids of the fields. */
  fields: Record<string, unknown>;
  product: string | null;
  externalId: string | null;
  handled: boolean;
  reopenCount: number;
  transferCount: number;
  snoozed: boolean;
  escalated: boolean;
  waitingSince: Date | null;
  spam: boolean;
  /** In the bin, or gone. */
  deleted: boolean;
  createdAt: Date;
  /** The latest fact. */
  updatedAt: Date;
  closedAt: Date | null;
  created: { departmentId: string | null; agentId: string | null };
  /** The last solution, while it stands. */
  solved: Milestone | null;
  responded: Milestone | null;
  /** The latest stretch of being unsolved, and the instant at which it began or ended last. */
  turn: number;
  edge: Date;
}

/** A stretch in which the ticket was unsolved in one department with one agent; open when `closedAt` is null. */
export interface UnsolvedPeriod {
  turn: number;
  departmentId: string | null;
  agentId: string | null;
  openedAt: Date;
  closedAt: Date | null;
}
