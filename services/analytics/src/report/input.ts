import { Refusal } from '@deskgraph/common/core/errors';
import { DateTime, Duration, TimeZone, durationToMs } from '@deskgraph/common/graphql/scalars';
import { ArgsType, Field, InputType } from 'type-graphql';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { Granularity, TicketDimension, TicketMeasure } from './enums.ts';
import { DAY, bucketStarts, lastDays } from './time-buckets.ts';

@InputType({
  description:
    'The period of a report: either `from` and `to`, or `last`. At most 10 years (3,660 days), and at most 10,000 time buckets.',
})
export class PeriodInput {
  @Field(() => DateTime, {
    nullable: true,
    description: 'The start, inclusive. Requires `to`.',
  })
  from?: Date | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'The end, exclusive. Requires `from`.',
  })
  to?: Date | null;
  @Field(() => Duration, {
    nullable: true,
    description:
      'The last whole days in the time zone of the report, including today. `P1D` to `P3660D`.',
  })
  last?: string | null;
}

@ArgsType()
export class ReportArgs {
  @Field(() => TicketFilter, {
    nullable: true,
    description: 'The tickets to count, by their current state. Default: all. `text` is refused.',
  })
  filter?: TicketFilter | null;
  @Field(() => [TicketDimension], {
    description:
      'The dimensions that rows are split by, at most 5, each once. Without dimensions the report has one row.',
  })
  by!: TicketDimension[];
  @Field(() => [TicketMeasure], { description: 'The measures, 1 to 10, each once.' })
  measures!: TicketMeasure[];
  @Field(() => PeriodInput, { description: 'The period of the counted events.' })
  period!: PeriodInput;
  @Field(() => TimeZone, {
    nullable: true,
    description: 'The time zone of days and buckets. Default UTC.',
  })
  timeZone?: string | null;
  @Field(() => Granularity, {
    nullable: true,
    defaultValue: Granularity.DAY,
    description: 'The width of the time buckets. Default DAY.',
  })
  granularity?: Granularity | null;
}

/** A validated query with all defaults filled in. */
export interface ReportQuery {
  filter: TicketFilter | null;
  by: TicketDimension[];
  measures: TicketMeasure[];
  from: Date;
  to: Date;
  zone: string;
  granularity: Granularity;
}

export interface BucketedQuery extends ReportQuery {
  /** The starts of the time buckets. Without TIME there is one bucket, the period. */
  starts: number[];
}

const MAX_DIMENSIONS = 5;
const MAX_MEASURES = 10;
const MAX_PERIOD_MS = 3660 * DAY;
const MAX_BUCKETS = 10_000;

const refuse = (field: string[], message: string): never => {
  throw new Refusal([{ code: 'INVALID', field, message }]);
};

export function parseReportArgs(args: ReportArgs, now = Date.now()): ReportQuery {
  const { by, measures } = args;
  if (by.length > MAX_DIMENSIONS)
    refuse(['by'], `A report has at most ${MAX_DIMENSIONS} dimensions.`);
  if (new Set(by).size < by.length) refuse(['by'], 'A dimension must not be repeated.');
  if (measures.length < 1 || measures.length > MAX_MEASURES)
    refuse(['measures'], `A report has 1 to ${MAX_MEASURES} measures.`);
  if (new Set(measures).size < measures.length)
    refuse(['measures'], 'A measure must not be repeated.');
  const zone = args.timeZone ?? 'UTC';
  const granularity = args.granularity ?? Granularity.DAY;
  return {
    filter: args.filter ?? null,
    by,
    measures,
    ...resolvePeriod(args.period, zone, now),
    zone,
    granularity,
  };
}

/** Computes the time buckets. Cached reports skip this. */
export function withBuckets(query: ReportQuery): BucketedQuery {
  const { by, from, to, zone, granularity } = query;
  if (!by.includes(TicketDimension.TIME)) return { ...query, starts: [from.getTime()] };
  const starts = bucketStarts(granularity, zone, from.getTime(), to.getTime(), MAX_BUCKETS);
  if (!starts)
    return refuse(
      ['granularity'],
      `The period has more than ${MAX_BUCKETS} buckets. Choose a wider granularity.`,
    );
  return { ...query, starts };
}

function resolvePeriod(
  { from, to, last }: PeriodInput,
  zone: string,
  now: number,
): { from: Date; to: Date } {
  if (last) {
    if (from || to) refuse(['period'], 'Give either from and to, or last.');
    const length = durationToMs(last)!;
    const isValid = length >= DAY && length % DAY === 0 && length <= MAX_PERIOD_MS;
    if (!isValid) refuse(['period', 'last'], 'This is a number of whole days, P1D to P3660D.');
    return lastDays(length / DAY, zone, now);
  }
  if (!from || !to) return refuse(['period'], 'Give either from and to, or last.');
  if (to <= from) refuse(['period', 'to'], '`to` has to be after `from`.');
  if (to.getTime() - from.getTime() > MAX_PERIOD_MS)
    refuse(['period'], 'A period has at most 3,660 days.');
  return { from, to };
}
