import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { lockFieldsForShare } from '../field/lock.ts';
import type { Standing } from '../../model/ticket/events.ts';
import { readsOnHold } from '../../model/ticket/read-rights.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { type FieldRequirement, TicketForm } from './form.ts';
import { fieldsVisibleTo, isFieldShown } from './visible-fields.ts';

/**
 * Refuses a ticket whose form asks the caller for more than it holds, seen as it would be: `to` is where it is about to stand. What is missing is
 * told together, each field by its key. False is a value, nothing is none.
 */
export async function refuseMissingFields(
  ctx: Context,
  ticket: Ticket,
  when: `${FieldRequirement}`,
  to: Standing = ticket,
): Promise<void> {
  if (!ticket.formId) return;
  const { actor } = ctx;
  const form = await ctx.em.findOneOrFail(TicketForm, { id: ticket.formId });
  const empty = form.fields.filter(
    ({ fieldId, required }) => required === when && !(fieldId in ticket.fields),
  );
  if (!empty.length) return;
  const fields = new Map((await lockFieldsForShare(ctx)).map((field) => [field.id, field]));
  const wouldBe = Object.assign(Object.create(ticket) as Ticket, {
    status: to.status,
    customStatusId: to.customStatusId,
  });
  const missing = fieldsVisibleTo(actor, empty, fields)
    .filter((each) => isFieldShown(actor, wouldBe, each))
    .map(({ fieldId }) => fields.get(fieldId)!)
    .filter(({ editableByRequester }) => editableByRequester || readsOnHold(actor));
  if (missing.length)
    throw new Refusal(
      missing.map(({ key }) => ({ code: 'FIELD_REQUIRED', field: ['input', 'fields', key] })),
    );
}
