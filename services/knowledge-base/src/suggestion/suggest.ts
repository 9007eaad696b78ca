import { createHash } from 'node:crypto';
import { sql } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';
import { isStaff, reads } from '../actor/staff.ts';
import { publicNumbers, publicOnes } from '../article/find.ts';
import { type Found, Memories, type Memory, remember } from './cache.ts';
import { rank } from './rank.ts';
import { ArticleSuggestion, type Ticket } from './suggestion.ts';

/** What a text is about is said early; the rest is not read. */
const READ = 600;
const memories = new Memories();

/** Articles that may answer a ticket, best first, at most 10. Those of all tickets of a request are found together. */
export function suggest(
  context: Context,
  { subject, description, locale }: Ticket,
): Promise<ArticleSuggestion[]> {
  if (!reads(context.actor)) return Promise.resolve([]);
  const text = JSON.stringify([
    locale ?? null,
    (subject ?? '').slice(0, READ),
    (description ?? '').slice(0, READ),
  ]);
  return context.load.byKey<ArticleSuggestion[]>(
    'suggestions',
    text,
    (texts) => find(context, texts),
    [],
  );
}

async function find(context: Context, texts: string[]): Promise<Map<string, ArticleSuggestion[]>> {
  const memory = memories.of(
    `${context.workspace} ${isStaff(context.actor) ? 'staff' : 'reader'}`,
    await stateOf(context),
  );
  const keys = texts.map((text) => createHash('sha1').update(text).digest('base64'));
  const found = keys.map((key) => memory.found.get(key));
  const missing = keys.flatMap((_, at) => (found[at] ? [] : [at]));
  if (missing.length) {
    memory.readable ??= await publicNumbers(context);
    const asked = missing.map((at) => JSON.parse(texts[at]!) as [string | null, string, string]);
    const ranked = await rank(context, asked, memory, memory.readable);
    missing.forEach((at, place) => remember(memory, keys[at]!, (found[at] = ranked[place]!)));
  }
  await readArticles(context, memory, found as Found[][]);
  return new Map(
    texts.map((text, at) => [text, found[at]!.flatMap((each) => shown(memory, each))]),
  );
}

function shown(memory: Memory, found: Found): ArticleSuggestion[] {
  const article = memory.articles.get(found.id);
  return article
    ? [Object.assign(new ArticleSuggestion(), { article, score: found.score, found })]
    : [];
}

async function readArticles(
  context: Context,
  memory: Memory,
  found: readonly Found[][],
): Promise<void> {
  const ids = new Set(
    found.flatMap((each) => each.map(({ id }) => id)).filter((id) => !memory.articles.has(id)),
  );
  if (ids.size)
    for (const article of await publicOnes(context, [...ids]))
      memory.articles.set(article.id, article);
}

/** Changes whenever what is public changes: by a verb, or because the time of an article has come or is over. */
async function stateOf(context: Context): Promise<string> {
  const last = (column: 'goes_public_at' | 'expires_at') => sql`coalesce((
    select max(${sql.ref(column)}) from article where workspace_id = ${context.workspace}::uuid and ${sql.ref(column)} <= now())::text, '-')`;
  const { rows } = await sql<{ state: string }>`
    select concat_ws(' ', (select revision from article_revision where workspace_id = ${context.workspace}::uuid),
      ${last('goes_public_at')}, ${last('expires_at')}) as state`.execute(
    (await context.read()).getKysely(),
  );
  return rows[0]!.state;
}
