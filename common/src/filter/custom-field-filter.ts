import 'reflect-metadata';
import { Field, ID, InputType } from 'type-graphql';
import { Refusal } from '../core/errors.ts';
import { DateTimeFilter, NumberFilter, StringFilter, TagFilter } from './sql-filter.ts';

@InputType({
  description: 'A condition on a custom field; exactly one of the comparators is given.',
})
export class FieldFilter {
  @Field(() => ID, {
    description: 'Which field; one that the caller may not see lets nothing through.',
  })
  fieldId!: string;
  @Field(() => StringFilter, {
    nullable: true,
    description: 'The text, of TEXT, LONG_TEXT, PATTERN and the choices.',
  })
  text?: StringFilter | null;
  @Field(() => NumberFilter, { nullable: true, description: 'The number, of NUMBER.' })
  number?: NumberFilter | null;
  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'The begin of the day in UTC, of DATE.',
  })
  date?: DateTimeFilter | null;
  @Field(() => TagFilter, {
    nullable: true,
    description: 'What is chosen, of CHOICE and CHOICES; upper and lower case are the same.',
  })
  choices?: TagFilter | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Yes or no, of CHECKBOX; one that nobody has filled is neither.',
  })
  checked?: boolean | null;
}

const MOST = 10;
const COMPARATORS = ['text', 'number', 'date', 'choices', 'checked'] as const;

/** Conditions on custom fields, refused when there are too many or one does not say one thing. */
export function refuseInvalidFieldFilters(filters: readonly FieldFilter[]): void {
  if (filters.length > MOST)
    throw new Refusal([
      {
        code: 'TOO_LONG',
        field: ['filter'],
        message: `A filter has at most ${MOST} custom fields in one object.`,
      },
    ]);
  for (const filter of filters)
    if (
      COMPARATORS.filter((name) => filter[name] !== null && filter[name] !== undefined).length !== 1
    )
      throw new Refusal([
        {
          code: 'INVALID',
          field: ['filter'],
          message: `A condition on a custom field has exactly one of ${COMPARATORS.join(', ')}.`,
        },
      ]);
}
