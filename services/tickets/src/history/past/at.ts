import { sql } from '@deskgraph/common/database/database';
import { eventFromRow } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { factsOf } from '../event/queries.ts';
import { TicketState } from './state.ts';

/**
 * A ticket as it stood at an instant; null when it did not exist yet. Of the facts that had happened by then the one with the highest version
 * counts: what was imported later, with instants of the past, counts at its instants. Tickets of a request that are asked for the same instant share
 * one statement.
 */
export const ticketStateAt = (
  ctx: Context,
  ticketId: string,
  time: Date,
): Promise<TicketState | null> =>
  ctx.load.byKey<TicketState | null>(
    `states at ${time.toISOString()}`,
    ticketId,
    (ids) => statesAt(ctx, ids, time),
    null,
  );

async function statesAt(
  ctx: Context,
  ids: string[],
  time: Date,
): Promise<Map<string, TicketState>> {
  const em = await ctx.read();
  const { rows } = await sql<Record<string, unknown>>`
    select last.* from unnest(${ids}::text[]) as asked(id) cross join lateral (
      select e.* from ${factsOf(ctx.workspace, sql`asked.id`)} where e.at <= ${time} order by e.version desc limit 1
    ) last`.execute(em.getKysely());
  return new Map(rows.map(eventFromRow).map((fact) => [fact.subject, new TicketState(fact, time)]));
}
