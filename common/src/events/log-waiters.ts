import { Waiters } from '../core/waiters.ts';
import type { DomainEvent } from './types.ts';

type IsRelevant = (event: DomainEvent) => boolean;

interface WaitingReader {
  isRelevant: IsRelevant;
  /** Set when the reader is woken by an event: the position before that event. */
  wokenAt?: number;
}

export interface WaitResult {
  /** Up to this position the log holds no event for the reader. */
  position: number;
  /** The wait timed out without a relevant event. */
  isIdle: boolean;
}

/**
 * Readers that have reached the end of the log. An event wakes only those for which it is relevant.
 */
export class LogWaiters {
  readonly #readers = new Map<string, Set<WaitingReader>>();
  readonly #waiters = new Waiters<WaitingReader>();
  readonly #idleMs: number;
  readonly #head: () => number;

  /** `head` returns the end of the log, the position of a reader after a wait of about `idleMs`. */
  constructor(idleMs: number, head: () => number) {
    this.#idleMs = idleMs;
    this.#head = head;
  }

  /** Resolves on a relevant event, when idle, or when the signal aborts. */
  async wait(workspace: string, isRelevant: IsRelevant, signal: AbortSignal): Promise<WaitResult> {
    const reader: WaitingReader = { isRelevant };
    const readers = this.#readers.get(workspace) ?? new Set();
    this.#readers.set(workspace, readers.add(reader));
    // The jitter spreads the timeouts of readers that have come at the same time.
    await this.#waiters.wait(reader, { signal, timeoutMs: this.#idleMs * (0.5 + Math.random()) });
    readers.delete(reader);
    if (!readers.size && this.#readers.get(workspace) === readers) this.#readers.delete(workspace);
    if (signal.aborted || reader.wokenAt !== undefined)
      return { position: reader.wokenAt ?? 0, isIdle: false };
    return { position: this.#head(), isIdle: true };
  }

  /** Wakes the readers of new events; `before` is the position before the first of them. */
  wake(events: readonly DomainEvent[], before: number): void {
    for (const [workspace, ofWorkspace] of Map.groupBy(events, (event) => event.workspace))
      for (const reader of this.#readers.get(workspace) ?? [])
        if (isAnyRelevant(reader, ofWorkspace)) this.#wake(reader, before);
  }

  wakeAll(): void {
    for (const readers of this.#readers.values())
      for (const reader of readers) this.#wake(reader, 0);
  }

  #wake(reader: WaitingReader, position: number): void {
    reader.wokenAt ??= position;
    this.#waiters.wake(reader);
  }
}

/** A filter that throws wakes its reader, which then fails alone; the others are not affected. */
function isAnyRelevant({ isRelevant }: WaitingReader, events: readonly DomainEvent[]): boolean {
  try {
    return events.some(isRelevant);
  } catch {
    return true;
  }
}
