import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import {
  Direction,
  type OrderKey,
  type Page,
  type PageRequest,
  keysetPage,
} from '@deskgraph/common/database/pagination';
import { rows } from '@deskgraph/common/database/query';
import { eventFromRow } from '@deskgraph/common/events/log';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { ticketEventsSql } from '../event/event-log.ts';
import { ticketsAsOf } from './as-of.ts';
import { pastFilterToSql } from './filter.ts';
import { TicketState } from './state.ts';

/**
 * The state of a ticket at an instant; null when it did not exist yet. Of the events until then the
 * one with the highest version counts: imported events, which are appended later, count at the
 * instants when they occurred. The tickets of a request share one statement per instant.
 */
export const ticketStateAt = (
  ctx: Context,
  ticketId: string,
  time: Date,
): Promise<TicketState | null> =>
  ctx.load.byKey<TicketState | null>(
    `states at ${time.toISOString()}`,
    ticketId,
    (ids) => loadStates(ctx, ids, time),
    null,
  );

async function loadStates(
  ctx: Context,
  ticketIds: string[],
  time: Date,
): Promise<Map<string, TicketState>> {
  const events = await rows(
    ctx,
    sql<Record<string, unknown>>`
      select last.* from unnest(${ticketIds}::text[]) as ticket(id) cross join lateral (
        select e.* from ${ticketEventsSql(ctx.workspace, sql`ticket.id`)}
        where e.at <= ${time} order by e.version desc limit 1
      ) last`,
  );
  return new Map(
    events.map(eventFromRow).map((event) => [event.subject, new TicketState(event, time)]),
  );
}

export interface PastQuery extends PageRequest {
  time: Date;
  filter?: TicketFilter | null | undefined;
}

const ORDER: readonly OrderKey[] = [
  { by: sql`t.number`, type: 'integer', direction: Direction.ASC },
  { by: sql`t.id`, type: 'uuid', direction: Direction.ASC },
];

/**
 * A page of the states of tickets at an instant, by number: of the tickets that the caller may see
 * today, those that matched the filter then.
 */
export async function findTicketsAt(
  ctx: Context,
  { time, filter, ...request }: PastQuery,
): Promise<Page<TicketState>> {
  const condition = pastFilterToSql(filter, ctx.actor, time);
  const page = keysetPage(request, ORDER);
  const found = await rows(
    ctx,
    sql<{ id: string }>`
      select t.id, ${page.keys} from ${ticketsAsOf(ctx, time)}
      where ${condition} and ${page.where} order by ${page.order} limit ${page.limit}`,
  );
  const states = await Promise.all(
    found.map(({ id }) => ticketStateAt(ctx, toId('tkt', id), time)),
  );
  // Archived events are not in the log any more.
  const withState = found.flatMap((row, index) => {
    const state = states[index];
    return state ? [{ row, state }] : [];
  });
  return page.page(
    withState.map(({ row }) => row),
    withState.map(({ state }) => state),
    () => countTicketsAt(ctx, time, condition),
  );
}

async function countTicketsAt(ctx: Context, time: Date, condition: Condition): Promise<number> {
  const [result] = await rows(
    ctx,
    sql<{ count: number }>`
      select count(*)::integer as count from ${ticketsAsOf(ctx, time)} where ${condition}`,
  );
  return result!.count;
}
