import { sql } from '@deskgraph/common/database/database';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import type { Article, Head } from './article.ts';

/** What a text holds beyond what lists show. */
export interface Text {
  locale: string;
  body: string;
  html: string;
  plain: string;
}

interface TextRow extends Text {
  article_id: string;
  number: number;
}

/** The texts of an article's shown version. */
export function textsOf(context: Context, article: Article): Promise<Text[]> {
  const key = (id: string, number: number): string => `${id} ${number}`;
  return context.load.byParent(
    'texts',
    key(uuidOf('art', article.id), article.shownNumber),
    async (keys) => {
      const pairs = keys.map((each) => each.split(' ') as [string, string]);
      const { rows } = await sql<TextRow>`
        select t.article_id, t.number, t.locale, t.body, t.html, t.plain
        from unnest(${pairs.map(([id]) => id)}::uuid[], ${pairs.map(([, number]) => Number(number))}::integer[]) as asked (id, number)
        join article_text t on t.workspace_id = ${context.workspace}::uuid and t.article_id = asked.id and t.number = asked.number`.execute(
        (await context.read()).getKysely(),
      );
      return rows;
    },
    (row) => key(row.article_id, row.number),
  );
}

const languageOf = (locale: string): string => locale.split('-', 1)[0]!;

/** The text in the wanted language, else in the same language of another region, else the one that the article was written in. */
export function pick<T extends { locale: string }>(
  texts: readonly T[],
  wanted: string | null | undefined,
  original: string,
): T {
  const exact = wanted ? texts.find((text) => text.locale === wanted) : undefined;
  const near = wanted
    ? texts.find((text) => languageOf(text.locale) === languageOf(wanted))
    : undefined;
  return exact ?? near ?? texts.find((text) => text.locale === original) ?? texts[0]!;
}

export const headOf = (article: Article, locale: string | null | undefined): Head =>
  pick(article.heads, locale, article.originalLocale);

export const textOf = async (
  context: Context,
  article: Article,
  locale: string | null | undefined,
): Promise<Text> =>
  pick(await textsOf(context, article), headOf(article, locale).locale, article.originalLocale);
