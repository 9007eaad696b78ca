import { CursorScalar, DateTime, TimeZone } from '@deskgraph/common/graphql/scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { Agent, Department } from '../foreign/foreign.ts';
import { MeasureUnit, TicketDimension, TicketMeasure } from './enums.ts';

@ObjectType({ simpleResolvers: true, description: 'The value of a row in one dimension.' })
export class DimensionCell {
  @Field(() => TicketDimension, { nullable: true, description: 'The dimension.' })
  dimension!: TicketDimension | null;
  @Field(() => String, {
    nullable: true,
    description:
      'A stable value for programs: the id, the enum value or the start of the bucket. Null when the ticket had none.',
  })
  key!: string | null;
  @Field(() => String, {
    description:
      'A display text. Departments and agents have their name at the end of the bucket, or of the period without TIME.',
  })
  label!: string;
  @Field(() => DateTime, {
    nullable: true,
    description:
      'The start of the bucket. TIME only. The first bucket can start before the period.',
  })
  start!: Date | null;
  @Field(() => Agent, { nullable: true, description: 'The agent. AGENT only.' })
  agent!: Agent | null;
  @Field(() => Department, { nullable: true, description: 'The department. DEPARTMENT only.' })
  department!: Department | null;
}

@ObjectType({ simpleResolvers: true, description: 'The value of one measure.' })
export class MeasureCell {
  @Field(() => TicketMeasure, { description: 'The measure.' }) measure!: TicketMeasure;
  @Field(() => MeasureUnit, { description: 'The unit of the values.' }) unit!: MeasureUnit;
  @Field(() => Float, {
    nullable: true,
    description: 'The count, or the mean of the durations. A mean without sample is null.',
  })
  value!: number | null;
  @Field(() => Float, {
    nullable: true,
    description: 'The interpolated median. Durations only; null without sample.',
  })
  p50!: number | null;
  @Field(() => Float, {
    nullable: true,
    description: 'The interpolated 90th percentile. Durations only; null without sample.',
  })
  p90!: number | null;
  @Field(() => Int, { description: 'The number of tickets behind the value.' }) sample!: number;
}

@ObjectType({ simpleResolvers: true, description: 'A row of a report.' })
export class TicketReportRow {
  @Field(() => [DimensionCell], {
    description: 'One cell per dimension, in the order of `by`.',
  })
  dimensions!: DimensionCell[];
  @Field(() => [MeasureCell], {
    description: 'One cell per measure, in the order of `measures`.',
  })
  measures!: MeasureCell[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'A report on tickets.',
})
export class TicketReport {
  @Field(() => DateTime, { description: 'The start of the period, inclusive.' }) from!: Date;
  @Field(() => DateTime, { description: 'The end of the period, exclusive.' }) to!: Date;
  @Field(() => TimeZone, { description: 'The time zone of the buckets.' }) timeZone!: string;
  @Field(() => CursorScalar, { description: 'The position of the last counted event.' })
  cursor!: string;
  @Field(() => DateTime, {
    description:
      'The time of the latest counted event; the current time in a workspace without events. Reports lag by seconds at most.',
  })
  asOf!: Date;
  @Field(() => [TicketReportRow], {
    description:
      'The rows, ordered by time, then by the first measure in descending order. At most 10,000. Split by TIME only, every bucket has a row, even an empty one; with other dimensions only non-empty ones have.',
  })
  rows!: TicketReportRow[];
  @Field(() => [MeasureCell], {
    description:
      'The measures over all rows, including truncated ones. BACKLOG is at the end of the period.',
  })
  totals!: MeasureCell[];
  @Field(() => Boolean, {
    description: 'Whether rows after the first 10,000 were left out.',
  })
  truncated!: boolean;
}
