import type { RawBuilder } from 'kysely';
import type { Changes } from '@deskgraph/common/contract/ticket-events';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute, ids } from '@deskgraph/common/database/query';
import type { NewEvent } from '@deskgraph/common/events/types';
import { scheduleWakeup } from '@deskgraph/common/jobs/scheduler';
import type { Operation } from '../../model/operation/operation.ts';
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
import type { UndoTarget } from './undo-target.ts';

/** The table `merged`: each ticket and all that are directly or indirectly merged into it. */
export const withMergedTickets = (tickets: readonly Ticket[]): RawBuilder<unknown> => sql`
  with recursive merged(root_id, id) as (
    select id, id from unnest(${ids('tkt', tickets)}) as t(id)
    union all
    select merged.root_id, t.id from merged join ticket t on t.merged_into_id = merged.id)`;

export interface Unmerge {
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

/** Undoes a merge for the separable sources. Returns the events to append. */
export async function applyUnmerge(ctx: Context, unmerge: Unmerge): Promise<NewEvent[]> {
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
