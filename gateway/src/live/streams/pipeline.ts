/** Does jobs some at a time, and hands on their results in the order in which the jobs came. */
export class Pipeline<T> {
  readonly #atOnce: number;
  readonly #done: (result: T) => void;
  readonly #slots: { result?: { value: T } }[] = [];
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(atOnce: number, done: (result: T) => void) {
    this.#atOnce = atOnce;
    this.#done = done;
  }

  /** Jobs whose results are not handed on yet. */
  get size(): number {
    return this.#slots.length;
  }

  /** The job never rejects. */
  push(job: () => Promise<T>): void {
    const slot: { result?: { value: T } } = {};
    this.#slots.push(slot);
    const run = (): void => {
      this.#running++;
      void job().then((value) => {
        this.#running--;
        slot.result = { value };
        this.#waiting.shift()?.();
        while (this.#slots[0]?.result) this.#done(this.#slots.shift()!.result!.value);
      });
    };
    if (this.#running < this.#atOnce) run();
    else this.#waiting.push(run);
  }

  /** What has not begun never will. */
  clear(): void {
    this.#waiting.length = 0;
    this.#slots.length = 0;
  }
}
