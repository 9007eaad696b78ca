import { hydrate, sql } from '@deskgraph/common/database/database';
import { wordOf } from '@deskgraph/common/filter/sql-filter';
import {
  Direction,
  type Page,
  type PageRequest,
  keyset,
} from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Tag } from './tag.ts';

/** Labels by name; `text` is what they begin with. */
export async function findTags(
  ctx: Context,
  query: PageRequest & { text?: string | null },
): Promise<Page<Tag>> {
  const page = keyset(query, [
    { by: sql`g.name`, type: 'text', direction: Direction.ASC },
    { by: sql`g.id`, type: 'uuid', direction: Direction.ASC },
  ]);
  const begins = query.text ? sql`starts_with(g.name, ${wordOf(query.text)})` : sql`true`;
  const condition = sql`g.workspace_id = ${ctx.workspace}::uuid and ${begins}`;
  const db = (await ctx.read()).getKysely();
  const { rows } = await sql<object>`
    select g.*, ${page.keys} from tag g where ${condition} and ${page.where} order by ${page.order} limit ${page.limit}`.execute(
    db,
  );
  return page.page(rows, hydrate(ctx.orm, Tag, rows), async () => {
    const counted = await sql<{
      count: number;
    }>`select count(*)::integer as count from tag g where ${condition}`.execute(db);
    return counted.rows[0]!.count;
  });
}
