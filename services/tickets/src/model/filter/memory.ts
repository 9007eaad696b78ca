import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import {
  type FieldKind,
  type FieldKinds,
  TICKET_FILTER_FIELD_NAMES,
  type TicketFilterField,
  type TicketFilterProperty,
  ticketFilterField,
} from '@deskgraph/common/contract/ticket-filter-fields';
import { refuseInvalidFieldFilters } from '@deskgraph/common/filter/custom-field-filter';
import { whenPresent } from '@deskgraph/common/filter/filter-tree';
import {
  type FilterResult,
  booleanFilterMatches,
  choiceFilterMatches,
  idFilterMatches,
  idListFilterMatches,
  instantFilterMatches,
  numberFilterMatches,
  tagFilterMatches,
  textFilterMatches,
  treeFilterMatches,
} from '@deskgraph/common/filter/memory-filter';
import { canSeeOnHold, visibleStatus } from '../ticket/read-rights.ts';
import type { Ticket } from '../ticket/ticket.ts';
import { customFieldFiltersMatch } from './custom-field-memory.ts';
import type { FilterContext } from './sql.ts';

type InMemory<Value> = Value extends Date ? Date | string : Value;

type OptionalProperty =
  | Exclude<TicketFilterProperty, 'id' | 'departmentId' | 'requesterId'>
  | 'ccIds'
  | 'publicUpdatedAt';

/**
 * A ticket in memory: a stored one, or the state in an event of it with its id. Older events lack
 * properties that came later.
 */
export type TicketLike = Pick<Ticket, 'id' | 'departmentId' | 'requesterId'> & {
  [Property in OptionalProperty]?: InMemory<Ticket[Property]> | undefined;
};

export interface MemoryFilterContext extends Pick<FilterContext, 'actor' | 'now'> {
  /**
   * True when no SQL condition can decide an undefined result: letters beyond ASCII are compared in
   * memory then, which differs from the collation of the database in rare cases.
   */
  withoutDatabase?: boolean;
}

type Context = MemoryFilterContext & { now: Date };

/** The fields that differ from the default of their kind. */
const OVERRIDES: {
  [Field in TicketFilterField]?: (
    value: NonNullable<TicketFilter[Field]>,
    ticket: Partial<TicketLike>,
    context: Context,
  ) => FilterResult;
} = {
  text: () => undefined,
  status: (filter, { status }, { actor }) =>
    choiceFilterMatches(status && visibleStatus(actor, status), filter),
  field: (filters, { fields }, { actor, now, withoutDatabase }) => {
    if (canSeeOnHold(actor))
      return customFieldFiltersMatch(filters, { values: fields, now, withoutDatabase });
    // Which fields requesters may see is not known here.
    refuseInvalidFieldFilters(filters);
    return undefined;
  },
  updatedAt: (filter, { updatedAt, publicUpdatedAt }, { actor, now }) =>
    instantFilterMatches(canSeeOnHold(actor) ? updatedAt : publicUpdatedAt, filter, now),
  spam: (expected, { spam }, { actor }) => (canSeeOnHold(actor) && Boolean(spam)) === expected,
};

/** The evaluation of each kind. A value is undefined when the ticket does not have the property. */
const BY_KIND: {
  [Kind in Exclude<FieldKind, 'search' | 'customFields'>]: (
    value: never,
    filter: FieldKinds[Kind],
    context: Context,
  ) => FilterResult;
} = {
  id: (id, filter, { actor }) => idFilterMatches(id, filter, actor.id),
  idList: (ids, filter, { actor }) => idListFilterMatches(ids, filter, actor.id),
  number: numberFilterMatches,
  choice: choiceFilterMatches,
  text: textFilterMatches,
  instant: (instant, filter, { now }) => instantFilterMatches(instant, filter, now),
  boolean: booleanFilterMatches,
  presence: (value, expected) => Boolean(value) === expected,
  tags: tagFilterMatches,
};

/**
 * Evaluates a filter in memory, with the same result as `ticketFilterToSql`; undefined when only
 * the database can decide.
 */
export function ticketFilterMatches(
  filter: TicketFilter | null | undefined,
  ticket: Partial<TicketLike>,
  { now = new Date(), ...options }: MemoryFilterContext,
): FilterResult {
  const context: Context = { now, ...options };
  return treeFilterMatches<TicketFilter>(filter, (node) =>
    TICKET_FILTER_FIELD_NAMES.flatMap((field) =>
      whenPresent<unknown, FilterResult>(node[field], (value) =>
        fieldMatches(field, value as never, ticket, context),
      ),
    ),
  );
}

function fieldMatches(
  field: TicketFilterField,
  value: never,
  ticket: Partial<TicketLike>,
  context: Context,
): FilterResult {
  const { kind, property, staffOnly } = ticketFilterField(field);
  if (staffOnly && !canSeeOnHold(context.actor)) return false;
  const override = OVERRIDES[field];
  if (override) return override(value, ticket, context);
  const matches = BY_KIND[kind as keyof typeof BY_KIND];
  return matches(ticket[property as TicketFilterProperty] as never, value, context);
}
