import { sql } from '@deskgraph/common/database/database';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { tokenize } from '@deskgraph/common/text/tokenizer';

/** Different words that are kept of one text; what a longer one is about is said before that. */
const MOST = 5000;

/** What a word counts by where it stands. Words of the body that come again and again count a little more. */
export const TITLE_WEIGHT = 1;
export const KEYWORD_WEIGHT = 0.8;
const bodyWeight = (times: number): number => 0.5 - 0.2 / times;

export interface Words {
  title: string;
  keywords: readonly string[];
  plain: string;
}

function weighed({ title, keywords, plain }: Words): Map<string, number> {
  const weights = new Map<string, number>();
  for (const word of tokenize(title)) weights.set(word, TITLE_WEIGHT);
  for (const word of tokenize(keywords.join('\n')))
    if (!weights.has(word)) weights.set(word, KEYWORD_WEIGHT);
  const times = new Map<string, number>();
  for (const word of tokenize(plain))
    if (times.has(word) || times.size < MOST) times.set(word, (times.get(word) ?? 0) + 1);
  for (const [word, count] of times) if (!weights.has(word)) weights.set(word, bodyWeight(count));
  return weights;
}

/** Makes one text of an article's version findable. */
export async function storeWords(
  context: Context,
  articleId: string,
  number: number,
  locale: string,
  text: Words,
): Promise<void> {
  const weights = weighed(text);
  await sql`
    insert into article_word (workspace_id, word, article_id, number, locale, weight)
    select ${context.workspace}::uuid, word, ${uuidOf('art', articleId)}::uuid, ${number}, ${locale}, weight
    from unnest(${[...weights.keys()]}::text[], ${[...weights.values()]}::real[]) as given (word, weight)`.execute(
    context.em.getKysely(),
  );
}

/** Forgets the words of versions that nobody reads any more. */
export async function dropWords(
  context: Context,
  articleId: string,
  kept: readonly (number | null)[],
): Promise<void> {
  await sql`
    delete from article_word where workspace_id = ${context.workspace}::uuid and article_id = ${uuidOf('art', articleId)}::uuid
      and number <> all(${kept.filter((number) => number !== null)}::integer[])`.execute(
    context.em.getKysely(),
  );
}
