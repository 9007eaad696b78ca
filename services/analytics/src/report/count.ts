import { type EntityManager, sql } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { RawBuilder } from 'kysely';
import type { BucketedQuery } from './input.ts';
import { TicketDimension, TicketMeasure } from './enums.ts';

/** The sources of measures. Each source is read once for all of its measures. */
export type MeasureSource = 'CREATED' | 'SOLVED' | 'RESPONDED' | 'UNSOLVED';

export const SOURCE_OF_MEASURE: Record<TicketMeasure, MeasureSource> = {
  CREATED: 'CREATED',
  SOLVED: 'SOLVED',
  RESOLUTION_TIME: 'SOLVED',
  FIRST_RESPONSE_TIME: 'RESPONDED',
  BACKLOG: 'UNSOLVED',
};
export const DURATION_MEASURES: readonly TicketMeasure[] = [
  TicketMeasure.FIRST_RESPONSE_TIME,
  TicketMeasure.RESOLUTION_TIME,
];

export interface MeasureCount {
  source: MeasureSource;
  /** True for the total over all rows. */
  total: boolean;
  /** Index of the time bucket, from 0. Null without TIME. */
  bucket: number | null;
  /** Values of the other dimensions, in the order of `by`. */
  keys: (string | null)[];
  /** The number of tickets. For UNSOLVED the difference to the previous bucket. */
  count: number;
  mean: number | null;
  p50: number | null;
  p90: number | null;
}

/** Rows of a report. A source is read up to this limit, and to the end of its last bucket. */
export const MAX_ROWS = 10_000;

/** The tickets to count. */
export interface CountOptions {
  /** A condition on `ticket t`. Undefined counts all tickets. */
  tickets: Condition | undefined;
  /** Includes spam and deleted tickets. */
  hidden: boolean;
}

/** Counts all sources of a query with one statement. */
export async function countMeasures(
  em: EntityManager,
  query: BucketedQuery,
  counted: CountOptions,
): Promise<MeasureCount[]> {
  const sources = [...new Set(query.measures.map((measure) => SOURCE_OF_MEASURE[measure]))];
  const selects = sources.map(
    (source) =>
      sql`(${source === 'UNSOLVED' ? backlogChanges(query, counted) : milestoneCounts(source, query, counted)})`,
  );
  const { rows } = await sql<MeasureCount>`${sql.join(selects, sql` union all `)}`.execute(
    em.getKysely(),
  );
  return rows;
}

const MILESTONE_COLUMNS = {
  CREATED: {
    at: 'created_at',
    department: 'created_department_id',
    agent: 'created_agent_id',
    seconds: null,
  },
  SOLVED: {
    at: 'solved_at',
    department: 'solved_department_id',
    agent: 'solved_agent_id',
    seconds: 'resolution_seconds',
  },
  RESPONDED: {
    at: 'responded_at',
    department: 'responded_department_id',
    agent: 'responded_agent_id',
    seconds: 'response_seconds',
  },
} as const;

/** Counts tickets by the instant of a milestone that each ticket has at most once. */
function milestoneCounts(
  source: Exclude<MeasureSource, 'UNSOLVED'>,
  query: BucketedQuery,
  { tickets, hidden }: CountOptions,
): RawBuilder<unknown> {
  const milestone = MILESTONE_COLUMNS[source];
  const column = (name: string): RawBuilder<unknown> => sql`t.${sql.ref(name)}`;
  const occurredAt = column(milestone.at);
  const hasDurations =
    milestone.seconds !== null &&
    query.measures.some(
      (measure) => DURATION_MEASURES.includes(measure) && SOURCE_OF_MEASURE[measure] === source,
    );
  const keys = keyColumns(query, column(milestone.department), column(milestone.agent));
  const events = sql`
    select width_bucket(${occurredAt}, ${instantArray(query.starts)}) - 1 as bucket, ${keys}${hasDurations ? sql`${column(milestone.seconds!)}` : sql`null::integer`} as seconds
    from ticket t where ${occurredAt} >= ${query.from} and ${occurredAt} < ${query.to}
      ${hidden ? sql`` : sql`and not t.hidden`} and ${tickets ?? sql`true`}`;
  const times = hasDurations
    ? sql`avg(seconds)::double precision as mean, (percentile_cont(0.5) within group (order by seconds)) as p50,
        (percentile_cont(0.9) within group (order by seconds)) as p90`
    : NO_DURATIONS;
  return groupedBySets(
    source,
    query,
    events,
    sql`count(*)::integer as count, ${times}`,
    MAX_ROWS + 1,
  );
}

