import type { DomainEvent } from '@deskgraph/common/events/types';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Milestone, TicketProjection, UnsolvedPeriod } from './state.ts';
import type { TicketEventState } from '@deskgraph/common/contract/ticket-state';

export const isSolvedStatus = (status: string): boolean =>
  status === 'SOLVED' || status === 'CLOSED';

/** Reasons by which a ticket is done without that anybody has solved it. */
const UNCOUNTED: ReadonlySet<unknown> = new Set(['DUPLICATE', 'SPAM', 'INCIDENT']);

/**
 * Is it a solution that reports count, in number and time? What is folded into another ticket is solved there, and counts there; duplicates, spam
 * and incidents that end with their problem were nobody's work. Of facts from before states told the reason the fact itself does.
 */
const counts = (
  { mergedIntoId, resolutionCode }: TicketEventState,
  { data }: DomainEvent,
): boolean => !mergedIntoId && !UNCOUNTED.has(resolutionCode ?? data['resolutionCode']);

/** What the column holds: 68 years. */
const SECONDS_LIMIT = 2 ** 31 - 1;

const uuid = (prefix: string, id: string | null | undefined): string | null =>
  id ? uuidOf(prefix, id) : null;
const later = (a: Date, b: Date): Date => (a > b ? a : b);

/**
 * What a fact makes of a ticket. Facts count in the order of the log; an instant that lies before an earlier fact's (imports) measures what
 * it measures, but can't reach back into stretches that are closed.
 */
export function reduceEvent(
  before: TicketProjection | undefined,
  fact: DomainEvent,
): { after: TicketProjection; stretches: UnsolvedPeriod[] } {
  const state = fact.data['state'] as TicketEventState;
  const at = new Date(fact.occurredAt);
  const start = before ?? initialProjection(state);
  const departmentId = uuid('dep', state.departmentId);
  const agentId = uuid('agt', state.assigneeId);
  const milestone = (): Milestone => {
    const seconds = Math.min(
      SECONDS_LIMIT,
      Math.max(0, Math.floor((at.getTime() - start.createdAt.getTime()) / 1000)),
    );
    return { at, seconds, departmentId, agentId };
  };
  const solution = (): Milestone | null => (counts(state, fact) ? milestone() : null);
  const wasSolved = isSolvedStatus(start.status);
  const nowSolved = isSolvedStatus(state.status);
  const repliesFirst = fact.type === 'message.added' && fact.data['firstReply'] === true;
  const after: TicketProjection = {
    ...start,
    status: state.status,
    customStatusId: uuid('sta', state.customStatusId),
    formId: uuid('frm', state.formId),
    priority: state.priority,
    channel: state.channel,
    locale: state.locale ?? null,
    categoryId: uuid('cat', state.categoryId),
    departmentId,
    assigneeId: agentId,
    requesterId: uuid('cus', state.requesterId),
    followerIds: state.followerIds ?? [],
    organizationId: uuid('org', state.organizationId),
    problemId: uuid('tkt', state.problemId),
    tags: state.tags ?? [],
    fields: state.fields ?? {},
    product: state.product ?? null,
    externalId: state.externalId ?? null,
    handled: state.handled ?? start.handled,
    reopenCount: state.reopenCount ?? start.reopenCount,
    transferCount: state.transferCount ?? start.transferCount,
    snoozed: Boolean(state.snooze),
    escalated: Boolean(state.escalation),
    waitingSince: state.waitingSince ? new Date(state.waitingSince) : null,
    spam: Boolean(state.spam),
    deleted: Boolean(state.deletedAt),
    updatedAt: later(at, start.updatedAt),
    closedAt: state.closedAt ? new Date(state.closedAt) : null,
    solved: nowSolved ? (wasSolved ? start.solved : solution()) : null,
    responded: start.responded ?? (repliesFirst ? milestone() : null),
  };
  const stretches = stretch(start, after, later(at, start.edge));
  if (!before && !stretches.length) stretches.push(openOf(after));
  return { after, stretches };
}

/** A ticket that was just created, unsolved. */
const initialProjection = (state: TicketEventState): TicketProjection => {
  const departmentId = uuid('dep', state.departmentId);
  const assigneeId = uuid('agt', state.assigneeId);
  const createdAt = new Date(state.createdAt);
  return {
    number: state.number,
    status: 'NEW',
    customStatusId: null,
    formId: null,
    priority: state.priority,
    channel: state.channel,
    locale: null,
    categoryId: null,
    departmentId,
    assigneeId,
    requesterId: null,
    followerIds: [],
    organizationId: null,
    problemId: null,
    tags: [],
    fields: {},
    product: null,
    externalId: null,
    handled: false,
    reopenCount: 0,
    transferCount: 0,
    snoozed: false,
    escalated: false,
    waitingSince: null,
    spam: false,
    deleted: false,
    createdAt,
    updatedAt: createdAt,
    closedAt: null,
    created: { departmentId, agentId: assigneeId },
    solved: null,
    responded: null,
    turn: 1,
    edge: createdAt,
  };
};

const openOf = ({ turn, departmentId, assigneeId, edge }: TicketProjection): UnsolvedPeriod => ({
  turn,
  departmentId,
  agentId: assigneeId,
  openedAt: edge,
  closedAt: null,
});

/** Closes the open stretch and begins another one, as the change asks; moves `after` along. */
function stretch(before: TicketProjection, after: TicketProjection, edge: Date): UnsolvedPeriod[] {
  const wasOpen = !isSolvedStatus(before.status);
  const isOpen = !isSolvedStatus(after.status);
  const moved =
    before.departmentId !== after.departmentId || before.assigneeId !== after.assigneeId;
  if (wasOpen === isOpen && !(isOpen && moved)) return [];
  const closed = wasOpen ? [{ ...openOf(before), closedAt: edge }] : [];
  // Created and assigned at one instant: the stretch that has just begun takes the new hands.
  const replaced = wasOpen && isOpen && edge.getTime() === before.edge.getTime();
  after.edge = edge;
  if (isOpen && !replaced) after.turn += 1;
  if (replaced) return [openOf(after)];
  return isOpen ? [...closed, openOf(after)] : closed;
}
