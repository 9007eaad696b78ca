import type { Changes } from '@deskgraph/common/contract/ticket-events';
import { ResolutionCode, TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { Refusal } from '@deskgraph/common/core/errors';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute, ids } from '@deskgraph/common/database/query';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import { lockTickets } from '../../model/lookup/lock.ts';
import {
  type TouchedTicket,
  beginOperation,
  recordOperationMessages,
  recordOperationTickets,
} from '../../model/operation/journal.ts';
import { type Operation, OperationKind } from '../../model/operation/operation.ts';
import { type TicketSnapshot, ticketSnapshot } from '../../model/operation/snapshot.ts';
import { mergeParticipants } from '../../model/participant/participant-changes.ts';
import { statusChangedEvent, statusSnapshot, ticketEvent } from '../../model/ticket/events.ts';
import { ticketsWithOpenLinks } from '../../model/ticket/open-children.ts';
import { endPendingWork, endSnooze } from '../../model/ticket/pending-work.ts';
import { refuseIfBlocked, workBlocker } from '../../model/ticket/preconditions.ts';
import { applyStatus, statusAfterRequesterReply } from '../../model/ticket/status-rules.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { currentWorkspace } from '../../model/workspace/workspace.ts';
import { clearInactiveAssignment } from '../../staff/agent/assignment.ts';
import { moveDrafts } from '../../ticketing/draft/mutations.ts';
import { reindexTickets } from '../../ticketing/message/search-index.ts';
import type { TicketMergeInput, TicketMergePayload } from './input.ts';

/**
 * Merges the source tickets into the target. Their messages, participants and drafts move to the
 * target, and messages that are sent to a source from now on are added there.
 */
export async function mergeTickets(
  ctx: Context,
  { ids: sourceIds, intoId, expectedVersion }: TicketMergeInput,
): Promise<TicketMergePayload> {
  const [target, ...sources] = (await lockTickets(ctx, [
    { id: intoId, field: 'intoId' },
    ...sourceIds.map((id, index) => ({ id, field: `ids.${index}` })),
  ])) as [Ticket, ...Ticket[]];
  refuseStaleVersion(target, expectedVersion);
  refuseUnmergeable(target, sources);
  await refuseOpenDependents(ctx, sources);

  const now = new Date();
  const touched = [target, ...sources].map((ticket): TouchedTicket => ({
    ticket,
    role: ticket === target ? 'INTO' : 'FROM',
    before: ticketSnapshot(ticket),
  }));
  const operation = beginOperation(ctx, OperationKind.MERGE, now);
  const { closeAfter } = await currentWorkspace(ctx);
  const merging: MergeContext = {
    now,
    closeAfter,
    eventFor: (ticket, details) =>
      ticketEvent('ticket.merged', ticket, {
        occurredAt: now,
        operationId: operation.id,
        ...details,
      }),
  };
  const sourceEvents = sources.flatMap((source) =>
    mergeInto(ctx, source, target, merging, operation.undoableUntil),
  );
  const changes = mergeParticipants(target, sources);
  const sourcesBefore = touched.slice(1).map(({ before }) => before);
  const targetEvents = await absorb(ctx, target, sourcesBefore, merging, {
    fromIds: sources.map(({ id }) => id),
    changes,
  });

  await moveMessagesAndDrafts(ctx, operation, sources, target);
  await reindexTickets(ctx, [target, ...sources]);
  await appendEvents(ctx, [...targetEvents, ...sourceEvents]);
  await recordOperationTickets(ctx, operation, touched);
  return { ticket: target, operation, userErrors: [] };
}

/** Tickets of another requester are refused: the wrong requester would read their messages. */
function refuseUnmergeable(target: Ticket, sources: readonly Ticket[]): void {
  if (new Set([target, ...sources]).size <= sources.length) throw new Refusal('INVALID', 'ids');
  for (const [ticket, field] of [
    [target, 'intoId'] as const,
    ...sources.map((source, index) => [source, `ids.${index}`] as const),
  ]) {
    refuseIfBlocked(workBlocker(ticket), field);
    if (ticket.requesterId !== target.requesterId) throw new Refusal('INVALID', field);
  }
}

