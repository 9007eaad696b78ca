import { encodeCursor, decodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { resumeStatus } from '@deskgraph/common/events/log';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { Page } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import type { TicketEvent } from './event.ts';
import {
  ticketIdsUpTo,
  canReadAllTickets,
  matchingTickets,
  matchingTicketsSql,
} from './event-filter.ts';
import { ticketEventFromRow } from './event-log.ts';
import { eventPage, requirePageSize, eventTypeSql } from './timeline.ts';
import { visibleEventSql } from './visibility.ts';

export interface EventQuery {
  filter?: TicketFilter | null | undefined;
  types?: string[] | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/** So many tickets are looked up in the log one by one; of more, the log is read through. */
const FEW = 1_000;
const STEP = 500;
/** A page that costs more steps than this is answered short, with a cursor to go on from. */
const STEPS = 20;

/** Facts of the log after a position, oldest first, of tickets that the caller may see and that match the filter as they are now. */
export async function findTicketEvents(
  ctx: Context,
  { filter, types, first, after }: EventQuery,
): Promise<Page<TicketEvent>> {
  const size = requirePageSize(first, 'first');
  const from = after ? await place(ctx, after) : 0;
  const facts =
    sql`${visibleEventSql(ctx.actor)} and ${eventTypeSql(types)} and e.subject like 'tkt\\_%'` as Condition;
  const all = !filter && canReadAllTickets(ctx);
  const condition = await matchingTicketsSql(ctx, filter);
  const few = all ? undefined : await ticketIdsUpTo(await ctx.read(), condition, FEW);
  if (all || few) {
    const narrow = few ? sql`e.subject = any(${few}::text[])` : sql`true`;
    const found = await read(ctx, sql`${facts} and ${narrow}`, from, size + 1);
    return answer(ctx, found.slice(0, size), found.length > size);
  }
  return through(ctx, { facts, condition, from, size });
}

const GONE =
  'The log does not go on from this position: read the tickets anew, and go on from the cursor of the one that changed last.';

/** Nothing may look as if nothing had happened; but what a stream does not tell any more is still read here. */
async function place(ctx: Context, after: string): Promise<number> {
  const { position } = decodeCursor(ctx, after, ['after']);
  const { isStored } = await resumeStatus(await ctx.read(), ctx.workspace, position);
  if (!isStored) throw new Refusal([{ code: 'CURSOR_EXPIRED', field: ['after'], message: GONE }]);
  return position;
}

interface Walk {
  facts: Condition;
  condition: Condition;
  from: number;
  size: number;
}

async function through(
  ctx: Context,
  { facts, condition, from, size }: Walk,
): Promise<Page<TicketEvent>> {
  const found: TicketEvent[] = [];
  let reached = from;
  for (let step = 0; step < STEPS; step++) {
    const part = await read(ctx, facts, reached, STEP);
    const tickets = await matchingTickets(ctx, condition, [
      ...new Set(part.map(({ domainEvent: fact }) => fact.subject)),
    ]);
    found.push(...part.filter(({ domainEvent: fact }) => tickets.has(fact.subject)));
    if (found.length > size) return answer(ctx, found.slice(0, size), true);
    if (part.length < STEP) return answer(ctx, found, false);
    reached = part.at(-1)!.domainEvent.position;
  }
  const page = answer(ctx, found, true);
  page.pageInfo.endCursor = encodeCursor(ctx, { position: reached });
  return page;
}

async function read(
  ctx: Context,
  condition: Condition,
  after: number,
  limit: number,
): Promise<TicketEvent[]> {
  const em = await ctx.read();
  const { rows } = await sql<object>`
    select * from event_log e where workspace_id = ${ctx.workspace}::uuid and position > ${after} and ${condition}
    order by position limit ${limit}`.execute(em.getKysely());
  return rows.map(ticketEventFromRow);
}

/** Counting would mean to read the whole log, and is left. */
function answer(ctx: Context, events: TicketEvent[], hasNextPage: boolean): Page<TicketEvent> {
  const page = eventPage(ctx, events, async () => null as never);
  page.pageInfo.hasNextPage = hasNextPage;
  return page;
}
