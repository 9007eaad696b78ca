import { sql } from '@deskgraph/common/database/database';
import type { EventActor } from '@deskgraph/common/events/types';
import { graphqlError } from '@deskgraph/common/core/errors';
import { uuidOf } from '@deskgraph/common/core/id';
import {
  Direction,
  type Page,
  type PageRequest,
  keysetPage,
} from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { eventAuthor } from '../actor/actor.ts';
import { canReadInternal } from '../actor/staff.ts';
import type { Article } from './article.ts';
import { publicNumber } from './find.ts';
import { ArticleStatus } from './kind.ts';
import { ArticleVersion } from './version.ts';

interface VersionRow {
  article_id: string;
  number: number;
  title: string;
  body: string;
  author: EventActor;
  comment: string | null;
  created_at: Date | string;
  is_public: boolean;
}

/** The articles of a request whose versions are loaded in one batch. */
const requestedArticles = new WeakMap<Context, Map<string, Article>>();

/** The versions of an article, newest first, batched per request. Staff only: older versions may contain what readers must not see. */
export function articleVersions(
  ctx: Context,
  article: Article,
  request: PageRequest,
): Promise<Page<ArticleVersion>> {
  if (!canReadInternal(ctx.actor)) throw graphqlError('FORBIDDEN');
  const page = keysetPage(request, [
    { by: sql`v.number`, type: 'integer', direction: Direction.DESC },
  ]);
  const articles = requestedArticles.get(ctx) ?? new Map<string, Article>();
  requestedArticles.set(ctx, articles.set(article.id, article));
  const find = async (ids: string[]): Promise<Map<string, Page<ArticleVersion>>> => {
    const { rows } = await sql<VersionRow>`
      select found.* from unnest(${ids.map((id) => uuidOf('art', id))}::uuid[]) as requested (id)
      cross join lateral (
        select v.article_id, v.number, v.author, v.comment, v.created_at, t.title, t.body, v.number is not distinct from ${publicNumber} as is_public, ${page.keys}
        from article_version v
        join article a on a.workspace_id = v.workspace_id and a.id = v.article_id
        join article_text t on t.workspace_id = v.workspace_id and t.article_id = v.article_id and t.number = v.number and t.locale = v.locale
        where v.workspace_id = ${ctx.workspace}::uuid and v.article_id = requested.id and ${page.where}
        order by ${page.order} limit ${page.limit}) found`.execute((await ctx.read()).getKysely());
    const byArticle = Map.groupBy(rows, (row) => row.article_id);
    return new Map(
      ids.map((id) => {
        const mine = byArticle.get(uuidOf('art', id)) ?? [];
        const of = articles.get(id)!;
        return [
          id,
          page.page(
            mine,
            mine.map((row) => versionOf(row, of)),
            async () => of.newestNumber,
          ),
        ];
      }),
    );
  };
  return ctx.load.byKey<Page<ArticleVersion>>(
    `versions ${JSON.stringify(request)}`,
    article.id,
    find,
    page.page([], [], async () => 0),
  );
}

function versionOf(row: VersionRow, article: Article): ArticleVersion {
  const { number, title, body, comment } = row;
  const status = row.is_public
    ? ArticleStatus.PUBLISHED
    : number === article.newestNumber
      ? article.status
      : ArticleStatus.ARCHIVED;
  return Object.assign(new ArticleVersion(), {
    number,
    title,
    body,
    comment,
    status,
    author: eventAuthor(row.author),
    createdAt: new Date(row.created_at),
  });
}
