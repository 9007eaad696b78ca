import type { Milestone, TicketProjection } from './state.ts';

type Instant = Date | string;

/** A row of `ticket` without its workspace. */
export interface TicketRow {
  id: string;
  number: number;
  status: string;
  custom_status_id: string | null;
  form_id: string | null;
  priority: string;
  channel: string;
  locale: string | null;
  category_id: string | null;
  department_id: string | null;
  assignee_id: string | null;
  requester_id: string | null;
  organization_id: string | null;
  problem_id: string | null;
  follower_ids: string[];
  tags: string[];
  fields: Record<string, unknown>;
  product: string | null;
  external_id: string | null;
  handled: boolean;
  reopen_count: number;
  transfer_count: number;
  snoozed: boolean;
  escalated: boolean;
  waiting_since: Instant | null;
  spam: boolean;
  deleted: boolean;
  created_at: Instant;
  updated_at: Instant | null;
  closed_at: Instant | null;
  created_department_id: string | null;
  created_agent_id: string | null;
  solved_at: Instant | null;
  solved_department_id: string | null;
  solved_agent_id: string | null;
  resolution_seconds: number | null;
  responded_at: Instant | null;
  responded_department_id: string | null;
  responded_agent_id: string | null;
  response_seconds: number | null;
  turn: number;
  edge: Instant;
}

/** Its columns and their types, as rows are written. */
export const COLUMNS: Record<keyof TicketRow, string> = {
  id: 'uuid',
  number: 'integer',
  status: 'text',
  custom_status_id: 'uuid',
  form_id: 'uuid',
  priority: 'text',
  channel: 'text',
  locale: 'text',
  category_id: 'uuid',
  department_id: 'uuid',
  assignee_id: 'uuid',
  requester_id: 'uuid',
  organization_id: 'uuid',
  problem_id: 'uuid',
  follower_ids: 'text[]',
  tags: 'text[]',
  fields: 'jsonb',
  product: 'text',
  external_id: 'text',
  handled: 'boolean',
  reopen_count: 'integer',
  transfer_count: 'integer',
  snoozed: 'boolean',
  escalated: 'boolean',
  waiting_since: 'timestamptz',
  spam: 'boolean',
  deleted: 'boolean',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
  closed_at: 'timestamptz',
  created_department_id: 'uuid',
  created_agent_id: 'uuid',
  solved_at: 'timestamptz',
  solved_department_id: 'uuid',
  solved_agent_id: 'uuid',
  resolution_seconds: 'integer',
  responded_at: 'timestamptz',
  responded_department_id: 'uuid',
  responded_agent_id: 'uuid',
  response_seconds: 'integer',
  turn: 'integer',
  edge: 'timestamptz',
};
/** What the first fact of a ticket says for ever. */
export const IMMUTABLE_COLUMNS: ReadonlySet<string> = new Set([
  'id',
  'number',
  'created_at',
  'created_department_id',
  'created_agent_id',
]);

export const toTicketRow = ([id, it]: readonly [string, TicketProjection]): TicketRow => ({
  id,
  number: it.number,
  status: it.status,
  custom_status_id: it.customStatusId,
  form_id: it.formId,
  priority: it.priority,
  channel: it.channel,
  locale: it.locale,
  category_id: it.categoryId,
  department_id: it.departmentId,
  assignee_id: it.assigneeId,
  requester_id: it.requesterId,
  organization_id: it.organizationId,
  problem_id: it.problemId,
  follower_ids: it.followerIds,
  tags: it.tags,
  fields: it.fields,
  product: it.product,
  external_id: it.externalId,
  handled: it.handled,
  reopen_count: it.reopenCount,
  transfer_count: it.transferCount,
  snoozed: it.snoozed,
  escalated: it.escalated,
  waiting_since: it.waitingSince,
  spam: it.spam,
  deleted: it.deleted,
  created_at: it.createdAt,
  updated_at: it.updatedAt,
  closed_at: it.closedAt,
  created_department_id: it.created.departmentId,
  created_agent_id: it.created.agentId,
  solved_at: it.solved?.at ?? null,
  solved_department_id: it.solved?.departmentId ?? null,
  solved_agent_id: it.solved?.agentId ?? null,
  resolution_seconds: it.solved?.seconds ?? null,
  responded_at: it.responded?.at ?? null,
  responded_department_id: it.responded?.departmentId ?? null,
  responded_agent_id: it.responded?.agentId ?? null,
  response_seconds: it.responded?.seconds ?? null,
  turn: it.turn,
  edge: it.edge,
});

export const fromTicketRow = (row: TicketRow): TicketProjection => ({
  number: row.number,
  status: row.status,
  customStatusId: row.custom_status_id,
  formId: row.form_id,
  priority: row.priority,
  channel: row.channel,
  locale: row.locale,
  categoryId: row.category_id,
  departmentId: row.department_id,
  assigneeId: row.assignee_id,
  requesterId: row.requester_id,
  organizationId: row.organization_id,
  problemId: row.problem_id,
  followerIds: row.follower_ids,
  tags: row.tags,
  fields: row.fields,
  product: row.product,
  externalId: row.external_id,
  handled: row.handled,
  reopenCount: row.reopen_count,
  transferCount: row.transfer_count,
  snoozed: row.snoozed,
  escalated: row.escalated,
  waitingSince: row.waiting_since === null ? null : new Date(row.waiting_since),
  spam: row.spam,
  deleted: row.deleted,
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at ?? row.created_at),
  closedAt: row.closed_at === null ? null : new Date(row.closed_at),
  created: { departmentId: row.created_department_id, agentId: row.created_agent_id },
  solved: milestoneOf(
    row.solved_at,
    row.resolution_seconds,
    row.solved_department_id,
    row.solved_agent_id,
  ),
  responded: milestoneOf(
    row.responded_at,
    row.response_seconds,
    row.responded_department_id,
    row.responded_agent_id,
  ),
  turn: row.turn,
  edge: new Date(row.edge),
});

const milestoneOf = (
  at: Instant | null,
  seconds: number | null,
  departmentId: string | null,
  agentId: string | null,
): Milestone | null =>
  at === null ? null : { at: new Date(at), seconds: seconds!, departmentId, agentId };
