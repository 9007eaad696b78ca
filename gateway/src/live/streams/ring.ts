/** One event as clients get it. */
export interface Entry {
  /** The GraphQL result. */
  json: string;
  cursor: string | undefined;
}

/** An event that tells a whole state. */
export interface State {
  entry: Entry;
  /** When it was told. */
  since: number;
}

/** From where a reader reads: what it is told before, if anything, and the number that it goes on with. */
export interface Place {
  first?: Entry | undefined;
  next: number;
}

/** The last events of a stream, numbered from 0 on. Cursors are opaque: two are only ever equal or not. */
export class Ring {
  readonly #most: number;
  readonly #mostBytes: number;
  readonly #numbers = new Map<string, number>();
  #entries: Entry[] = [];
  #bytes = 0;
  /** The cursor right before the first kept event. */
  #before: string | undefined;
  /** The last cursor that is not of an event. */
  #mark: { cursor: string; next: number } | undefined;
  #state: (State & { next: number }) | undefined;
  /** Number of the first event that is kept. */
  first = 0;

  constructor(most: number, mostBytes: number, before: string | undefined) {
    this.#most = most;
    this.#mostBytes = mostBytes;
    this.#before = before;
  }

  /** Number of the next event. */
  get end(): number {
    return this.first + this.#entries.length;
  }

  /** The newest whole state that is known. */
  get state(): State | undefined {
    return this.#state;
  }

  /** Where who needs a whole state first begins; undefined when no state is known that is so fresh. */
  beginning(freshMs: number): Place | undefined {
    if (this.end === 0) return { next: 0 };
    if (
      !this.#state ||
      this.#state.next < this.first ||
      performance.now() - this.#state.since > freshMs
    )
      return undefined;
    return { first: this.#state.entry, next: this.#state.next };
  }

  at(number: number): Entry {
    return this.#entries[number - this.first]!;
  }

  /** The number that follows the cursor; undefined when that is not known here. */
  after(cursor: string): number | undefined {
    const number = this.#numbers.get(cursor);
    if (number !== undefined) return number + 1;
    if (cursor === this.#before) return this.first;
    return cursor === this.#mark?.cursor && this.#mark.next >= this.first
      ? this.#mark.next
      : undefined;
  }

  push(entry: Entry, isState = false): void {
    if (entry.cursor !== undefined) this.#numbers.set(entry.cursor, this.end);
    this.#entries.push(entry);
    this.#bytes += entry.json.length;
    if (isState) this.know({ entry, since: performance.now() });
    while (
      this.#entries.length > this.#most ||
      (this.#bytes > this.#mostBytes && this.#entries.length > 1)
    )
      this.#drop();
  }

  /** A whole state was told at its cursor, here or by another stream. */
  know({ entry, since }: State): void {
    const next = entry.cursor === undefined ? undefined : this.after(entry.cursor);
    if (next !== undefined && since >= (this.#state?.since ?? 0))
      this.#state = { entry, since, next };
  }

  /** Nothing came up to this cursor. */
  pass(cursor: string): void {
    this.#mark = { cursor, next: this.end };
  }

  #drop(): void {
    const { cursor, json } = this.#entries.shift()!;
    this.#bytes -= json.length;
    this.#before = cursor;
    if (cursor !== undefined && this.#numbers.get(cursor) === this.first)
      this.#numbers.delete(cursor);
    this.first++;
  }
}
