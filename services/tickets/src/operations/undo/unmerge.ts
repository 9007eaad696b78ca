import { scheduleWakeup } from '@deskgraph/common/jobs/scheduler';
import { sql, uuidArray } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { NewEvent } from '@deskgraph/common/events/types';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import type { RawBuilder } from 'kysely';
import { reindexTickets } from '../../ticketing/message/search-index.ts';
import { removeMergedParticipants } from '../../people/participant/people.ts';
import { clearInactiveAssignment } from '../../staff/agent/assignment.ts';
import {
  ticketEvent,
  isSameStatus,
  statusChangedEvent,
  statusSnapshot,
} from '../../model/ticket/events.ts';
import {
  statusAfterAgentAction,
  statusAfterRequesterReply,
  applyStatus,
} from '../../model/ticket/status-rules.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { currentWorkspace } from '../../model/workspace/workspace.ts';
import { type Said, later, runAll, runOn, saidIn } from './response-timers.ts';
import { type Undoing, conflict } from './conflict.ts';
import type { UndoConflict, Operation } from '../../model/operation/operation.ts';
import { type Piece, refuseGone } from './later-changes.ts';
import { restoreField, restoreSnooze, restoreStatus } from '../../model/operation/snapshot.ts';

/** Tickets come out of the one that they were folded into, each with its messages and with the replies that were written to it since. */
export async function unmerge(
  ctx: Context,
  operation: Operation,
  pieces: Piece[],
): Promise<Undoing> {
  refuseGone(ctx, pieces);
  const into = pieces.find(({ part }) => part === 'INTO');
  const from = pieces.filter(({ part }) => part === 'FROM');
  if (!into) throw new Refusal('UNDO_EXPIRED', 'id');
  const journal = await journalOf(ctx, operation);
  const torn = await tornOf(
    ctx,
    into.ticket,
    from.map(({ ticket }) => ticket),
  );
  const against = new Map(from.map((piece) => [piece, conflictOf(into, piece, torn)]));
  const free = from.filter((piece) => !against.get(piece));
  return {
    conflicts: [
      ...[...against.values()].filter((each) => each !== undefined),
      ...statusConflict(into),
    ],
    possible: free.length > 0,
    apply: (at) =>
      takeOut(ctx, operation, {
        into,
        free,
        kept: from.filter((piece) => against.get(piece)),
        journal,
        at,
      }),
  };
}

/** The messages that the merge moved. */
async function journalOf(ctx: Context, operation: Operation): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ message_id: string }>`
    select message_id from operation_message where operation_id = ${uuidOf('opr', operation.id)}::uuid`.execute(
    ctx.em.getKysely(),
  );
  return new Set(rows.map(({ message_id: id }) => id));
}

/** The tickets of whose messages, or of what is folded into them, a split of the target has taken some that would have to come back first. */
async function tornOf(
  ctx: Context,
  into: Ticket,
  tickets: readonly Ticket[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ head: string }>`
    ${withFolded(tickets)}
    select distinct f.head from folded f join operation_message j on j.home_id = f.id join operation o on o.id = j.operation_id
    where j.ticket_id = ${uuidOf('tkt', into.id)}::uuid and o.kind = 'SPLIT' and o.state = 'APPLIED'`.execute(
    ctx.em.getKysely(),
  );
  return new Set(rows.map(({ head }) => toId('tkt', head)));
}

/** `folded`: tickets with what is folded into them, in however many steps. */
const withFolded = (tickets: readonly Ticket[]): RawBuilder<unknown> => sql`
  with recursive folded(head, id) as (
    select id, id from unnest(${uuidArray(
      'tkt',
      tickets.map(({ id }) => id),
    )}) as t(id) union all select f.head, t.id from folded f join ticket t on t.merged_into_id = f.id)`;

/** What stands against taking one ticket out again. */
function conflictOf(
  into: Piece,
  piece: Piece,
  torn: ReadonlySet<string>,
): UndoConflict | undefined {
  const target = into.ticket;
  const { ticket, since } = piece;
  if (target.mergedIntoId) return conflict(into, 'mergedInto');
  if (ticket.mergedIntoId !== target.id) return conflict(piece, 'mergedInto');
  if (since.has('status')) return conflict(piece, 'status');
  if (ticket.requesterId !== target.requesterId)
    return conflict(since.has('requesterId') ? piece : into, 'requesterId');
  return torn.has(ticket.id) ? conflict(into, 'messages') : undefined;
}

/** The merge had brought the target back to work, and somebody has decided otherwise since. */
const statusConflict = (into: Piece): UndoConflict[] =>
  into.before.status !== into.became &&
  into.ticket.status !== into.became &&
  into.since.has('status')
    ? [conflict(into, 'status')]
    : [];

interface TakeOut {
  into: Piece;
  free: Piece[];
  /** What stays folded in. */
  kept: Piece[];
  journal: ReadonlySet<string>;
  at: Date;
}

