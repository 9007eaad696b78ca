import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { tokenize } from '@deskgraph/common/text/tokenizer';

/** The maximum number of distinct words indexed per text. Longer texts are indexed from their beginning. */
const MAX_INDEXED_WORDS = 5000;

/** The weight of a word by its place. Repeated words of the body count a little more. */
export const TITLE_WEIGHT = 1;
export const KEYWORD_WEIGHT = 0.8;
const bodyWeight = (times: number): number => 0.5 - 0.2 / times;

export interface IndexedText {
  title: string;
  keywords: readonly string[];
  plain: string;
}

function wordWeights({ title, keywords, plain }: IndexedText): Map<string, number> {
  const weights = new Map<string, number>();
  for (const word of tokenize(title)) weights.set(word, TITLE_WEIGHT);
  for (const word of tokenize(keywords.join('\n')))
    if (!weights.has(word)) weights.set(word, KEYWORD_WEIGHT);
  const times = new Map<string, number>();
  for (const word of tokenize(plain))
    if (times.has(word) || times.size < MAX_INDEXED_WORDS)
      times.set(word, (times.get(word) ?? 0) + 1);
  for (const [word, count] of times) if (!weights.has(word)) weights.set(word, bodyWeight(count));
  return weights;
}

/** Indexes the text of a version. */
export async function insertArticleWords(
  ctx: Context,
  articleId: string,
  number: number,
  locale: string,
  text: IndexedText,
): Promise<void> {
  const weights = wordWeights(text);
  await execute(
    ctx,
    sql`
    insert into article_word (workspace_id, word, article_id, number, locale, weight)
    select ${ctx.workspace}::uuid, word, ${uuidOf('art', articleId)}::uuid, ${number}, ${locale}, weight
    from unnest(${[...weights.keys()]}::text[], ${[...weights.values()]}::real[]) as new (word, weight)`,
  );
}

/** Deletes the words of versions that are not read any more. */
export async function deleteArticleWords(
  ctx: Context,
  articleId: string,
  keep: readonly (number | null)[],
): Promise<void> {
  await execute(
    ctx,
    sql`
    delete from article_word where workspace_id = ${ctx.workspace}::uuid and article_id = ${uuidOf('art', articleId)}::uuid
      and number <> all(${keep.filter((number) => number !== null)}::integer[])`,
  );
}
