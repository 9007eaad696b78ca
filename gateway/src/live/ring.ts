/** One event as clients get it. */
export interface Entry {
  /** The GraphQL result. */
  json: string;
  cursor: string | undefined;
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

  at(number: number): Entry {
    return this.#entries[number - this.first]!;
  }

  /** The number that follows the cursor; undefined when that is not known here. */
  after(cursor: string): number | undefined {
    const number = this.#numbers.get(cursor);
    if (number !== undefined) return number + 1;
    return cursor === this.#before ? this.first : undefined;
  }

  push(entry: Entry): void {
    if (entry.cursor !== undefined) this.#numbers.set(entry.cursor, this.end);
    this.#entries.push(entry);
    this.#bytes += entry.json.length;
    while (this.#entries.length > this.#most || (this.#bytes > this.#mostBytes && this.#entries.length > 1)) this.#drop();
  }

  /** Nothing came up to this cursor. */
  pass(cursor: string): void {
    if (this.#entries.length === 0) this.#before = cursor;
  }

  #drop(): void {
    const { cursor, json } = this.#entries.shift()!;
    this.#bytes -= json.length;
    this.#before = cursor;
    if (cursor !== undefined && this.#numbers.get(cursor) === this.first) this.#numbers.delete(cursor);
    this.first++;
  }
}
