import { Refusal } from '@deskgraph/common/core/errors';
import type { DateTimeFilter } from '@deskgraph/common/filter/sql-filter';
import type { Context } from '@deskgraph/common/database/context';
import { INSTANT_FIELDS } from './instants.ts';
import type { TicketFilter } from '../filter/sql.ts';
import { listed } from '../lookup/find.ts';
import type { TicketOrder } from '../filter/order.ts';

/** A kept filter goes with each fact of what it belongs to; so many characters it has at most, as JSON. */
const MOST = 16_000;

/** A filter or an order as it is kept: what was given, and nothing of its classes. */
export const toStoredJson = <T extends object>(given: T): T =>
  JSON.parse(JSON.stringify(given)) as T;

/** A kept filter as it was given: instants are text in JSON. */
export function filterFromJson(json: object): TicketFilter {
  const filter = { ...json } as TicketFilter;
  for (const field of INSTANT_FIELDS) {
    if (filter[field]) filter[field] = instants(filter[field]);
  }
  if (filter.field)
    filter.field = filter.field.map((each) =>
      each.date ? { ...each, date: instants(each.date) } : each,
    );
  if (filter.and) filter.and = filter.and.map(filterFromJson);
  if (filter.or) filter.or = filter.or.map(filterFromJson);
  if (filter.not) filter.not = filterFromJson(filter.not);
  return filter;
}

const instants = ({ gte, lt, ...rest }: DateTimeFilter): DateTimeFilter => ({
  ...rest,
  ...(gte && { gte: new Date(gte) }),
  ...(lt && { lt: new Date(lt) }),
});

/** What no list may be asked for is refused when it is written, and not by every list that is read later. */
export function refuseInvalidList(
  ctx: Context,
  filter: TicketFilter | null | undefined,
  orderBy: TicketOrder[] | null | undefined,
): void {
  try {
    listed(ctx.actor, { filter, orderBy }, new Set());
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

/** Nor is what would be too long to be kept. */
export function refuseUnstorableFilter(
  ctx: Context,
  filter: TicketFilter | null | undefined,
  orderBy: TicketOrder[] | null | undefined,
): void {
  if (filter && JSON.stringify(filter).length > MOST) throw new Refusal('TOO_LONG', 'filter');
  refuseInvalidList(ctx, filter, orderBy);
}
