import { sql } from '@deskgraph/common/database/database';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { keyTerms, prefixTerm } from '@deskgraph/common/text/key-terms';
import type { SearchTerm } from '@deskgraph/common/text/tokenizer';

import { type Found, type Hits, type Memory, rememberHits } from './cache.ts';

const SUBJECT_TERMS = 12;
const DESCRIPTION_TERMS = 28;
/** A word of the subject says more than one of the description. */
const SUBJECT_BOOST = 2;
const MOST = 10;

/** What must be there: nonsense that shares a stray word with an article suggests nothing. */
const LEAST_STRENGTH = 0.9;
/** One word alone is enough only when it stands in the subject and in the title or keywords. */
const STRONG_WORD = 1.6;
/** An article in the language of the ticket is better than one in another. */
const SAME_LANGUAGE = 1.25;
/** Places of one term that are looked at; one with more of them tells nothing. */
const POSTINGS_MOST = 400;
/** Words of more articles than this part tell nothing, once there are some articles. */
const COMMON = { part: 0.4, articles: 3 };

type Asked = readonly [locale: string | null, subject: string, description: string];

interface Use {
  term: SearchTerm;
  boost: number;
}

/** The terms of a text: those of the subject weigh more. */
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
 * For each text the articles that fit, best first. Terms that were not met before are looked up with one statement. `readable` holds, by UUID,
 * the public version of each article that the caller may read; nothing else is looked at.
 */
export async function rank(
  context: Context,
  texts: readonly Asked[],
  memory: Memory,
  readable: ReadonlyMap<string, number>,
): Promise<Found[][]> {
  const uses = texts.map(usesOf);
  const terms = new Map(uses.flat().map(({ term }) => [keyOf(term), term]));
  if (!terms.size || !readable.size) return texts.map(() => []);
  // Of this moment: what others remember meanwhile may push it out.
  const hits = new Map([...terms.keys()].map((key) => [key, memory.hits.get(key)]));
  const unknown = [...terms].filter(([key]) => hits.get(key) === undefined);
  if (unknown.length) {
    const rows = (
      await postings(
        context,
        unknown.map(([, term]) => term),
      )
    ).filter(({ id, number }) => readable.get(id) === number);
    const found = Map.groupBy(rows, (row) => row.place);
    unknown.forEach(([key], place) => {
      const all = found.get(place);
      const known = all && all.length < POSTINGS_MOST ? hitsOf(all, readable.size) : null;
      hits.set(key, known);
      rememberHits(memory, key, known);
    });
  }
  return texts.map(([locale], at) => best(uses[at]!, hits, locale?.split('-', 1)[0] ?? ''));
}

const keyOf = ({ low, high }: SearchTerm): string => low + high;

function hitsOf(rows: readonly Posting[], all: number): Hits | null {
  const articles: Hits['articles'] = new Map();
  for (const { id, weight, locale } of rows)
    if (weight > (articles.get(id)?.weight ?? 0))
      articles.set(id, { weight, language: locale.split('-', 1)[0]! });
  if (articles.size > Math.max(COMMON.articles, COMMON.part * all)) return null;
  return { rarity: Math.log(1 + all / articles.size) / Math.log(1 + all), articles };
}

function best(
  uses: readonly Use[],
  hits: ReadonlyMap<string, Hits | null | undefined>,
  language: string,
): Found[] {
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

/** Where the terms stand. Each term is looked up by itself, so that the planner never scans all words against all terms. */
async function postings(context: Context, terms: readonly SearchTerm[]): Promise<Posting[]> {
  const { rows } = await sql<Posting>`
    select asked.place, w.article_id as id, w.number, w.locale, w.weight
    from unnest(${terms.map((_, place) => place)}::integer[], ${terms.map(({ low }) => low)}::text[], ${terms.map(({ high }) => high)}::text[])
      as asked (place, low, high)
    cross join lateral (
      select article_id, number, locale, weight from article_word
      where workspace_id = ${context.workspace}::uuid and word >= asked.low and word < asked.high limit ${POSTINGS_MOST}) w`.execute(
    (await context.read()).getKysely(),
  );
  return rows;
}
