import type { NewEvent } from '@deskgraph/common/events/types';
import { ticketEvent } from './events.ts';
import type { Ticket } from './ticket.ts';

// These functions change the ticket and return the events, which the caller appends.

/** The cause of the end of a snooze. */
export type WakeCause = 'hand' | 'time' | 'reply' | 'status' | 'escalation';

/** Ends the snooze of a ticket, if there is one. */
export function endSnooze(ticket: Ticket, cause: WakeCause, now = new Date()): NewEvent[] {
  const before = ticket.snooze;
  if (!before) return [];
  Object.assign(ticket, { snoozedAt: null, snoozedUntil: null, wakeOnReply: true });
  Object.assign(ticket, { snoozedByKind: null, snoozedById: null, snoozedByName: null });
  return [
    ticketEvent('ticket.woken', ticket, {
      occurredAt: now,
      cause,
      changes: { snooze: [before, null] },
      internal: true,
    }),
  ];
}

/** Ends the escalation of a ticket, if there is one. */
export function endEscalation(
  ticket: Ticket,
  cause: 'assign' | 'status',
  now = new Date(),
): NewEvent[] {
  const before = ticket.escalation;
  if (!before) return [];
  Object.assign(ticket, { escalation: null, escalatesAt: null });
  return [
    ticketEvent('ticket.escalation_ended', ticket, {
      occurredAt: now,
      cause,
      changes: { escalation: [before, null] },
      internal: true,
    }),
  ];
}

/** Ends the snooze and the escalation of a ticket that has just been solved. */
export const endPendingWork = (ticket: Ticket, now: Date): NewEvent[] => [
  ...endSnooze(ticket, 'status', now),
  ...endEscalation(ticket, 'status', now),
];
