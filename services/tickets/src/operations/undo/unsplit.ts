import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { NewEvent } from '@deskgraph/common/events/types';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { moveDrafts } from '../../ticketing/draft/mutations.ts';
import { reindexTickets } from '../../ticketing/message/search-index.ts';
import { mergeParticipants } from '../../people/participant/people.ts';
import { fold, take } from '../merge/merge-steps.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { currentWorkspace } from '../../model/workspace/workspace.ts';
import { later, runOn, saidIn } from './response-timers.ts';
import { type Undoing, conflict } from './conflict.ts';
import type { UndoConflict, Operation } from '../../model/operation/operation.ts';
import { type Piece, refuseGone } from './later-changes.ts';
import { type TicketSnapshot, ticketSnapshot } from '../../model/operation/snapshot.ts';

/** A ticket that was cut out of another one is folded into it again, with what was said in it since. Its number is not given again. */
export async function unsplit(
  ctx: Context,
  operation: Operation,
  pieces: Piece[],
): Promise<Undoing> {
  refuseGone(ctx, pieces);
  const from = pieces.find(({ part }) => part === 'FROM');
  const into = pieces.find(({ part }) => part === 'INTO');
  if (!from || !into) throw new Refusal('UNDO_EXPIRED', 'id');
  const conflicts = [from, into].flatMap(conflictsOf);
  if (from.ticket.requesterId !== into.ticket.requesterId)
    conflicts.push(conflict(into.since.has('requesterId') ? into : from, 'requesterId'));
  return {
    conflicts,
    possible: conflicts.length === 0,
    apply: (at) => putBack(ctx, operation, { from, into, at }),
  };
}

const conflictsOf = (piece: Piece): UndoConflict[] => [
  ...(piece.ticket.mergedIntoId ? [conflict(piece, 'mergedInto')] : []),
  ...(piece.ticket.status === TicketStatus.CLOSED ? [conflict(piece, 'status')] : []),
];

async function putBack(
  ctx: Context,
  operation: Operation,
  { from, into, at }: { from: Piece; into: Piece; at: Date },
): Promise<NewEvent[]> {
  const { closeAfter } = await currentWorkspace(ctx);
  const folding = {
    at,
    closeAfter,
    type: 'operation.undone',
    details: { operationId: operation.id, kind: operation.kind },
  };
  const stood = await undone(ctx, operation, from, into);
  const changes = mergeParticipants(from.ticket, [into.ticket]);
  const taking = { ...folding, details: { ...folding.details, changes } };
  const facts = [
    ...fold(ctx, into.ticket, from.ticket, folding),
    ...(await take(ctx, from.ticket, [stood], taking)),
  ];
  const [there, here] = [uuidOf('tkt', into.ticket.id), uuidOf('tkt', from.ticket.id)];
  // What the split took is again of whom it was written to; all else was written to the ticket that is folded in now.
  await sql`
    update message m set ticket_id = ${here}::uuid, home_id = case
      when j.message_id is not null and m.home_id is null then j.home_id else coalesce(m.home_id, m.ticket_id) end
    from message o left join operation_message j on j.message_id = o.id and j.operation_id = ${uuidOf('opr', operation.id)}::uuid
    where m.id = o.id and m.ticket_id = ${there}::uuid`.execute(ctx.em.getKysely());
  await moveDrafts(ctx, [into.ticket], from.ticket);
  await reindexTickets(ctx, [from.ticket, into.ticket]);
  return facts;
}

/** The new ticket, as far as it is still to be worked on: not for what had been answered before it was cut out, nor for being new. */
async function undone(
  ctx: Context,
  { createdAt }: Operation,
  from: Piece,
  { ticket, before, since }: Piece,
): Promise<TicketSnapshot> {
  const stood = ticketSnapshot(ticket);
  const cut =
    from.before.waitingSince &&
    before.waitingSince &&
    later(from.before.waitingSince, before.waitingSince);
  const said = (await saidIn(ctx, [ticket.id], createdAt)).get(ticket.id) ?? [];
  return {
    ...stood,
    waitingSince: stood.waitingSince && runOn({ ...stood, waitingSince: cut }, said).waitingSince,
    status: since.has('status') ? stood.status : from.ticket.status,
  };
}
