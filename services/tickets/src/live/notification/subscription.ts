import { retryWhileUnavailable } from '@deskgraph/common/core/database-errors';
import { graphqlError } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { rows } from '@deskgraph/common/database/query';
import { decodeCursor, encodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import { type StreamMessage, abortableStream } from '@deskgraph/common/graphql/subscription-server';
import { TicketEvent } from '../../history/event/event.ts';
import { isTicketVisible } from '../../model/rights/visible.ts';
import { NOTIFICATION_CONSUMER } from './consumer.ts';
import { notificationHubOf } from './hub.ts';

/**
 * The notifications of the caller from now on, or after a cursor: each once and in log order. Skips
 * those whose ticket the caller may not see by then.
 */
export function subscribeToNotifications(
  ctx: Context,
  after: string | null | undefined,
): AsyncIterableIterator<StreamMessage> {
  if (ctx.actor.kind === 'app') throw graphqlError('FORBIDDEN');
  const position = after ? decodeCursor(ctx, after, ['after']).position : undefined;
  return abortableStream((signal) => notificationMessages(ctx, position, signal));
}

async function* notificationMessages(
  ctx: Context,
  after: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage, void, void> {
  const { workspace, actor } = ctx;
  const hub = notificationHubOf(ctx.orm);
  let position = after ?? (await retryWhileUnavailable(() => findCurrentPosition(ctx), signal));
  yield { cursor: encodeCursor(ctx, { position }) };
  while (!signal.aborted) {
    const notified = hub.wait(workspace, actor.id, signal);
    const entries = await retryWhileUnavailable(
      () => hub.read(workspace, actor.id, position),
      signal,
    );
    for (const { notification: message, ticket } of entries) {
      position = message.position;
      if (signal.aborted) return;
      if (!ticket || !isTicketVisible(actor, ticket)) continue;
      const event = ctx.tail!.cachedEvent(position);
      if (event) message.event = new TicketEvent(event);
      yield {
        message,
        cursor: encodeCursor(ctx, { position }),
        prepare: ({ load }) => load.prime('ticket', ticket),
      };
    }
    if (!entries.length) await notified;
  }
}

/** The position of the event log up to which notifications have been created. */
async function findCurrentPosition(ctx: Context): Promise<number> {
  const snapshot = ctx.fork();
  try {
    const [row] = await rows(
      snapshot,
      sql<{ position: string }>`
        select position from feed_position where source = ${NOTIFICATION_CONSUMER.source}`,
    );
    return Number(row?.position ?? 0);
  } finally {
    await snapshot.endSnapshot();
  }
}
