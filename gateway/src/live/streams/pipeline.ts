/** Runs a limited number of jobs at the same time and delivers their results in order of `push`. */
export class Pipeline<T> {
  readonly #concurrency: number;
  readonly #deliver: (result: T) => void;
  readonly #slots: { result?: { value: T } }[] = [];
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(concurrency: number, deliver: (result: T) => void) {
    this.#concurrency = concurrency;
    this.#deliver = deliver;
  }

  /** Jobs whose results are not delivered yet. */
  get size(): number {
    return this.#slots.length;
  }

  /** Adds a job, which must not reject. */
  push(job: () => Promise<T>): void {
    const slot: { result?: { value: T } } = {};
    this.#slots.push(slot);
    const run = (): void => {
      this.#running++;
      void job().then((value) => {
        this.#running--;
        slot.result = { value };
        this.#waiting.shift()?.();
        while (this.#slots[0]?.result) this.#deliver(this.#slots.shift()!.result!.value);
      });
    };
    if (this.#running < this.#concurrency) run();
    else this.#waiting.push(run);
  }

  /** Drops the jobs that have not started, and the results of the others. */
  clear(): void {
    this.#waiting.length = 0;
    this.#slots.length = 0;
  }
}
