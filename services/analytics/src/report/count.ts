import { type EntityManager, sql } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { RawBuilder } from 'kysely';
import type { Question } from './input.ts';
import { TicketDimension, TicketMeasure } from './enums.ts';

/** Where measures are counted: each source is read once, whatever is measured on it. */
export type Source = 'CREATED' | 'SOLVED' | 'RESPONDED' | 'UNSOLVED';

export const SOURCES: Record<TicketMeasure, Source> = {
  CREATED: 'CREATED',
  SOLVED: 'SOLVED',
  RESOLUTION_TIME: 'SOLVED',
  FIRST_RESPONSE_TIME: 'RESPONDED',
  BACKLOG: 'UNSOLVED',
};
export const TIMES: readonly TicketMeasure[] = [
  TicketMeasure.FIRST_RESPONSE_TIME,
  TicketMeasure.RESOLUTION_TIME,
];

export interface Count {
  source: Source;
  /** Over all rows. */
  total: boolean;
  /** Number of the time bucket, from 0; null without TIME. */
  bucket: number | null;
  /** Values of the other dimensions, in the asked order. */
  keys: (string | null)[];
  /** Tickets; for UNSOLVED how many more they are than in the bucket before. */
  count: number;
  mean: number | null;
  p50: number | null;
  p90: number | null;
}

/** Rows of an answer. What a source has beyond it is not read, except the rest of its last bucket. */
export const ROW_LIMIT = 10_000;

/** Which tickets are counted. */
export interface Counted {
  /** A condition on `t`; undefined lets all tickets through. */
  tickets: Condition | undefined;
  /** Also spam, and what is in the bin. */
  hidden: boolean;
}

/** Counts all sources of a question with one statement. */
export async function count(
  em: EntityManager,
  question: Question,
  counted: Counted,
): Promise<Count[]> {
  const sources = [...new Set(question.measures.map((measure) => SOURCES[measure]))];
  const selects = sources.map(
    (source) =>
      sql`(${source === 'UNSOLVED' ? unsolved(question, counted) : milestones(source, question, counted)})`,
  );
  const { rows } = await sql<Count>`${sql.join(selects, sql` union all `)}`.execute(em.getKysely());
  return rows;
}

const PLACES = {
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

/** Tickets by the instant of something that each has once. */
function milestones(
  source: Exclude<Source, 'UNSOLVED'>,
  question: Question,
  { tickets, hidden }: Counted,
): RawBuilder<unknown> {
  const place = PLACES[source];
  const column = (name: string): RawBuilder<unknown> => sql`t.${sql.ref(name)}`;
  const at = column(place.at);
  const timed =
    place.seconds !== null &&
    question.measures.some((measure) => TIMES.includes(measure) && SOURCES[measure] === source);
  const keys = keysOf(question, column(place.department), column(place.agent));
  const facts = sql`
    select width_bucket(${at}, ${instants(question.starts)}) - 1 as bucket, ${keys}${timed ? sql`${column(place.seconds!)}` : sql`null::integer`} as seconds
    from ticket t where ${at} >= ${question.from} and ${at} < ${question.to}
      ${hidden ? sql`` : sql`and not t.hidden`} and ${tickets ?? sql`true`}`;
  const times = timed
    ? sql`avg(seconds)::double precision as mean, (percentile_cont(0.5) within group (order by seconds)) as p50,
        (percentile_cont(0.9) within group (order by seconds)) as p90`
    : NO_TIMES;
  return grouped(source, question, facts, sql`count(*)::integer as count, ${times}`, ROW_LIMIT + 1);
}

/**
 * Tickets that were unsolved at the end of the buckets: a stretch begins to count at the first end after it opened and no longer counts at
 * the first end after it closed, so that two changes stand for any number of buckets. Each bucket with a row has at most two changes.
 */
function unsolved(question: Question, { tickets, hidden }: Counted): RawBuilder<unknown> {
  const ends = [...question.starts.slice(1), question.to.getTime()];
  const ofTicket = question.by.some((dimension) => dimension in OF_TICKET);
  const joined = tickets || ofTicket ? sql`join ticket t on t.id = s.ticket_id` : sql``;
  const keys = others(question).map((_, at) => sql`${sql.ref(`key${at}`)}, `);
  const facts = sql`
    with stretch as materialized (
      select ${keysOf(question, sql`s.department_id`, sql`s.agent_id`)}
        width_bucket(s.opened_at, ${instants(ends)}) as opened, width_bucket(s.closed_at, ${instants(ends)}) as closed
      from unsolved s ${joined}
      where s.closed_at >= ${new Date(ends[0]!)} and s.opened_at < ${question.to} and s.opened_at < s.closed_at
        ${hidden ? sql`` : sql`and not s.hidden`} and ${tickets ?? sql`true`})
    select opened as bucket, ${sql.join(keys, sql``)}1 as difference from stretch
    union all select closed, ${sql.join(keys, sql``)}-1 from stretch where closed < ${ends.length}::integer`;
  return grouped(
    'UNSOLVED',
    question,
    facts,
    sql`coalesce(sum(difference), 0)::integer as count, ${NO_TIMES}`,
    2 * (ROW_LIMIT + 1),
  );
}

const NO_TIMES = sql`null::double precision as mean, null::double precision as p50, null::double precision as p90`;

const OF_TICKET: Partial<Record<TicketDimension, RawBuilder<unknown>>> = {
  STATUS: sql`t.status`,
  PRIORITY: sql`t.priority`,
  CHANNEL: sql`t.channel`,
};

const others = ({ by }: Question): TicketDimension[] =>
  by.filter((dimension) => dimension !== TicketDimension.TIME);

/** The columns `key0`, `key1` … of the dimensions other than TIME, each followed by a comma. */
function keysOf(
  question: Question,
  department: RawBuilder<unknown>,
  agent: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const columns = others(question).map((dimension, at) => {
    const value =
      OF_TICKET[dimension] ?? (dimension === TicketDimension.AGENT ? agent : department);
    return sql`${value} as ${sql.ref(`key${at}`)}, `;
  });
  return sql.join(columns, sql``);
}

/** The facts by all dimensions, and once more over all of them. */
function grouped(
  source: Source,
  question: Question,
  facts: RawBuilder<unknown>,
  values: RawBuilder<unknown>,
  most: number,
): RawBuilder<unknown> {
  const keys = others(question).map((_, at) => sql.ref(`key${at}`));
  const timed = question.by.includes(TicketDimension.TIME);
  const dimensions = timed ? [sql.ref('bucket'), ...keys] : keys;
  const first = dimensions[0];
  return sql`
    select ${source}::text as source, ${first ? sql`grouping(${first}) = 1` : sql`true`} as total, ${timed ? sql`bucket` : sql`null::integer`} as bucket,
      array[${sql.join(keys.map((key) => sql`${key}::text`))}]::text[] as keys, ${values}
    from (${facts}) facts group by grouping sets (${first ? sql`(${sql.join(dimensions)}), ` : sql``}())
    ${timed ? sql`order by total desc, bucket fetch first ${sql.lit(most)} rows with ties` : sql``}`;
}

const instants = (times: readonly number[]): RawBuilder<unknown> =>
  sql`${`{${times.map((time) => new Date(time).toISOString()).join(',')}}`}::timestamptz[]`;
