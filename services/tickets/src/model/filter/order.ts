import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { Direction, type OrderKey } from '@deskgraph/common/database/pagination';
import { Field, InputType, registerEnumType } from 'type-graphql';
import { changedAt } from '../ticket/read-rights.ts';
import { relevanceSql } from './text.ts';

export enum TicketOrderField {
  QUEUE = 'QUEUE',
  WAITING_SINCE = 'WAITING_SINCE',
  PRIORITY = 'PRIORITY',
  CREATED_AT = 'CREATED_AT',
  UPDATED_AT = 'UPDATED_AT',
  SOLVED_AT = 'SOLVED_AT',
  NUMBER = 'NUMBER',
  RELEVANCE = 'RELEVANCE',
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
    SOLVED_AT: { description: 'When it was solved.' },
    NUMBER: { description: 'The number that people quote.' },
    RELEVANCE: {
      description:
        'How well it fits the `text` of the filter; ascending is the best first. Of what very many tickets hold the 500 newest ones are listed.',
    },
  },
});

@InputType({
  description:
    'One key of an order. The id is always the last key; things without a value stand last.',
})
export class TicketOrder {
  @Field(() => TicketOrderField, { description: 'The key.' }) field!: TicketOrderField;
  @Field(() => Direction, {
    defaultValue: Direction.ASC,
    description: 'The direction, default ASC.',
  })
  direction: Direction = Direction.ASC;
}

type Key = Omit<OrderKey, 'direction'>;

const WAITING: Key = { by: sql`t.waiting_since`, type: 'timestamptz', nullable: true };
const CREATED: Key = { by: sql`t.created_at`, type: 'timestamptz' };
/** Smallest first is the best first. */
const relevanceOf = (texts: readonly string[], actor: Actor): Key => ({
  by: sql`-${relevanceSql(texts, actor)}`,
  type: 'double precision',
});

const KEYS: Record<TicketOrderField, (actor: Actor, texts: readonly string[]) => Key[]> = {
  QUEUE: () => [WAITING],
  WAITING_SINCE: () => [WAITING],
  PRIORITY: () => [{ by: sql`t.priority_rank`, type: 'integer' }],
  CREATED_AT: () => [CREATED],
  UPDATED_AT: (actor) => [{ by: changedAt(actor), type: 'timestamptz' }],
  SOLVED_AT: () => [{ by: sql`t.solved_at`, type: 'timestamptz', nullable: true }],
  NUMBER: () => [{ by: sql`t.number`, type: 'integer' }],
  RELEVANCE: (actor, texts) => [relevanceOf(texts, actor)],
};

/** Is the list to be ordered by how well its tickets fit? */
export const isOrderedByRelevance = (orderBy: readonly TicketOrder[] | null | undefined): boolean =>
  orderBy?.some(({ field }) => field === TicketOrderField.RELEVANCE) ?? false;

/** The keys of an order, id last, in the direction of the key before it. `texts`: those that are searched for. */
export function ticketOrderKeys(
  orderBy: readonly TicketOrder[] | null | undefined,
  actor: Actor,
  texts: readonly string[],
): OrderKey[] {
  if (isOrderedByRelevance(orderBy) && !texts.length)
    throw new Refusal([
      { code: 'INVALID', field: ['orderBy'], message: 'RELEVANCE needs a text in the filter.' },
    ]);
  const asked = orderBy?.length
    ? orderBy
    : [{ field: TicketOrderField.QUEUE, direction: Direction.ASC }];
  const keys = asked.flatMap(({ field, direction }) =>
    KEYS[field](actor, texts).map((key) => Object.assign({ direction }, key)),
  );
  return [...keys, { by: sql`t.id`, type: 'uuid', direction: keys.at(-1)!.direction }];
}
