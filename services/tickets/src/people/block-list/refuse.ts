import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';

/** Refuses the caller when he is a customer on the block list. */
export async function refuseBlockedCaller(ctx: Context): Promise<void> {
  if (ctx.actor.kind === 'customer') await refuseBlockedSender(ctx, ctx.actor.id, null);
}

/** Refuses what a sender on the block list writes, himself or through an app. The staff may still open tickets for him. */
export async function refuseBlockedSender(
  ctx: Context,
  requesterId: string,
  field: string | null,
): Promise<void> {
  if (ctx.actor.kind === 'agent') return;
  const { rows } = await sql`
    select from requester_identity i join blocked_sender b
      on b.workspace_id = i.workspace_id and b.address in (i.value, '@' || split_part(i.value, '@', 2))
    where i.requester_id = ${uuidOf('cus', requesterId)}::uuid and i.workspace_id = ${ctx.workspace}::uuid and i.kind = 'EMAIL' limit 1
  `.execute(ctx.em.getKysely());
  if (rows.length) throw new Refusal('SENDER_BLOCKED', field);
}
