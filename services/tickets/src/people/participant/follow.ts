import { Refusal, fault } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { locked } from '../../model/lookup/lock.ts';
import { participantsChanged } from '../../model/participant/events.ts';
import type { TicketFollowInput, TicketFollowPayload } from './input.ts';
import { FOLLOWER_LIMIT } from '../../model/participant/participant.ts';
import { setPeople } from './people.ts';

/** Somebody of the staff wants to be told of what happens to a ticket, or not any more. */
export async function follow(
  ctx: Context,
  { id, follow: wanted }: TicketFollowInput,
): Promise<TicketFollowPayload> {
  const { actor } = ctx;
  if (actor.kind !== 'agent') throw fault('FORBIDDEN');
  const ticket = await locked(ctx, id);
  const others = ticket.followerIds.filter((follower) => follower !== actor.id);
  if (wanted !== false && others.length >= FOLLOWER_LIMIT) throw new Refusal('LIMIT_REACHED', 'id');
  const changes = setPeople(
    ticket,
    'followerIds',
    wanted === false ? others : [...others, actor.id],
  );
  await appendEvents(ctx, participantsChanged(ticket, changes));
  return { ticket, userErrors: [] };
}
