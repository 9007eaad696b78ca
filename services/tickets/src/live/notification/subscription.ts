import { encodeCursor, decodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import { sql } from '@deskgraph/common/database/database';
import { graphqlError } from '@deskgraph/common/core/errors';
import { retryWhileUnavailable } from '@deskgraph/common/core/database-errors';
import { type StreamMessage, abortableStream } from '@deskgraph/common/graphql/subscription-server';
import type { Context } from '@deskgraph/common/database/context';
import { TicketEvent } from '../../history/event/event.ts';
import { isTicketVisible } from '../../model/rights/visible.ts';
import { notificationHubOf } from './hub.ts';
import { NOTIFICATION_CONSUMER } from './consumer.ts';

/** The notifications of the caller from now on or after a cursor, each once and in log order, as far as the caller may see the ticket by then. */
export function subscribeToNotifications(
  ctx: Context,
  after: string | null | undefined,
): AsyncIterableIterator<StreamMessage> {
  if (ctx.actor.kind === 'app') throw graphqlError('FORBIDDEN');
  const position = after ? decodeCursor(ctx, after, ['after']).position : undefined;
  return abortableStream((signal) => told(ctx, position, signal));
}

async function* told(
  ctx: Context,
  after: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage, void, void> {
  const { workspace, actor } = ctx;
  const bell = notificationHubOf(ctx.orm);
  let position = after ?? (await retryWhileUnavailable(() => reached(ctx), signal));
  yield { cursor: encodeCursor(ctx, { position }) };
  while (!signal.aborted) {
    const rung = bell.wait(workspace, actor.id, signal);
    const found = await retryWhileUnavailable(
      () => bell.read(workspace, actor.id, position),
      signal,
    );
    for (const { notification: message, ticket } of found) {
      position = message.position;
      if (signal.aborted) return;
      if (!ticket || !isTicketVisible(actor, ticket)) continue;
      const fact = ctx.tail!.cachedEvent(position);
      if (fact) message.event = new TicketEvent(fact);
      yield {
        message,
        cursor: encodeCursor(ctx, { position }),
        prepare: ({ load }) => load.prime('ticket', ticket),
      };
    }
    if (!found.length) await rung;
  }
}

/** The position up to which notifications have been created. */
async function reached(ctx: Context): Promise<number> {
  const now = ctx.fork();
  try {
    const em = await now.read();
    const { rows } = await sql<{
      position: string;
    }>`select position from feed_position where source = ${NOTIFICATION_CONSUMER.source}`.execute(
      em.getKysely(),
    );
    return Number(rows[0]?.position ?? 0);
  } finally {
    await now.endSnapshot();
  }
}
