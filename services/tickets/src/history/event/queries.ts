import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import type { Page } from '@deskgraph/common/database/pagination';
import { rows } from '@deskgraph/common/database/query';
import { resumeStatus } from '@deskgraph/common/events/log';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { decodeCursor, encodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import {
  canReadAllTickets,
  matchingTickets,
  matchingTicketsSql,
  ticketIdsUpTo,
} from './event-filter.ts';
import { ticketEventFromRow } from './event-log.ts';
import type { TicketEvent } from './event.ts';
import { eventPage, eventTypeSql, requirePageSize } from './timeline.ts';
import { visibleEventSql } from './visibility.ts';

export interface EventQuery {
  filter?: TicketFilter | null | undefined;
  types?: string[] | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/** Up to this number of matching tickets, the log is read by ticket; with more, it is scanned. */
const MAX_INDEXED_TICKETS = 1_000;
const SCAN_BATCH_SIZE = 500;
/** A scan that needs more batches returns a short page, with a cursor to continue from. */
const MAX_SCAN_BATCHES = 20;

/**
 * Events of the log after a cursor, oldest first, of the tickets that the caller can see and that
 * match the filter now.
 */
export async function findTicketEvents(
  ctx: Context,
  { filter, types, first, after }: EventQuery,
): Promise<Page<TicketEvent>> {
  const size = requirePageSize(first, 'first');
  const from = after ? await storedPosition(ctx, after) : 0;
  const events: Condition = sql`${visibleEventSql(ctx.actor)} and ${eventTypeSql(types)}
    and e.subject like 'tkt\\_%'`;
  const includesAll = !filter && canReadAllTickets(ctx);
  const tickets = await matchingTicketsSql(ctx, filter);
  const ticketIds = includesAll
    ? undefined
    : await ticketIdsUpTo(await ctx.read(), tickets, MAX_INDEXED_TICKETS);
  if (!includesAll && !ticketIds) return scanLog(ctx, { events, tickets, from, size });
  const isOfTickets = ticketIds ? sql`e.subject = any(${ticketIds}::text[])` : sql`true`;
  const found = await readLog(ctx, sql`${events} and ${isOfTickets}`, from, size + 1);
  return logPage(ctx, found.slice(0, size), found.length > size);
}

const CURSOR_EXPIRED =
  'Events after this cursor are no longer stored. Load the tickets again and continue from the cursor of the last changed one.';

/**
 * Refuses a cursor whose following events are deleted: the page would look as if there were none.
 * Unlike a subscription, the query also accepts a cursor that is too old to resume a stream.
 */
async function storedPosition(ctx: Context, after: string): Promise<number> {
  const { position } = decodeCursor(ctx, after, ['after']);
  const { isStored } = await resumeStatus(await ctx.read(), ctx.workspace, position);
  if (!isStored)
    throw new Refusal([{ code: 'CURSOR_EXPIRED', field: ['after'], message: CURSOR_EXPIRED }]);
  return position;
}

interface LogScan {
  /** A condition on `e`. */
  events: Condition;
  /** A condition on `t`. */
  tickets: Condition;
  from: number;
  size: number;
}

/** Reads the log in batches and keeps the events of matching tickets. */
async function scanLog(
  ctx: Context,
  { events, tickets, from, size }: LogScan,
): Promise<Page<TicketEvent>> {
  const found: TicketEvent[] = [];
  let position = from;
  for (let count = 0; count < MAX_SCAN_BATCHES; count++) {
    const batch = await readLog(ctx, events, position, SCAN_BATCH_SIZE);
    const subjects = new Set(batch.map(({ domainEvent }) => domainEvent.subject));
    const matching = await matchingTickets(ctx, tickets, [...subjects]);
    found.push(...batch.filter(({ domainEvent }) => matching.has(domainEvent.subject)));
    if (found.length > size) return logPage(ctx, found.slice(0, size), true);
    if (batch.length < SCAN_BATCH_SIZE) return logPage(ctx, found, false);
    ({ position } = batch.at(-1)!.domainEvent);
  }
  const page = logPage(ctx, found, true);
  page.pageInfo.endCursor = encodeCursor(ctx, { position });
  return page;
}

async function readLog(
  ctx: Context,
  condition: Condition,
  after: number,
  limit: number,
): Promise<TicketEvent[]> {
  const found = await rows(
    ctx,
    sql<object>`
      select * from event_log e
      where workspace_id = ${ctx.workspace}::uuid and position > ${after} and ${condition}
      order by position limit ${limit}`,
  );
  return found.map(ticketEventFromRow);
}

/** `totalCount` is null, because counting would read the whole log. */
function logPage(ctx: Context, events: TicketEvent[], hasNextPage: boolean): Page<TicketEvent> {
  const page = eventPage(ctx, events, async () => null as never);
  page.pageInfo.hasNextPage = hasNextPage;
  return page;
}
