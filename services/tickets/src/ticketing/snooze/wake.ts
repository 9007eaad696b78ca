import type { NewEvent } from '@deskgraph/common/events/types';
import { ticketEvent } from '../../model/ticket/events.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';

/** The cause of the end of a snooze. */
export type WakeCause = 'hand' | 'time' | 'reply' | 'status' | 'escalation';

/** Ends the snooze of a ticket, if there is one. Returns the events to append. */
export function endSnooze(ticket: Ticket, cause: WakeCause, at = new Date()): NewEvent[] {
  const before = ticket.snooze;
  if (!before) return [];
  Object.assign(ticket, { snoozedAt: null, snoozedUntil: null, wakeOnReply: true });
  Object.assign(ticket, { snoozedByKind: null, snoozedById: null, snoozedByName: null });
  return [
    ticketEvent('ticket.woken', ticket, {
      occurredAt: at,
      cause,
      changes: { snooze: [before, null] },
      internal: true,
    }),
  ];
}
