import { sql } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';

/**
 * Counts one change of the workspace's knowledge bases. Every verb calls it first: it holds the workspace's other writers back until the
 * commit, so that slugs, positions and version numbers need no locks of their own, and what was remembered of articles is known to be old.
 */
export async function bumpRevision(context: Context): Promise<void> {
  await sql`
    insert into article_revision (workspace_id, revision) values (${context.workspace}::uuid, 1)
    on conflict (workspace_id) do update set revision = article_revision.revision + 1`.execute(
    context.em.getKysely(),
  );
}
