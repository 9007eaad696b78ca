import type { Actor } from '@deskgraph/common/auth/access';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { INSTANT_FILTER_FIELDS } from '@deskgraph/common/contract/ticket-filter-fields';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { rows } from '@deskgraph/common/database/query';
import { dayRangeChanges } from '@deskgraph/common/filter/date-range';
import { durationToMs } from '@deskgraph/common/graphql/scalars';
import type { RawBuilder } from 'kysely';
import { instantColumn, ticketFilterToSql } from '../../model/filter/sql.ts';
import { visibleTicketSql } from '../../model/rights/visible.ts';

/** Calls back once at an instant, or earlier. Returns a function that cancels it. */
export type SetTimer = (at: Date, onTime: () => void) => () => void;

/** Timers of Node.js cannot be set further ahead than about 24 days. */
const MAX_DELAY_MS = 3_600_000;

export const setTimer: SetTimer = (at, onTime) => {
  const delayMs = Math.min(Math.max(at.getTime() - Date.now(), 1), MAX_DELAY_MS);
  const timer = setTimeout(onTime, delayMs).unref();
  return () => clearTimeout(timer);
};

/** The result of a condition changes this many milliseconds after the instant in the column. */
interface ChangeDelay {
  column: RawBuilder<unknown>;
  ms: number;
}

/**
 * The next instant at which time alone can change the result of a filter; undefined without a
 * condition relative to now. A matching ticket has to match the outermost conditions that do not
 * depend on time, so only such tickets are examined.
 */
export async function nextTimeChange(
  ctx: Context,
  filter: TicketFilter | null | undefined,
  frequentTexts: ReadonlySet<string>,
  now: Date,
): Promise<Date | undefined> {
  const delays = filter ? changeDelays(filter, ctx.actor) : [];
  const nextDateChange = filter ? nextDateFieldChange(filter, now) : Infinity;
  const dateChangeAt = Number.isFinite(nextDateChange) ? new Date(nextDateChange) : undefined;
  if (!delays.length) return dateChangeAt;
  const timeless = ticketFilterToSql(timelessConditions(filter!), {
    actor: ctx.actor,
    now,
    frequentTexts,
  });
  const condition = sql`${visibleTicketSql(ctx.actor)} and ${timeless}`;
  const candidates = delays.map(({ column, ms }) => {
    const length = sql`${ms}::float8 * interval '1 millisecond'`;
    return sql`(
      select min(${column}) + ${length} from ticket t
      where ${condition} and ${column} > ${now}::timestamptz - ${length})`;
  });
  const [row] = await rows(
    ctx,
    sql<{ next_ms: number | null }>`
      select (extract(epoch from least(${sql.join(candidates)})) * 1000)::float8 as next_ms`,
  );
  const nextMs = row!.next_ms;
  if (nextMs === null) return dateChangeAt;
  return new Date(Math.min(Math.round(nextMs), dateChangeAt?.getTime() ?? Infinity));
}

/** The next instant at which time alone can change a condition on a custom date field. */
function nextDateFieldChange(filter: TicketFilter, now: Date): number {
  return Math.min(
    ...(filter.field ?? []).flatMap(({ date }) => (date ? dayRangeChanges(date, now) : [])),
    ...nestedFilters(filter).map((nested) => nextDateFieldChange(nested, now)),
  );
}

const nestedFilters = ({ and, or, not }: TicketFilter): TicketFilter[] => [
  ...(and ?? []),
  ...(or ?? []),
  ...(not ? [not] : []),
];

/** The outermost conditions of a filter without those on instants. */
function timelessConditions({
  and: _and,
  or: _or,
  not: _not,
  ...conditions
}: TicketFilter): TicketFilter {
  return {
    ...conditions,
    ...Object.fromEntries(INSTANT_FILTER_FIELDS.map((field) => [field, null])),
  };
}

/** `within` matches up to and including the last millisecond, `olderThan` from the next one. */
function changeDelays(filter: TicketFilter, actor: Actor): ChangeDelay[] {
  const outermost = INSTANT_FILTER_FIELDS.flatMap((field) => {
    const { within, olderThan } = filter[field] ?? {};
    const withinMs = within && durationToMs(within)!;
    const olderThanMs = olderThan && durationToMs(olderThan)!;
    const delays = [
      ...(typeof withinMs === 'number' ? [-withinMs, withinMs + 1] : []),
      ...(typeof olderThanMs === 'number' ? [olderThanMs + 1] : []),
    ];
    return delays.map((ms) => ({ column: instantColumn(field, actor), ms }));
  });
  return [...outermost, ...nestedFilters(filter).flatMap((nested) => changeDelays(nested, actor))];
}
