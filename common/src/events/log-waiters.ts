import type { DomainEvent } from './log.ts';

type Concerns = (fact: DomainEvent) => boolean;

interface Waiting {
  concerns: Concerns;
  wake: (reached: number) => void;
}

/** Up to where nothing has come for the reader, and whether it is told so only because it has waited long. */
export interface Woken {
  reached: number;
  isIdle: boolean;
}

/** Readers of the log who have read all there is for them. A fact wakes those whom it concerns, and nobody else. */
export class LogWaiters {
  readonly #all = new Map<string, Set<Waiting>>();
  readonly #restMs: number;
  readonly #head: () => number;

  /** `head` is where the log stands; about every `restMs` a reader is told that it has come so far. */
  constructor(restMs: number, head: () => number) {
    this.#restMs = restMs;
    this.#head = head;
  }

  /** Resolves when something has come that concerns the reader, after a rest, or when its signal ends. */
  next(workspace: string, concerns: Concerns, signal: AbortSignal): Promise<Woken> {
    return new Promise((resolve) => {
      const all = this.#all.get(workspace) ?? new Set();
      this.#all.set(workspace, all);
      const done = (reached: number, isRested: boolean): void => {
        clearTimeout(rest);
        signal.removeEventListener('abort', leave);
        all.delete(waiting);
        if (!all.size && this.#all.get(workspace) === all) this.#all.delete(workspace);
        resolve({ reached, isIdle: isRested });
      };
      const leave = (): void => done(0, false);
      const waiting: Waiting = { concerns, wake: (reached) => done(reached, false) };
      // Not all at once, although thousands may have come at once.
      const rest = setTimeout(
        () => done(this.#head(), true),
        this.#restMs * (0.5 + Math.random()),
      ).unref();
      all.add(waiting);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** Facts have come after a position. */
  wake(facts: readonly DomainEvent[], before: number): void {
    for (const [workspace, own] of Map.groupBy(facts, (fact) => fact.workspace))
      for (const waiting of this.#all.get(workspace) ?? [])
        if (isConcerned(waiting, own)) waiting.wake(before);
  }

  wakeAll(): void {
    for (const waiting of this.#all.values()) for (const { wake } of waiting) wake(0);
  }
}

/** Who can't tell is woken and fails by itself, and not all the others with it. */
function isConcerned({ concerns }: Waiting, facts: readonly DomainEvent[]): boolean {
  try {
    return facts.some(concerns);
  } catch {
    return true;
  }
}
