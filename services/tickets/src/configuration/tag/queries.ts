import { isStaff } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { hydrate, sql } from '@deskgraph/common/database/database';
import {
  Direction,
  type Page,
  type PageRequest,
  keysetPage,
} from '@deskgraph/common/database/pagination';
import { entities, ids, rows } from '@deskgraph/common/database/query';
import { normalizeTag } from '@deskgraph/common/filter/filter-tree';
import { ticketListFilterToSql } from '../../model/filter/sql.ts';
import { visibleTicketSql } from '../../model/rights/visible.ts';
import { canReadTickets } from '../../model/ticket/read-rights.ts';
import { Tag } from './tag.ts';

const MAX_TEXT_LENGTH = 50;

/** Tags by name; `text` is the beginning of the name. */
export async function findTags(
  ctx: Context,
  query: PageRequest & { text?: string | null },
): Promise<Page<Tag>> {
  if ((query.text?.length ?? 0) > MAX_TEXT_LENGTH)
    throw new Refusal([{ code: 'TOO_LONG', field: ['text'] }]);
  const page = keysetPage(query, [
    { by: sql`g.name`, type: 'text', direction: Direction.ASC },
    { by: sql`g.id`, type: 'uuid', direction: Direction.ASC },
  ]);
  const hasPrefix = query.text ? sql`starts_with(g.name, ${normalizeTag(query.text)})` : sql`true`;
  const condition = sql`g.workspace_id = ${ctx.workspace}::uuid and ${hasPrefix}`;
  const tagRows = await rows(
    ctx,
    sql<object>`
      select g.*, ${page.keys} from tag g where ${condition} and ${page.where}
      order by ${page.order} limit ${page.limit}`,
  );
  return page.page(tagRows, hydrate(ctx.orm, Tag, tagRows), async () => {
    const [total] = await rows(
      ctx,
      sql<{ count: number }>`select count(*)::integer as count from tag g where ${condition}`,
    );
    return total!.count;
  });
}

/** One tag by id; staff with a scope for tickets may see it. */
export const tagById = (ctx: Context, id: string): Promise<Tag | null> =>
  ctx.load.byId('tag', id, async (tagIds) =>
    isStaff(ctx.actor) && canReadTickets(ctx.actor)
      ? entities(
          ctx,
          Tag,
          sql`
            select * from tag
            where id = any(${ids('tag', tagIds)}) and workspace_id = ${ctx.workspace}::uuid`,
        )
      : [],
  );

/** The tags with these names, in this order. */
export async function tagsByName(ctx: Context, names: readonly string[]): Promise<Tag[]> {
  const tags = await Promise.all(names.map((name) => tagByName(ctx, name)));
  return tags.filter((tag) => tag !== null);
}

const tagByName = (ctx: Context, name: string): Promise<Tag | null> =>
  ctx.load.byKey<Tag | null>(
    'tags by name',
    name,
    async (names) => {
      const tags = await entities(
        ctx,
        Tag,
        sql`
          select * from tag
          where workspace_id = ${ctx.workspace}::uuid and name = any(${names}::text[])`,
      );
      return new Map(tags.map((tag) => [tag.name, tag]));
    },
    null,
  );

/** The number of tickets with the tag that the caller may see. */
export const ticketCountOfTag = (ctx: Context, { name }: Tag): Promise<number> =>
  ctx.load.byKey(
    'ticket counts of tags',
    name,
    async (names) => {
      const counts = await rows(
        ctx,
        sql<{ name: string; count: number }>`
          select g.name, count(*)::integer as count
          from ticket_tag g join ticket t on t.id = g.ticket_id
          where g.workspace_id = ${ctx.workspace}::uuid and g.name = any(${names}::text[])
            and ${visibleTicketSql(ctx.actor)}
            and ${ticketListFilterToSql(null, { actor: ctx.actor })}
          group by g.name`,
      );
      return new Map(counts.map((row) => [row.name, row.count]));
    },
    0,
  );
