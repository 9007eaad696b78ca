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
import {
  articleColumns,
  articlesFromRows,
  articleJoins,
  visibleVersionNumber,
  visibleArticleSql,
} from '../article/find.ts';
import { type SearchTerm, isUnspaced } from '@deskgraph/common/text/tokenizer';
import { searchTerms } from './term.ts';
import { ArticleHit } from './hit.ts';

const MAX_QUERY_LENGTH = 200;
const MAX_TERMS = 20;
const MAX_KNOWLEDGE_BASES_PER_SEARCH = 100;
/**
 * The share of the terms that an article has to contain. It is below 1 because questions use other
 * words than their answers, and lower for bigrams, some of which span two words.
 */
const MIN_COVERAGE = 0.6;
const MIN_BIGRAM_COVERAGE = 0.4;
/** The weight of a word that matches by prefix only. */
const PREFIX_MATCH_WEIGHT = 0.8;

export interface ArticleSearch extends PageRequest {
  query: string;
  knowledgeBaseIds?: string[] | null | undefined;
}

export async function searchArticles(
  ctx: Context,
  { query, knowledgeBaseIds, ...request }: ArticleSearch,
): Promise<Page<ArticleHit>> {
  if (Array.from(query).length > MAX_QUERY_LENGTH) throw new Refusal('TOO_LONG', ['query']);
  if (knowledgeBaseIds && knowledgeBaseIds.length > MAX_KNOWLEDGE_BASES_PER_SEARCH)
    throw new Refusal('TOO_LONG', ['knowledgeBaseIds']);
  const page = keysetPage(request, [
    { by: sql`found.score`, type: 'double precision', direction: Direction.DESC },
    { by: sql`found.id`, type: 'uuid', direction: Direction.ASC },
  ]);
  const terms = searchTerms(query, MAX_TERMS);
  if (!terms.length) return page.page([], [], async () => 0);
  const found = matchingArticlesSql(ctx, terms, knowledgeBaseIds);
  const { rows } = await sql<{ score: number }>`
    select shown.*, page.score, page.page_keys
    from (select found.*, ${page.keys}, row_number() over (order by ${page.order}) as place from (${found}) found where ${page.where} order by ${page.order} limit ${page.limit}) page
    cross join lateral (
      select ${articleColumns(ctx.actor)} from ${articleJoins(visibleVersionNumber(ctx.actor))}
      where a.id = page.id and ${visibleArticleSql(ctx.actor)} offset 0) shown
    order by page.place`.execute((await ctx.read()).getKysely());
  const hits = articlesFromRows(ctx, rows).map((article, at) =>
    Object.assign(new ArticleHit(), { article, score: rows[at]!.score, terms }),
  );
  return page.page(rows, hits, async () => {
    const counted = await sql<{
      count: number;
    }>`select count(*)::integer as count from (${found}) found`.execute(
      (await ctx.read()).getKysely(),
    );
    return counted.rows[0]!.count;
  });
}

/**
 * The articles that the caller may read and whose visible version contains enough terms, with their
 * scores. `offset 0` makes the planner look terms up one by one instead of scanning all words.
 */
function matchingArticlesSql(
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
      select a.id, term.word, max(w.weight * case when starts_with(w.word, term.word) then 1 else ${PREFIX_MATCH_WEIGHT}::double precision end) as weight
      from unnest(${terms.map(({ word }) => word)}::text[], ${terms.map(({ low }) => low)}::text[], ${terms.map(({ high }) => high)}::text[])
        as term (word, low, high)
      cross join lateral (
        select word, article_id, number, weight from article_word
        where workspace_id = ${workspace}::uuid and word >= term.low and word < term.high offset 0) w
      join article a on a.workspace_id = ${workspace}::uuid and a.id = w.article_id and w.number = ${visibleVersionNumber(actor)}
      join knowledge_base b on b.workspace_id = a.workspace_id and b.id = a.knowledge_base_id
      where ${visibleArticleSql(actor)} and ${inBases}
      group by a.id, term.word) hit
    group by hit.id having count(*) >= ${leastOf(terms)}::integer`;
}

function leastOf(terms: readonly SearchTerm[]): number {
  const pairs = terms.filter(({ word }) => isUnspaced(word)).length;
  return Math.ceil((terms.length - pairs) * MIN_COVERAGE + pairs * MIN_BIGRAM_COVERAGE);
}
