import { appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { cancelScheduledMessages } from '../message/cancel.ts';
import { reindexTickets } from '../message/search-index.ts';
import { setPeople } from '../../people/participant/people.ts';
import { resolve } from '../../people/requester/resolve.ts';
import { againstWork, refuse } from '../../model/ticket/preconditions.ts';
import { type Changes, fact } from '../../model/ticket/events.ts';
import { locked } from '../../model/lookup/lock.ts';
import type { TicketRequesterChangeInput } from './input.ts';
import type { TicketRequesterChangePayload } from './payload.ts';

/**
 * The ticket is somebody else's from now on, with all that was said; the former requester sees it no more. Who asked before stays in the log,
 * for the staff. What was written to him and is still to be sent is not.
 */
export async function changeRequester(
  ctx: Context,
  input: TicketRequesterChangeInput,
): Promise<TicketRequesterChangePayload> {
  const ticket = await locked(ctx, input.id);
  refuse(againstWork(ticket), 'id');
  const { requester, name, met } = await resolve(ctx, input.requester);
  if (requester.id === ticket.requesterId) return { ticket, userErrors: [] };
  const changes: Changes = { requesterId: [ticket.requesterId, requester.id] };
  if (requester.organizationId !== ticket.organizationId)
    changes['organizationId'] = [ticket.organizationId, requester.organizationId];
  ticket.requesterId = requester.id;
  Object.assign(changes, setPeople(ticket, 'ccIds', ticket.ccIds));
  ticket.requesterName = name;
  ticket.organizationId = requester.organizationId;
  await reindexTickets(ctx, [ticket]);
  const changed = fact('ticket.requester_changed', ticket, { changes, internal: true });
  await appendEvents(ctx, [
    ...met,
    changed,
    ...(await cancelScheduledMessages(ctx, ticket, 'requester')),
  ]);
  return { ticket, userErrors: [] };
}
