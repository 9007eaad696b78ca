import { sql } from '@deskgraph/common/database';
import { toId } from '@deskgraph/common/id';
import type { Context } from '@deskgraph/common/transaction';
import { publicNumber, readable } from '../article/find.ts';
import { type Term, telling, termOf } from '../word/term.ts';
import type { Found } from './memory.ts';

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
/** Words of more articles than this part tell nothing, once there are some articles. */
const COMMON = { part: 0.4, articles: 3 };

type Asked = readonly [locale: string | null, subject: string, description: string];

/** For each text the articles that fit, best first: for all of them with one statement. */
export async function rank(context: Context, texts: readonly Asked[]): Promise<Found[][]> {
  const terms = new Map<string, { place: number; term: Term }>();
  const uses: { text: number; term: number; boost: number }[] = [];
  const termsOf: Term[][] = texts.map(([, subject, description], text) => {
    const inSubject = telling(subject, SUBJECT_TERMS);
    const inText = telling(description, DESCRIPTION_TERMS).filter((word) => !inSubject.includes(word));
    return [...inSubject, ...inText].map((word, at) => {
      const known = terms.get(word) ?? { place: terms.size, term: termOf(word, false) };
      terms.set(word, known);
      uses.push({ text, term: known.place, boost: at < inSubject.length ? SUBJECT_BOOST : 1 });
      return known.term;
    });
  });
  const found: Found[][] = texts.map(() => []);
  if (!uses.length) return found;
  const languages = texts.map(([locale]) => locale?.split('-', 1)[0] ?? '');
  for (const row of await ranked(
    context,
    [...terms.values()].map(({ term }) => term),
    uses,
    languages,
  ))
    found[row.text]!.push({ id: toId('art', row.id), score: row.score, terms: termsOf[row.text]! });
  return found;
}

interface RankedRow {
  text: number;
  id: string;
  score: number;
}

async function ranked(
  context: Context,
  terms: readonly Term[],
  uses: readonly { text: number; term: number; boost: number }[],
  languages: readonly string[],
): Promise<RankedRow[]> {
  const { rows } = await sql<RankedRow>`
    with asked as (
      select place, low, high
      from unnest(${terms.map((_, place) => place)}::integer[], ${terms.map(({ low }) => low)}::text[], ${terms.map(({ high }) => high)}::text[])
        as asked (place, low, high)),
    uses as (
      select text, place, boost
      from unnest(${uses.map(({ text }) => text)}::integer[], ${uses.map(({ term }) => term)}::integer[], ${uses.map(({ boost }) => boost)}::integer[])
        as uses (text, place, boost)),
    texts as (
      select text, language from unnest(${languages.map((_, text) => text)}::integer[], ${[...languages]}::text[]) as texts (text, language)),
    seen as materialized (
      select a.id, ${publicNumber} as number
      from article a join knowledge_base b on b.workspace_id = a.workspace_id and b.id = a.knowledge_base_id
      where ${readable(context.actor)}),
    hit as materialized (
      select asked.place, w.article_id as id, split_part(w.locale, '-', 1) as language, max(w.weight) as weight
      from asked
      join article_word w on w.workspace_id = ${context.workspace}::uuid and w.word >= asked.low and w.word < asked.high
      join seen on seen.id = w.article_id and seen.number = w.number
      group by 1, 2, 3),
    rarity as (
      select hit.place, ln(1 + every.articles / count(distinct hit.id)) / ln(1 + every.articles) as value
      from hit, (select count(*)::double precision as articles from seen) every
      group by hit.place, every.articles
      having count(distinct hit.id) <= greatest(${COMMON.articles}::integer, ${COMMON.part}::double precision * every.articles)),
    scored as (
      select uses.text, hit.id, count(distinct uses.place) as words, max(uses.boost * hit.weight) as strongest,
        sum(uses.boost * rarity.value * hit.weight
          * case when texts.language = hit.language then ${SAME_LANGUAGE}::double precision else 1 end) as strength
      from uses join texts using (text) join hit using (place) join rarity using (place)
      group by 1, 2),
    ranked as (
      select text, id, strength, row_number() over (partition by text order by strength desc, id) as place from scored
      where strength >= ${LEAST_STRENGTH}::double precision and (words > 1 or strongest >= ${STRONG_WORD}::double precision))
    select text, id, round((strength / (strength + 2))::numeric, 4)::double precision as score
    from ranked where place <= ${MOST}::integer order by text, place`.execute((await context.read()).getKysely());
  return rows;
}
