import { decodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import {
  DEFAULT_PAGE_SIZE,
  MAX_PAGE_SIZE,
  type Page,
  type PageRequest,
} from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { cursorOfEvent } from './cursor.ts';
import type { TicketEvent } from './event.ts';
import { ticketEventFromRow, ticketEventsSql } from './event-log.ts';
import { visibleEventSql } from './visibility.ts';

export interface TimelineQuery extends PageRequest {
  types?: string[] | null | undefined;
}

const TYPES_LIMIT = 50;

export function requirePageSize(size: number | null | undefined, argument: string): number {
  const asked = size ?? DEFAULT_PAGE_SIZE;
  if (!Number.isInteger(asked) || asked < 0 || asked > MAX_PAGE_SIZE)
    throw new Refusal('INVALID', [argument]);
  return asked;
}

export function eventTypeSql(types: readonly string[] | null | undefined): Condition {
  if (!types) return sql`true`;
  if (types.length > TYPES_LIMIT) throw new Refusal([{ code: 'TOO_LONG', field: ['types'] }]);
  return sql`e.type = any(${types}::text[])`;
}

/** A page of what happened to a ticket, oldest first. The tickets of a request share one statement, and one for the counts. */
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
    (ids) => pagesOf(ctx, ids, query),
    null,
  ) as Promise<Page<TicketEvent>>;
}

async function pagesOf(
  ctx: Context,
  ids: string[],
  query: TimelineQuery,
): Promise<Map<string, Page<TicketEvent>>> {
  const { types, first, after, last, before } = query;
  const backward = last !== null && last !== undefined;
  const size = requirePageSize(backward ? last : first, backward ? 'last' : 'first');
  const bounds: Condition[] = [visibleEventSql(ctx.actor), eventTypeSql(types)];
  if (after) bounds.push(beyond(ctx, ids, after, 'after'));
  if (before) bounds.push(beyond(ctx, ids, before, 'before'));
  const em = await ctx.read();
  const { rows } = await sql<{ subject: string }>`
    select found.* from unnest(${ids}::text[]) with ordinality as owner(id, place)
    cross join lateral (
      select e.* from ${ticketEventsSql(ctx.workspace, sql`owner.id`)} where ${sql.join(bounds, sql` and `)}
      order by e.version ${backward ? sql`desc` : sql`asc`} limit ${size + 1}
    ) found order by owner.place, found.version ${backward ? sql`desc` : sql`asc`}`.execute(
    em.getKysely(),
  );
  const byTicket = Map.groupBy(rows, ({ subject }) => subject);
  return new Map(
    ids.map((id) => {
      const found = byTicket.get(id) ?? [];
      const nodes = found.slice(0, size).map(ticketEventFromRow);
      if (backward) nodes.reverse();
      const more = found.length > size;
      const page = eventPage(ctx, nodes, () => countOf(ctx, id, types));
      page.pageInfo.hasNextPage = backward ? Boolean(before) : more;
      page.pageInfo.hasPreviousPage = backward ? more : Boolean(after);
      return [id, page];
    }),
  );
}

/** Of one ticket the order of versions is the order of the log. A cursor of another ticket counts by its position. */
function beyond(
  ctx: Context,
  ids: readonly string[],
  cursor: string,
  argument: 'after' | 'before',
): Condition {
  const place = decodeCursor(ctx, cursor, [argument]);
  const { position, version } = place;
  const isOwn = sql`e.subject = any(${ids.filter((id) => place.isFor(id))}::text[])`;
  return argument === 'after'
    ? sql`(case when ${isOwn} then e.version > ${version} else e.position > ${position} end)`
    : sql`(case when ${isOwn} then e.version < ${version} else e.position < ${position} end)`;
}

/** The nodes as a page, with the facts' own cursors. */
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

const countOf = (ctx: Context, ticketId: string, types: TimelineQuery['types']): Promise<number> =>
  ctx.load.byKey(
    `timelines counted ${JSON.stringify(types)}`,
    ticketId,
    async (ids) => {
      const em = await ctx.read();
      const { rows } = await sql<{ id: string; count: number }>`
        select owner.id, (
          select count(*)::integer from ${ticketEventsSql(ctx.workspace, sql`owner.id`)} where ${visibleEventSql(ctx.actor)} and ${eventTypeSql(types)}
        ) as count from unnest(${ids}::text[]) as owner(id)`.execute(em.getKysely());
      return new Map(rows.map(({ id, count }) => [id, count]));
    },
    0,
  );
