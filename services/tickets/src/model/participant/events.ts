import type { NewEvent } from '@deskgraph/common/events/types';
import { type Changes, ticketEvent } from '../ticket/events.ts';
import type { Ticket } from '../ticket/ticket.ts';

/** That others take part in a ticket now; who follows it is nothing to customers. */
export const participantsChangedEvents = (ticket: Ticket, changes: Changes): NewEvent[] =>
  Object.keys(changes).length
    ? [
        ticketEvent('ticket.participants_changed', ticket, {
          changes,
          internal: !('ccIds' in changes),
        }),
      ]
    : [];
