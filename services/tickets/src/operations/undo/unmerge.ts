import type { RawBuilder } from 'kysely';
import type { Changes } from '@deskgraph/common/contract/ticket-events';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute, ids } from '@deskgraph/common/database/query';
import type { NewEvent } from '@deskgraph/common/events/types';
import { scheduleWakeup } from '@deskgraph/common/jobs/scheduler';
import type { Operation, UndoConflict } from '../../model/operation/operation.ts';
import {
  type TicketSnapshot,
  restoreField,
  restoreSnooze,
  restoreStatus,
} from '../../model/operation/snapshot.ts';
import { removeMergedParticipants } from '../../model/participant/participant-changes.ts';
import {
  isSameStatus,
  statusChangedEvent,
  statusSnapshot,
  ticketEvent,
} from '../../model/ticket/events.ts';
import {
  type PublicMessage,
  advanceTimers,
  laterOf,
  publicMessagesOf,
  timersOf,
} from '../../model/ticket/response-timers.ts';
import {
  applyStatus,
  statusAfterAgentAction,
  statusAfterRequesterReply,
} from '../../model/ticket/status-rules.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { currentWorkspace } from '../../model/workspace/workspace.ts';
import { clearInactiveAssignment } from '../../staff/agent/assignment.ts';
import { reindexTickets } from '../../ticketing/message/search-index.ts';
import {
  type UndoPlan,
  type UndoTarget,
  refuseUnavailableTickets,
  undoConflict,
} from './undo-target.ts';

/**
 * Plans the undo of a merge: separates the sources from the merge target, each with its messages
 * and with those that were written to it since.
 */
export async function planUnmerge(
  ctx: Context,
  operation: Operation,
  targets: UndoTarget[],
): Promise<UndoPlan> {
  refuseUnavailableTickets(ctx, targets);
  const into = targets.find(({ role }) => role === 'INTO');
  const sources = targets.filter(({ role }) => role === 'FROM');
  if (!into) throw new Refusal('UNDO_EXPIRED', 'id');
  const movedMessageIds = await movedMessagesOf(ctx, operation);
  const splitTicketIds = await sourcesBlockedBySplit(
    ctx,
    into.ticket,
    sources.map(({ ticket }) => ticket),
  );
  const conflicts = new Map(
    sources.map((source) => [source, conflictOf(into, source, splitTicketIds)]),
  );
  const separable = sources.filter((source) => !conflicts.get(source));
  const remaining = sources.filter((source) => conflicts.get(source));
  return {
    conflicts: [
      ...[...conflicts.values()].filter((conflict) => conflict !== undefined),
      ...statusConflict(into),
    ],
    isPossible: separable.length > 0,
    apply: (now) =>
      applyUnmerge(ctx, { operation, into, separable, remaining, movedMessageIds, now }),
  };
}

/** The ids of the messages that the merge has moved. */
async function movedMessagesOf(ctx: Context, operation: Operation): Promise<ReadonlySet<string>> {
  const moved = await execute(
    ctx,
    sql<{ message_id: string }>`
      select message_id from operation_message
      where operation_id = ${uuidOf('opr', operation.id)}::uuid`,
  );
  return new Set(moved.map((row) => row.message_id));
}

/**
 * The ids of the sources whose messages, or those of tickets merged into them, were split off from
 * the target. That split has to be undone first.
 */
async function sourcesBlockedBySplit(
  ctx: Context,
  target: Ticket,
  sources: readonly Ticket[],
): Promise<ReadonlySet<string>> {
  const blocked = await execute(
    ctx,
    sql<{ root_id: string }>`
      ${withMergedTickets(sources)}
      select distinct merged.root_id from merged
      join operation_message j on j.home_id = merged.id
      join operation o on o.id = j.operation_id
      where j.ticket_id = ${uuidOf('tkt', target.id)}::uuid
        and o.kind = 'SPLIT' and o.state = 'APPLIED'`,
  );
  return new Set(blocked.map((row) => toId('tkt', row.root_id)));
}

/** The table `merged`: each ticket and all that are directly or indirectly merged into it. */
const withMergedTickets = (tickets: readonly Ticket[]): RawBuilder<unknown> => sql`
  with recursive merged(root_id, id) as (
    select id, id from unnest(${ids('tkt', tickets)}) as t(id)
    union all
    select merged.root_id, t.id from merged join ticket t on t.merged_into_id = merged.id)`;

/** The conflict that prevents a source from being separated. */
function conflictOf(
  into: UndoTarget,
  source: UndoTarget,
  blockedBySplit: ReadonlySet<string>,
): UndoConflict | undefined {
  const target = into.ticket;
  const { ticket, laterChanges } = source;
  if (target.mergedIntoId) return undoConflict(into, 'mergedInto');
  if (ticket.mergedIntoId !== target.id) return undoConflict(source, 'mergedInto');
  if (laterChanges.has('status')) return undoConflict(source, 'status');
  if (ticket.requesterId !== target.requesterId)
    return undoConflict(laterChanges.has('requesterId') ? source : into, 'requesterId');
  return blockedBySplit.has(ticket.id) ? undoConflict(into, 'messages') : undefined;
}

/** The merge has changed the status of the target, and someone has changed it again since. */
const statusConflict = (into: UndoTarget): UndoConflict[] =>
  into.before.status !== into.statusAfter &&
  into.ticket.status !== into.statusAfter &&
  into.laterChanges.has('status')
    ? [undoConflict(into, 'status')]
    : [];

interface Unmerge {
  operation: Operation;
  /** The target of the merge. */
  into: UndoTarget;
  /** The sources to separate. */
  separable: UndoTarget[];
  /** The sources that stay merged because of a conflict. */
  remaining: UndoTarget[];
  movedMessageIds: ReadonlySet<string>;
  now: Date;
}

