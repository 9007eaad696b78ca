import type { Article } from '../article/article.ts';
import type { Term } from '../word/term.ts';

export interface Found {
  id: string;
  score: number;
  terms: readonly Term[];
  /** Once it was asked for. */
  snippet?: string;
}

/** What was found for texts while the articles of a workspace stood in one state, for one kind of caller. */
export interface Memory {
  /** The public version of each article that the caller may read, by UUID; once it is read. */
  readable?: ReadonlyMap<string, number>;
  articles: Map<string, Article>;
  found: Map<string, Found[]>;
}

const WORKSPACES_MOST = 50;
const TEXTS_MOST = 500;

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
    const memory = known?.state === state ? known : { state, articles: new Map<string, Article>(), found: new Map<string, Found[]>() };
    this.#known.set(whose, memory);
    if (this.#known.size > WORKSPACES_MOST) this.#known.delete(this.#known.keys().next().value!);
    return memory;
  }
}

export function remember(memory: Memory, text: string, found: Found[]): void {
  memory.found.set(text, found);
  if (memory.found.size > TEXTS_MOST) memory.found.delete(memory.found.keys().next().value!);
}
