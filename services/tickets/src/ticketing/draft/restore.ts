import { sql } from '@deskgraph/common/database/database';
import { newUuid, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { type Message, MessageVisibility } from '../../model/message/message.ts';

/** Who takes his own reply back finds it among his drafts again, unless he has begun another one. */
export async function restoreDraft(
  ctx: Context,
  { ticketId, authorId, body }: Message,
): Promise<void> {
  if (ctx.actor.id !== authorId || ctx.actor.kind !== 'agent') return;
  const now = new Date();
  await sql`
    insert into draft (id, workspace_id, ticket_id, author_id, visibility, body, shared, version, created_at, updated_at)
    values (${newUuid()}::uuid, ${ctx.workspace}::uuid, ${uuidOf('tkt', ticketId)}::uuid, ${uuidOf('agt', authorId)}::uuid,
      ${MessageVisibility.PUBLIC}, ${body}, false, 1, ${now}, ${now})
    on conflict do nothing`.execute(ctx.em.getKysely());
}
