import type { NewEvent } from '@deskgraph/common/events/types';
import type { Context } from '@deskgraph/common/database/context';
import type { Snapshot } from '../../model/operation/snapshot.ts';
import { clearInactiveAssignment } from '../../staff/agent/assignment.ts';
import { type FactDetails, fact, moved, standingOf } from '../../model/ticket/events.ts';
import { afterRequester, moveTo } from '../../model/ticket/status-rules.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { settled } from '../../model/ticket/end-escalation.ts';
import { woken } from '../../ticketing/snooze/wake.ts';
import { ResolutionCode, TicketStatus } from '@deskgraph/common/contract/ticket-enums';

const ACTIVE: ReadonlySet<TicketStatus> = new Set([TicketStatus.NEW, TicketStatus.OPEN]);

export interface Folding {
  at: Date;
  closeAfter: string;
  /** The fact that tells of it on each ticket. */
  type: string;
  details: FactDetails;
}

/** Nobody works on it twice: it points to the other ticket and is solved; closed no sooner than `until`. */
export function fold(
  ctx: Context,
  ticket: Ticket,
  into: Ticket,
  { at, closeAfter, type, details }: Folding,
  until?: Date,
): NewEvent[] {
  const from = standingOf(ticket);
  ticket.mergedIntoId = into.id;
  const by = ctx.actor.kind === 'agent' ? ctx.actor.id : ticket.assigneeId;
  const hasMoved = moveTo(ticket, TicketStatus.SOLVED, at, closeAfter, {
    by,
    code: ResolutionCode.DUPLICATE,
    text: null,
  });
  if (until) ticket.closesAt = new Date(Math.max(ticket.closesAt?.getTime() ?? 0, until.getTime()));
  const folded = fact(type, ticket, {
    occurredAt: at,
    ...details,
    changes: { mergedInto: [null, into.id] },
  });
  const solved = hasMoved
    ? [moved(ticket, from, { occurredAt: at, resolutionCode: ResolutionCode.DUPLICATE })]
    : [];
  return [folded, ...solved, ...settled(ticket, at)];
}

/** What an agent must act on, or waits for an answer, does so in this ticket now, and brings it back to work as a reply would. */
export async function take(
  ctx: Context,
  ticket: Ticket,
  from: readonly Snapshot[],
  folding: Folding,
): Promise<NewEvent[]> {
  const { at, closeAfter, type, details } = folding;
  const stood = standingOf(ticket);
  const waits = from.flatMap(({ waitingSince }) => waitingSince ?? []);
  const replies = from
    .flatMap(({ firstReplyAt }) => firstReplyAt ?? [])
    .filter((reply) => reply >= ticket.createdAt);
  ticket.waitingSince = earliest(waits, ticket.waitingSince);
  ticket.handled ||= from.some(({ handled }) => handled);
  ticket.firstReplyAt ??= earliest(replies, null);
  const facts = [fact(type, ticket, { occurredAt: at, ...details })];
  if (!waits.length && !from.some((before) => ACTIVE.has(before.status))) return facts;
  if (ticket.wakeOnReply) facts.push(...woken(ticket, 'reply', at));
  if (moveTo(ticket, afterRequester(stood.status), at, closeAfter))
    facts.push(moved(ticket, stood, { occurredAt: at }));
  return [...facts, ...(await clearInactiveAssignment(ctx, ticket, stood.status))];
}

const earliest = (instants: readonly Date[], or: Date | null): Date | null =>
  [...instants, ...(or ? [or] : [])].reduce<Date | null>(
    (first, at) => (first && first <= at ? first : at),
    null,
  );
