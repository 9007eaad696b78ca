import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import {
  DEFAULT_PAGE_SIZE,
  MAX_PAGE_SIZE,
  type Page,
  type PageRequest,
} from '@deskgraph/common/database/pagination';
import { rows } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { decodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import { cursorOfEvent } from './cursor.ts';
import { ticketEventFromRow, ticketEventsSql } from './event-log.ts';
import type { TicketEvent } from './event.ts';
import { visibleEventSql } from './visibility.ts';

export interface TimelineQuery extends PageRequest {
  types?: string[] | null | undefined;
}

const MAX_EVENT_TYPES = 50;

export function requirePageSize(value: number | null | undefined, argument: string): number {
  const size = value ?? DEFAULT_PAGE_SIZE;
  if (!Number.isInteger(size) || size < 0 || size > MAX_PAGE_SIZE)
    throw new Refusal('INVALID', [argument]);
  return size;
}

/** A condition on `e`. */
export function eventTypeSql(types: readonly string[] | null | undefined): Condition {
  if (!types) return sql`true`;
  if (types.length > MAX_EVENT_TYPES) throw new Refusal([{ code: 'TOO_LONG', field: ['types'] }]);
  return sql`e.type = any(${types}::text[])`;
}

/**
 * A page of the events of a ticket, oldest first. All tickets of a request share one query, and one
 * for the counts.
 */
export function findTimeline(
  ctx: Context,
  ticketId: string,
  query: TimelineQuery,
): Promise<Page<TicketEvent>> {
  const { types, first, after, last, before } = query;
  const key = `timelines ${JSON.stringify([types, first, after, last, before])}`;
  return ctx.load.byKey<Page<TicketEvent> | null>(
    key,
    ticketId,
    (ticketIds) => findTimelines(ctx, ticketIds, query),
    null,
  ) as Promise<Page<TicketEvent>>;
}

async function findTimelines(
  ctx: Context,
  ticketIds: string[],
  query: TimelineQuery,
): Promise<Map<string, Page<TicketEvent>>> {
  const { types, first, after, last, before } = query;
  const isBackward = last !== null && last !== undefined;
  const size = requirePageSize(isBackward ? last : first, isBackward ? 'last' : 'first');
  const conditions: Condition[] = [visibleEventSql(ctx.actor), eventTypeSql(types)];
  if (after) conditions.push(cursorSql(ctx, ticketIds, after, 'after'));
  if (before) conditions.push(cursorSql(ctx, ticketIds, before, 'before'));
  const direction = isBackward ? sql`desc` : sql`asc`;
  const eventRows = await rows(
    ctx,
    sql<{ subject: string }>`
      select found.* from unnest(${ticketIds}::text[]) with ordinality as owner(id, number)
      cross join lateral (
        select e.* from ${ticketEventsSql(ctx.workspace, sql`owner.id`)}
        where ${sql.join(conditions, sql` and `)} order by e.version ${direction} limit ${size + 1}
      ) found order by owner.number, found.version ${direction}`,
  );
  const byTicket = Map.groupBy(eventRows, ({ subject }) => subject);
  return new Map(
    ticketIds.map((id) => {
      const found = byTicket.get(id) ?? [];
      const events = found.slice(0, size).map(ticketEventFromRow);
      if (isBackward) events.reverse();
      const hasMore = found.length > size;
      const page = eventPage(ctx, events, () => countEvents(ctx, id, types));
      page.pageInfo.hasNextPage = isBackward ? Boolean(before) : hasMore;
      page.pageInfo.hasPreviousPage = isBackward ? hasMore : Boolean(after);
      return [id, page];
    }),
  );
}

/**
 * The condition of an `after` or `before` cursor. A cursor of the same ticket compares versions,
 * whose order is that of the log; a cursor of another ticket compares positions.
 */
function cursorSql(
  ctx: Context,
  ticketIds: readonly string[],
  cursor: string,
  argument: 'after' | 'before',
): Condition {
  const decoded = decodeCursor(ctx, cursor, [argument]);
  const { position, version } = decoded;
  const ownTicketIds = ticketIds.filter((id) => decoded.isFor(id));
  const isOwn = sql`e.subject = any(${ownTicketIds}::text[])`;
  return argument === 'after'
    ? sql`(case when ${isOwn} then e.version > ${version} else e.position > ${position} end)`
    : sql`(case when ${isOwn} then e.version < ${version} else e.position < ${position} end)`;
}

/** A page of events; their cursors are positions in the log. */
export function eventPage(
  ctx: Context,
  nodes: TicketEvent[],
  totalCount: () => Promise<number>,
): Page<TicketEvent> {
  const edges = nodes.map((node) => ({ cursor: cursorOfEvent(ctx, node), node }));
  return {
    nodes,
    edges,
    pageInfo: {
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount,
  };
}

const countEvents = (
  ctx: Context,
  ticketId: string,
  types: TimelineQuery['types'],
): Promise<number> =>
  ctx.load.byKey(
    `timeline counts ${JSON.stringify(types)}`,
    ticketId,
    async (ticketIds) => {
      const counts = await rows(
        ctx,
        sql<{ id: string; count: number }>`
          select owner.id, (
            select count(*)::integer from ${ticketEventsSql(ctx.workspace, sql`owner.id`)}
            where ${visibleEventSql(ctx.actor)} and ${eventTypeSql(types)}
          ) as count from unnest(${ticketIds}::text[]) as owner(id)`,
      );
      return new Map(counts.map(({ id, count }) => [id, count]));
    },
    0,
  );
