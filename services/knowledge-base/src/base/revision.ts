import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import type { Context } from '@deskgraph/common/database/context';

/**
 * Increments the revision of the workspace's knowledge bases. Every mutation calls it first. It locks
 * out other writers of the workspace until the commit, so that slugs, positions and version numbers
 * need no locks, and invalidates cached suggestions.
 */
export async function lockForWriting(ctx: Context): Promise<void> {
  await execute(
    ctx,
    sql`
    insert into article_revision (workspace_id, revision) values (${ctx.workspace}::uuid, 1)
    on conflict (workspace_id) do update set revision = article_revision.revision + 1`,
  );
}
