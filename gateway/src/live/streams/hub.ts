import type { Variables } from '../../subgraphs/federation.ts';
import { canonical } from '../operation/canonical.ts';
import type { Compiled } from '../operation/compile.ts';
import { Memo } from './ttl-cache.ts';
import type { Place } from './ring.ts';
import type { Scope } from './scope.ts';
import { type Reader, type Sink, Stream, type StreamOptions } from './stream.ts';

/** A client's place in the hub. */
export interface Seat {
  /** Goes on after the sink had no room. */
  pump(): void;
  leave(): void;
  /** From where the client would go on elsewhere. */
  readonly cursor: string | undefined;
  /** The query that reads anew what the stream tells of, where its owner has named one. */
  readonly anew: string | undefined;
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
  wish: Wish;
  /** The streams that go their own way until they meet this one. */
  behind: Set<Held>;
  live: Held | undefined;
  linger: NodeJS.Timeout | undefined;
}

interface Member extends Reader {
  held: Held;
}

const keyOf = ({ compiled, variables, scope }: Wish): string =>
  `${compiled.hash}\0${canonical(variables)}\0${scope.key}`;
const isLog = ({ compiled }: Wish): boolean => compiled.resumeVariable !== undefined;

/**
 * Brings clients of one operation, variables and scope together in one stream. Who cannot begin with what that stream remembers begins with a
 * stream of its own, shared with all who want the same, until both streams have met. Of a log that is who comes back with an older cursor. What
 * has no `after` tells a whole state first, then its changes: there it is who comes late.
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
    const { held, ...place } = this.#place(wish);
    const reader: Member = {
      sink,
      cursor: isLog(wish) ? (wish.after ?? held.stream.reached) : undefined,
      held,
      ...place,
    };
    if (wish.after === undefined && reader.cursor !== undefined) sink.passed(reader.cursor);
    this.#enter(reader, held);
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
      get anew() {
        return reader.held.stream.anew;
      },
    };
  }

  close(): void {
    for (const { stream } of this.#streams.values()) stream.close();
  }

  #place(wish: Wish): Place & { held: Held } {
    const { after } = wish;
    const key = keyOf(wish);
    const live = this.#streams.get(key) ?? this.#open(key, { ...wish, after: undefined });
    const next = after === undefined ? undefined : live.stream.ring.after(after);
    if (next !== undefined) return { held: live, next };
    if (!isLog(wish)) return this.#beginning({ ...wish, after: undefined }, live);
    if (after === undefined) return { held: live, next: live.stream.ring.end };
    const known = this.#streams.get(`${key}\0${after}`);
    const start = known?.stream.ring.after(after);
    if (known && start !== undefined) return { held: known, next: start };
    return { held: this.#open(`${key}\0${after}`, wish, live), next: 0 };
  }

  /** Where a whole state is told first. */
  #beginning(wish: Wish, live: Held): Place & { held: Held } {
    const key = `${keyOf(wish)}\0`;
    for (const held of [live, this.#streams.get(key)]) {
      const place = held?.stream.ring.beginning(this.#options.limits.freshMs);
      if (held && place) return { held, ...place };
    }
    return { held: this.#open(key, wish, live), next: 0 };
  }

  #open(wanted: string, wish: Wish, live?: Held): Held {
    const key = this.#streams.has(wanted) ? `${wanted}\0${this.#lone++}` : wanted;
    const held: Held = {
      stream: undefined as never,
      wish,
      behind: new Set(),
      live,
      linger: undefined,
    };
    live?.behind.add(held);
    this.#streams.set(key, held);
    held.stream = new Stream(
      {
        ...wish,
        grown: () => {
          for (const older of held.behind) this.#merge(older);
          this.#merge(held);
        },
        fellBehind: (reader) => this.#fellBehind(reader as Member),
        closed: () => {
          clearTimeout(held.linger);
          this.#streams.delete(key);
          for (const older of held.behind) older.live = undefined;
          if (!held.live) return;
          held.live.behind.delete(held);
          this.#tidy(held.live);
        },
      },
      this.#options,
    );
    return held;
  }

  /** Moves those who have read everything over to the live stream, once it remembers where they are. */
  #merge(older: Held): void {
    const { stream, live } = older;
    if (!live || !stream.isSettled || stream.reached === undefined) return;
    const next = live.stream.ring.after(stream.reached);
    if (next === undefined) return;
    if (stream.ring.state) live.stream.ring.know(stream.ring.state);
    for (const reader of stream.readers as Set<Member>) {
      if (reader.first || reader.next < stream.ring.end) continue;
      stream.readers.delete(reader);
      reader.next = next;
      this.#enter(reader, live);
    }
    this.#tidy(older);
  }

  #enter(reader: Member, held: Held): void {
    clearTimeout(held.linger);
    held.linger = undefined;
    reader.held = held;
    held.stream.readers.add(reader);
    held.stream.pump(reader);
  }

  /** What a reader should get next is not kept any more: of a state it gets the present one instead. */
  #fellBehind(reader: Member): void {
    const { held } = reader;
    held.stream.readers.delete(reader);
    if (isLog(held.wish) || !held.stream.ring.state) {
      reader.sink.tooSlow();
    } else {
      const { held: other, ...place } = this.#beginning(
        { ...held.wish, after: undefined },
        held.live ?? held,
      );
      this.#enter(Object.assign(reader, place), other);
    }
    this.#tidy(held);
  }

  /** Ends a stream that nobody needs; a live one that knows its place is kept a while for clients that come back. */
  #tidy(held: Held): void {
    const { stream, wish, behind, live } = held;
    if (stream.readers.size > 0 || (isLog(wish) && behind.size > 0)) return;
    if (live || stream.reached === undefined) return stream.close();
    held.linger ??= setTimeout(() => stream.close(), this.#options.limits.lingerMs).unref();
  }
}
