import { sql } from '@deskgraph/common/database/database';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import type { Article, Head } from './article.ts';

/** The parts of an article text that lists do not load. */
export interface ArticleText {
  locale: string;
  body: string;
  html: string;
  plain: string;
}

interface TextRow extends ArticleText {
  article_id: string;
  number: number;
}

/** The texts of the version that the caller reads, batched per request. */
export function articleTexts(ctx: Context, article: Article): Promise<ArticleText[]> {
  const key = (id: string, number: number): string => `${id} ${number}`;
  return ctx.load.byParent(
    'texts',
    key(uuidOf('art', article.id), article.shownNumber),
    async (keys) => {
      const pairs = keys.map((each) => each.split(' ') as [string, string]);
      const { rows } = await sql<TextRow>`
        select t.article_id, t.number, t.locale, t.body, t.html, t.plain
        from unnest(${pairs.map(([id]) => id)}::uuid[], ${pairs.map(([, number]) => Number(number))}::integer[]) as requested (id, number)
        join article_text t on t.workspace_id = ${ctx.workspace}::uuid and t.article_id = requested.id and t.number = requested.number`.execute(
        (await ctx.read()).getKysely(),
      );
      return rows;
    },
    (row) => key(row.article_id, row.number),
  );
}

const languageOf = (locale: string): string => locale.split('-', 1)[0]!;

/** The text in a locale, else in the same language of another region, else in the original language. */
export function textInLocale<T extends { locale: string }>(
  texts: readonly T[],
  locale: string | null | undefined,
  original: string,
): T {
  const exact = locale ? texts.find((text) => text.locale === locale) : undefined;
  const near = locale
    ? texts.find((text) => languageOf(text.locale) === languageOf(locale))
    : undefined;
  return exact ?? near ?? texts.find((text) => text.locale === original) ?? texts[0]!;
}

export const articleHead = (article: Article, locale: string | null | undefined): Head =>
  textInLocale(article.heads, locale, article.originalLocale);

export const articleText = async (
  ctx: Context,
  article: Article,
  locale: string | null | undefined,
): Promise<ArticleText> =>
  textInLocale(
    await articleTexts(ctx, article),
    articleHead(article, locale).locale,
    article.originalLocale,
  );
