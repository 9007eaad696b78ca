import pLimit, { type LimitFunction } from 'p-limit';

/**
 * Limits how many tasks run at the same time; the others wait in order of arrival.
 *
 * @example
 * const semaphore = new Semaphore(2);
 * await semaphore.run(() => query());
 */
export class Semaphore {
  readonly #limit: LimitFunction;

  constructor(concurrency: number) {
    this.#limit = pLimit(concurrency);
  }

  run<T>(task: () => Promise<T>): Promise<T> {
    return this.#limit(task);
  }
}
