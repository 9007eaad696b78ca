import { sql } from '@deskgraph/common/database';
import { Direction, type OrderKey } from '@deskgraph/common/page';
import { Field, InputType, registerEnumType } from 'type-graphql';

export enum TicketOrderField {
  QUEUE = 'QUEUE',
  WAITING_SINCE = 'WAITING_SINCE',
  PRIORITY = 'PRIORITY',
  CREATED_AT = 'CREATED_AT',
  UPDATED_AT = 'UPDATED_AT',
  NUMBER = 'NUMBER',
}
registerEnumType(TicketOrderField, {
  name: 'TicketOrderField',
  description: 'What tickets can be ordered by.',
  valuesConfig: {
    QUEUE: { description: 'The longest unanswered first, then the oldest; the default.' },
    WAITING_SINCE: { description: 'Since when the requester has no answer.' },
    PRIORITY: { description: 'The priority; ascending is LOW first.' },
    CREATED_AT: { description: 'When it was created.' },
    UPDATED_AT: { description: 'When it last changed, as far as the caller may see.' },
    NUMBER: { description: 'The number that people quote.' },
  },
});

@InputType({ description: 'One key of an order. The id is always the last key; things without a value stand last.' })
export class TicketOrder {
  @Field(() => TicketOrderField, { description: 'The key.' }) field!: TicketOrderField;
  @Field(() => Direction, { defaultValue: Direction.ASC, description: 'The direction, default ASC.' }) direction: Direction = Direction.ASC;
}

type Key = Omit<OrderKey, 'direction'>;

const WAITING: Key = { by: sql`t.waiting_since`, type: 'timestamptz', nullable: true };
const CREATED: Key = { by: sql`t.created_at`, type: 'timestamptz' };
const KEYS: Record<TicketOrderField, (full: boolean) => Key[]> = {
  QUEUE: () => [WAITING],
  WAITING_SINCE: () => [WAITING],
  PRIORITY: () => [{ by: sql`t.priority_rank`, type: 'integer' }],
  CREATED_AT: () => [CREATED],
  UPDATED_AT: (full) => [{ by: full ? sql`t.updated_at` : sql`t.public_updated_at`, type: 'timestamptz' }],
  NUMBER: () => [{ by: sql`t.number`, type: 'integer' }],
};

/** The keys of an order, id last, in the direction of the key before it. `full`: the caller may know of internal changes. */
export function orderKeys(orderBy: readonly TicketOrder[] | null | undefined, full: boolean): OrderKey[] {
  const asked = orderBy?.length ? orderBy : [{ field: TicketOrderField.QUEUE, direction: Direction.ASC }];
  const keys = asked.flatMap(({ field, direction }) => KEYS[field](full).map((key) => Object.assign({ direction }, key)));
  return [...keys, { by: sql`t.id`, type: 'uuid', direction: keys.at(-1)!.direction }];
}
