import { due } from '@deskgraph/common/jobs/scheduler';
import { sql, uuids } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';
import { UNUSED_FILE_TTL_MS } from './attachment.ts';

/** The files of messages that are not sent wait for others again, as if they had just been uploaded. */
export async function detachFiles(
  ctx: Context,
  messageIds: readonly string[],
  at: Date,
): Promise<void> {
  const unusedAt = new Date(at.getTime() + UNUSED_FILE_TTL_MS);
  await ctx.em.flush();
  await sql`
    update attachment set message_id = null, unused_at = ${unusedAt}, updated_at = ${at}, version = version + 1
    where message_id = any(${uuids('msg', messageIds)}) and redacted_at is null`.execute(
    ctx.em.getKysely(),
  );
  due(ctx, unusedAt);
}
