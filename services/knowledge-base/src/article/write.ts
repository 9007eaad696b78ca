import { sql } from '@deskgraph/common/database/database';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { storeWords } from '../search/index-words.ts';
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

/** Stores a version of an article, its text in the language that it was written in, and the words that it is found by. */
export async function writeVersion(
  context: Context,
  articleId: string,
  version: NewVersion,
): Promise<void> {
  await context.em.flush();
  const { kind, id, name } = context.actor;
  const { number, locale, title, body, rendered, keywords, media, comment } = version;
  const of = sql`${context.workspace}::uuid, ${uuidOf('art', articleId)}::uuid, ${number}, ${locale}`;
  await sql`
    with version as (
      insert into article_version (workspace_id, article_id, number, locale, keywords, media, comment, author, created_at)
      values (${of}, ${[...keywords]}::text[], ${[...media]}::text[], ${comment}, ${JSON.stringify({ kind, id, name })}::jsonb, now()))
    insert into article_text (workspace_id, article_id, number, locale, title, summary, body, html, plain)
    values (${of}, ${title}, ${rendered.summary}, ${body}, ${rendered.html}, ${rendered.plain})`.execute(
    context.em.getKysely(),
  );
  await storeWords(context, articleId, number, locale, { title, keywords, plain: rendered.plain });
}
