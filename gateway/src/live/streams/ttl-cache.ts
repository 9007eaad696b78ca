const KEEP_MS = 250;

/** Answers that several streams need at about the same time are made once. */
export class Memo {
  readonly #known = new Map<string, Promise<string>>();

  get(key: string, make: () => Promise<string>): Promise<string> {
    const known = this.#known.get(key);
    if (known) return known;
    const made = make();
    this.#known.set(key, made);
    void made.finally(() => setTimeout(() => this.#known.delete(key), KEEP_MS).unref());
    return made;
  }
}
