import type { Actor } from '@deskgraph/common/auth/access';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import {
  INSTANT_FILTER_FIELDS,
  UNLOGGED_PROPERTIES,
} from '@deskgraph/common/contract/ticket-filter-fields';
import type { CustomFieldValues } from '@deskgraph/common/contract/ticket-state';
import type { DomainEvent } from '@deskgraph/common/events/types';
import type { TicketLike } from '../../model/filter/memory.ts';
import { visibleTicketMatches } from '../../model/rights/visible.ts';

const WITHOUT_INSTANTS = Object.fromEntries(
  [...INSTANT_FILTER_FIELDS, 'publicUpdatedAt'].map((field) => [field, undefined]),
);

const WITHOUT_UNLOGGED = Object.fromEntries(
  UNLOGGED_PROPERTIES.map((property) => [property, undefined]),
);

/** Cached, because every list of a workspace evaluates the same events. */
const versionsByEvent = new WeakMap<DomainEvent, TicketLike[]>();

/**
 * The ticket before and after an event; empty when the event does not contain it. Instants are left
 * out: conditions on them change with time, which `nextTimeChange` handles.
 */
function ticketVersions(event: DomainEvent): TicketLike[] {
  let versions = versionsByEvent.get(event);
  if (!versions) {
    const { state, changes = {} } = event.data as unknown as Partial<LoggedTicketData>;
    const after = state && { ...state, id: event.subject, ...WITHOUT_INSTANTS };
    const previousValues = Object.entries(changes).map(([field, [from]]) => [field, from] as const);
    const before =
      after &&
      Object.assign({}, after, WITHOUT_UNLOGGED, Object.fromEntries(previousValues), {
        fields: previousCustomFields(after, previousValues),
      });
    versions = after && before ? [before, after] : [];
    versionsByEvent.set(event, versions);
  }
  return versions;
}

/** Changes of custom fields are keyed by field id. */
function previousCustomFields(
  { fields }: TicketLike,
  previousValues: readonly (readonly [string, unknown])[],
): CustomFieldValues | undefined {
  if (!fields) return undefined;
  const changed = previousValues.filter(([field]) => field.startsWith('fld_'));
  const all = Object.entries({ ...fields, ...Object.fromEntries(changed) });
  return Object.fromEntries(all.filter(([, value]) => value !== null)) as CustomFieldValues;
}

/**
 * Whether an event may have changed a list: its ticket matches the filter before or after it, or
 * only SQL can decide that.
 */
export function eventMayChangeList(
  actor: Actor,
  filter: TicketFilter | null | undefined,
  event: DomainEvent,
): boolean {
  if (!event.subject.startsWith('tkt_')) return false;
  const versions = ticketVersions(event);
  return (
    !versions.length ||
    versions.some((ticket) => visibleTicketMatches(filter, ticket, { actor }) !== false)
  );
}
