import { Refusal } from '@deskgraph/common/core/errors';
import { DateTime, Duration, TimeZone, durationToMs } from '@deskgraph/common/graphql/scalars';
import { ArgsType, Field, InputType } from 'type-graphql';
import { TicketFilter } from '../ticket/filter.ts';
import { Granularity, TicketDimension, TicketMeasure } from './enums.ts';
import { DAY, bucketStarts, lastDays } from './time-buckets.ts';

@InputType({
  description:
    'The period of a report: either `from` and `to`, or `last`. At most 10 years (3,660 days), and at most 10,000 time buckets.',
})
export class PeriodInput {
  @Field(() => DateTime, {
    nullable: true,
    description: 'From this instant on; together with `to`.',
  })
  from?: Date | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Until before this instant; together with `from`.',
  })
  to?: Date | null;
  @Field(() => Duration, {
    nullable: true,
    description:
      'The last whole days by the clock of the time zone, today included: `P30D` ends with today; `P1D` to `P3660D`.',
  })
  last?: string | null;
}

@ArgsType()
export class ReportArgs {
  @Field(() => TicketFilter, {
    nullable: true,
    description: 'Which tickets count, as they stand today; default all. `text` is refused.',
  })
  filter?: TicketFilter | null;
  @Field(() => [TicketDimension], {
    description: 'What rows are split by, at most 5, each once; none gives one row of totals.',
  })
  by!: TicketDimension[];
  @Field(() => [TicketMeasure], { description: 'What is measured, 1 to 10, each once.' })
  measures!: TicketMeasure[];
  @Field(() => PeriodInput, { description: 'The period whose facts count.' }) period!: PeriodInput;
  @Field(() => TimeZone, {
    nullable: true,
    description: 'The time zone that days and buckets follow; default UTC.',
  })
  timeZone?: string | null;
  @Field(() => Granularity, {
    nullable: true,
    defaultValue: Granularity.DAY,
    description: 'The width of the buckets of TIME; default DAY.',
  })
  granularity?: Granularity | null;
}

/** What is asked, checked and without defaults. */
export interface Asked {
  filter: TicketFilter | null;
  by: TicketDimension[];
  measures: TicketMeasure[];
  from: Date;
  to: Date;
  zone: string;
  granularity: Granularity;
}

export interface Question extends Asked {
  /** Starts of the time buckets; without TIME the period is the only one. */
  starts: number[];
}

const DIMENSION_LIMIT = 5;
const MEASURE_LIMIT = 10;
const PERIOD_LIMIT = 3660 * DAY;
const BUCKET_LIMIT = 10_000;

const refuse = (field: string[], message: string): never => {
  throw new Refusal([{ code: 'INVALID', field, message }]);
};

export function asked(args: ReportArgs, now = Date.now()): Asked {
  const { by, measures } = args;
  if (by.length > DIMENSION_LIMIT)
    refuse(['by'], `A report has at most ${DIMENSION_LIMIT} dimensions.`);
  if (new Set(by).size < by.length) refuse(['by'], 'Each dimension stands once.');
  if (measures.length < 1 || measures.length > MEASURE_LIMIT)
    refuse(['measures'], `A report has 1 to ${MEASURE_LIMIT} measures.`);
  if (new Set(measures).size < measures.length) refuse(['measures'], 'Each measure stands once.');
  const zone = args.timeZone ?? 'UTC';
  const granularity = args.granularity ?? Granularity.DAY;
  return {
    filter: args.filter ?? null,
    by,
    measures,
    ...periodOf(args.period, zone, now),
    zone,
    granularity,
  };
}

/** The calendar is worked out only for questions that are not answered yet. */
export function bucketed(question: Asked): Question {
  const { by, from, to, zone, granularity } = question;
  if (!by.includes(TicketDimension.TIME)) return { ...question, starts: [from.getTime()] };
  const starts = bucketStarts(granularity, zone, from.getTime(), to.getTime(), BUCKET_LIMIT);
  if (!starts)
    return refuse(
      ['granularity'],
      `The period has more than ${BUCKET_LIMIT} buckets; take wider ones.`,
    );
  return { ...question, starts };
}

function periodOf(
  { from, to, last }: PeriodInput,
  zone: string,
  now: number,
): { from: Date; to: Date } {
  if (last) {
    if (from || to) refuse(['period'], 'Give either from and to, or last.');
    const length = durationToMs(last)!;
    const fits = length >= DAY && length % DAY === 0 && length <= PERIOD_LIMIT;
    if (!fits) refuse(['period', 'last'], 'This is a number of whole days, P1D to P3660D.');
    return lastDays(length / DAY, zone, now);
  }
  if (!from || !to) return refuse(['period'], 'Give either from and to, or last.');
  if (to <= from) refuse(['period', 'to'], 'The period ends after it begins.');
  if (to.getTime() - from.getTime() > PERIOD_LIMIT)
    refuse(['period'], 'A period has at most 3,660 days.');
  return { from, to };
}
