import { Refusal } from '@deskgraph/common/errors';
import { record } from '@deskgraph/common/events';
import { newId } from '@deskgraph/common/id';
import type { Context } from '@deskgraph/common/transaction';
import { TicketStatus } from '../ticket/words.ts';
import { stateOf } from './fact.ts';
import type { CustomStatusCreateInput, CustomStatusCreatePayload } from './input.ts';
import { refuseMore, refuseTaken } from './locked.ts';
import { CustomStatus } from './status.ts';

export async function create(
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
  await record(ctx, 'custom_status.created', customStatus, { state: stateOf(customStatus) });
  return { customStatus, userErrors: [] };
}
