import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { uuidOf } from '@deskgraph/common/core/id';
import {
  Direction,
  type Page,
  type PageRequest,
  keysetPage,
} from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { articleColumns, articlesOf, articlesWith, shownNumber, visible } from '../article/find.ts';
import { type SearchTerm, isUnspaced } from '@deskgraph/common/text/tokenizer';
import { searched } from './term.ts';
import { ArticleHit } from './hit.ts';

const QUERY_MOST = 200;
const TERMS_MOST = 20;
const BASES_MOST = 100;
/**
 * Part of the words that an article must have: questions are put in other words than their answers. Of pairs of signs fewer, as some reach
 * from one word into the next.
 */
const COVERED = 0.6;
const COVERED_PAIRS = 0.4;
/** What a word counts that has only its beginning in common with the one that is looked for. */
const ALIKE = 0.8;

export interface ArticleSearch extends PageRequest {
  query: string;
  knowledgeBaseIds?: string[] | null | undefined;
}

export async function search(
  context: Context,
  { query, knowledgeBaseIds, ...request }: ArticleSearch,
): Promise<Page<ArticleHit>> {
  if (Array.from(query).length > QUERY_MOST) throw new Refusal('TOO_LONG', ['query']);
  if (knowledgeBaseIds && knowledgeBaseIds.length > BASES_MOST)
    throw new Refusal('TOO_LONG', ['knowledgeBaseIds']);
  const page = keysetPage(request, [
    { by: sql`found.score`, type: 'double precision', direction: Direction.DESC },
    { by: sql`found.id`, type: 'uuid', direction: Direction.ASC },
  ]);
  const terms = searched(query, TERMS_MOST);
  if (!terms.length) return page.page([], [], async () => 0);
  const found = foundBy(context, terms, knowledgeBaseIds);
  const { rows } = await sql<{ score: number }>`
    select shown.*, page.score, page.page_keys
    from (select found.*, ${page.keys}, row_number() over (order by ${page.order}) as place from (${found}) found where ${page.where} order by ${page.order} limit ${page.limit}) page
    cross join lateral (
      select ${articleColumns(context.actor)} from ${articlesWith(shownNumber(context.actor))}
      where a.id = page.id and ${visible(context.actor)} offset 0) shown
    order by page.place`.execute((await context.read()).getKysely());
  const hits = articlesOf(context, rows).map((article, at) =>
    Object.assign(new ArticleHit(), { article, score: rows[at]!.score, terms }),
  );
  return page.page(rows, hits, async () => {
    const counted = await sql<{
      count: number;
    }>`select count(*)::integer as count from (${found}) found`.execute(
      (await context.read()).getKysely(),
    );
    return counted.rows[0]!.count;
  });
}

/**
 * The articles that the caller may read and whose shown version has enough of the words, each with its score. The words are looked up one by one
 * (`offset 0`), so that the planner never scans all words against all terms.
 */
function foundBy(
  { actor, workspace }: Context,
  terms: readonly SearchTerm[],
  baseIds: readonly string[] | null | undefined,
) {
  const inBases = baseIds
    ? sql`a.knowledge_base_id = any(${baseIds.map((id) => uuidOf('kba', id))}::uuid[])`
    : sql`true`;
  return sql`
    select hit.id, round((sum(hit.weight) / ${terms.length}::integer)::numeric, 6)::double precision as score
    from (
      select a.id, asked.word, max(w.weight * case when starts_with(w.word, asked.word) then 1 else ${ALIKE}::double precision end) as weight
      from unnest(${terms.map(({ word }) => word)}::text[], ${terms.map(({ low }) => low)}::text[], ${terms.map(({ high }) => high)}::text[])
        as asked (word, low, high)
      cross join lateral (
        select word, article_id, number, weight from article_word
        where workspace_id = ${workspace}::uuid and word >= asked.low and word < asked.high offset 0) w
      join article a on a.workspace_id = ${workspace}::uuid and a.id = w.article_id and w.number = ${shownNumber(actor)}
      join knowledge_base b on b.workspace_id = a.workspace_id and b.id = a.knowledge_base_id
      where ${visible(actor)} and ${inBases}
      group by a.id, asked.word) hit
    group by hit.id having count(*) >= ${leastOf(terms)}::integer`;
}

function leastOf(terms: readonly SearchTerm[]): number {
  const pairs = terms.filter(({ word }) => isUnspaced(word)).length;
  return Math.ceil((terms.length - pairs) * COVERED + pairs * COVERED_PAIRS);
}
