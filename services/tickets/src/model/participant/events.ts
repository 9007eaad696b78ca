import type { NewEvent } from '@deskgraph/common/events/types';
import { type Changes, fact } from '../ticket/events.ts';
import type { Ticket } from '../ticket/ticket.ts';

/** That others take part in a ticket now; who follows it is nothing to customers. */
export const participantsChanged = (ticket: Ticket, changes: Changes): NewEvent[] =>
  Object.keys(changes).length
    ? [fact('ticket.participants_changed', ticket, { changes, internal: !('ccIds' in changes) })]
    : [];
