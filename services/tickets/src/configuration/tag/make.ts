import { newUuid } from '@deskgraph/common/core/id';
import { sql } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';

/** Makes the labels that are not there yet, and holds all of them until the transaction ends: none is renamed or deleted under a ticket. */
export async function ensureTags(ctx: Context, names: readonly string[]): Promise<void> {
  // In one order for all, so that two who make the same ones don't wait for each other.
  const wanted = [...new Set(names)].sort();
  await Promise.all(
    wanted.map((name) => ctx.load.byKey('held label', name, (all) => hold(ctx, all), true)),
  );
}

async function hold(ctx: Context, wanted: readonly string[]): Promise<Map<string, true>> {
  const rows = wanted.map(
    (name) => sql`(${newUuid()}::uuid, ${ctx.workspace}::uuid, ${name}, 1, now(), now())`,
  );
  // One that is renamed between the two statements is made anew.
  for (let held = 0; held < wanted.length;) {
    await sql`
      insert into tag (id, workspace_id, name, version, created_at, updated_at) values ${sql.join(rows)} on conflict (workspace_id, name) do nothing
    `.execute(ctx.em.getKysely());
    const { rows: there } = await sql`
      select from tag where workspace_id = ${ctx.workspace}::uuid and name = any(${wanted}::text[]) order by name for key share
    `.execute(ctx.em.getKysely());
    held = there.length;
  }
  return new Map(wanted.map((name) => [name, true]));
}
