import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { TicketStatus } from '../../model/ticket/enums.ts';
import { customStatusState } from './events.ts';
import type { CustomStatusCreateInput, CustomStatusCreatePayload } from './input.ts';
import { refuseMore, refuseTaken } from './lock.ts';
import { CustomStatus } from './status.ts';

export async function createCustomStatus(
  ctx: Context,
  { base, label, requesterLabel }: CustomStatusCreateInput,
): Promise<CustomStatusCreatePayload> {
  if (base === TicketStatus.CLOSED) throw new Refusal('CLOSE_BY_HAND', 'base');
  if (base === TicketStatus.NEW) throw new Refusal('STATUS_NOT_ALLOWED', 'base');
  await refuseMore(ctx);
  await refuseTaken(ctx, label);
  const customStatus = ctx.em.create(CustomStatus, {
    id: newId('sta'),
    workspaceId: ctx.workspace,
    base,
    label,
    requesterLabel,
  });
  await record(ctx, 'custom_status.created', customStatus, {
    state: customStatusState(customStatus),
  });
  return { customStatus, userErrors: [] };
}
