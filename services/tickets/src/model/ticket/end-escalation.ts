import type { NewEvent } from '@deskgraph/common/events/types';
import { ticketEvent } from './events.ts';
import type { Ticket } from './ticket.ts';
import { endSnooze } from '../../ticketing/snooze/wake.ts';

/** Ends an escalation, if there is one; the facts are to be recorded. */
export function endEscalation(
  ticket: Ticket,
  cause: 'assign' | 'status',
  at = new Date(),
): NewEvent[] {
  const before = ticket.escalation;
  if (!before) return [];
  Object.assign(ticket, { escalation: null, escalatesAt: null });
  return [
    ticketEvent('ticket.escalation_ended', ticket, {
      occurredAt: at,
      cause,
      changes: { escalation: [before, null] },
      internal: true,
    }),
  ];
}

/** Ends what waits for a ticket that is solved now: a postponement, an escalation. */
export const endPendingWork = (ticket: Ticket, at: Date): NewEvent[] => [
  ...endSnooze(ticket, 'status', at),
  ...endEscalation(ticket, 'status', at),
];
