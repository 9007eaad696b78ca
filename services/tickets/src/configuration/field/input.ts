import { Json } from '@deskgraph/common/graphql/scalars';
import { Field, ID, InputType } from 'type-graphql';

@InputType({ description: 'A value for a custom field.' })
export class FieldValueInput {
  @Field(() => ID, { description: 'Which field.' }) fieldId!: string;
  @Field(() => Json, {
    nullable: true,
    description: 'The value, as the kind of the field says; null clears.',
  })
  value?: unknown;
}