async function applyUnmerge(ctx: Context, unmerge: Unmerge): Promise<NewEvent[]> {
  const { into, separable, movedMessageIds } = unmerge;
  const tickets = separable.map(({ ticket }) => ticket);
  await moveMessagesBack(ctx, tickets, into.ticket);
  const messages = await publicMessagesOf(
    ctx,
    [into.ticket, ...tickets].map(({ id }) => id),
  );
  const { closeAfter } = await currentWorkspace(ctx);
  const events: NewEvent[] = [];
  for (const source of separable) {
    const messagesSince = (messages.get(source.ticket.id) ?? []).filter(
      ({ id }) => !movedMessageIds.has(id),
    );
    events.push(...(await separate(ctx, source, { unmerge, messagesSince, closeAfter })));
  }
  events.push(...updateMergeTarget(unmerge, messages.get(into.ticket.id) ?? []));
  await reindexTickets(ctx, [into.ticket, ...tickets]);
  return events;
}

/** Messages of tickets that are merged into a source move with it. */
async function moveMessagesBack(
  ctx: Context,
  sources: readonly Ticket[],
  target: Ticket,
): Promise<void> {
  await execute(
    ctx,
    sql`
      ${withMergedTickets(sources)}
      update message m
      set ticket_id = merged.root_id, home_id = nullif(m.home_id, merged.root_id)
      from merged
      where m.home_id = merged.id and m.ticket_id = ${uuidOf('tkt', target.id)}::uuid`,
  );
}

interface Separation {
  unmerge: Unmerge;
  /** The public messages that were written to the source after the merge. */
  messagesSince: PublicMessage[];
  closeAfter: string;
}

/** Restores the state of a source before the merge and applies the messages since to it. */
async function separate(
  ctx: Context,
  source: UndoTarget,
  { unmerge, messagesSince, closeAfter }: Separation,
): Promise<NewEvent[]> {
  const { ticket, before } = source;
  const { now } = unmerge;
  const statusBefore = statusSnapshot(ticket);
  const changes: Changes = { mergedInto: [ticket.mergedIntoId, null] };
  ticket.mergedIntoId = null;
  restoreStatus(ticket, before);
  Object.assign(ticket, advanceTimers(before, messagesSince));
  for (const { byCustomer } of messagesSince)
    applyStatus(
      ticket,
      byCustomer ? statusAfterRequesterReply(ticket.status) : statusAfterAgentAction(ticket.status),
      now,
      closeAfter,
    );
  const events = [undoneEvent(unmerge, ticket, changes)];
  if (!isSameStatus(ticket, statusBefore))
    events.push(statusChangedEvent(ticket, statusBefore, { occurredAt: now }));
  events.push(...restorePendingWork(source, messagesSince, now));
  for (const wakeAt of [ticket.closesAt, ticket.snoozedUntil, ticket.escalatesAt])
    if (wakeAt) scheduleWakeup(ctx, wakeAt);
  return [...events, ...(await clearInactiveAssignment(ctx, ticket, statusBefore.status))];
}

/** Restores snooze and escalation. A reply of the requester would have ended the snooze. */
function restorePendingWork(
  { ticket, before }: UndoTarget,
  messagesSince: readonly PublicMessage[],
  now: Date,
): NewEvent[] {
  const events: NewEvent[] = [];
  const isWoken = before.wakeOnReply && messagesSince.some(({ byCustomer }) => byCustomer);
  if (before.snoozedAt && !isWoken) {
    restoreSnooze(ticket, before);
    events.push(
      ticketEvent('ticket.snoozed', ticket, {
        occurredAt: now,
        changes: { snooze: [null, ticket.snooze] },
        internal: true,
      }),
    );
  }
  if (before.escalation) {
    restoreField(ticket, before, 'escalation');
    events.push(
      ticketEvent('ticket.escalated', ticket, {
        occurredAt: now,
        cause: 'undo',
        changes: { escalation: [null, ticket.escalation] },
        internal: true,
      }),
    );
  }
  return events;
}

/** Removes from the merge target what it has from the separated sources. */
function updateMergeTarget(unmerge: Unmerge, messages: readonly PublicMessage[]): NewEvent[] {
  const { into, separable, remaining, now } = unmerge;
  const { ticket, before, statusAfter, laterChanges } = into;
  const timers = timersOf(messages);
  if (ticket.waitingSince)
    ticket.waitingSince = timers.waitingSince && laterOf(timers.waitingSince, ticket.waitingSince);
  ticket.handled = before.handled || timers.handled;
  ticket.firstReplyAt =
    before.firstReplyAt ??
    (timers.firstReplyAt && timers.firstReplyAt >= ticket.createdAt ? timers.firstReplyAt : null);
  const changes = removeMergedParticipants(ticket, snapshotsOf(separable), [
    before,
    ...snapshotsOf(remaining),
  ]);
  const events = [undoneEvent(unmerge, ticket, changes)];
  const keepsStatus =
    remaining.length ||
    before.status === statusAfter ||
    laterChanges.has('status') ||
    laterChanges.has('customStatusId') ||
    ticket.waitingSince;
  if (keepsStatus) return events;
  const statusBefore = statusSnapshot(ticket);
  restoreStatus(ticket, before);
  return [...events, statusChangedEvent(ticket, statusBefore, { occurredAt: now })];
}

const undoneEvent = ({ operation, now }: Unmerge, ticket: Ticket, changes: Changes): NewEvent =>
  ticketEvent('operation.undone', ticket, {
    occurredAt: now,
    operationId: operation.id,
    kind: operation.kind,
    changes,
  });

const snapshotsOf = (targets: readonly UndoTarget[]): TicketSnapshot[] =>
  targets.map(({ before }) => before);
