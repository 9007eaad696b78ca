import { sql, uuids } from '@deskgraph/common/database/database';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';

/** Drafts go with their tickets into the one that these are folded into. Whoever has one there finds both in one: nothing typed is lost. */
export async function moveDrafts(
  ctx: Context,
  from: readonly { id: string }[],
  into: { id: string },
): Promise<void> {
  await sql`
    with gone as (
      delete from draft where ticket_id = any(${uuids(
        'tkt',
        from.map(({ id }) => id),
      )}) returning *
    )
    insert into draft (id, workspace_id, ticket_id, author_id, visibility, body, shared, version, created_at, updated_at)
    select (array_agg(id order by updated_at))[1], workspace_id, ${uuidOf('tkt', into.id)}::uuid, author_id, visibility,
      string_agg(body, E'\\n\\n' order by updated_at), bool_and(shared), 1, min(created_at), max(updated_at)
    from gone group by workspace_id, author_id, visibility
    on conflict (ticket_id, author_id, visibility) do update
      set body = draft.body || E'\\n\\n' || excluded.body, shared = draft.shared and excluded.shared, version = draft.version + 1,
        updated_at = greatest(draft.updated_at, excluded.updated_at)`.execute(ctx.em.getKysely());
}
