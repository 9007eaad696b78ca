import { sql } from '@deskgraph/common/database/database';
import { Direction, type OrderKey } from '@deskgraph/common/database/pagination';
import { Field, InputType, registerEnumType } from 'type-graphql';

export enum CustomerOrderField {
  NAME = 'NAME',
  CREATED_AT = 'CREATED_AT',
  UPDATED_AT = 'UPDATED_AT',
}
registerEnumType(CustomerOrderField, {
  name: 'CustomerOrderField',
  description: 'The keys that customers can be ordered by.',
  valuesConfig: {
    NAME: { description: 'The name, ignoring case and accents. The default.' },
    CREATED_AT: { description: 'The time of creation.' },
    UPDATED_AT: { description: 'The time of the last change.' },
  },
});

@InputType({
  description:
    'One key of an order. The id is always the last key. Customers without a value come last.',
})
export class CustomerOrder {
  @Field(() => CustomerOrderField, { description: 'The field to order by.' })
  field!: CustomerOrderField;
  @Field(() => Direction, {
    defaultValue: Direction.ASC,
    description: 'The direction. Default ASC.',
  })
  direction: Direction = Direction.ASC;
}

const KEYS: Record<CustomerOrderField, (direction: Direction) => OrderKey> = {
  NAME: (direction) => ({ by: sql`c.sort_name`, type: 'text', direction }),
  CREATED_AT: (direction) => ({ by: sql`c.created_at`, type: 'timestamptz', direction }),
  UPDATED_AT: (direction) => ({ by: sql`c.updated_at`, type: 'timestamptz', direction }),
};

/** The keys of an order. The id comes last, in the direction of the key before it. */
export function customerOrderKeys(
  orderBy: readonly CustomerOrder[] | null | undefined,
): OrderKey[] {
  const order = orderBy?.length
    ? orderBy
    : [{ field: CustomerOrderField.NAME, direction: Direction.ASC }];
  const keys = order.map(({ field, direction }) => KEYS[field](direction));
  return [...keys, { by: sql`c.id`, type: 'uuid', direction: keys.at(-1)!.direction }];
}
