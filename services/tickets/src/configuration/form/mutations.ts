import { Refusal, type UserErrorData } from '@deskgraph/common/core/errors';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import {
  limitPerWorkspace,
  lockForUpdate,
  recordCreation,
  recordDeletion,
  recordUpdate,
  refuseDuplicate,
  requireNotNull,
} from '@deskgraph/common/database/crud';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import { toStoredJson } from '../../model/saved-filter/saved-filter.ts';
import { lockFieldsForShare } from '../field/values.ts';
import { refuseUnsupportedCondition } from './condition.ts';
import { FieldRequirement, type FormField, TicketForm, formEvents } from './form.ts';
import type {
  FormFieldInput,
  TicketFormCreateInput,
  TicketFormCreatePayload,
  TicketFormDeleteInput,
  TicketFormDeletePayload,
  TicketFormUpdateInput,
  TicketFormUpdatePayload,
} from './input.ts';

/** Keeps the list of forms small enough to return it without pages. */
const MAX_FORMS_PER_WORKSPACE = 100;
/** Size limit of the fields of a form as JSON; every event of the form carries them. */
const MAX_FORM_FIELDS_BYTES = 64 * 1024;

export async function createForm(
  ctx: Context,
  input: TicketFormCreateInput,
): Promise<TicketFormCreatePayload> {
  await limitPerWorkspace(ctx, TicketForm, { max: MAX_FORMS_PER_WORKSPACE });
  await refuseDuplicate(ctx, TicketForm, { name: input.name }, { ignoreCase: true });
  const ticketForm = ctx.em.create(TicketForm, {
    id: newId('frm'),
    workspaceId: ctx.workspace,
    name: input.name,
    public: input.public ?? true,
    fields: await toFormFields(ctx, input.fields),
  });
  await recordCreation(ctx, formEvents, ticketForm);
  return { ticketForm, userErrors: [] };
}

/**
 * Changes a form; new requirements for solving also apply to tickets that already have the form.
 */
export async function updateForm(
  ctx: Context,
  input: TicketFormUpdateInput,
): Promise<TicketFormUpdatePayload> {
  requireNotNull(input, ['name', 'public', 'fields']);
  const ticketForm = await lockForUpdate(ctx, TicketForm, input.id);
  refuseStaleVersion(ticketForm, input.expectedVersion);
  const { name } = input;
  if (name)
    await refuseDuplicate(ctx, TicketForm, { name }, { exceptId: ticketForm.id, ignoreCase: true });
  await recordUpdate(ctx, formEvents, ticketForm, async () => {
    ticketForm.name = name ?? ticketForm.name;
    ticketForm.public = input.public ?? ticketForm.public;
    if (input.fields) ticketForm.fields = await toFormFields(ctx, input.fields);
  });
  return { ticketForm, userErrors: [] };
}

/**
 * Deletes a form that no unsolved ticket was created with. Its row stays for the tickets of the
 * past. While it is locked no ticket is created with it.
 */
export async function deleteForm(
  ctx: Context,
  input: TicketFormDeleteInput,
): Promise<TicketFormDeletePayload> {
  const form = await lockForUpdate(ctx, TicketForm, input.id);
  refuseStaleVersion(form, input.expectedVersion);
  if (await hasUnsolvedTickets(ctx, form.id)) throw new Refusal('IN_USE', 'id');
  return { deletedId: await recordDeletion(ctx, formEvents, form), userErrors: [] };
}

async function hasUnsolvedTickets(ctx: Context, id: string): Promise<boolean> {
  const unsolved = await execute(
    ctx,
    sql`
      select from ticket
      where workspace_id = ${ctx.workspace}::uuid and form_id = ${uuidOf('frm', id)}::uuid
        and status not in ('SOLVED', 'CLOSED') limit 1`,
  );
  return unsolved.length > 0;
}

/**
 * The fields of a form as they are stored. Refuses fields that do not exist or occur twice, and
 * conditions that can’t be evaluated before a ticket is stored.
 */
async function toFormFields(ctx: Context, inputs: readonly FormFieldInput[]): Promise<FormField[]> {
  const existing = new Set((await lockFieldsForShare(ctx)).map(({ id }) => id));
  const seen = new Set<string>();
  const errors: UserErrorData[] = [];
  for (const [index, { fieldId, showWhen }] of inputs.entries()) {
    const path = ['input', 'fields', `${index}`];
    if (!existing.has(fieldId)) errors.push({ code: 'NOT_FOUND', field: [...path, 'fieldId'] });
    else if (seen.has(fieldId)) errors.push({ code: 'TAKEN', field: [...path, 'fieldId'] });
    seen.add(fieldId);
    if (showWhen) refuseUnsupportedCondition(ctx.actor, showWhen, [...path, 'showWhen']);
  }
  if (errors.length) throw new Refusal(errors);
  const fields = inputs.map(({ fieldId, showWhen, required, roles }) => ({
    fieldId,
    showWhen: showWhen ? toStoredJson(showWhen) : null,
    required: required ?? FieldRequirement.NEVER,
    roles: [...new Set(roles)],
  }));
  if (Buffer.byteLength(JSON.stringify(fields)) > MAX_FORM_FIELDS_BYTES)
    throw new Refusal('TOO_LONG', 'fields');
  return fields;
}
