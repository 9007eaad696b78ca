/** One event as clients get it. */
export interface Entry {
  /** The GraphQL result. */
  json: string;
  cursor: string | undefined;
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
  /** The newest event that tells a whole state, as far as that is known, and how much came since. */
  #state: { entry: Entry; next: number } | undefined;
  #bytesSince = 0;
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

  /** The newest whole state. */
  get state(): Entry | undefined {
    return this.#state?.entry;
  }

  /** Where who needs a whole state first begins; undefined when a fresh one is shorter than what came since the last. */
  get beginning(): Place | undefined {
    if (this.end === 0) return { next: 0 };
    if (!this.#state || this.#state.next < this.first || this.#bytesSince > this.#state.entry.json.length) return undefined;
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
    return cursor === this.#mark?.cursor && this.#mark.next >= this.first ? this.#mark.next : undefined;
  }

  push(entry: Entry, isState = false): void {
    if (entry.cursor !== undefined) this.#numbers.set(entry.cursor, this.end);
    this.#entries.push(entry);
    this.#bytes += entry.json.length;
    this.#bytesSince += entry.json.length;
    if (isState) this.know(entry);
    while (this.#entries.length > this.#most || (this.#bytes > this.#mostBytes && this.#entries.length > 1)) this.#drop();
  }

  /** A whole state was told at its cursor, here or by another stream. */
  know(state: Entry): void {
    const next = state.cursor === undefined ? undefined : this.after(state.cursor);
    if (next === undefined || next < (this.#state?.next ?? 0)) return;
    this.#state = { entry: state, next };
    this.#bytesSince = 0;
    for (let number = next; number < this.end; number++) this.#bytesSince += this.at(number).json.length;
  }

  /** Nothing came up to this cursor. */
  pass(cursor: string): void {
    this.#mark = { cursor, next: this.end };
  }

  #drop(): void {
    const { cursor, json } = this.#entries.shift()!;
    this.#bytes -= json.length;
    this.#before = cursor;
    if (cursor !== undefined && this.#numbers.get(cursor) === this.first) this.#numbers.delete(cursor);
    this.first++;
  }
}
