import type { NewEvent } from '@deskgraph/common/events/types';
import type { Context } from '@deskgraph/common/database/context';
import type { TicketSnapshot } from '../../model/operation/snapshot.ts';
import { clearInactiveAssignment } from '../../staff/agent/assignment.ts';
import {
  type TicketEventDetails,
  ticketEvent,
  statusChangedEvent,
  statusSnapshot,
} from '../../model/ticket/events.ts';
import { statusAfterRequesterReply, applyStatus } from '../../model/ticket/status-rules.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { endPendingWork } from '../../model/ticket/end-escalation.ts';
import { endSnooze } from '../../ticketing/snooze/wake.ts';
import { ResolutionCode, TicketStatus } from '@deskgraph/common/contract/ticket-enums';

const ACTIVE: ReadonlySet<TicketStatus> = new Set([TicketStatus.NEW, TicketStatus.OPEN]);

export interface Folding {
  at: Date;
  closeAfter: string;
  /** The fact that tells of it on each ticket. */
  type: string;
  details: TicketEventDetails;
}

/** Nobody works on it twice: it points to the other ticket and is solved; closed no sooner than `until`. */
export function fold(
  ctx: Context,
  ticket: Ticket,
  into: Ticket,
  { at, closeAfter, type, details }: Folding,
  until?: Date,
): NewEvent[] {
  const from = statusSnapshot(ticket);
  ticket.mergedIntoId = into.id;
  const by = ctx.actor.kind === 'agent' ? ctx.actor.id : ticket.assigneeId;
  const hasMoved = applyStatus(ticket, TicketStatus.SOLVED, at, closeAfter, {
    by,
    code: ResolutionCode.DUPLICATE,
    text: null,
  });
  if (until) ticket.closesAt = new Date(Math.max(ticket.closesAt?.getTime() ?? 0, until.getTime()));
  const folded = ticketEvent(type, ticket, {
    occurredAt: at,
    ...details,
    changes: { mergedInto: [null, into.id] },
  });
  const solved = hasMoved
    ? [
        statusChangedEvent(ticket, from, {
          occurredAt: at,
          resolutionCode: ResolutionCode.DUPLICATE,
        }),
      ]
    : [];
  return [folded, ...solved, ...endPendingWork(ticket, at)];
}

/** What an agent must act on, or waits for an answer, does so in this ticket now, and brings it back to work as a reply would. */
export async function take(
  ctx: Context,
  ticket: Ticket,
  from: readonly TicketSnapshot[],
  folding: Folding,
): Promise<NewEvent[]> {
  const { at, closeAfter, type, details } = folding;
  const stood = statusSnapshot(ticket);
  const waits = from.flatMap(({ waitingSince }) => waitingSince ?? []);
  const replies = from
    .flatMap(({ firstReplyAt }) => firstReplyAt ?? [])
    .filter((reply) => reply >= ticket.createdAt);
  ticket.waitingSince = earliest(waits, ticket.waitingSince);
  ticket.handled ||= from.some(({ handled }) => handled);
  ticket.firstReplyAt ??= earliest(replies, null);
  const facts = [ticketEvent(type, ticket, { occurredAt: at, ...details })];
  if (!waits.length && !from.some((before) => ACTIVE.has(before.status))) return facts;
  if (ticket.wakeOnReply) facts.push(...endSnooze(ticket, 'reply', at));
  if (applyStatus(ticket, statusAfterRequesterReply(stood.status), at, closeAfter))
    facts.push(statusChangedEvent(ticket, stood, { occurredAt: at }));
  return [...facts, ...(await clearInactiveAssignment(ctx, ticket, stood.status))];
}

const earliest = (instants: readonly Date[], or: Date | null): Date | null =>
  [...instants, ...(or ? [or] : [])].reduce<Date | null>(
    (first, at) => (first && first <= at ? first : at),
    null,
  );
