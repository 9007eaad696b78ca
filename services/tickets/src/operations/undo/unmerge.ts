import { Refusal } from '@deskgraph/common/core/errors';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import type { Operation, UndoConflict } from '../../model/operation/operation.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import {
  type UndoPlan,
  type UndoTarget,
  refuseUnavailableTickets,
  undoConflict,
} from './undo-target.ts';
import { applyUnmerge, withMergedTickets } from './unmerge-apply.ts';

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
