import { sql } from '@deskgraph/common/database/database';
import { toId } from '@deskgraph/common/core/id';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import {
  Direction,
  type OrderKey,
  type Page,
  type PageRequest,
  keyset,
} from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import type { TicketFilter } from '../../model/filter/sql.ts';
import { ticketStateAt } from './at.ts';
import { pastFilterToSql } from './filter.ts';
import type { TicketState } from './state.ts';
import { ticketsAsOf } from './as-of.ts';

export interface PastQuery extends PageRequest {
  time: Date;
  filter?: TicketFilter | null | undefined;
}

const ORDER: readonly OrderKey[] = [
  { by: sql`t.number`, type: 'integer', direction: Direction.ASC },
  { by: sql`t.id`, type: 'uuid', direction: Direction.ASC },
];

/** A page of tickets as they stood, by number: of those that the caller may see today, what the filter let through then. */
export async function findTicketsAt(
  ctx: Context,
  { time, filter, ...request }: PastQuery,
): Promise<Page<TicketState>> {
  const condition = pastFilterToSql(filter, ctx.actor, time);
  const page = keyset(request, ORDER);
  const em = await ctx.read();
  const { rows } = await sql<{ id: string }>`
    select t.id, ${page.keys} from ${ticketsAsOf(ctx, time)} where ${condition} and ${page.where} order by ${page.order} limit ${page.limit}
  `.execute(em.getKysely());
  const states = await Promise.all(rows.map(({ id }) => ticketStateAt(ctx, toId('tkt', id), time)));
  // Of what was archived nothing is known any more.
  const known = rows
    .map((row, place) => ({ row, state: states[place]! }))
    .filter(({ state }) => state);
  return page.page(
    known.map(({ row }) => row),
    known.map(({ state }) => state),
    () => count(ctx, time, condition),
  );
}

async function count(ctx: Context, time: Date, condition: Condition): Promise<number> {
  const em = await ctx.read();
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from ${ticketsAsOf(ctx, time)} where ${condition}`.execute(
    em.getKysely(),
  );
  return rows[0]!.count;
}
