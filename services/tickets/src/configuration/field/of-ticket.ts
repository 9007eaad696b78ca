import { Json } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Ctx, Directive, Field, FieldResolver, ID, ObjectType, Resolver, Root } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';
import { fieldById } from '../../model/field/find.ts';
import { formatFieldValue } from '../../model/field/normalize.ts';
import type { CustomFieldValue } from '../../model/field/value.ts';

@ObjectType({ simpleResolvers: true, description: 'The value of a custom field.' })
@Directive('@shareable')
export class FieldValue {
  @Field(() => ID, { description: 'Which field.' }) fieldId!: string;
  @Field(() => String, { description: 'The field’s name for programs, `shoe_size`.' }) key!: string;
  @Field(() => Json, { nullable: true, description: 'The value, as the kind of the field says.' })
  value!: unknown;
  @Field(() => String, {
    nullable: true,
    description: 'The value as text, in the reader’s language.',
  })
  text!: string | null;
}

@Resolver(() => Ticket)
export class FieldsOfTicket {
  @FieldResolver(() => [FieldValue], {
    description:
      'The values of custom fields that the caller may see, by key; those without a value are left out.',
  })
  fields(@Root() { fields }: Ticket, @Ctx() ctx: Context): Promise<FieldValue[]> {
    return visibleFieldValues(ctx, fields);
  }
}

/** Values as the caller may see them; null is the value of one that is cleared. */
export async function visibleFieldValues(
  ctx: Context,
  values: Record<string, CustomFieldValue | null>,
): Promise<FieldValue[]> {
  const found = await Promise.all(
    Object.entries(values).map(async ([fieldId, value]) => {
      const field = await fieldById(ctx, fieldId);
      return (
        field && {
          fieldId,
          key: field.key,
          value,
          text: value === null ? null : formatFieldValue(field.kind, value, ctx.locales),
        }
      );
    }),
  );
  return found.filter((value) => value !== null).sort((a, b) => (a.key < b.key ? -1 : 1));
}