async function takeOut(
  ctx: Context,
  operation: Operation,
  { into, free, kept, journal, at }: TakeOut,
): Promise<NewEvent[]> {
  const tickets = free.map(({ ticket }) => ticket);
  await moveBack(ctx, tickets, into.ticket);
  const said = await saidIn(
    ctx,
    [into.ticket, ...tickets].map(({ id }) => id),
  );
  const { closeAfter } = await currentWorkspace(ctx);
  const facts: NewEvent[] = [];
  for (const piece of free) {
    const since = (said.get(piece.ticket.id) ?? []).filter(({ id }) => !journal.has(id));
    facts.push(...(await comeOut(ctx, piece, { operation, since, at, closeAfter })));
  }
  facts.push(...remain(into, said.get(into.ticket.id) ?? [], operation, { at, free, kept }));
  await reindexTickets(ctx, [into.ticket, ...tickets]);
  return facts;
}

/** What is folded into one of them goes with it. */
async function moveBack(ctx: Context, tickets: readonly Ticket[], into: Ticket): Promise<void> {
  await sql`
    ${withFolded(tickets)}
    update message m set ticket_id = f.head, home_id = nullif(m.home_id, f.head) from folded f
    where m.home_id = f.id and m.ticket_id = ${uuidOf('tkt', into.id)}::uuid`.execute(
    ctx.em.getKysely(),
  );
}

interface ComeOut {
  operation: Operation;
  since: Said[];
  at: Date;
  closeAfter: string;
}

/** As it was before, and then as the messages that were written to it since have made it. */
async function comeOut(
  ctx: Context,
  { ticket, before }: Piece,
  { operation, since, at, closeAfter }: ComeOut,
): Promise<NewEvent[]> {
  const { mergedIntoId } = ticket;
  const from = statusSnapshot(ticket);
  const changes = { mergedInto: [mergedIntoId, null] as [unknown, unknown] };
  ticket.mergedIntoId = null;
  restoreStatus(ticket, before);
  Object.assign(ticket, runOn(before, since));
  for (const { byCustomer } of since)
    applyStatus(
      ticket,
      byCustomer ? statusAfterRequesterReply(ticket.status) : statusAfterAgentAction(ticket.status),
      at,
      closeAfter,
    );
  const facts = [
    ticketEvent('operation.undone', ticket, {
      occurredAt: at,
      operationId: operation.id,
      kind: operation.kind,
      changes,
    }),
  ];
  if (!isSameStatus(ticket, from)) facts.push(statusChangedEvent(ticket, from, { occurredAt: at }));
  if (before.snoozedAt && !(before.wakeOnReply && since.some(({ byCustomer }) => byCustomer))) {
    restoreSnooze(ticket, before);
    facts.push(
      ticketEvent('ticket.snoozed', ticket, {
        occurredAt: at,
        changes: { snooze: [null, ticket.snooze] },
        internal: true,
      }),
    );
  }
  if (before.escalation) {
    restoreField(ticket, before, 'escalation');
    facts.push(
      ticketEvent('ticket.escalated', ticket, {
        occurredAt: at,
        cause: 'undo',
        changes: { escalation: [null, ticket.escalation] },
        internal: true,
      }),
    );
  }
  for (const instant of [ticket.closesAt, ticket.snoozedUntil, ticket.escalatesAt])
    if (instant) scheduleWakeup(ctx, instant);
  return [...facts, ...(await clearInactiveAssignment(ctx, ticket, from.status))];
}

type Remain = Pick<TakeOut, 'at' | 'free' | 'kept'>;

/** The ticket that they were folded into, without them. */
function remain(
  { ticket, before, became, since }: Piece,
  said: Said[],
  operation: Operation,
  { at, free, kept }: Remain,
): NewEvent[] {
  const clocks = runAll(said);
  if (ticket.waitingSince)
    ticket.waitingSince = clocks.waitingSince && later(clocks.waitingSince, ticket.waitingSince);
  ticket.handled = before.handled || clocks.handled;
  ticket.firstReplyAt =
    before.firstReplyAt ??
    (clocks.firstReplyAt && clocks.firstReplyAt >= ticket.createdAt ? clocks.firstReplyAt : null);
  const changes = removeMergedParticipants(ticket, peopleOf(free), [before, ...peopleOf(kept)]);
  const facts = [
    ticketEvent('operation.undone', ticket, {
      occurredAt: at,
      operationId: operation.id,
      kind: operation.kind,
      changes,
    }),
  ];
  const from = statusSnapshot(ticket);
  if (
    kept.length ||
    before.status === became ||
    since.has('status') ||
    since.has('customStatusId') ||
    ticket.waitingSince
  )
    return facts;
  restoreStatus(ticket, before);
  return [...facts, statusChangedEvent(ticket, from, { occurredAt: at })];
}

const peopleOf = (pieces: readonly Piece[]) => pieces.map((piece) => piece.before);
