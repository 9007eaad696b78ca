import { Refusal, graphqlError } from '@deskgraph/common/core/errors';
import { sql, uuidArray } from '@deskgraph/common/database/database';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { countUnreadNotifications } from './queries.ts';
import type { NotificationsReadInput, NotificationsReadPayload } from './input.ts';

/** Marks notifications of the caller as read. Appends no event. */
export async function markNotificationsRead(
  ctx: Context,
  { ids }: NotificationsReadInput,
): Promise<NotificationsReadPayload> {
  if (ctx.actor.kind === 'app') throw graphqlError('FORBIDDEN');
  const own = sql`workspace_id = ${ctx.workspace}::uuid and person_id = ${ctx.actor.id}`;
  const db = ctx.em.getKysely();
  if (ids) {
    const { rows } = await sql<{
      id: string;
    }>`select id from notification where ${own} and id = any(${uuidArray('not', ids)})`.execute(db);
    const known = new Set(rows.map(({ id }) => toId('not', id)));
    const missing = ids.findIndex((id) => !known.has(id));
    if (missing >= 0) throw new Refusal('NOT_FOUND', `ids.${missing}`);
  }
  const these = ids ? sql`and id = any(${uuidArray('not', ids)})` : sql``;
  await sql`update notification set read_at = ${new Date()} where ${own} and read_at is null ${these}`.execute(
    db,
  );
  return { unread: await countUnreadNotifications(ctx), userErrors: [] };
}
