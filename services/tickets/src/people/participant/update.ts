import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { customerIdsByEmail, discoverByEmail } from '../requester/mail.ts';
import { refuseBlockedCaller } from '../block-list/refuse.ts';
import { lockTicket } from '../../model/lookup/lock.ts';
import { participantsChangedEvents } from '../../model/participant/events.ts';
import type { TicketParticipantsUpdateInput, TicketParticipantsUpdatePayload } from './input.ts';
import { MAX_CCS_PER_TICKET } from '../../model/participant/participant.ts';
import { setParticipants } from './people.ts';

/** Customers get copies of a ticket from now on, or not any more. The requester says so of his own tickets; who gets copies may only leave. */
export async function updateParticipants(
  ctx: Context,
  input: TicketParticipantsUpdateInput,
): Promise<TicketParticipantsUpdatePayload> {
  const { actor } = ctx;
  if (input.addCcs?.length) await refuseBlockedCaller(ctx);
  const ticket = await lockTicket(ctx, input.id);
  if (ticket.mergedIntoId) throw new Refusal('ALREADY_MERGED', 'id');
  const gone = await customerIdsByEmail(ctx, input.removeCcs ?? []);
  const isGuest = actor.kind === 'customer' && actor.id !== ticket.requesterId;
  if (isGuest && (input.addCcs?.length || gone.some((id) => id !== actor.id)))
    throw new Refusal('FORBIDDEN', 'id');
  const { ids, met } = await discoverByEmail(ctx, input.addCcs ?? [], 'addCcs');
  const changes = setParticipants(ticket, 'ccIds', [
    ...ticket.ccIds.filter((id) => !gone.includes(id)),
    ...ids,
  ]);
  if (ids.length && ticket.ccIds.length > MAX_CCS_PER_TICKET)
    throw new Refusal('LIMIT_REACHED', 'addCcs');
  await appendEvents(ctx, [...met, ...participantsChangedEvents(ticket, changes)]);
  return { ticket, userErrors: [] };
}
