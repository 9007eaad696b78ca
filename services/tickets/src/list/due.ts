import { sql } from '@deskgraph/common/database';
import { milliseconds } from '@deskgraph/common/scalar';
import type { Context } from '@deskgraph/common/transaction';
import { type TicketFilter, matches } from '../ticket/filter.ts';
import { visible } from '../ticket/visible.ts';

/**
 * When time alone can next change what the filter lets through: never, without a condition that is relative to now. A ticket that fits must
 * fit the outermost plain conditions, so only such tickets are looked at.
 */
export async function due(
  ctx: Context,
  filter: TicketFilter | null | undefined,
  frequent: ReadonlySet<string>,
  now: Date,
): Promise<Date | undefined> {
  const shifts = filter ? [...new Set(shiftsOf(filter))] : [];
  if (!shifts.length) return undefined;
  const { and: _and, or: _or, not: _not, createdAt: _createdAt, ...plain } = filter!;
  const em = await ctx.read();
  const { rows } = await sql<{ due: number | null }>`
    select (extract(epoch from min(turn.at)) * 1000)::float8 as due from unnest(${shifts}::float8[]) as shift(ms)
    cross join lateral (
      select min(t.created_at) + shift.ms * interval '1 millisecond' as at from ticket t
      where ${visible(ctx.actor)} and ${matches(plain, ctx.actor, frequent, now)} and t.created_at > ${now}::timestamptz - shift.ms * interval '1 millisecond'
    ) turn`.execute(em.getKysely());
  const at = rows[0]!.due;
  return at === null ? undefined : new Date(Math.round(at));
}

/** How long after its creation the answer for a ticket changes; `within` holds up to the last millisecond, `olderThan` from the next one. */
function shiftsOf({ createdAt, and, or, not }: TicketFilter): number[] {
  const { within, olderThan } = createdAt ?? {};
  return [
    ...(within ? [-milliseconds(within)!, milliseconds(within)! + 1] : []),
    ...(olderThan ? [milliseconds(olderThan)! + 1] : []),
    ...[...(and ?? []), ...(or ?? []), ...(not ? [not] : [])].flatMap(shiftsOf),
  ];
}
