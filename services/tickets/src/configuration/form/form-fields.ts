import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import type { TicketField } from '../../model/field/field.ts';
import { ticketFilterMatches, type TicketLike } from '../../model/filter/memory.ts';
import { filterFromJson } from '../../model/saved-filter/saved-filter.ts';
import type { StatusSnapshot } from '../../model/ticket/events.ts';
import { canSeeOnHold } from '../../model/ticket/read-rights.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { lockFieldsForShare } from '../field/values.ts';
import { isVisibleToRequesters, unrestrictedActor } from './condition.ts';
import { type FieldRequirement, type FormField, TicketForm } from './form.ts';

/**
 * The fields of a form that the actor has in it. Requesters have the fields for requesters;
 * administrators, who configure forms, and apps have all fields.
 */
export const fieldsVisibleTo = (
  actor: Actor,
  formFields: readonly FormField[],
  fields: ReadonlyMap<string, TicketField>,
): FormField[] => formFields.filter((formField) => isVisibleTo(actor, formField, fields));

function isVisibleTo(
  actor: Actor,
  { fieldId, roles, showWhen }: FormField,
  fields: ReadonlyMap<string, TicketField>,
): boolean {
  const field = fields.get(fieldId);
  if (!field) return false;
  if (canSeeOnHold(actor))
    return !roles.length || actor.role === null || hasRole(actor, Role.ADMIN, ...roles);
  const hasVisibleCondition = !showWhen || isVisibleToRequesters(filterFromJson(showWhen), fields);
  return (
    field.visibleToRequester &&
    hasVisibleCondition &&
    (!roles.length || roles.includes(Role.REQUESTER))
  );
}

/** Whether the condition of a form field holds for the ticket. */
const isFieldShown = (actor: Actor, ticket: TicketLike, { showWhen }: FormField): boolean =>
  !showWhen ||
  ticketFilterMatches(filterFromJson(showWhen), ticket, {
    actor: unrestrictedActor(actor),
    withoutDatabase: true,
  }) === true;

/**
 * Refuses a ticket in which fields are empty that its form requires of the caller. Conditions are
 * evaluated with `target`, the status that the ticket is about to get. All missing fields are
 * refused together, each by its key. `false` is a value.
 */
export async function refuseMissingFields(
  ctx: Context,
  ticket: Ticket,
  requirement: `${FieldRequirement}`,
  target: StatusSnapshot = ticket,
): Promise<void> {
  if (!ticket.formId) return;
  const { actor } = ctx;
  const form = await ctx.em.findOneOrFail(TicketForm, { id: ticket.formId });
  const empty = form.fields.filter(
    ({ fieldId, required }) => required === requirement && !(fieldId in ticket.fields),
  );
  if (!empty.length) return;
  const fields = new Map((await lockFieldsForShare(ctx)).map((field) => [field.id, field]));
  const targetTicket = Object.assign(Object.create(ticket) as Ticket, {
    status: target.status,
    customStatusId: target.customStatusId,
  });
  const missing = fieldsVisibleTo(actor, empty, fields)
    .filter((formField) => isFieldShown(actor, targetTicket, formField))
    .map(({ fieldId }) => fields.get(fieldId)!)
    .filter(({ editableByRequester }) => editableByRequester || canSeeOnHold(actor));
  if (missing.length)
    throw new Refusal(
      missing.map(({ key }) => ({ code: 'FIELD_REQUIRED', field: ['input', 'fields', key] })),
    );
}
