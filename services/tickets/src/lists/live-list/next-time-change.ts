import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { dayRangeChanges } from '@deskgraph/common/filter/date-range';
import { durationToMs } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import type { RawBuilder } from 'kysely';
import { instantColumn, ticketFilterToSql } from '../../model/filter/sql.ts';
import { visibleTicketSql } from '../../model/rights/visible.ts';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { INSTANT_FILTER_FIELDS } from '@deskgraph/common/contract/ticket-filter-fields';

/** The answer about a ticket changes so long after the instant in the column. */
interface Turn {
  column: RawBuilder<unknown>;
  ms: number;
}

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
  const turns = filter ? turnsOf(filter, ctx.actor) : [];
  const dayTurn = filter ? dayTurnOf(filter, now) : Infinity;
  const day = Number.isFinite(dayTurn) ? new Date(dayTurn) : undefined;
  if (!turns.length) return day;
  const em = await ctx.read();
  const condition = sql`${visibleTicketSql(ctx.actor)} and ${ticketFilterToSql(plain(filter!), { actor: ctx.actor, now, frequentTexts: frequent })}`;
  const nexts = turns.map(({ column, ms }) => {
    const length = sql`${ms}::float8 * interval '1 millisecond'`;
    return sql`(select min(${column}) + ${length} from ticket t where ${condition} and ${column} > ${now}::timestamptz - ${length})`;
  });
  const { rows } = await sql<{ due: number | null }>`
    select (extract(epoch from least(${sql.join(nexts)})) * 1000)::float8 as due`.execute(
    em.getKysely(),
  );
  const at = rows[0]!.due;
  if (at === null) return day;
  return new Date(Math.min(Math.round(at), day?.getTime() ?? Infinity));
}

/** When time alone can next change what a condition on a custom day says of any ticket. */
function dayTurnOf(filter: TicketFilter, now: Date): number {
  const { and, or, not, field } = filter;
  const own = (field ?? []).flatMap(({ date }) => (date ? dayRangeChanges(date, now) : []));
  return Math.min(
    ...own,
    ...[...(and ?? []), ...(or ?? []), ...(not ? [not] : [])].map((part) => dayTurnOf(part, now)),
  );
}

function plain({ and: _and, or: _or, not: _not, ...conditions }: TicketFilter): TicketFilter {
  return {
    ...conditions,
    ...Object.fromEntries(INSTANT_FILTER_FIELDS.map((field) => [field, null])),
  };
}

/** `within` holds up to the last millisecond, `olderThan` from the next one. */
function turnsOf(filter: TicketFilter, actor: Actor): Turn[] {
  const { and, or, not } = filter;
  const own = INSTANT_FILTER_FIELDS.flatMap((field) => {
    const { within, olderThan } = filter[field] ?? {};
    const [around, past] = [within && durationToMs(within)!, olderThan && durationToMs(olderThan)!];
    const lengths = [
      ...(typeof around === 'number' ? [-around, around + 1] : []),
      ...(typeof past === 'number' ? [past + 1] : []),
    ];
    return lengths.map((ms) => ({ column: instantColumn(field, actor), ms }));
  });
  return [
    ...own,
    ...[...(and ?? []), ...(or ?? []), ...(not ? [not] : [])].flatMap((part) =>
      turnsOf(part, actor),
    ),
  ];
}
