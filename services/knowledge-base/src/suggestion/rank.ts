import { sql } from '@deskgraph/common/database/database';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { keyTerms, prefixTerm } from '@deskgraph/common/text/key-terms';
import type { SearchTerm } from '@deskgraph/common/text/tokenizer';

import { type RankedArticle, type TermHits, type SuggestionCache, cacheTermHits } from './cache.ts';

const SUBJECT_TERMS = 12;
const DESCRIPTION_TERMS = 28;
/** Words of the subject weigh more than words of the description. */
const SUBJECT_BOOST = 2;
const MOST = 10;

/** The minimum score: a single common word does not suggest an article. */
const LEAST_STRENGTH = 0.9;
/** A single word suffices only when it is in the subject and in the title or keywords. */
const STRONG_WORD = 1.6;
/** Articles in the language of the ticket score higher. */
const SAME_LANGUAGE = 1.25;
/** The maximum postings read per term. A term with more is not significant. */
const POSTINGS_MOST = 400;
/** Terms in a larger share of the articles are not significant, once there are some articles. */
const COMMON = { part: 0.4, articles: 3 };

type Asked = readonly [locale: string | null, subject: string, description: string];

interface Use {
  term: SearchTerm;
  boost: number;
}

/** The terms of a text with their weights. */
function usesOf([, subject, description]: Asked): Use[] {
  const inSubject = keyTerms(subject, SUBJECT_TERMS);
  const inText = keyTerms(description, DESCRIPTION_TERMS).filter(
    (word) => !inSubject.includes(word),
  );
  return [
    ...inSubject.map((word) => ({ term: prefixTerm(word, false), boost: SUBJECT_BOOST })),
    ...inText.map((word) => ({ term: prefixTerm(word, false), boost: 1 })),
  ];
}

/**
 * Ranks the articles for each text, best match first. Terms that are not cached are looked up with
 * one statement. `readable` has the public version of each article that the caller may read, by
 * UUID; other articles are ignored.
 */
export async function rankArticles(
  ctx: Context,
  texts: readonly Asked[],
  memory: SuggestionCache,
  readable: ReadonlyMap<string, number>,
): Promise<RankedArticle[][]> {
  const uses = texts.map(usesOf);
  const terms = new Map(uses.flat().map(({ term }) => [keyOf(term), term]));
  if (!terms.size || !readable.size) return texts.map(() => []);
  // A local copy, because concurrent requests may evict entries.
  const hits = new Map([...terms.keys()].map((key) => [key, memory.hits.get(key)]));
  const unknown = [...terms].filter(([key]) => hits.get(key) === undefined);
  if (unknown.length) {
    const rows = (
      await postings(
        ctx,
        unknown.map(([, term]) => term),
      )
    ).filter(({ id, number }) => readable.get(id) === number);
    const found = Map.groupBy(rows, (row) => row.place);
    unknown.forEach(([key], place) => {
      const all = found.get(place);
      const known = all && all.length < POSTINGS_MOST ? hitsOf(all, readable.size) : null;
      hits.set(key, known);
      cacheTermHits(memory, key, known);
    });
  }
  return texts.map(([locale], at) => best(uses[at]!, hits, locale?.split('-', 1)[0] ?? ''));
}

const keyOf = ({ low, high }: SearchTerm): string => low + high;

function hitsOf(rows: readonly Posting[], all: number): TermHits | null {
  const articles: TermHits['articles'] = new Map();
  for (const { id, weight, locale } of rows)
    if (weight > (articles.get(id)?.weight ?? 0))
      articles.set(id, { weight, language: locale.split('-', 1)[0]! });
  if (articles.size > Math.max(COMMON.articles, COMMON.part * all)) return null;
  return { rarity: Math.log(1 + all / articles.size) / Math.log(1 + all), articles };
}

function best(
  uses: readonly Use[],
  hits: ReadonlyMap<string, TermHits | null | undefined>,
  language: string,
): RankedArticle[] {
  const strengths = new Map<string, { sum: number; words: number; strongest: number }>();
  for (const { term, boost } of uses) {
    const heard = hits.get(keyOf(term));
    for (const [id, hit] of heard?.articles ?? []) {
      const strength = strengths.get(id) ?? { sum: 0, words: 0, strongest: 0 };
      strength.sum +=
        boost * heard!.rarity * hit.weight * (hit.language === language ? SAME_LANGUAGE : 1);
      strength.words += 1;
      strength.strongest = Math.max(strength.strongest, boost * hit.weight);
      strengths.set(id, strength);
    }
  }
  const terms = uses.map(({ term }) => term);
  return [...strengths]
    .filter(
      ([, { sum, words, strongest }]) =>
        sum >= LEAST_STRENGTH && (words > 1 || strongest >= STRONG_WORD),
    )
    .toSorted(([one, { sum }], [other, { sum: than }]) => than - sum || (one < other ? -1 : 1))
    .slice(0, MOST)
    .map(([id, { sum }]) => ({
      id: toId('art', id),
      score: Math.round((sum / (sum + 2)) * 10_000) / 10_000,
      terms,
    }));
}

interface Posting {
  place: number;
  id: string;
  number: number;
  locale: string;
  weight: number;
}

/** The postings of the terms, looked up one by one, so that the planner does not scan all words. */
async function postings(ctx: Context, terms: readonly SearchTerm[]): Promise<Posting[]> {
  const { rows } = await sql<Posting>`
    select term.place, w.article_id as id, w.number, w.locale, w.weight
    from unnest(${terms.map((_, place) => place)}::integer[], ${terms.map(({ low }) => low)}::text[], ${terms.map(({ high }) => high)}::text[])
      as term (place, low, high)
    cross join lateral (
      select article_id, number, locale, weight from article_word
      where workspace_id = ${ctx.workspace}::uuid and word >= term.low and word < term.high limit ${POSTINGS_MOST}) w`.execute(
    (await ctx.read()).getKysely(),
  );
  return rows;
}
