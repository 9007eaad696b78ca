import type { Actor } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import { sql } from '@deskgraph/common/database/database';
import { Direction, type OrderKey } from '@deskgraph/common/database/pagination';
import { Field, InputType, registerEnumType } from 'type-graphql';
import { changedAtColumn } from '../ticket/read-rights.ts';
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
  description: 'The key by which tickets are sorted.',
  valuesConfig: {
    QUEUE: { description: 'The longest unanswered first, then the oldest; the default.' },
    WAITING_SINCE: { description: 'The instant since which the requester waits for an answer.' },
    PRIORITY: { description: 'The priority; ascending is LOW first.' },
    CREATED_AT: { description: 'The instant of the creation.' },
    UPDATED_AT: { description: 'The instant of the last change that the caller may see.' },
    SOLVED_AT: { description: 'The instant of the solution.' },
    NUMBER: { description: 'The ticket number.' },
    RELEVANCE: {
      description:
        'The relevance for the `text` of the filter; ascending is the most relevant first. When very many tickets contain the text, only the 500 newest are listed.',
    },
  },
});

@InputType({
  description:
    'One key of a sort order. The id is always the last key; tickets without a value come last.',
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
/** Negative, so that ascending is the most relevant first. */
const relevanceKey = (texts: readonly string[], actor: Actor): Key => ({
  by: sql`-${relevanceSql(texts, actor)}`,
  type: 'double precision',
});

const KEYS: Record<TicketOrderField, (actor: Actor, texts: readonly string[]) => Key[]> = {
  QUEUE: () => [WAITING],
  WAITING_SINCE: () => [WAITING],
  PRIORITY: () => [{ by: sql`t.priority_rank`, type: 'integer' }],
  CREATED_AT: () => [CREATED],
  UPDATED_AT: (actor) => [{ by: changedAtColumn(actor), type: 'timestamptz' }],
  SOLVED_AT: () => [{ by: sql`t.solved_at`, type: 'timestamptz', nullable: true }],
  NUMBER: () => [{ by: sql`t.number`, type: 'integer' }],
  RELEVANCE: (actor, texts) => [relevanceKey(texts, actor)],
};

export const isOrderedByRelevance = (orderBy: readonly TicketOrder[] | null | undefined): boolean =>
  orderBy?.some(({ field }) => field === TicketOrderField.RELEVANCE) ?? false;

/** The keys of an order. The id is the last one, in the direction of the key before it. */
export function ticketOrderKeys(
  orderBy: readonly TicketOrder[] | null | undefined,
  actor: Actor,
  searchTexts: readonly string[],
): OrderKey[] {
  if (isOrderedByRelevance(orderBy) && !searchTexts.length)
    throw new Refusal([
      { code: 'INVALID', field: ['orderBy'], message: 'RELEVANCE needs a text in the filter.' },
    ]);
  const orders = orderBy?.length
    ? orderBy
    : [{ field: TicketOrderField.QUEUE, direction: Direction.ASC }];
  const keys = orders.flatMap(({ field, direction }) =>
    KEYS[field](actor, searchTexts).map((key): OrderKey => Object.assign({ direction }, key)),
  );
  return [...keys, { by: sql`t.id`, type: 'uuid', direction: keys.at(-1)!.direction }];
}
