import { createHash } from 'node:crypto';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { encodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import { type StreamMessage, abortableStream } from '@deskgraph/common/graphql/subscription-server';
import { seesTicket } from '../../model/rights/visible.ts';
import { type Presence, PresenceMessage } from './presence.ts';
import { visiblePresence } from './queries.ts';
import { presenceStoreOf } from './store.ts';

/**
 * The presence on a ticket that the caller may see: at once, and after each change. No message for
 * a ticket that the caller may not see.
 */
export const subscribeToPresence = (
  ctx: Context,
  ticketId: string,
): AsyncIterableIterator<StreamMessage> =>
  abortableStream((signal) => presenceMessages(ctx, uuidOf('tkt', ticketId), signal));

async function* presenceMessages(
  ctx: Context,
  ticketUuid: string,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage, void, void> {
  const store = presenceStoreOf(ctx.orm);
  const presence = store.subscribe(ctx.workspace, ticketUuid);
  const ticketId = toId('tkt', ticketUuid);
  let lastCursor: string | undefined;
  let isCursorSent = false;
  try {
    for (
      let state = await presence.nextState(undefined, signal);
      state;
      state = await presence.nextState(state, signal)
    ) {
      const isVisible = state.ticket !== undefined && seesTicket(ctx.actor, state.ticket);
      const viewers = isVisible ? visiblePresence(ctx.actor, state.viewers) : [];
      const cursor = stateCursor(ctx, ticketId, viewers);
      if (isVisible || lastCursor !== undefined) {
        if (cursor !== lastCursor)
          yield { message: Object.assign(new PresenceMessage(), { ticketId, viewers }), cursor };
        lastCursor = cursor;
      } else if (!isCursorSent) {
        yield { cursor };
        isCursorSent = true;
      }
    }
  } finally {
    store.unsubscribe(presence);
  }
}

/**
 * A cursor that identifies the state instead of a position, because presence is not logged. Equal
 * states have equal cursors.
 */
function stateCursor(ctx: Context, ticketId: string, viewers: readonly Presence[]): string {
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
