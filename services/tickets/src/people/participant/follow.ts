import { Refusal, graphqlError } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { lockTicket } from '../../model/lookup/lock.ts';
import { participantsChangedEvents } from '../../model/participant/events.ts';
import type { TicketFollowInput, TicketFollowPayload } from './input.ts';
import { MAX_FOLLOWERS_PER_TICKET } from '../../model/participant/participant.ts';
import { setParticipants } from './people.ts';

/** Somebody of the staff wants to be told of what happens to a ticket, or not any more. */
export async function followTicket(
  ctx: Context,
  { id, follow: wanted }: TicketFollowInput,
): Promise<TicketFollowPayload> {
  const { actor } = ctx;
  if (actor.kind !== 'agent') throw graphqlError('FORBIDDEN');
  const ticket = await lockTicket(ctx, id);
  const others = ticket.followerIds.filter((follower) => follower !== actor.id);
  if (wanted !== false && others.length >= MAX_FOLLOWERS_PER_TICKET)
    throw new Refusal('LIMIT_REACHED', 'id');
  const changes = setParticipants(
    ticket,
    'followerIds',
    wanted === false ? others : [...others, actor.id],
  );
  await appendEvents(ctx, participantsChangedEvents(ticket, changes));
  return { ticket, userErrors: [] };
}
