import { randomInt } from 'node:crypto';
import { encodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import { sql } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';
import type { TicketEvent } from './event.ts';
import { ticketEventsSql } from './event-log.ts';
import { visibleEventSql } from './visibility.ts';

/** Where a fact stands: everything up to it is known, of its ticket and of the log. */
export const cursorOfEvent = (
  ctx: Context,
  { domainEvent: { position, subject, version } }: TicketEvent,
): string => encodeCursor(ctx, { position, subject, version });

const VERSIONS = 2 ** 32;

/** A place in the log that no fact of the caller's stands for. It looks different each time: whether the log has moved is nobody's business. */
export const checkpointCursor = (ctx: Context, position: number): string =>
  encodeCursor(ctx, { position, version: randomInt(VERSIONS) });

/** The place of the last fact about a ticket that the caller may see; nothing that he may not see moves it. */
export const ticketCursor = (ctx: Context, ticketId: string): Promise<string> =>
  ctx.load.byKey(
    'cursors of tickets',
    ticketId,
    async (ids) => {
      const em = await ctx.read();
      const { rows } = await sql<{ id: string; position: string; version: number }>`
        select owner.id, last.position, last.version from unnest(${ids}::text[]) as owner(id)
        cross join lateral (
          select position, version from ${ticketEventsSql(ctx.workspace, sql`owner.id`)} where ${visibleEventSql(ctx.actor)} order by e.version desc limit 1
        ) last`.execute(em.getKysely());
      return new Map(
        rows.map(({ id, position, version }) => [
          id,
          encodeCursor(ctx, { position: Number(position), subject: id, version }),
        ]),
      );
    },
    encodeCursor(ctx, { position: 0 }),
  );
