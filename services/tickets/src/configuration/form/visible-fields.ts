import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';
import type { TicketField } from '../../model/field/field.ts';
import { fitsGiven, type TicketLike } from '../../model/filter/memory.ts';
import { readsOnHold } from '../../model/ticket/read-rights.ts';
import { filterOf } from '../../model/saved-filter/stored.ts';
import { isVisibleToRequesters, unrestrictedActor } from './condition.ts';
import type { FormField } from './form.ts';

/** Those fields of a form that the caller has in it. Requesters have what is for requesters; administrators, who make forms, and apps have all. */
export const fieldsVisibleTo = (
  actor: Actor,
  form: readonly FormField[],
  fields: ReadonlyMap<string, TicketField>,
): FormField[] => form.filter((each) => isFor(actor, each, fields));

function isFor(
  actor: Actor,
  { fieldId, roles, showWhen }: FormField,
  fields: ReadonlyMap<string, TicketField>,
): boolean {
  const field = fields.get(fieldId);
  if (!field) return false;
  if (readsOnHold(actor))
    return !roles.length || actor.role === null || hasRole(actor, Role.ADMIN, ...roles);
  const isOpen = !showWhen || isVisibleToRequesters(filterOf(showWhen), fields);
  return field.visibleToRequester && isOpen && (!roles.length || roles.includes(Role.REQUESTER));
}

/** Is a field of its form shown for a ticket? */
export const isFieldShown = (actor: Actor, ticket: TicketLike, { showWhen }: FormField): boolean =>
  !showWhen ||
  fitsGiven(filterOf(showWhen), unrestrictedActor(actor), ticket, new Date(), true) === true;
