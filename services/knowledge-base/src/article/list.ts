import { sql } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { uuidOf } from '@deskgraph/common/core/id';
import { type Page, type PageRequest, keysetPage } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { type Article } from './article.ts';
import {
  type ArticleFilter,
  type ArticleOrder,
  articleFilterToSql,
  articleOrderKeys,
} from './filter.ts';
import {
  articleColumns,
  articlesFromRows,
  articleJoins,
  visibleVersionNumber,
  visibleArticleSql,
} from './find.ts';

const listFilterToSql = (ctx: Context, filter: ArticleFilter | null | undefined): Condition =>
  sql`${visibleArticleSql(ctx.actor)} and ${articleFilterToSql(ctx, filter)}`;

export interface ArticleList extends PageRequest {
  filter?: ArticleFilter | null | undefined;
  orderBy?: ArticleOrder[] | null | undefined;
}

export async function findArticles(
  ctx: Context,
  { filter, orderBy, ...request }: ArticleList,
): Promise<Page<Article>> {
  const page = keysetPage(request, articleOrderKeys(ctx, orderBy));
  const db = (await ctx.read()).getKysely();
  const from = articleJoins(visibleVersionNumber(ctx.actor));
  const where = listFilterToSql(ctx, filter);
  const { rows } = await sql<object>`
    select ${articleColumns(ctx.actor)}, ${page.keys} from ${from} where ${where} and ${page.where}
    order by ${page.order} limit ${page.limit}`.execute(db);
  return page.page(rows, articlesFromRows(ctx, rows), async () => {
    const counted = await sql<{
      count: number;
    }>`select count(*)::integer as count from ${from} where ${where}`.execute(
      (await ctx.read()).getKysely(),
    );
    return counted.rows[0]!.count;
  });
}

/** Things that have articles of their own. */
const PARENTS = { kba: sql`a.knowledge_base_id`, sec: sql`a.section_id` };

/** The same page of each of many parents, with one statement for all of them. */
export function articlesOfParent(
  ctx: Context,
  prefix: keyof typeof PARENTS,
  parentId: string,
  given: ArticleList,
): Promise<Page<Article>> {
  const { filter, ...request } = given;
  const page = keysetPage(request, articleOrderKeys(ctx, null));
  const kind = `articles of ${prefix} ${JSON.stringify(given)}`;
  const where = listFilterToSql(ctx, filter);
  const find = async (parents: string[]): Promise<Map<string, Page<Article>>> => {
    const db = (await ctx.read()).getKysely();
    const { rows } = await sql<{ parent: string }>`
      select parents.id as parent, found.* from unnest(${parents.map((id) => uuidOf(prefix, id))}::uuid[]) as parents (id)
      cross join lateral (
        select ${articleColumns(ctx.actor)}, ${page.keys} from ${articleJoins(visibleVersionNumber(ctx.actor))}
        where ${PARENTS[prefix]} = parents.id and ${where} and ${page.where} order by ${page.order} limit ${page.limit}) found`.execute(
      db,
    );
    const byParent = Map.groupBy(rows, (row) => row.parent);
    return new Map(
      parents.map((id) => {
        const mine = byParent.get(uuidOf(prefix, id)) ?? [];
        return [
          id,
          page.page(mine, articlesFromRows(ctx, mine), () =>
            ctx.load.byKey(`count of ${kind}`, id, count, 0),
          ),
        ];
      }),
    );
  };
  const count = async (parents: string[]): Promise<Map<string, number>> => {
    const { rows } = await sql<{ parent: string; count: number }>`
      select parents.id as parent, count(*)::integer as count
      from unnest(${parents.map((id) => uuidOf(prefix, id))}::uuid[]) as parents (id), ${articleJoins(visibleVersionNumber(ctx.actor))}
      where ${PARENTS[prefix]} = parents.id and ${where} group by parents.id`.execute(
      (await ctx.read()).getKysely(),
    );
    const counts = new Map(rows.map((row) => [row.parent, row.count]));
    return new Map(parents.map((id) => [id, counts.get(uuidOf(prefix, id)) ?? 0]));
  };
  return ctx.load.byKey<Page<Article>>(
    kind,
    parentId,
    find,
    page.page([], [], async () => 0),
  );
}
