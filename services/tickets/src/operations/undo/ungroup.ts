import { sql, uuidArray } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { NewEvent } from '@deskgraph/common/events/types';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { moveToBin } from '../../ticketing/bin/mutations.ts';
import { ticketEvent } from '../../model/ticket/events.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { type Undoing, conflict } from './conflict.ts';
import type { Operation } from '../../model/operation/operation.ts';
import type { Piece } from './later-changes.ts';

/**
 * Tickets are no incidents of the problem any more. A link that was taken away since is gone already, one that was made anew stays. A problem
 * that was made for them goes into the bin when nothing has happened in it.
 */
export async function ungroup(
  ctx: Context,
  operation: Operation,
  pieces: Piece[],
): Promise<Undoing> {
  const into = pieces.find(({ part }) => part === 'INTO');
  const from = pieces.filter(({ part }) => part === 'FROM');
  if (!into) throw new Refusal('UNDO_EXPIRED', 'id');
  const since = await linkedSince(
    ctx,
    into.ticket,
    from.map(({ ticket }) => ticket),
  );
  const isOwn = ({ ticket }: Piece): boolean =>
    since.get(ticket.id) === operation.createdAt.getTime();
  const own = from.filter(isOwn);
  const conflicts = from
    .filter((piece) => since.has(piece.ticket.id) && !isOwn(piece))
    .map((piece) => conflict(piece, 'links'));
  return {
    conflicts,
    possible: own.length > 0,
    apply: (at) => untie(ctx, operation, { into, own, at }),
  };
}

/** When those of the tickets were linked that are incidents of the problem now. */
async function linkedSince(
  ctx: Context,
  problem: Ticket,
  tickets: readonly Ticket[],
): Promise<Map<string, number>> {
  const { rows } = await sql<{ ticket_id: string; created_at: string | Date }>`
    select ticket_id, created_at from ticket_link where kind = 'PROBLEM' and other_id = ${uuidOf('tkt', problem.id)}::uuid
      and ticket_id = any(${uuidArray(
        'tkt',
        tickets.map(({ id }) => id),
      )})`.execute(ctx.em.getKysely());
  return new Map(
    rows.map(({ ticket_id: id, created_at: at }) => [toId('tkt', id), new Date(at).getTime()]),
  );
}

async function untie(
  ctx: Context,
  { id, kind, createdAt }: Operation,
  { into, own, at }: { into: Piece; own: Piece[]; at: Date },
): Promise<NewEvent[]> {
  const { ticket: problem } = into;
  const incidents = own.map(({ ticket }) => ticket);
  const ids = incidents.map((ticket) => ticket.id);
  await sql`
    delete from ticket_link where (kind = 'PROBLEM' and other_id = ${uuidOf('tkt', problem.id)}::uuid and ticket_id = any(${uuidArray('tkt', ids)}))
      or (kind = 'INCIDENT' and ticket_id = ${uuidOf('tkt', problem.id)}::uuid and other_id = any(${uuidArray('tkt', ids)}))`.execute(
    ctx.em.getKysely(),
  );
  for (const ticket of incidents) ticket.problemId = null;
  const isUnused =
    problem.createdAt.getTime() === createdAt.getTime() &&
    problem.version === into.version &&
    !problem.deletedAt;
  const told = { occurredAt: at, operationId: id, kind, internal: true };
  const facts = [
    ...incidents.map((ticket) =>
      ticketEvent('operation.undone', ticket, {
        ...told,
        changes: { links: [{ kind: 'PROBLEM', ticketId: problem.id }, null] },
      }),
    ),
    ticketEvent('operation.undone', problem, {
      ...told,
      changes: { links: [{ kind: 'INCIDENT', ticketIds: ids }, null] },
    }),
  ];
  return isUnused ? [...facts, moveToBin(problem, at)] : facts;
}
