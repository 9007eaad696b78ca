import { Refusal, graphqlError } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { appendEvents } from '@deskgraph/common/events/log';
import { lockTicket } from '../../model/lookup/lock.ts';
import {
  participantsChangedEvents,
  setParticipants,
} from '../../model/participant/participant-changes.ts';
import {
  MAX_CCS_PER_TICKET,
  MAX_FOLLOWERS_PER_TICKET,
} from '../../model/participant/participant.ts';
import { refuseBlockedCaller } from '../block-list/block-list.ts';
import { customerIdsByEmail, discoverByEmail } from '../requester/email.ts';
import type {
  TicketFollowInput,
  TicketFollowPayload,
  TicketParticipantsUpdateInput,
  TicketParticipantsUpdatePayload,
} from './input.ts';

/** Makes the calling agent a follower of the ticket, or stops that. */
export async function followTicket(
  ctx: Context,
  input: TicketFollowInput,
): Promise<TicketFollowPayload> {
  const { actor } = ctx;
  if (actor.kind !== 'agent') throw graphqlError('FORBIDDEN');
  const ticket = await lockTicket(ctx, input.id);
  const otherIds = ticket.followerIds.filter((id) => id !== actor.id);
  const follows = input.follow !== false;
  if (follows && otherIds.length >= MAX_FOLLOWERS_PER_TICKET)
    throw new Refusal('LIMIT_REACHED', 'id');
  const changes = setParticipants(
    ticket,
    'followerIds',
    follows ? [...otherIds, actor.id] : otherIds,
  );
  await appendEvents(ctx, participantsChangedEvents(ticket, changes));
  return { ticket, userErrors: [] };
}

/**
 * Adds and removes the customers who get copies of a ticket. A requester may do so on their own
 * tickets; a customer who gets copies may only remove themself.
 */
export async function updateParticipants(
  ctx: Context,
  input: TicketParticipantsUpdateInput,
): Promise<TicketParticipantsUpdatePayload> {
  const { actor } = ctx;
  if (input.addCcs?.length) await refuseBlockedCaller(ctx);
  const ticket = await lockTicket(ctx, input.id);
  if (ticket.mergedIntoId) throw new Refusal('ALREADY_MERGED', 'id');
  const removedIds = await customerIdsByEmail(ctx, input.removeCcs ?? []);
  const isCcOnly = actor.kind === 'customer' && actor.id !== ticket.requesterId;
  if (isCcOnly && (input.addCcs?.length || removedIds.some((id) => id !== actor.id)))
    throw new Refusal('FORBIDDEN', 'id');
  const added = await discoverByEmail(ctx, input.addCcs ?? [], 'addCcs');
  const changes = setParticipants(ticket, 'ccIds', [
    ...ticket.ccIds.filter((id) => !removedIds.includes(id)),
    ...added.ids,
  ]);
  if (added.ids.length && ticket.ccIds.length > MAX_CCS_PER_TICKET)
    throw new Refusal('LIMIT_REACHED', 'addCcs');
  await appendEvents(ctx, [...added.events, ...participantsChangedEvents(ticket, changes)]);
  return { ticket, userErrors: [] };
}
