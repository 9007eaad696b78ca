import type { Actor } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { canReadInternal } from '../actor/staff.ts';
import { visibleKnowledgeBaseSql } from '../base/find.ts';
import { Article } from './article.ts';

/** The version of article `a` that is public now. A scheduled version replaces the previous one at its time. */
export const publicNumber = sql<
  number | null
>`(case when a.goes_public_at <= now() then a.next_number else a.public_number end)`;
const isPublic = sql<boolean>`(${publicNumber} is not null and (a.expires_at is null or a.expires_at > now()))`;
const publishedAt = sql<Date | null>`(case when ${isPublic} then coalesce(a.went_public_at, a.goes_public_at) end)`;
const status = sql<string>`(case when a.archived_at is not null then 'ARCHIVED' when a.newest_number = ${publicNumber} then 'PUBLISHED' else 'DRAFT' end)`;

/**
 * The rows of `article a join knowledge_base b` that exist for the caller. Every list, count, search,
 * suggestion and look-up uses it: readers see public articles of external knowledge bases.
 */
export function visibleArticleSql(actor: Actor): Condition {
  const own = sql<boolean>`a.workspace_id = ${actor.workspace}::uuid and ${visibleKnowledgeBaseSql(actor)}`;
  return canReadInternal(actor)
    ? sql`(${own})`
    : sql`(${own} and b.audience = 'EXTERNAL' and a.audience = 'EXTERNAL' and ${isPublic})`;
}

/** The articles that are public now and that the caller may read. */
export const readableArticleSql = (actor: Actor): Condition =>
  sql`(${visibleArticleSql(actor)} and ${isPublic})`;

/** The number of the version that the caller reads. */
export const visibleVersionNumber = (actor: Actor) =>
  canReadInternal(actor) ? sql<number>`a.newest_number` : publicNumber;

/** The status as the caller may see it. */
export const visibleStatus = (actor: Actor) =>
  canReadInternal(actor) ? status : sql<string>`'PUBLISHED'`;

/** The publication instant that callers filter and order by. */
export const visiblePublishedAt = publishedAt;

/** Joins `article a` with its base `b`, the version `v` with this number, and the text `t` in its original language. */
export const articleJoins = (number: ReturnType<typeof visibleVersionNumber>) => sql`
  article a
  join knowledge_base b on b.workspace_id = a.workspace_id and b.id = a.knowledge_base_id
  join article_version v on v.workspace_id = a.workspace_id and v.article_id = a.id and v.number = ${number}
  join article_text t on t.workspace_id = a.workspace_id and t.article_id = a.id and t.number = v.number and t.locale = v.locale`;

/** The columns that `articlesFromRows` reads. */
export const articleColumns = (actor: Actor) => sql`
  a.*, v.number as shown_number, v.locale as original_locale, v.keywords, v.media, ${visibleStatus(actor)} as status, ${publishedAt} as published_at,
  a.review_on::text as review_on, coalesce(a.review_on < (now() at time zone 'utc')::date, false) as stale,
  ${canReadInternal(actor) ? sql`case when a.goes_public_at > now() then a.goes_public_at end` : sql`null::timestamptz`} as publish_at,
  (select jsonb_agg(jsonb_build_object('locale', h.locale, 'title', h.title, 'summary', h.summary)) from article_text h
    where h.workspace_id = a.workspace_id and h.article_id = a.id and h.number = v.number) as heads`;

interface Shown {
  shown_number: number;
  original_locale: string;
  keywords: string[];
  media: string[];
  status: Article['status'];
  stale: boolean;
  publish_at: Date | string | null;
  published_at: Date | string | null;
  heads: Article['heads'];
}

const instant = (value: Date | string | null): Date | null =>
  value === null ? null : new Date(value);

export function articlesFromRows(ctx: Context, rows: readonly unknown[]): Article[] {
  return hydrate(ctx.orm, Article, rows).map((article, at) => {
    const row = rows[at] as Shown;
    const { keywords, media, status: state, stale, heads } = row;
    return Object.assign(article, {
      keywords,
      media,
      status: state,
      stale,
      heads,
      shownNumber: row.shown_number,
      originalLocale: row.original_locale,
      publishAt: instant(row.publish_at),
      publishedAt: instant(row.published_at),
    });
  });
}

async function select(
  ctx: Context,
  condition: Condition,
  number = visibleVersionNumber(ctx.actor),
): Promise<Article[]> {
  const em = await ctx.read();
  const { rows } = await sql`
    select ${articleColumns(ctx.actor)} from ${articleJoins(number)}
    where ${visibleArticleSql(ctx.actor)} and ${condition}`.execute(em.getKysely());
  return articlesFromRows(ctx, rows);
}

export const articleById = (ctx: Context, id: string): Promise<Article | null> =>
  ctx.load.byId('article', id, (ids) => select(ctx, sql`a.id = any(${uuidArray('art', ids)})`));

/** The public versions of these articles, as far as the caller may read them; for staff too. */
export const publicArticles = (ctx: Context, ids: readonly string[]): Promise<Article[]> =>
  select(
    ctx,
    sql`${readableArticleSql(ctx.actor)} and a.id = any(${uuidArray('art', ids)})`,
    publicNumber,
  );

/** The public version of each article that the caller may read, by UUID. */
export async function publicVersionNumbers(ctx: Context): Promise<Map<string, number>> {
  const { rows } = await sql<{ id: string; number: number }>`
    select a.id, ${publicNumber} as number
    from article a join knowledge_base b on b.workspace_id = a.workspace_id and b.id = a.knowledge_base_id
    where ${readableArticleSql(ctx.actor)}`.execute((await ctx.read()).getKysely());
  return new Map(rows.map(({ id, number }) => [id, number]));
}

export interface ArticleAddress {
  id?: string | null;
  knowledgeBaseId?: string | null;
  slug?: string | null;
}

export async function findArticle(
  ctx: Context,
  { id, knowledgeBaseId, slug }: ArticleAddress,
): Promise<Article | null> {
  if (typeof id === 'string' && !knowledgeBaseId && !slug) return articleById(ctx, id);
  if (typeof id === 'string' || typeof knowledgeBaseId !== 'string' || typeof slug !== 'string')
    throw new Refusal([
      { code: 'INVALID', field: ['id'], message: 'Give either an id, or a base and a slug.' },
    ]);
  const found = await select(
    ctx,
    sql`a.knowledge_base_id = ${uuidOf('kba', knowledgeBaseId)}::uuid and a.slug = ${slug}`,
  );
  return found[0] ?? null;
}
