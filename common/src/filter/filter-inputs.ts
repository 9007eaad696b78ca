import 'reflect-metadata';
import { Field, Float, ID, InputType } from 'type-graphql';
import { DateTime, Duration } from '../graphql/scalars.ts';

const EQ = 'Equals this value.';
const IN = 'Is one of these values, at most 100.';
const NOT_IN = 'Is none of these values, at most 100.';
const IS_NULL = 'Has no value (true), or has one (false).';

@InputType({
  description: 'A condition on text, case-insensitive. All given parts hold together.',
})
export class StringFilter {
  @Field(() => String, { nullable: true, description: EQ })
  eq?: string | null;
  @Field(() => [String], { nullable: true, description: IN })
  in?: string[] | null;
  @Field(() => String, { nullable: true, description: 'Contains this text.' })
  contains?: string | null;
  @Field(() => String, { nullable: true, description: 'Starts with this text.' })
  startsWith?: string | null;
  @Field(() => Boolean, { nullable: true, description: IS_NULL })
  isNull?: boolean | null;
}

@InputType({
  description:
    'A condition on a reference. The value `me` is the caller. All given parts hold together.',
})
export class IdFilter {
  @Field(() => ID, { nullable: true, description: EQ })
  eq?: string | null;
  @Field(() => [ID], { nullable: true, description: IN })
  in?: string[] | null;
  @Field(() => [ID], { nullable: true, description: NOT_IN })
  notIn?: string[] | null;
  @Field(() => Boolean, { nullable: true, description: 'Is not set (true), or is set (false).' })
  isNull?: boolean | null;
}

@InputType({ description: 'A condition on a number. All given parts hold together.' })
export class NumberFilter {
  @Field(() => Float, { nullable: true, description: EQ })
  eq?: number | null;
  @Field(() => Float, { nullable: true, description: 'Is at least this value.' })
  gte?: number | null;
  @Field(() => Float, { nullable: true, description: 'Is at most this value.' })
  lte?: number | null;
  @Field(() => Boolean, { nullable: true, description: IS_NULL })
  isNull?: boolean | null;
}

@InputType({ description: 'A condition on an instant. All given parts hold together.' })
export class DateTimeFilter {
  @Field(() => DateTime, { nullable: true, description: 'At this instant or later.' })
  gte?: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'Before this instant.' })
  lt?: Date | null;
  @Field(() => Duration, {
    nullable: true,
    description: 'At most this duration before or after now.',
  })
  within?: string | null;
  @Field(() => Duration, { nullable: true, description: 'More than this duration ago.' })
  olderThan?: string | null;
  @Field(() => Boolean, { nullable: true, description: IS_NULL })
  isNull?: boolean | null;
}

@InputType({
  description:
    'A condition on a list of tags or options, case-insensitive. All given parts hold together.',
})
export class TagFilter {
  @Field(() => [String], { nullable: true, description: 'Has at least one of these values.' })
  any?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'Has every one of these values.' })
  all?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'Has none of these values.' })
  none?: string[] | null;
}

@InputType({
  description: 'A condition on a custom field. Exactly one of the comparators must be set.',
})
export class FieldFilter {
  @Field(() => ID, {
    description: 'The custom field. No ticket matches a field that the caller may not see.',
  })
  fieldId!: string;
  @Field(() => StringFilter, {
    nullable: true,
    description: 'The text of a TEXT, LONG_TEXT, PATTERN, CHOICE or CHOICES field.',
  })
  text?: StringFilter | null;
  @Field(() => NumberFilter, { nullable: true, description: 'The number of a NUMBER field.' })
  number?: NumberFilter | null;
  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'The start of the day, in UTC, of a DATE field.',
  })
  date?: DateTimeFilter | null;
  @Field(() => TagFilter, {
    nullable: true,
    description: 'The selected options of a CHOICE or CHOICES field, case-insensitive.',
  })
  choices?: TagFilter | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'The state of a CHECKBOX field. A field without a value is neither.',
  })
  checked?: boolean | null;
}

/** A filter on one enum. */
export interface ChoiceFilter<T extends string> {
  eq?: T | null;
  in?: T[] | null;
  notIn?: T[] | null;
}

/**
 * Makes the input type of a filter on one enum.
 *
 * @example
 * export const TicketStatusFilter = choiceFilterInput(TicketStatus, 'TicketStatusFilter', '…');
 */
export function choiceFilterInput<T extends string>(
  values: Record<string, T>,
  name: string,
  description: string,
): new () => ChoiceFilter<T> {
  @InputType(name, { description })
  class EnumFilter implements ChoiceFilter<T> {
    @Field(() => values, { nullable: true, description: EQ })
    eq?: T | null;
    @Field(() => [values], { nullable: true, description: IN })
    in?: T[] | null;
    @Field(() => [values], { nullable: true, description: NOT_IN })
    notIn?: T[] | null;
  }
  return EnumFilter;
}
