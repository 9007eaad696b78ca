import { newUuid } from '@deskgraph/common/id';
import { sql } from '@deskgraph/common/database';
import type { Context } from '@deskgraph/common/transaction';

/** Makes the labels that are not there yet. */
export async function make(ctx: Context, names: readonly string[]): Promise<void> {
  if (!names.length) return;
  // In one order for all, so that two who make the same ones don't wait for each other.
  const rows = [...names].sort().map((name) => sql`(${newUuid()}::uuid, ${ctx.workspace}::uuid, ${name}, 1, now(), now())`);
  await sql`
    insert into tag (id, workspace_id, name, version, created_at, updated_at) values ${sql.join(rows)} on conflict (workspace_id, name) do nothing
  `.execute(ctx.em.getKysely());
}
