import type { Context } from '@deskgraph/common/database/context';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { FieldValue, visibleFieldValues } from '../../configuration/field/values.ts';
import { TicketAction } from './action.ts';

@Resolver(() => TicketAction)
export class FieldsOfAction {
  @FieldResolver(() => [FieldValue], {
    nullable: true,
    description:
      'The values of custom fields to set, ordered by key; a null value clears the field.',
  })
  fields(@Root() { fields }: TicketAction, @Ctx() ctx: Context): Promise<FieldValue[]> | null {
    return fields
      ? visibleFieldValues(
          ctx,
          Object.fromEntries(fields.map(({ fieldId, value = null }) => [fieldId, value as never])),
        )
      : null;
  }
}
