import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import {
  limitPerWorkspace,
  lockCollection,
  lockForUpdate,
  recordCreation,
  recordDeletion,
  recordUpdate,
  refuseDuplicate,
  requireNotNull,
} from '@deskgraph/common/database/crud';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import { refuseInvalidField } from '../../model/field/definition.ts';
import { TicketField, fieldEvents } from '../../model/field/field.ts';
import { refuseReferencedId } from '../../model/saved-filter/references.ts';
import type {
  TicketFieldCreateInput,
  TicketFieldCreatePayload,
  TicketFieldDeleteInput,
  TicketFieldDeletePayload,
  TicketFieldUpdateInput,
  TicketFieldUpdatePayload,
} from './input.ts';

/** Keeps the list of fields small enough to return it without pages. */
const MAX_FIELDS_PER_WORKSPACE = 100;

const UPDATABLE = [
  'label',
  'options',
  'pattern',
  'visibleToRequester',
  'editableByRequester',
] as const;

export async function createField(
  ctx: Context,
  input: TicketFieldCreateInput,
): Promise<TicketFieldCreatePayload> {
  const { key, label, kind } = input;
  const definition = {
    kind,
    options: input.options ?? [],
    pattern: input.pattern ?? null,
    visibleToRequester: input.visibleToRequester ?? false,
    editableByRequester: input.editableByRequester ?? false,
  };
  refuseInvalidField(definition);
  await lockCollection(ctx, TicketField);
  await refuseDuplicate(ctx, TicketField, { key });
  await limitPerWorkspace(ctx, TicketField, { max: MAX_FIELDS_PER_WORKSPACE });
  const ticketField = ctx.em.create(TicketField, {
    id: newId('fld'),
    workspaceId: ctx.workspace,
    key,
    label,
    ...definition,
  });
  await recordCreation(ctx, fieldEvents, ticketField);
  return { ticketField, userErrors: [] };
}

/** While the field is locked no ticket gets a value of it. */
export async function updateField(
  ctx: Context,
  input: TicketFieldUpdateInput,
): Promise<TicketFieldUpdatePayload> {
  const ticketField = await lockForUpdate(ctx, TicketField, input.id);
  refuseStaleVersion(ticketField, input.expectedVersion);
  requireNotNull(input, UPDATABLE);
  await recordUpdate(ctx, fieldEvents, ticketField, () => {
    for (const name of UPDATABLE)
      if (input[name] !== undefined) Object.assign(ticketField, { [name]: input[name] });
    refuseInvalidField(ticketField);
  });
  return { ticketField, userErrors: [] };
}

/**
 * Deletes a field that no macro, form or saved filter names. Its row stays for the values that
 * tickets already have.
 */
export async function deleteField(
  ctx: Context,
  input: TicketFieldDeleteInput,
): Promise<TicketFieldDeletePayload> {
  const field = await lockForUpdate(ctx, TicketField, input.id);
  refuseStaleVersion(field, input.expectedVersion);
  await refuseReferencedId(ctx, field.id);
  return { deletedId: await recordDeletion(ctx, fieldEvents, field), userErrors: [] };
}
