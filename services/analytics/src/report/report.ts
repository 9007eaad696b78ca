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
      'A stable value for programs: the id, the enum value or the start of the bucket; null when the ticket had none.',
  })
  key!: string | null;
  @Field(() => String, {
    description:
      'A text for people; departments and agents have the name that they had at the end of the bucket, or of the period without TIME.',
  })
  label!: string;
  @Field(() => DateTime, {
    nullable: true,
    description: 'The start of the bucket; only for TIME. The first one may lie before the period.',
  })
  start!: Date | null;
  @Field(() => Agent, { nullable: true, description: 'The agent; only for AGENT.' })
  agent!: Agent | null;
  @Field(() => Department, { nullable: true, description: 'The department; only for DEPARTMENT.' })
  department!: Department | null;
}

@ObjectType({ simpleResolvers: true, description: 'The value of one measure.' })
export class MeasureCell {
  @Field(() => TicketMeasure, { description: 'The measure.' }) measure!: TicketMeasure;
  @Field(() => MeasureUnit, { description: 'The unit of the values.' }) unit!: MeasureUnit;
  @Field(() => Float, {
    nullable: true,
    description: 'The count, or the mean of the times; a mean without sample is null.',
  })
  value!: number | null;
  @Field(() => Float, {
    nullable: true,
    description: 'The median, interpolated; for times only, null without sample.',
  })
  p50!: number | null;
  @Field(() => Float, {
    nullable: true,
    description:
      'The value that nine in ten are not above, interpolated; for times only, null without sample.',
  })
  p90!: number | null;
  @Field(() => Int, { description: 'How many tickets stand behind the value.' }) sample!: number;
}

@ObjectType({ simpleResolvers: true, description: 'A row of a report.' })
export class TicketReportRow {
  @Field(() => [DimensionCell], {
    description: 'One cell per dimension, in the order that was asked for.',
  })
  dimensions!: DimensionCell[];
  @Field(() => [MeasureCell], {
    description: 'One cell per measure, in the order that was asked for.',
  })
  measures!: MeasureCell[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'A report over tickets, in the words of the graph.',
})
export class TicketReport {
  @Field(() => DateTime, { description: 'The period begins here, inclusive.' }) from!: Date;
  @Field(() => DateTime, { description: 'The period ends here, exclusive.' }) to!: Date;
  @Field(() => TimeZone, { description: 'The time zone that buckets follow.' }) timeZone!: string;
  @Field(() => CursorScalar, { description: 'The position of the last fact that is counted.' })
  cursor!: string;
  @Field(() => DateTime, {
    description:
      'The latest instant of which a fact is counted; the present one in a workspace without facts. Reports run seconds behind at most.',
  })
  asOf!: Date;
  @Field(() => [TicketReportRow], {
    description:
      'The rows, by time, then by the first measure, largest first; at most 10,000. By TIME alone every bucket of the period has a row, also an empty one; with other dimensions only what is there.',
  })
  rows!: TicketReportRow[];
  @Field(() => [MeasureCell], {
    description:
      'The measures over all rows, also over those left off; BACKLOG at the end of the period.',
  })
  totals!: MeasureCell[];
  @Field(() => Boolean, {
    description: 'There were more than 10,000 rows, and the later ones are left off.',
  })
  truncated!: boolean;
}
