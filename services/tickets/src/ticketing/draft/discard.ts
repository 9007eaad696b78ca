import { sql } from '@deskgraph/common/database/database';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import type { MessageVisibility } from '../../model/message/message.ts';

/** The caller has no use for the draft any more: it is sent, or thrown away. */
export async function deleteDraft(
  ctx: Context,
  ticketId: string,
  visibility: MessageVisibility,
): Promise<void> {
  await sql`
    delete from draft where ticket_id = ${uuidOf('tkt', ticketId)}::uuid and author_id = ${uuidOf('agt', ctx.actor.id)}::uuid
      and visibility = ${visibility}`.execute(ctx.em.getKysely());
}
