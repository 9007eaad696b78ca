export interface WaitOptions {
  /** Ends the wait when it aborts. */
  signal?: AbortSignal | undefined;
  /** Ends the wait after this time. */
  timeoutMs?: number | undefined;
}

/**
 * Promises that wait for a key to be woken. Register with `wait` before reading the state that the
 * key stands for: a wake-up between the read and the wait would be lost.
 *
 * @example
 * const waiters = new Waiters<string>();
 * const changed = waiters.wait(jobId, { signal });
 * const job = await readJob(jobId);
 * await changed; // resolved by waiters.wake(jobId)
 */
export class Waiters<Key = undefined> {
  readonly #callbacks = new Map<Key, Set<() => void>>();

  /** Resolves when the key is woken, the signal aborts or the time is over; it never rejects. */
  wait(key: Key, { signal, timeoutMs }: WaitOptions = {}): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        remove();
        resolve();
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(done, timeoutMs);
      const remove = this.#add(key, done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }

  wake(key: Key): void {
    // A copy: a callback may add the next waiter of the key.
    for (const callback of Array.from(this.#callbacks.get(key) ?? [])) callback();
  }

  wakeAll(): void {
    for (const key of Array.from(this.#callbacks.keys())) this.wake(key);
  }

  #add(key: Key, callback: () => void): () => void {
    const callbacks = this.#callbacks.get(key) ?? new Set();
    this.#callbacks.set(key, callbacks.add(callback));
    return () => {
      callbacks.delete(callback);
      if (!callbacks.size && this.#callbacks.get(key) === callbacks) this.#callbacks.delete(key);
    };
  }
}
