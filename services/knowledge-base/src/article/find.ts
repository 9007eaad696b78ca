import type { Actor } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { isStaff } from '../actor/staff.ts';
import * as bases from '../base/find.ts';
import { Article } from './article.ts';

/** The version of article `a` that is public at this moment: one that was planned for a time takes the place of the last one then. */
export const publicNumber = sql<
  number | null
>`(case when a.goes_public_at <= now() then a.next_number else a.public_number end)`;
const isPublic = sql<boolean>`(${publicNumber} is not null and (a.expires_at is null or a.expires_at > now()))`;
const publishedAt = sql<Date | null>`(case when ${isPublic} then coalesce(a.went_public_at, a.goes_public_at) end)`;
const status = sql<string>`(case when a.archived_at is not null then 'ARCHIVED' when a.newest_number = ${publicNumber} then 'PUBLISHED' else 'DRAFT' end)`;

/**
 * Which rows of `article a join knowledge_base b` the caller may know of. Every list, count, search, suggestion and look-up of articles goes
 * through it: readers get what is public, for them and in a base for them.
 */
export function visible(actor: Actor): Condition {
  const own = sql<boolean>`a.workspace_id = ${actor.workspace}::uuid and ${bases.visible(actor)}`;
  return isStaff(actor)
    ? sql`(${own})`
    : sql`(${own} and b.audience = 'EXTERNAL' and a.audience = 'EXTERNAL' and ${isPublic})`;
}

/** What is public at this moment, and the caller may read. */
export const readable = (actor: Actor): Condition => sql`(${visible(actor)} and ${isPublic})`;

/** The version that the caller gets to read. */
export const shownNumber = (actor: Actor) =>
  isStaff(actor) ? sql<number>`a.newest_number` : publicNumber;

/** Where the article stands, as far as the caller may know. */
export const shownStatus = (actor: Actor) => (isStaff(actor) ? status : sql<string>`'PUBLISHED'`);

/** What a caller may filter and order articles by, beyond their own columns: of `article a`, version `v` and text `t`. */
export const shownPublishedAt = publishedAt;

/** `article a` with its base `b`, the version `v` with this number and the text `t` in its original language. */
export const articlesWith = (number: ReturnType<typeof shownNumber>) => sql`
  article a
  join knowledge_base b on b.workspace_id = a.workspace_id and b.id = a.knowledge_base_id
  join article_version v on v.workspace_id = a.workspace_id and v.article_id = a.id and v.number = ${number}
  join article_text t on t.workspace_id = a.workspace_id and t.article_id = a.id and t.number = v.number and t.locale = v.locale`;

/** What `articlesOf` makes articles of. */
export const articleColumns = (actor: Actor) => sql`
  a.*, v.number as shown_number, v.locale as original_locale, v.keywords, v.media, ${shownStatus(actor)} as status, ${publishedAt} as published_at,
  a.review_on::text as review_on, coalesce(a.review_on < (now() at time zone 'utc')::date, false) as stale,
  ${isStaff(actor) ? sql`case when a.goes_public_at > now() then a.goes_public_at end` : sql`null::timestamptz`} as publish_at,
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

export function articlesOf(context: Context, rows: readonly unknown[]): Article[] {
  return hydrate(context.orm, Article, rows).map((article, at) => {
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
  context: Context,
  condition: Condition,
  number = shownNumber(context.actor),
): Promise<Article[]> {
  const em = await context.read();
  const { rows } = await sql`
    select ${articleColumns(context.actor)} from ${articlesWith(number)}
    where ${visible(context.actor)} and ${condition}`.execute(em.getKysely());
  return articlesOf(context, rows);
}

export const byId = (context: Context, id: string): Promise<Article | null> =>
  context.load.byId('article', id, (ids) =>
    select(context, sql`a.id = any(${uuidArray('art', ids)})`),
  );

/** The public versions of these articles, as far as the caller may read them; for staff too. */
export const publicOnes = (context: Context, ids: readonly string[]): Promise<Article[]> =>
  select(
    context,
    sql`${readable(context.actor)} and a.id = any(${uuidArray('art', ids)})`,
    publicNumber,
  );

/** The public version of each article that the caller may read, by UUID. */
export async function publicNumbers(context: Context): Promise<Map<string, number>> {
  const { rows } = await sql<{ id: string; number: number }>`
    select a.id, ${publicNumber} as number
    from article a join knowledge_base b on b.workspace_id = a.workspace_id and b.id = a.knowledge_base_id
    where ${readable(context.actor)}`.execute((await context.read()).getKysely());
  return new Map(rows.map(({ id, number }) => [id, number]));
}

export interface ArticleAddress {
  id?: string | null;
  knowledgeBaseId?: string | null;
  slug?: string | null;
}

export async function one(
  context: Context,
  { id, knowledgeBaseId, slug }: ArticleAddress,
): Promise<Article | null> {
  if (typeof id === 'string' && !knowledgeBaseId && !slug) return byId(context, id);
  if (typeof id === 'string' || typeof knowledgeBaseId !== 'string' || typeof slug !== 'string')
    throw new Refusal([
      { code: 'INVALID', field: ['id'], message: 'Give either an id, or a base and a slug.' },
    ]);
  const found = await select(
    context,
    sql`a.knowledge_base_id = ${uuidOf('kba', knowledgeBaseId)}::uuid and a.slug = ${slug}`,
  );
  return found[0] ?? null;
}
