import { sql } from '@deskgraph/common/database';
import { uuidOf } from '@deskgraph/common/id';
import type { Context } from '@deskgraph/common/transaction';
import type { MessageVisibility } from '../message/message.ts';

/** The caller has no use for the draft any more: it is sent, or thrown away. */
export async function discard(
  ctx: Context,
  ticketId: string,
  visibility: MessageVisibility,
): Promise<void> {
  await sql`
    delete from draft where ticket_id = ${uuidOf('tkt', ticketId)}::uuid and author_id = ${uuidOf('agt', ctx.actor.id)}::uuid
      and visibility = ${visibility}`.execute(ctx.em.getKysely());
}
