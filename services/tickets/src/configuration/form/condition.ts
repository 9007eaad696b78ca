import type { Actor } from '@deskgraph/common/auth/access';
import { Refusal, type UserErrorData } from '@deskgraph/common/core/errors';
import type { TicketField } from '../../model/field/field.ts';
import { ticketFilterMatches } from '../../model/filter/memory.ts';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { FORM_FILTER_FIELDS } from '@deskgraph/common/contract/ticket-filter-fields';

const ALLOWED: ReadonlySet<string> = new Set([...FORM_FILTER_FIELDS, 'and', 'or', 'not']);

/** The filter and all filters nested in it, each with its path in the input. */
const nestedFilters = (filter: TicketFilter, path: string[]): [TicketFilter, string[]][] => [
  [filter, path],
  ...(filter.and ?? []).flatMap((part, index) => nestedFilters(part, [...path, 'and', `${index}`])),
  ...(filter.or ?? []).flatMap((part, index) => nestedFilters(part, [...path, 'or', `${index}`])),
  ...(filter.not ? nestedFilters(filter.not, [...path, 'not']) : []),
];
const filtersIn = (filter: TicketFilter): TicketFilter[] =>
  nestedFilters(filter, []).map(([part]) => part);

/**
 * An actor that may read all of a ticket. Conditions are evaluated for it, so that the same fields
 * are shown for the same ticket regardless of who fills the form.
 */
export const unrestrictedActor = (actor: Actor): Actor => ({
  ...actor,
  kind: 'system',
  role: null,
});

/** Refuses a condition, at `path` of the input, that is too large or uses an unsupported field. */
export function refuseUnsupportedCondition(
  actor: Actor,
  filter: TicketFilter,
  path: string[],
): void {
  try {
    ticketFilterMatches(filter, {}, { actor: unrestrictedActor(actor) });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.errors.map(({ code, message }) => ({ code, field: path, message })));
  }
  const errors = nestedFilters(filter, path).flatMap(([part, partPath]) =>
    Object.entries(part)
      .filter(([name, value]) => value !== null && value !== undefined && !ALLOWED.has(name))
      .map(([name]): UserErrorData => ({
        code: 'INVALID',
        field: [...partPath, name],
        message: `A form can’t use a condition on \`${name}\`, only on ${FORM_FILTER_FIELDS.join(', ')}.`,
      })),
  );
  if (errors.length) throw new Refusal(errors);
}

/** The ids of the custom fields that a condition uses. */
export const fieldIdsInCondition = (filter: TicketFilter): string[] =>
  filtersIn(filter).flatMap(({ field }) => (field ?? []).map(({ fieldId }) => fieldId));

/** Whether a condition uses only values that requesters can see. */
export const isVisibleToRequesters = (
  filter: TicketFilter,
  fields: ReadonlyMap<string, TicketField>,
): boolean =>
  filtersIn(filter).every(
    ({ tag, customStatusId, field }) =>
      !tag &&
      !customStatusId &&
      (field ?? []).every(({ fieldId }) => fields.get(fieldId)?.visibleToRequester),
  );
