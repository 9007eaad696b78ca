import type { Article } from '../article/article.ts';
import type { SearchTerm } from '@deskgraph/common/text/tokenizer';

export interface Found {
  id: string;
  score: number;
  terms: readonly SearchTerm[];
  /** Once it was asked for. */
  snippet?: string;
}

/** The articles that have a term, and how much the term tells. */
export interface Hits {
  rarity: number;
  articles: Map<string, { weight: number; language: string }>;
}

/** What was found for texts while the articles of a workspace stood in one state, for one kind of caller. */
export interface Memory {
  /** The public version of each article that the caller may read, by UUID; once it is read. */
  readable?: ReadonlyMap<string, number>;
  articles: Map<string, Article>;
  found: Map<string, Found[]>;
  /** By term; null where a term is in no article, or in too many to tell anything. */
  hits: Map<string, Hits | null>;
}

const WORKSPACES_MOST = 50;
const TEXTS_MOST = 500;
/** People use the same words again and again: a few thousand are nearly all of them. */
const TERMS_MOST = 4_000;

/**
 * Suggestions of the same text stay the same until an article changes, and lists of tickets are read again and again. Bounded; the oldest
 * goes first. Each process remembers for itself: the state is read from the database with every request, so none can be out of date.
 */
export class Memories {
  readonly #known = new Map<string, Memory & { state: string }>();

  /** `whose`: workspace and kind of caller. Nothing is remembered from another state. */
  of(whose: string, state: string): Memory {
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

export function remember(memory: Memory, text: string, found: Found[]): void {
  keep(memory.found, text, found, TEXTS_MOST);
}

export const rememberHits = (memory: Memory, term: string, hits: Hits | null): void =>
  keep(memory.hits, term, hits, TERMS_MOST);

function keep<T>(kept: Map<string, T>, key: string, value: T, most: number): void {
  kept.set(key, value);
  if (kept.size > most) kept.delete(kept.keys().next().value!);
}
