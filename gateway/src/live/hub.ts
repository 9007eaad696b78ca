import type { Variables } from '../federation.ts';
import { canonical } from './canonical.ts';
import type { Compiled } from './compile.ts';
import { Memo } from './memo.ts';
import type { Scope } from './scope.ts';
import { type Reader, type Sink, Stream, type StreamOptions } from './stream.ts';

/** A client's place in the hub. */
export interface Seat {
  /** Goes on after the sink had no room. */
  pump(): void;
  leave(): void;
  /** From where the client would go on elsewhere. */
  readonly cursor: string | undefined;
}

export interface Wish {
  compiled: Compiled;
  /** The operation's own, without the cursor. */
  variables: Variables;
  scope: Scope;
  /** Events after this one; only those to come without it. */
  after: string | undefined;
}

interface Held {
  stream: Stream;
  /** The streams that read older events until they meet this one. */
  behind: Set<Held>;
  live: Held | undefined;
  linger: NodeJS.Timeout | undefined;
}

interface Member extends Reader {
  held: Held;
}

/**
 * Brings clients of one operation, variables and scope together in one stream. Who comes back with a cursor that the stream does not remember
 * reads older events from a stream of its own, shared with all who come with that cursor, until both streams have met.
 */
export class Hub {
  readonly #streams = new Map<string, Held>();
  readonly #options: StreamOptions;
  #lone = 0;

  constructor(options: Omit<StreamOptions, 'memo'>) {
    this.#options = { ...options, memo: new Memo() };
  }

  /** Streams that are open upstream. */
  get size(): number {
    return this.#streams.size;
  }

  join(wish: Wish, sink: Sink): Seat {
    const { compiled, variables, scope, after } = wish;
    const key = `${compiled.hash}\0${canonical(variables)}\0${scope.key}`;
    // What cannot be resumed tells each client a state first: late comers would miss it.
    if (!compiled.resumeVariable) return this.#sit(this.#open(`${key}\0${this.#lone++}`, wish), 0, undefined, sink);
    const live = this.#streams.get(key) ?? this.#open(key, { ...wish, after: undefined });
    if (after === undefined) return this.#sit(live, live.stream.ring.end, undefined, sink);
    const next = live.stream.ring.after(after);
    if (next !== undefined) return this.#sit(live, next, after, sink);
    const olderKey = `${key}\0${after}`;
    const known = this.#streams.get(olderKey);
    const start = known?.stream.ring.after(after);
    if (known && start !== undefined) return this.#sit(known, start, after, sink);
    return this.#sit(this.#open(known ? `${olderKey}\0${this.#lone++}` : olderKey, wish, live), 0, after, sink);
  }

  close(): void {
    for (const { stream } of this.#streams.values()) stream.close();
  }

  #open(key: string, { compiled, variables, scope, after }: Wish, live?: Held): Held {
    const held: Held = { stream: undefined as never, behind: new Set(), live, linger: undefined };
    live?.behind.add(held);
    this.#streams.set(key, held);
    held.stream = new Stream(
      {
        compiled,
        variables,
        scope,
        after,
        grown: () => {
          for (const older of held.behind) this.#merge(older);
          this.#merge(held);
        },
        closed: () => {
          clearTimeout(held.linger);
          this.#streams.delete(key);
          live?.behind.delete(held);
          if (live) this.#tidy(live);
        },
      },
      this.#options,
    );
    return held;
  }

  /** Moves those who have read everything older over to the live stream, once it remembers where they are. */
  #merge(older: Held): void {
    const { stream, live } = older;
    if (!live || !stream.isSettled || stream.reached === undefined) return;
    const next = live.stream.ring.after(stream.reached);
    if (next === undefined) return;
    for (const reader of stream.readers as Set<Member>) {
      if (reader.next < stream.ring.end) continue;
      stream.readers.delete(reader);
      this.#place(reader, live, next);
    }
    this.#tidy(older);
  }

  #place(reader: Member, held: Held, next: number): void {
    clearTimeout(held.linger);
    held.linger = undefined;
    reader.held = held;
    reader.next = next;
    held.stream.readers.add(reader);
    held.stream.pump(reader);
  }

  #sit(held: Held, next: number, after: string | undefined, sink: Sink): Seat {
    const reader: Member = { sink, next, cursor: after, held };
    this.#place(reader, held, next);
    return {
      pump: () => {
        if (!reader.held.stream.readers.has(reader)) return;
        reader.held.stream.pump(reader);
        this.#merge(reader.held);
      },
      leave: () => {
        reader.held.stream.readers.delete(reader);
        this.#tidy(reader.held);
      },
      get cursor() {
        return reader.cursor;
      },
    };
  }

  /** Ends a stream that nobody needs; a live one that knows its place is kept a while for clients that come back. */
  #tidy(held: Held): void {
    if (held.stream.readers.size > 0 || held.behind.size > 0) return;
    if (held.live || held.stream.reached === undefined) return held.stream.close();
    held.linger ??= setTimeout(() => held.stream.close(), this.#options.limits.lingerMs).unref();
  }
}
