import { createHash } from 'node:crypto';
import { sql } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';
import { canReadInternal, canReadArticles } from '../actor/staff.ts';
import { publicVersionNumbers, publicArticles } from '../article/find.ts';
import {
  type RankedArticle,
  SuggestionCaches,
  type SuggestionCache,
  cacheRanking,
} from './cache.ts';
import { rankArticles } from './rank.ts';
import { ArticleSuggestion, type Ticket } from './suggestion.ts';

/** Only the beginning of a text is used: it usually names the topic. */
const MAX_TEXT_LENGTH = 600;
const memories = new SuggestionCaches();

/** At most 10 articles that may answer a ticket, best match first; batched per request. */
export function suggestArticles(
  ctx: Context,
  { subject, description, locale }: Ticket,
): Promise<ArticleSuggestion[]> {
  if (!canReadArticles(ctx.actor)) return Promise.resolve([]);
  const text = JSON.stringify([
    locale ?? null,
    (subject ?? '').slice(0, MAX_TEXT_LENGTH),
    (description ?? '').slice(0, MAX_TEXT_LENGTH),
  ]);
  return ctx.load.byKey<ArticleSuggestion[]>(
    'suggestions',
    text,
    (texts) => findSuggestions(ctx, texts),
    [],
  );
}

async function findSuggestions(
  ctx: Context,
  texts: string[],
): Promise<Map<string, ArticleSuggestion[]>> {
  const memory = memories.of(
    `${ctx.workspace} ${canReadInternal(ctx.actor) ? 'staff' : 'reader'}`,
    await publicationState(ctx),
  );
  const keys = texts.map((text) => createHash('sha1').update(text).digest('base64'));
  const found = keys.map((key) => memory.found.get(key));
  const missing = keys.flatMap((_, at) => (found[at] ? [] : [at]));
  if (missing.length) {
    memory.readable ??= await publicVersionNumbers(ctx);
    const queries = missing.map((at) => JSON.parse(texts[at]!) as [string | null, string, string]);
    const ranked = await rankArticles(ctx, queries, memory, memory.readable);
    missing.forEach((at, place) => cacheRanking(memory, keys[at]!, (found[at] = ranked[place]!)));
  }
  await readArticles(ctx, memory, found as RankedArticle[][]);
  return new Map(
    texts.map((text, at) => [text, found[at]!.flatMap((each) => toSuggestion(memory, each))]),
  );
}

function toSuggestion(memory: SuggestionCache, found: RankedArticle): ArticleSuggestion[] {
  const article = memory.articles.get(found.id);
  return article
    ? [Object.assign(new ArticleSuggestion(), { article, score: found.score, found })]
    : [];
}

async function readArticles(
  ctx: Context,
  memory: SuggestionCache,
  found: readonly RankedArticle[][],
): Promise<void> {
  const ids = new Set(
    found.flatMap((each) => each.map(({ id }) => id)).filter((id) => !memory.articles.has(id)),
  );
  if (ids.size)
    for (const article of await publicArticles(ctx, [...ids]))
      memory.articles.set(article.id, article);
}

/** A key that changes whenever the set of public articles changes, by a mutation or by time. */
async function publicationState(ctx: Context): Promise<string> {
  const last = (column: 'goes_public_at' | 'expires_at') => sql`coalesce((
    select max(${sql.ref(column)}) from article where workspace_id = ${ctx.workspace}::uuid and ${sql.ref(column)} <= now())::text, '-')`;
  const { rows } = await sql<{ state: string }>`
    select concat_ws(' ', (select revision from article_revision where workspace_id = ${ctx.workspace}::uuid),
      ${last('goes_public_at')}, ${last('expires_at')}) as state`.execute(
    (await ctx.read()).getKysely(),
  );
  return rows[0]!.state;
}
