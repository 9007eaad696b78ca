import { createHash } from 'node:crypto';
import { encodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import { type StreamMessage, abortableStream } from '@deskgraph/common/graphql/subscription-server';
import type { Context } from '@deskgraph/common/database/context';
import { seesTicket } from '../../model/rights/visible.ts';
import { visiblePresence } from './queries.ts';
import { type Presence, PresenceMessage } from './presence.ts';
import { presenceStoreOf } from './store.ts';

/** Yields the presence on a ticket that the caller may see: at once, and after each change. Nothing for a ticket that does not exist for the caller. */
export const subscribeToPresence = (
  ctx: Context,
  id: string,
): AsyncIterableIterator<StreamMessage> =>
  abortableStream((signal) => told(ctx, uuidOf('tkt', id), signal));

async function* told(
  ctx: Context,
  ticket: string,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage, void, void> {
  const watch = presenceStoreOf(ctx.orm);
  const watched = watch.enter(ctx.workspace, ticket);
  const ticketId = toId('tkt', ticket);
  let last: string | undefined;
  let isMarked = false;
  try {
    for (
      let state = await watched.after(undefined, signal);
      state;
      state = await watched.after(state, signal)
    ) {
      const isVisible = state.ticket !== undefined && seesTicket(ctx.actor, state.ticket);
      const viewers = isVisible ? visiblePresence(ctx.actor, state.viewers) : [];
      const cursor = cursorOf(ctx, ticketId, viewers);
      if (isVisible || last !== undefined) {
        if (cursor !== last)
          yield { message: Object.assign(new PresenceMessage(), { ticketId, viewers }), cursor };
        last = cursor;
      } else if (!isMarked) {
        yield { cursor };
        isMarked = true;
      }
    }
  } finally {
    watch.leave(watched);
  }
}

/** A cursor that identifies the state instead of a position, since presence has no log. Equal states have equal cursors. */
function cursorOf(ctx: Context, ticketId: string, viewers: readonly Presence[]): string {
  const subject = JSON.stringify([
    ticketId,
    ...viewers.map(({ actorId, actorName, activity, since }) => [
      actorId,
      actorName,
      activity,
      since,
    ]),
  ]);
  return encodeCursor(ctx, {
    position: 0,
    subject,
    version: createHash('sha256').update(subject).digest().readUInt32BE(0),
  });
}
