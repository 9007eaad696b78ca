import { randomInt } from 'node:crypto';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { rows } from '@deskgraph/common/database/query';
import { encodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import { ticketEventsSql } from './event-log.ts';
import type { TicketEvent } from './event.ts';
import { visibleEventSql } from './visibility.ts';

/** The position after an event, in its ticket and in the log. */
export const cursorOfEvent = (
  ctx: Context,
  { domainEvent: { position, subject, version } }: TicketEvent,
): string => encodeCursor(ctx, { position, subject, version });

const MAX_RANDOM_VERSION = 2 ** 32;

/**
 * A position in the log without an event of the caller. The cursor looks different each time, so
 * that it does not reveal whether others have appended events.
 */
export const checkpointCursor = (ctx: Context, position: number): string =>
  encodeCursor(ctx, { position, version: randomInt(MAX_RANDOM_VERSION) });

/** The current end of the log. */
export async function logEndCursor(ctx: Context): Promise<string> {
  const [state] = await rows(ctx, sql<{ head: string }>`select head from relay_state`);
  return checkpointCursor(ctx, Number(state!.head));
}

/** The position after the last visible event of a ticket. Hidden events do not change it. */
export const ticketCursor = (ctx: Context, ticketId: string): Promise<string> =>
  ctx.load.byKey(
    'cursors of tickets',
    ticketId,
    async (ticketIds) => {
      const lastEvents = await rows(
        ctx,
        sql<{ id: string; position: string; version: number }>`
          select owner.id, last.position, last.version
          from unnest(${ticketIds}::text[]) as owner(id)
          cross join lateral (
            select position, version from ${ticketEventsSql(ctx.workspace, sql`owner.id`)}
            where ${visibleEventSql(ctx.actor)} order by e.version desc limit 1
          ) last`,
      );
      return new Map(
        lastEvents.map(({ id, position, version }) => [
          id,
          encodeCursor(ctx, { position: Number(position), subject: id, version }),
        ]),
      );
    },
    encodeCursor(ctx, { position: 0 }),
  );
