import type { Actor } from '@deskgraph/common/auth/access';
import type { DomainEvent } from '@deskgraph/common/events/types';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import {
  INSTANT_FILTER_FIELDS,
  UNLOGGED_PROPERTIES,
} from '@deskgraph/common/contract/ticket-filter-fields';
import type { CustomFieldValues } from '@deskgraph/common/contract/ticket-state';
import type { TicketLike } from '../../model/filter/memory.ts';
import { visibleTicketMatches } from '../../model/rights/visible.ts';

const TIMELESS = Object.fromEntries(
  [...INSTANT_FILTER_FIELDS, 'publicUpdatedAt'].map((field) => [field, undefined]),
);

const UNKNOWN = Object.fromEntries(UNLOGGED_PROPERTIES.map((property) => [property, undefined]));

/** Facts are asked about by every list of a workspace. */
const known = new WeakMap<DomainEvent, TicketLike[]>();

/**
 * The ticket as it was before a fact and as it is after it; none when the fact does not say. Without instants: what they decide can be another
 * thing later, and the list has to know when.
 */
function sidesOf(fact: DomainEvent): TicketLike[] {
  let sides = known.get(fact);
  if (!sides) {
    const { state, changes = {} } = fact.data as unknown as Partial<LoggedTicketData>;
    const after = state && { ...state, id: fact.subject, ...TIMELESS };
    const former = Object.entries(changes).map(([field, [from]]) => [field, from] as const);
    const before =
      after &&
      Object.assign({}, after, UNKNOWN, Object.fromEntries(former), {
        fields: formerFields(after, former),
      });
    known.set(fact, (sides = after && before ? [before, after] : []));
  }
  return sides;
}

/** Changes of custom fields are told by the ids of the fields. */
function formerFields(
  { fields }: TicketLike,
  former: readonly (readonly [string, unknown])[],
): CustomFieldValues | undefined {
  if (!fields) return undefined;
  const given = former.filter(([field]) => field.startsWith('fld_'));
  const all = Object.entries({ ...fields, ...Object.fromEntries(given) });
  return Object.fromEntries(all.filter(([, value]) => value !== null)) as CustomFieldValues;
}

/** Can a fact have changed the list? It can when its ticket was one of the list before it or is after it, or when only a statement could say. */
export function concerns(
  actor: Actor,
  filter: TicketFilter | null | undefined,
  fact: DomainEvent,
): boolean {
  if (!fact.subject.startsWith('tkt_')) return false;
  const sides = sidesOf(fact);
  return (
    !sides.length ||
    sides.some((ticket) => visibleTicketMatches(filter, ticket, { actor }) !== false)
  );
}
