import type { Actor } from '@deskgraph/common/auth/access';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { keysetPage } from '@deskgraph/common/database/pagination';
import { ids, rows } from '@deskgraph/common/database/query';
import type { TicketOrder } from '../../model/filter/order.ts';
import { findFrequentTexts } from '../../model/filter/text.ts';
import { countTickets, ticketListQuery, ticketsWhere } from '../../model/lookup/queries.ts';
import { canSeeOnHold } from '../../model/ticket/read-rights.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import type { ListEntry } from './difference.ts';
import { nextTimeChange } from './next-time-change.ts';

/** The arguments of a list. */
export interface TicketListRequest {
  filter?: TicketFilter | null | undefined;
  orderBy?: TicketOrder[] | null | undefined;
  /** The maximum number of tickets in the list. Default 25, at most 100. */
  first?: number | null | undefined;
}

export interface TicketEntry extends ListEntry {
  ticket: Ticket;
}

/** The result of one read. */
export interface TicketListState {
  entries: TicketEntry[];
  totalCount: number;
  /**
   * The tickets that the read has loaded: entries that are new or have another version, and those
   * that have left the list and are still visible to the caller.
   */
  loadedTickets: Map<string, Ticket>;
  /** The next instant at which time alone can change the list. */
  nextChangeAt: Date | undefined;
}

const NO_TEXTS: ReadonlySet<string> = new Set();

/**
 * The query of a list: the first tickets, and one more to detect whether there are others. It is
 * that of the query `tickets`, but selects ids and versions only. For requesters it selects the
 * public version, which internal changes do not increase.
 */
function listQuery(
  actor: Actor,
  request: TicketListRequest,
  frequentTexts: ReadonlySet<string>,
  now: Date,
) {
  const { order, condition } = ticketListQuery(actor, request, frequentTexts, now);
  const page = keysetPage({ first: request.first }, order);
  const version = canSeeOnHold(actor) ? sql.ref('t.version') : sql.ref('t.public_version');
  return {
    condition,
    size: page.limit - 1,
    select: sql<ListEntry>`
      select t.id, ${version} as version from ticket t
      where ${condition} order by ${page.order} limit ${page.limit}`,
  };
}

/**
 * Requests with the same key share a list: the query depends on the arguments and the rights of the
 * caller. Refuses invalid arguments.
 */
export function ticketListKey({ orm, actor }: Context, request: TicketListRequest): string {
  const { select } = listQuery(actor, request, NO_TEXTS, new Date(0));
  const { sql: text, parameters } = select.compile(orm.em.fork().getKysely());
  return JSON.stringify([text, parameters]);
}

/**
 * Reads a list in one snapshot. Of its tickets it loads those whose version differs from that in
 * `cached`, the entries of the previous read.
 */
export async function readTicketList(
  ctx: Context,
  request: TicketListRequest,
  cached: readonly TicketEntry[],
  now: Date,
): Promise<TicketListState> {
  const snapshot = ctx.fork();
  try {
    const frequentTexts = await findFrequentTexts(snapshot, request.filter);
    const { select, condition, size } = listQuery(ctx.actor, request, frequentTexts, now);
    const read = (await rows(snapshot, select)).map(({ id, version }): ListEntry => ({
      id: toId('tkt', id),
      version,
    }));
    const totalCount = read.length > size ? await countTickets(snapshot, condition) : read.length;
    const visible = read.slice(0, size);
    const cachedById = new Map(cached.map((entry) => [entry.id, entry]));
    const loadedTickets = await loadTickets(snapshot, [
      ...visible.filter(({ id, version }) => cachedById.get(id)?.version !== version),
      ...removedEntries(cached, visible),
    ]);
    const entries = visible.map(({ id, version }) => ({
      id,
      version,
      ticket: loadedTickets.get(id) ?? cachedById.get(id)!.ticket,
    }));
    const nextChangeAt = await nextTimeChange(snapshot, request.filter, frequentTexts, now);
    return { entries, totalCount, loadedTickets, nextChangeAt };
  } finally {
    await snapshot.endSnapshot();
  }
}

function removedEntries(before: readonly ListEntry[], after: readonly ListEntry[]): ListEntry[] {
  const remaining = new Set(after.map(({ id }) => id));
  return before.filter(({ id }) => !remaining.has(id));
}

async function loadTickets(
  ctx: Context,
  entries: readonly ListEntry[],
): Promise<Map<string, Ticket>> {
  const tickets = entries.length
    ? await ticketsWhere(ctx, sql`t.id = any(${ids('tkt', entries)})`)
    : [];
  return new Map(tickets.map((ticket) => [ticket.id, ticket]));
}
