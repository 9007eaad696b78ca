import type { Context } from '@deskgraph/common/database/context';
import { appendEvents } from '@deskgraph/common/events/log';
import { lockTicket } from '../../model/lookup/lock.ts';
import { ticketEvent } from '../../model/ticket/events.ts';
import { workBlocker, refuseIfBlocked } from '../../model/ticket/preconditions.ts';
import { setParticipants } from '../../model/participant/participant-changes.ts';
import { resolveRequester } from '../../people/requester/resolve.ts';
import { cancelScheduledMessages } from '../message/cancel.ts';
import { reindexTickets } from '../message/search-index.ts';
import type { TicketRequesterChangeInput, TicketRequesterChangePayload } from './workflow-input.ts';
import type { Changes } from '@deskgraph/common/contract/ticket-events';

/**
 * Transfers the ticket to another requester. The previous requester loses access and stays in the
 * event log (staff only). Scheduled replies are cancelled.
 */
export async function changeRequester(
  ctx: Context,
  input: TicketRequesterChangeInput,
): Promise<TicketRequesterChangePayload> {
  const ticket = await lockTicket(ctx, input.id);
  refuseIfBlocked(workBlocker(ticket), 'id');
  const { requester, name, discovered } = await resolveRequester(ctx, input.requester);
  if (requester.id === ticket.requesterId) return { ticket, userErrors: [] };
  const changes: Changes = { requesterId: [ticket.requesterId, requester.id] };
  if (requester.organizationId !== ticket.organizationId)
    changes['organizationId'] = [ticket.organizationId, requester.organizationId];
  ticket.requesterId = requester.id;
  // Setting the copies again removes the new requester from them.
  Object.assign(changes, setParticipants(ticket, 'ccIds', ticket.ccIds));
  ticket.requesterName = name;
  ticket.organizationId = requester.organizationId;
  await reindexTickets(ctx, [ticket]);
  const changed = ticketEvent('ticket.requester_changed', ticket, { changes, internal: true });
  const cancelled = await cancelScheduledMessages(ctx, ticket, 'requester');
  await appendEvents(ctx, [...discovered, changed, ...cancelled]);
  return { ticket, userErrors: [] };
}