/**
 * Changes of the backlog at the ends of the buckets. An interval adds 1 at the first end after it
 * opened and subtracts 1 at the first end after it closed, so two rows represent any number of
 * buckets.
 */
function backlogChanges(
  query: BucketedQuery,
  { tickets, hidden }: CountOptions,
): RawBuilder<unknown> {
  const ends = [...query.starts.slice(1), query.to.getTime()];
  const ofTicket = query.by.some((dimension) => dimension in TICKET_COLUMNS);
  const joined = tickets || ofTicket ? sql`join ticket t on t.id = s.ticket_id` : sql``;
  const keys = nonTimeDimensions(query).map((_, index) => sql`${sql.ref(`key${index}`)}, `);
  const events = sql`
    with interval as materialized (
      select ${keyColumns(query, sql`s.department_id`, sql`s.agent_id`)}
        width_bucket(s.opened_at, ${instantArray(ends)}) as opened, width_bucket(s.closed_at, ${instantArray(ends)}) as closed
      from unsolved s ${joined}
      where s.closed_at >= ${new Date(ends[0]!)} and s.opened_at < ${query.to} and s.opened_at < s.closed_at
        ${hidden ? sql`` : sql`and not s.hidden`} and ${tickets ?? sql`true`})
    select opened as bucket, ${sql.join(keys, sql``)}1 as difference from interval
    union all select closed, ${sql.join(keys, sql``)}-1 from interval where closed < ${ends.length}::integer`;
  return groupedBySets(
    'UNSOLVED',
    query,
    events,
    sql`coalesce(sum(difference), 0)::integer as count, ${NO_DURATIONS}`,
    2 * (MAX_ROWS + 1),
  );
}

const NO_DURATIONS = sql`null::double precision as mean, null::double precision as p50, null::double precision as p90`;

const TICKET_COLUMNS: Partial<Record<TicketDimension, RawBuilder<unknown>>> = {
  STATUS: sql`t.status`,
  PRIORITY: sql`t.priority`,
  CHANNEL: sql`t.channel`,
};

const nonTimeDimensions = ({ by }: BucketedQuery): TicketDimension[] =>
  by.filter((dimension) => dimension !== TicketDimension.TIME);

/** The columns `key0`, `key1` … of the dimensions other than TIME, each followed by a comma. */
function keyColumns(
  query: BucketedQuery,
  department: RawBuilder<unknown>,
  agent: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const columns = nonTimeDimensions(query).map((dimension, index) => {
    const value =
      TICKET_COLUMNS[dimension] ?? (dimension === TicketDimension.AGENT ? agent : department);
    return sql`${value} as ${sql.ref(`key${index}`)}, `;
  });
  return sql.join(columns, sql``);
}

/** Groups by all dimensions, and once more over all rows. */
function groupedBySets(
  source: MeasureSource,
  query: BucketedQuery,
  events: RawBuilder<unknown>,
  values: RawBuilder<unknown>,
  most: number,
): RawBuilder<unknown> {
  const keys = nonTimeDimensions(query).map((_, index) => sql.ref(`key${index}`));
  const byTime = query.by.includes(TicketDimension.TIME);
  const dimensions = byTime ? [sql.ref('bucket'), ...keys] : keys;
  const first = dimensions[0];
  return sql`
    select ${source}::text as source, ${first ? sql`grouping(${first}) = 1` : sql`true`} as total, ${byTime ? sql`bucket` : sql`null::integer`} as bucket,
      array[${sql.join(keys.map((key) => sql`${key}::text`))}]::text[] as keys, ${values}
    from (${events}) counted group by grouping sets (${first ? sql`(${sql.join(dimensions)}), ` : sql``}())
    ${byTime ? sql`order by total desc, bucket fetch first ${sql.lit(most)} rows with ties` : sql``}`;
}

const instantArray = (times: readonly number[]): RawBuilder<unknown> =>
  sql`${`{${times.map((time) => new Date(time).toISOString()).join(',')}}`}::timestamptz[]`;