/** A ticket is not solved as a duplicate before its children and incidents are. */
async function refuseOpenDependents(ctx: Context, sources: readonly Ticket[]): Promise<void> {
  const withOpenDependents = await ticketsWithOpenLinks(
    ctx,
    sources.map(({ id }) => id),
    ['CHILD', 'INCIDENT'],
  );
  const index = sources.findIndex(({ id }) => withOpenDependents.has(id));
  if (index >= 0) throw new Refusal('IN_USE', `ids.${index}`);
}

async function moveMessagesAndDrafts(
  ctx: Context,
  operation: Operation,
  sources: readonly Ticket[],
  target: Ticket,
): Promise<void> {
  const messagesOfSources: Condition = sql`ticket_id = any(${ids('tkt', sources)})`;
  await recordOperationMessages(ctx, operation, messagesOfSources);
  await execute(
    ctx,
    sql`
      update message set home_id = coalesce(home_id, ticket_id),
        ticket_id = ${uuidOf('tkt', target.id)}::uuid
      where ${messagesOfSources}`,
  );
  await moveDrafts(ctx, sources, target);
}

/** The values that all steps of a merge share; the undo of a split is a merge as well. */
export interface MergeContext {
  now: Date;
  closeAfter: string;
  /** Builds the event of the merge for the target or a source. */
  eventFor: (ticket: Ticket, details: { changes: Changes; fromIds?: string[] }) => NewEvent;
}

/**
 * Solves a source as a duplicate that points to the target. It is not closed before
 * `undoableUntil`: closing it would prevent the undo. Returns the events to append.
 */
export function mergeInto(
  ctx: Context,
  source: Ticket,
  target: Ticket,
  { now, closeAfter, eventFor }: MergeContext,
  undoableUntil?: Date,
): NewEvent[] {
  const statusBefore = statusSnapshot(source);
  source.mergedIntoId = target.id;
  const isStatusChanged = applyStatus(source, TicketStatus.SOLVED, now, closeAfter, {
    by: ctx.actor.kind === 'agent' ? ctx.actor.id : source.assigneeId,
    code: ResolutionCode.DUPLICATE,
    text: null,
  });
  if (undoableUntil)
    source.closesAt = new Date(Math.max(source.closesAt?.getTime() ?? 0, undoableUntil.getTime()));
  const events = [eventFor(source, { changes: { mergedInto: [null, target.id] } })];
  if (isStatusChanged)
    events.push(
      statusChangedEvent(source, statusBefore, {
        occurredAt: now,
        resolutionCode: ResolutionCode.DUPLICATE,
      }),
    );
  return [...events, ...endPendingWork(source, now)];
}

const ACTIVE: ReadonlySet<TicketStatus> = new Set([TicketStatus.NEW, TicketStatus.OPEN]);

/**
 * Updates the target with the state that its sources had before the merge: its response times, and
 * its status. If a source was active or its requester waited for a reply, the target returns to
 * work, as after a reply of the requester. Returns the events to append.
 */
export async function absorb(
  ctx: Context,
  target: Ticket,
  sourcesBefore: readonly TicketSnapshot[],
  { now, closeAfter, eventFor }: MergeContext,
  details: { changes: Changes; fromIds?: string[] },
): Promise<NewEvent[]> {
  const statusBefore = statusSnapshot(target);
  const waits = sourcesBefore.flatMap(({ waitingSince }) => waitingSince ?? []);
  const firstReplies = sourcesBefore
    .flatMap(({ firstReplyAt }) => firstReplyAt ?? [])
    .filter((repliedAt) => repliedAt >= target.createdAt);
  target.waitingSince = earliest([...waits, target.waitingSince]);
  target.handled ||= sourcesBefore.some(({ handled }) => handled);
  target.firstReplyAt ??= earliest(firstReplies);
  const events = [eventFor(target, details)];
  if (!waits.length && !sourcesBefore.some(({ status }) => ACTIVE.has(status))) return events;
  if (target.wakeOnReply) events.push(...endSnooze(target, 'reply', now));
  if (applyStatus(target, statusAfterRequesterReply(statusBefore.status), now, closeAfter))
    events.push(statusChangedEvent(target, statusBefore, { occurredAt: now }));
  return [...events, ...(await clearInactiveAssignment(ctx, target, statusBefore.status))];
}

const earliest = (instants: readonly (Date | null)[]): Date | null =>
  instants.reduce(
    (first, instant) => (first && (!instant || first <= instant) ? first : instant),
    null,
  );
