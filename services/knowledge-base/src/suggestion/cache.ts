import type { Article } from '../article/article.ts';
import type { SearchTerm } from '@deskgraph/common/text/tokenizer';

export interface RankedArticle {
  id: string;
  score: number;
  terms: readonly SearchTerm[];
  /** Set once a client has selected it. */
  snippet?: string;
}

/** The articles that contain a term, and the weight of the term. */
export interface TermHits {
  rarity: number;
  articles: Map<string, { weight: number; language: string }>;
}

/** The rankings of one workspace and kind of caller, valid for one publication state. */
export interface SuggestionCache {
  /** The public version of each article that the caller may read, by UUID. Loaded lazily. */
  readable?: ReadonlyMap<string, number>;
  articles: Map<string, Article>;
  found: Map<string, RankedArticle[]>;
  /** By term. Null for terms in no article, or in too many to be significant. */
  hits: Map<string, TermHits | null>;
}

const WORKSPACES_MOST = 50;
const TEXTS_MOST = 500;
/** A few thousand terms cover nearly all words that customers use. */
const TERMS_MOST = 4_000;

/**
 * Caches rankings by text, because lists of tickets are read repeatedly and rankings change only
 * with articles. Bounded; the oldest entry is evicted first. Each process has its own cache. The
 * publication state is read with every request, so no entry is stale.
 */
export class SuggestionCaches {
  readonly #known = new Map<string, SuggestionCache & { state: string }>();

  /** `whose` is the workspace and kind of caller. Entries of another publication state are dropped. */
  of(whose: string, state: string): SuggestionCache {
    const known = this.#known.get(whose);
    this.#known.delete(whose);
    const memory =
      known?.state === state
        ? known
        : { state, articles: new Map(), found: new Map(), hits: new Map() };
    this.#known.set(whose, memory);
    if (this.#known.size > WORKSPACES_MOST) this.#known.delete(this.#known.keys().next().value!);
    return memory;
  }
}

export function cacheRanking(memory: SuggestionCache, text: string, found: RankedArticle[]): void {
  keep(memory.found, text, found, TEXTS_MOST);
}

export const cacheTermHits = (memory: SuggestionCache, term: string, hits: TermHits | null): void =>
  keep(memory.hits, term, hits, TERMS_MOST);

function keep<T>(kept: Map<string, T>, key: string, value: T, most: number): void {
  kept.set(key, value);
  if (kept.size > most) kept.delete(kept.keys().next().value!);
}
