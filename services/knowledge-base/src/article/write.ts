import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { insertArticleWords } from '../search/index-words.ts';
import type { Rendered } from './render.ts';

export interface NewVersion {
  number: number;
  locale: string;
  title: string;
  body: string;
  rendered: Rendered;
  keywords: readonly string[];
  media: readonly string[];
  comment: string | null;
}

/** Inserts a version of an article with its text in the original language, and its search words. */
export async function insertVersion(
  ctx: Context,
  articleId: string,
  version: NewVersion,
): Promise<void> {
  await ctx.em.flush();
  const { kind, id, name } = ctx.actor;
  const { number, locale, title, body, rendered, keywords, media, comment } = version;
  const of = sql`${ctx.workspace}::uuid, ${uuidOf('art', articleId)}::uuid, ${number}, ${locale}`;
  await execute(
    ctx,
    sql`
    with version as (
      insert into article_version (workspace_id, article_id, number, locale, keywords, media, comment, author, created_at)
      values (${of}, ${[...keywords]}::text[], ${[...media]}::text[], ${comment}, ${JSON.stringify({ kind, id, name })}::jsonb, now()))
    insert into article_text (workspace_id, article_id, number, locale, title, summary, body, html, plain)
    values (${of}, ${title}, ${rendered.summary}, ${body}, ${rendered.html}, ${rendered.plain})`,
  );
  await insertArticleWords(ctx, articleId, number, locale, {
    title,
    keywords,
    plain: rendered.plain,
  });
}
