import { isEvent } from '@deskgraph/common/contract/events';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { LoggedTicketState } from '@deskgraph/common/contract/ticket-state';
import { uuidOf } from '@deskgraph/common/core/id';
import type { DomainEvent } from '@deskgraph/common/events/types';
import type { FilterValues, Milestone, TicketProjection, UnsolvedPeriod } from './state.ts';

const isSolvedStatus = (status: TicketStatus): boolean =>
  status === TicketStatus.SOLVED || status === TicketStatus.CLOSED;

/** Resolution codes of tickets that were closed without being handled. */
const UNCOUNTED: ReadonlySet<unknown> = new Set(['DUPLICATE', 'SPAM', 'INCIDENT']);

/**
 * Whether reports count the solution and its duration. A merged ticket is solved, and counted, in
 * its target. Old events do not have the resolution code in the state, but beside it.
 */
const isCounted = (
  { mergedIntoId, resolutionCode }: LoggedTicketState,
  { data }: DomainEvent,
): boolean => !mergedIntoId && !UNCOUNTED.has(resolutionCode ?? data['resolutionCode']);

/** The maximum of the columns: 68 years. */
const MAX_SECONDS = 2 ** 31 - 1;

const uuid = (prefix: string, id: string | null | undefined): string | null =>
  id ? uuidOf(prefix, id) : null;
const laterOf = (one: Date, other: Date): Date => (one > other ? one : other);

/**
 * Applies an event to a ticket and returns the periods that it changed. Events are applied in the
 * order of the log. An event that occurred before an already applied one (an import) is measured at
 * its own instant, but does not change periods that are closed.
 */
export function reduceEvent(
  before: TicketProjection | undefined,
  event: DomainEvent,
): { after: TicketProjection; periods: UnsolvedPeriod[] } {
  const state = event.data['state'] as LoggedTicketState;
  const occurredAt = new Date(event.occurredAt);
  const start = before ?? initialProjection(state);
  const values = filterValuesOf(state, start);
  const milestone = (): Milestone => ({
    at: occurredAt,
    seconds: secondsBetween(start.createdAt, occurredAt),
    departmentId: values.departmentId,
    agentId: values.assigneeId,
  });
  const solution = (): Milestone | null => (isCounted(state, event) ? milestone() : null);
  const wasSolved = isSolvedStatus(start.status);
  const isSolved = isSolvedStatus(state.status);
  const isFirstReply = isEvent(event, 'message.added') && event.data.firstReply === true;
  const after: TicketProjection = {
    ...start,
    ...values,
    updatedAt: laterOf(occurredAt, start.updatedAt),
    solved: isSolved ? (wasSolved ? start.solved : solution()) : null,
    responded: start.responded ?? (isFirstReply ? milestone() : null),
  };
  const periods = updatePeriods(start, after, laterOf(occurredAt, start.edge));
  if (!before && !periods.length) periods.push(openPeriod(after));
  return { after, periods };
}

const secondsBetween = (from: Date, to: Date): number =>
  Math.min(MAX_SECONDS, Math.max(0, Math.floor((to.getTime() - from.getTime()) / 1000)));

/** Old events do not have all properties; counts then stay as they were. */
const filterValuesOf = (
  state: LoggedTicketState,
  before: Pick<FilterValues, 'handled' | 'reopenCount' | 'transferCount'>,
): FilterValues => ({
  status: state.status,
  customStatusId: uuid('sta', state.customStatusId),
  formId: uuid('frm', state.formId),
  priority: state.priority,
  channel: state.channel,
  locale: state.locale ?? null,
  categoryId: uuid('cat', state.categoryId),
  departmentId: uuid('dep', state.departmentId),
  assigneeId: uuid('agt', state.assigneeId),
  requesterId: uuid('cus', state.requesterId),
  followerIds: state.followerIds ?? [],
  organizationId: uuid('org', state.organizationId),
  problemId: uuid('tkt', state.problemId),
  tags: state.tags ?? [],
  fields: state.fields ?? {},
  product: state.product ?? null,
  externalId: state.externalId ?? null,
  handled: state.handled ?? before.handled,
  reopenCount: state.reopenCount ?? before.reopenCount,
  transferCount: state.transferCount ?? before.transferCount,
  snoozed: Boolean(state.snooze),
  escalated: Boolean(state.escalation),
  waitingSince: state.waitingSince ? new Date(state.waitingSince) : null,
  spam: Boolean(state.spam),
  deleted: Boolean(state.deletedAt),
  closedAt: state.closedAt ? new Date(state.closedAt) : null,
});

/** The ticket when it was created: not solved, in the department and with the agent of the event. */
function initialProjection(state: LoggedTicketState): TicketProjection {
  const values = filterValuesOf(state, { handled: false, reopenCount: 0, transferCount: 0 });
  const createdAt = new Date(state.createdAt);
  return {
    ...values,
    status: TicketStatus.NEW,
    number: state.number,
    createdAt,
    updatedAt: createdAt,
    created: { departmentId: values.departmentId, agentId: values.assigneeId },
    solved: null,
    responded: null,
    turn: 1,
    edge: createdAt,
  };
}

const openPeriod = ({
  turn,
  departmentId,
  assigneeId,
  edge,
}: TicketProjection): UnsolvedPeriod => ({
  turn,
  departmentId,
  agentId: assigneeId,
  openedAt: edge,
  closedAt: null,
});

/** Closes the open period and opens another one where the change requires it; updates `after`. */
function updatePeriods(
  before: TicketProjection,
  after: TicketProjection,
  edge: Date,
): UnsolvedPeriod[] {
  const wasOpen = !isSolvedStatus(before.status);
  const isOpen = !isSolvedStatus(after.status);
  const isReassigned =
    before.departmentId !== after.departmentId || before.assigneeId !== after.assigneeId;
  if (wasOpen === isOpen && !(isOpen && isReassigned)) return [];
  const closed = wasOpen ? [{ ...openPeriod(before), closedAt: edge }] : [];
  // Created and assigned at the same instant: the new period gets the other department or agent.
  const isReplaced = wasOpen && isOpen && edge.getTime() === before.edge.getTime();
  after.edge = edge;
  if (isOpen && !isReplaced) after.turn += 1;
  if (isReplaced) return [openPeriod(after)];
  return isOpen ? [...closed, openPeriod(after)] : closed;
}
