import { Refusal } from '@deskgraph/common/core/errors';
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
import { refuseReferencedId } from '../../model/saved-filter/references.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type {
  CustomStatusCreateInput,
  CustomStatusCreatePayload,
  CustomStatusDeleteInput,
  CustomStatusDeletePayload,
  CustomStatusUpdateInput,
  CustomStatusUpdatePayload,
} from './input.ts';
import { CustomStatus, customStatusEvents } from './status.ts';

/** Keeps the list of custom statuses small enough to return it without pages. */
const MAX_CUSTOM_STATUSES_PER_WORKSPACE = 100;

export async function createCustomStatus(
  ctx: Context,
  { base, label, requesterLabel }: CustomStatusCreateInput,
): Promise<CustomStatusCreatePayload> {
  if (base === TicketStatus.CLOSED) throw new Refusal('CLOSE_BY_HAND', 'base');
  if (base === TicketStatus.NEW) throw new Refusal('STATUS_NOT_ALLOWED', 'base');
  await limitPerWorkspace(ctx, CustomStatus, { max: MAX_CUSTOM_STATUSES_PER_WORKSPACE });
  await refuseDuplicate(ctx, CustomStatus, { label }, { ignoreCase: true });
  const customStatus = ctx.em.create(CustomStatus, {
    id: newId('sta'),
    workspaceId: ctx.workspace,
    base,
    label,
    requesterLabel,
  });
  await recordCreation(ctx, customStatusEvents, customStatus);
  return { customStatus, userErrors: [] };
}

/** Renames a custom status: its tickets and the events of the past show the new names. */
export async function updateCustomStatus(
  ctx: Context,
  input: CustomStatusUpdateInput,
): Promise<CustomStatusUpdatePayload> {
  requireNotNull(input, ['label', 'requesterLabel']);
  const customStatus = await lockForUpdate(ctx, CustomStatus, input.id);
  refuseStaleVersion(customStatus, input.expectedVersion);
  const { label, requesterLabel } = input;
  if (label)
    await refuseDuplicate(
      ctx,
      CustomStatus,
      { label },
      { exceptId: customStatus.id, ignoreCase: true },
    );
  await recordUpdate(ctx, customStatusEvents, customStatus, () => {
    customStatus.label = label ?? customStatus.label;
    customStatus.requesterLabel = requesterLabel ?? customStatus.requesterLabel;
  });
  return { customStatus, userErrors: [] };
}

/**
 * Deletes a custom status that no ticket has and no macro, form or saved filter names. Its row
 * stays for the events of the past. While it is locked no ticket gets it.
 */
export async function deleteCustomStatus(
  ctx: Context,
  input: CustomStatusDeleteInput,
): Promise<CustomStatusDeletePayload> {
  const customStatus = await lockForUpdate(ctx, CustomStatus, input.id);
  refuseStaleVersion(customStatus, input.expectedVersion);
  if (await hasTickets(ctx, customStatus.id)) throw new Refusal('IN_USE', 'id');
  await refuseReferencedId(ctx, customStatus.id);
  const deletedId = await recordDeletion(ctx, customStatusEvents, customStatus);
  return { deletedId, userErrors: [] };
}

/** Tickets in the bin count, because they can be restored. */
async function hasTickets(ctx: Context, id: string): Promise<boolean> {
  const tickets = await execute(
    ctx,
    sql`
      select from ticket
      where workspace_id = ${ctx.workspace}::uuid and custom_status_id = ${uuidOf('sta', id)}::uuid
      limit 1`,
  );
  return tickets.length > 0;
}
