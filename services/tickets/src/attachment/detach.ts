import { due } from '@deskgraph/common/clock';
import { sql } from '@deskgraph/common/database';
import { uuidOf } from '@deskgraph/common/id';
import type { Context } from '@deskgraph/common/transaction';
import { UNUSED_MS } from './attachment.ts';

/** The files of a message that is not sent wait for another one again, as if they had just been uploaded. */
export async function detach(ctx: Context, messageId: string, at: Date): Promise<void> {
  const unusedAt = new Date(at.getTime() + UNUSED_MS);
  await ctx.em.flush();
  await sql`
    update attachment set message_id = null, unused_at = ${unusedAt}, updated_at = ${at}, version = version + 1
    where message_id = ${uuidOf('msg', messageId)}::uuid and redacted_at is null`.execute(ctx.em.getKysely());
  due(ctx, unusedAt);
}
