/** One event as it is sent to clients. */
export interface RenderedEvent {
  /** The GraphQL result. */
  json: string;
  cursor: string | undefined;
}

/** An event that carries the whole state, as the first event of a stream without `after` does. */
export interface Snapshot {
  event: RenderedEvent;
  /** When the snapshot was received, by `performance.now()`. */
  receivedAt: number;
}

/** Where a reader continues in a ring buffer. */
export interface ReadPosition {
  /** Sent before all else, when the reader needs the whole state first. */
  snapshot?: RenderedEvent | undefined;
  /** Index of the next event. */
  next: number;
}

export interface RingBufferOptions {
  maxEvents: number;
  maxBytes: number;
  /** The cursor directly before the first event. */
  startCursor: string | undefined;
}

/**
 * The last events of a stream. Their indexes count from 0 since the stream began. Cursors are
 * opaque: they can be compared for equality only.
 */
export class RingBuffer {
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  readonly #indexByCursor = new Map<string, number>();
  #events: RenderedEvent[] = [];
  #bytes = 0;
  /** The cursor directly before the first buffered event. */
  #cursorBeforeStart: string | undefined;
  /** The last cursor that belongs to no event. */
  #checkpoint: { cursor: string; next: number } | undefined;
  #snapshot: (Snapshot & { next: number }) | undefined;
  /** Index of the first buffered event. */
  start = 0;

  constructor({ maxEvents, maxBytes, startCursor }: RingBufferOptions) {
    this.#maxEvents = maxEvents;
    this.#maxBytes = maxBytes;
    this.#cursorBeforeStart = startCursor;
  }

  /** Index of the next event to be added. */
  get end(): number {
    return this.start + this.#events.length;
  }

  /** The newest snapshot. */
  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  /**
   * The position of a new reader that needs a snapshot first. Undefined when there is none of that
   * age, or the events that follow it have been dropped.
   */
  snapshotPosition(maxAgeMs: number): ReadPosition | undefined {
    // The first event of the stream will be the snapshot.
    if (this.end === 0) return { next: 0 };
    const snapshot = this.#snapshot;
    if (!snapshot || snapshot.next < this.start) return undefined;
    if (performance.now() - snapshot.receivedAt > maxAgeMs) return undefined;
    return { snapshot: snapshot.event, next: snapshot.next };
  }

  at(index: number): RenderedEvent {
    return this.#events[index - this.start]!;
  }

  /** Index of the event after the cursor. Undefined when the buffer does not contain the cursor. */
  indexAfter(cursor: string): number | undefined {
    const index = this.#indexByCursor.get(cursor);
    if (index !== undefined) return index + 1;
    if (cursor === this.#cursorBeforeStart) return this.start;
    return cursor === this.#checkpoint?.cursor && this.#checkpoint.next >= this.start
      ? this.#checkpoint.next
      : undefined;
  }

  push(event: RenderedEvent, isSnapshot = false): void {
    if (event.cursor !== undefined) this.#indexByCursor.set(event.cursor, this.end);
    this.#events.push(event);
    this.#bytes += event.json.length;
    if (isSnapshot) this.addSnapshot({ event, receivedAt: performance.now() });
    while (
      this.#events.length > this.#maxEvents ||
      (this.#bytes > this.#maxBytes && this.#events.length > 1)
    )
      this.#dropFirst();
  }

  /** Stores a snapshot of this or another stream if it is the newest and its cursor is buffered. */
  addSnapshot({ event, receivedAt }: Snapshot): void {
    const next = event.cursor === undefined ? undefined : this.indexAfter(event.cursor);
    if (next !== undefined && receivedAt >= (this.#snapshot?.receivedAt ?? 0))
      this.#snapshot = { event, receivedAt, next };
  }

  /** Records that there are no further events up to this cursor. */
  addCheckpoint(cursor: string): void {
    this.#checkpoint = { cursor, next: this.end };
  }

  #dropFirst(): void {
    const { cursor, json } = this.#events.shift()!;
    this.#bytes -= json.length;
    this.#cursorBeforeStart = cursor;
    if (cursor !== undefined && this.#indexByCursor.get(cursor) === this.start)
      this.#indexByCursor.delete(cursor);
    this.start++;
  }
}
