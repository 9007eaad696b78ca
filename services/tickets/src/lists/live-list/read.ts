import { sql, uuidArray } from '@deskgraph/common/database/database';
import type { Actor } from '@deskgraph/common/auth/access';
import { toId } from '@deskgraph/common/core/id';
import { keysetPage } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { ticketsWhere, countTickets, ticketListQuery } from '../../model/lookup/queries.ts';
import type { TicketOrder } from '../../model/filter/order.ts';
import { findFrequentTexts } from '../../model/filter/text.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { canSeeOnHold } from '../../model/ticket/read-rights.ts';
import type { Entry } from './difference.ts';
import { due } from './next-time-change.ts';

/** What a list is asked to be. */
export interface Wish {
  filter?: TicketFilter | null | undefined;
  orderBy?: TicketOrder[] | null | undefined;
  /** How many of the first tickets it shows; default 25, at most 100. */
  first?: number | null | undefined;
}

export interface Line extends Entry {
  ticket: Ticket;
}

/** A list as it is at one moment. */
export interface Reading {
  lines: Line[];
  totalCount: number;
  /** Those that stood in it before and do not now, if the caller may still see them. */
  gone: Map<string, Ticket>;
  /** When time alone can change it next. */
  due: Date | undefined;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * The statement of a list: the first tickets, and one more to tell whether there are any. It is the one of the query `tickets`, but reads ids
 * and versions only; a requester's version does not grow with what he may not know.
 */
function statement(actor: Actor, wish: Wish, frequent: ReadonlySet<string>, now: Date) {
  const { order, condition } = ticketListQuery(actor, wish, frequent, now);
  const page = keysetPage({ first: wish.first }, order);
  const version = canSeeOnHold(actor) ? sql.ref('t.version') : sql.ref('t.public_version');
  return {
    condition,
    size: page.limit - 1,
    select: sql<Entry>`select t.id, ${version} as version from ticket t where ${condition} order by ${page.order} limit ${page.limit}`,
  };
}

/** Two wishes with the same key are the same list: for whom it is and what is asked for says its statement. Refuses what no list can be. */
export function keyOf({ orm, actor }: Context, wish: Wish): string {
  const { sql: text, parameters } = statement(actor, wish, NONE, new Date(0)).select.compile(
    orm.em.fork().getKysely(),
  );
  return JSON.stringify([text, parameters]);
}

/** Reads a list, and those tickets of it that are not known in their version; all at one moment. */
export async function read(
  ctx: Context,
  wish: Wish,
  known: readonly Line[],
  now: Date,
): Promise<Reading> {
  const moment = ctx.fork();
  try {
    const frequent = await findFrequentTexts(moment, wish.filter);
    const { select, condition, size } = statement(ctx.actor, wish, frequent, now);
    const em = await moment.read();
    const rows = (await select.execute(em.getKysely())).rows.map(({ id, version }) => ({
      id: toId('tkt', id),
      version,
    }));
    const totalCount = rows.length > size ? await countTickets(moment, condition) : rows.length;
    const entries = rows.slice(0, size);
    const held = new Map(known.map((line) => [line.id, line]));
    const fresh = await ticketsOf(moment, [
      ...entries.filter(({ id, version }) => held.get(id)?.version !== version).map(({ id }) => id),
      ...missing(known, entries),
    ]);
    const lines = entries.map(({ id, version }) => ({
      id,
      version,
      ticket: fresh.get(id) ?? held.get(id)!.ticket,
    }));
    return { lines, totalCount, gone: fresh, due: await due(moment, wish.filter, frequent, now) };
  } finally {
    await moment.endSnapshot();
  }
}

const missing = (known: readonly Entry[], entries: readonly Entry[]): string[] => {
  const there = new Set(entries.map(({ id }) => id));
  return known.map(({ id }) => id).filter((id) => !there.has(id));
};

async function ticketsOf(ctx: Context, ids: readonly string[]): Promise<Map<string, Ticket>> {
  const tickets = ids.length
    ? await ticketsWhere(ctx, sql`t.id = any(${uuidArray('tkt', ids)})`)
    : [];
  return new Map(tickets.map((ticket) => [ticket.id, ticket]));
}
