import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { INSTANT_FILTER_FIELDS } from '@deskgraph/common/contract/ticket-filter-fields';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import type { DateTimeFilter } from '@deskgraph/common/filter/filter-inputs';
import type { TicketOrder } from '../filter/order.ts';
import { ticketListQuery } from '../lookup/queries.ts';

/** A saved filter is part of every event of the entity that has it. */
const MAX_FILTER_CHARACTERS = 16_000;

/** A filter or an order as plain JSON, without the classes of its input types. */
export const toStoredJson = <T extends object>(input: T): T =>
  JSON.parse(JSON.stringify(input)) as T;

/** The filter of `toStoredJson`: converts instants from text. */
export function filterFromJson(json: object): TicketFilter {
  const filter = { ...json } as TicketFilter;
  for (const field of INSTANT_FILTER_FIELDS)
    if (filter[field]) filter[field] = withDates(filter[field]);
  if (filter.field)
    filter.field = filter.field.map((condition) =>
      condition.date ? { ...condition, date: withDates(condition.date) } : condition,
    );
  if (filter.and) filter.and = filter.and.map(filterFromJson);
  if (filter.or) filter.or = filter.or.map(filterFromJson);
  if (filter.not) filter.not = filterFromJson(filter.not);
  return filter;
}

const withDates = ({ gte, lt, ...durations }: DateTimeFilter): DateTimeFilter => ({
  ...durations,
  ...(gte && { gte: new Date(gte) }),
  ...(lt && { lt: new Date(lt) }),
});

/** Refuses a filter or order that the query `tickets` would refuse, when it is saved. */
export function refuseInvalidList(
  ctx: Context,
  filter: TicketFilter | null | undefined,
  orderBy: TicketOrder[] | null | undefined,
): void {
  try {
    ticketListQuery(ctx.actor, { filter, orderBy }, new Set());
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(
      error.errors.map(({ code, field, message }) => ({
        code,
        field: ['input', ...(field ?? [])],
        message,
      })),
    );
  }
}

/** The same, and refuses a filter that is too long to be stored. */
export function refuseUnstorableFilter(
  ctx: Context,
  filter: TicketFilter | null | undefined,
  orderBy: TicketOrder[] | null | undefined,
): void {
  if (filter && JSON.stringify(filter).length > MAX_FILTER_CHARACTERS)
    throw new Refusal('TOO_LONG', 'filter');
  refuseInvalidList(ctx, filter, orderBy);
}
