import type { Actor } from '@deskgraph/common/auth/access';
import { Refusal, type UserErrorData } from '@deskgraph/common/core/errors';
import type { TicketField } from '../../model/field/field.ts';
import type { TicketFilter } from '../../model/filter/sql.ts';
import { fitsGiven } from '../../model/filter/memory.ts';

/** What a form may ask of a ticket that is not stored yet, so that no statement could be asked. */
const ANSWERED = [
  'status',
  'customStatusId',
  'priority',
  'channel',
  'categoryId',
  'departmentId',
  'assigneeId',
  'requesterId',
  'tag',
  'field',
] as const satisfies (keyof TicketFilter)[];
const ALLOWED: ReadonlySet<string> = new Set([...ANSWERED, 'and', 'or', 'not']);

/** All objects of a filter, whatever holds them, and the places where they stand. */
const placedIn = (filter: TicketFilter, place: string[]): [TicketFilter, string[]][] => [
  [filter, place],
  ...(filter.and ?? []).flatMap((each, at) => placedIn(each, [...place, 'and', `${at}`])),
  ...(filter.or ?? []).flatMap((each, at) => placedIn(each, [...place, 'or', `${at}`])),
  ...(filter.not ? placedIn(filter.not, [...place, 'not']) : []),
];
const partsOf = (filter: TicketFilter): TicketFilter[] =>
  placedIn(filter, []).map(([part]) => part);

/** Whoever fills a form, the same fields are shown for the same ticket: what he may see of it himself has no say. */
export const unrestrictedActor = (actor: Actor): Actor => ({
  ...actor,
  kind: 'system',
  role: null,
});

/** Refuses a condition that is too much, or asks for something else; each by its name. `place` leads to it in the input. */
export function refuseUnsupportedCondition(
  actor: Actor,
  filter: TicketFilter,
  place: string[],
): void {
  try {
    fitsGiven(filter, unrestrictedActor(actor), {});
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.errors.map(({ code, message }) => ({ code, field: place, message })));
  }
  const errors = placedIn(filter, place).flatMap(([part, at]) =>
    Object.entries(part)
      .filter(([name, value]) => value !== null && value !== undefined && !ALLOWED.has(name))
      .map(([name]): UserErrorData => ({
        code: 'INVALID',
        field: [...at, name],
        message: `A form can’t ask for \`${name}\`, only for ${ANSWERED.join(', ')}.`,
      })),
  );
  if (errors.length) throw new Refusal(errors);
}

/** The ids of the custom fields that a condition asks for. */
export const fieldIdsInCondition = (filter: TicketFilter): string[] =>
  partsOf(filter).flatMap(({ field }) => (field ?? []).map(({ fieldId }) => fieldId));

/** Does a condition ask only for what requesters see of a ticket? */
export const isVisibleToRequesters = (
  filter: TicketFilter,
  fields: ReadonlyMap<string, TicketField>,
): boolean =>
  partsOf(filter).every(
    ({ tag, customStatusId, field }) =>
      !tag &&
      !customStatusId &&
      (field ?? []).every(({ fieldId }) => fields.get(fieldId)?.visibleToRequester),
  );
