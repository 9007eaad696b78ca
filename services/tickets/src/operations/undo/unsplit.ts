import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { Refusal } from '@deskgraph/common/core/errors';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import type { NewEvent } from '@deskgraph/common/events/types';
import type { Operation, UndoConflict } from '../../model/operation/operation.ts';
import { type TicketSnapshot, ticketSnapshot } from '../../model/operation/snapshot.ts';
import { mergeParticipants } from '../../model/participant/participant-changes.ts';
import { ticketEvent } from '../../model/ticket/events.ts';
import { advanceTimers, laterOf, publicMessagesOf } from '../../model/ticket/response-timers.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { currentWorkspace } from '../../model/workspace/workspace.ts';
import { moveDrafts } from '../../ticketing/draft/mutations.ts';
import { reindexTickets } from '../../ticketing/message/search-index.ts';
import { type MergeContext, absorb, mergeInto } from '../merge/merge.ts';
import {
  type UndoPlan,
  type UndoTarget,
  refuseUnavailableTickets,
  undoConflict,
} from './undo-target.ts';

/**
 * Plans the undo of a split: merges the new ticket, with the messages that were added since, into
 * the ticket that it was split from. Its number is not used again.
 */
export async function planUnsplit(
  ctx: Context,
  operation: Operation,
  targets: UndoTarget[],
): Promise<UndoPlan> {
  refuseUnavailableTickets(ctx, targets);
  const original = targets.find(({ role }) => role === 'FROM');
  const splitOff = targets.find(({ role }) => role === 'INTO');
  if (!original || !splitOff) throw new Refusal('UNDO_EXPIRED', 'id');
  const conflicts = [original, splitOff].flatMap(conflictsOf);
  if (original.ticket.requesterId !== splitOff.ticket.requesterId)
    conflicts.push(
      undoConflict(splitOff.laterChanges.has('requesterId') ? splitOff : original, 'requesterId'),
    );
  return {
    conflicts,
    isPossible: conflicts.length === 0,
    apply: (now) => applyUnsplit(ctx, operation, { original, splitOff, now }),
  };
}

const conflictsOf = (target: UndoTarget): UndoConflict[] => [
  ...(target.ticket.mergedIntoId ? [undoConflict(target, 'mergedInto')] : []),
  ...(target.ticket.status === TicketStatus.CLOSED ? [undoConflict(target, 'status')] : []),
];

async function applyUnsplit(
  ctx: Context,
  operation: Operation,
  { original, splitOff, now }: { original: UndoTarget; splitOff: UndoTarget; now: Date },
): Promise<NewEvent[]> {
  const { closeAfter } = await currentWorkspace(ctx);
  const merging: MergeContext = {
    now,
    closeAfter,
    eventFor: (ticket, details) =>
      ticketEvent('operation.undone', ticket, {
        occurredAt: now,
        operationId: operation.id,
        kind: operation.kind,
        ...details,
      }),
  };
  const openWork = await openWorkOf(ctx, operation, original, splitOff);
  const changes = mergeParticipants(original.ticket, [splitOff.ticket]);
  const events = [
    ...mergeInto(ctx, splitOff.ticket, original.ticket, merging),
    ...(await absorb(ctx, original.ticket, [openWork], merging, { changes })),
  ];
  await moveMessagesBack(ctx, operation, splitOff.ticket, original.ticket);
  await moveDrafts(ctx, [splitOff.ticket], original.ticket);
  await reindexTickets(ctx, [original.ticket, splitOff.ticket]);
  return events;
}

/**
 * Messages that the split has moved return to the home ticket they had before. All others were
 * written to the new ticket, which stays their home ticket.
 */
async function moveMessagesBack(
  ctx: Context,
  operation: Operation,
  from: Ticket,
  to: Ticket,
): Promise<void> {
  await execute(
    ctx,
    sql`
      update message m set ticket_id = ${uuidOf('tkt', to.id)}::uuid, home_id = case
        when j.message_id is not null and m.home_id is null then j.home_id
        else coalesce(m.home_id, m.ticket_id) end
      from message o left join operation_message j
        on j.message_id = o.id and j.operation_id = ${uuidOf('opr', operation.id)}::uuid
      where m.id = o.id and m.ticket_id = ${uuidOf('tkt', from.id)}::uuid`,
  );
}

/**
 * The state of the new ticket, reduced to the work that is still open: a wait that was answered
 * before the split does not count, and the status counts only if it was changed since.
 */
async function openWorkOf(
  ctx: Context,
  { createdAt }: Operation,
  original: UndoTarget,
  { ticket, before, laterChanges }: UndoTarget,
): Promise<TicketSnapshot> {
  const current = ticketSnapshot(ticket);
  const waitingAtSplit =
    original.before.waitingSince &&
    before.waitingSince &&
    laterOf(original.before.waitingSince, before.waitingSince);
  const messages = (await publicMessagesOf(ctx, [ticket.id], createdAt)).get(ticket.id) ?? [];
  return {
    ...current,
    waitingSince:
      current.waitingSince &&
      advanceTimers({ ...current, waitingSince: waitingAtSplit }, messages).waitingSince,
    status: laterChanges.has('status') ? current.status : original.ticket.status,
  };
}
