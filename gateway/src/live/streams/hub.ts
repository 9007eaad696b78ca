import type { Variables } from '../../subgraphs/federation.ts';
import type { CompiledSubscription } from '../operation/compile.ts';
import { createRenderCache } from '../operation/complete-event.ts';
import type { ReadPosition } from './ring.ts';
import { type Scope, canonicalJson } from './scope.ts';
import { type Reader, Stream, type StreamListener, type StreamOptions } from './stream.ts';

/** A client's subscription to a stream of the hub. */
export interface SubscriptionHandle {
  /** Continues delivery after the client's connection has drained. */
  resume(): void;
  unsubscribe(): void;
  /** The cursor from which the client would continue elsewhere. */
  readonly cursor: string | undefined;
  /** The query that reads the current state of the streamed data, if the subgraph sends one. */
  readonly resyncQuery: string | undefined;
}

export interface StreamRequest {
  compiled: CompiledSubscription;
  /** The variables of the shared operation, without the cursor. */
  variables: Variables;
  scope: Scope;
  /** The cursor after which the client wants events. Without it, it gets only new events. */
  after: string | undefined;
}

/** A stream, and its relation to other streams of the same operation, variables and scope. */
interface StreamEntry {
  stream: Stream;
  request: StreamRequest;
  /** The live stream that a catch-up stream approaches; undefined for a live stream. */
  liveStream: StreamEntry | undefined;
  catchUpStreams: Set<StreamEntry>;
  /** Closes the stream when no reader joins in time. */
  graceTimer: NodeJS.Timeout | undefined;
}

interface HubReader extends Reader {
  streamEntry: StreamEntry;
}

interface StartPosition extends ReadPosition {
  streamEntry: StreamEntry;
}

/**
 * Multiplexes clients with the same operation, variables and scope onto one upstream stream, the
 * live stream. A client whose start is not in the ring buffer of the live stream gets a catch-up
 * stream, shared with clients of the same start, and is moved to the live stream once the two
 * overlap.
 *
 * Resumable streams (with `after`) need a catch-up stream for clients with an older cursor. Other
 * streams begin with a snapshot, followed by its changes; there a client needs one when the last
 * snapshot is too old.
 */
export class Hub {
  readonly #streams = new Map<string, StreamEntry>();
  readonly #options: StreamOptions;
  #uniqueKeys = 0;

  constructor(options: Omit<StreamOptions, 'renderCache'>) {
    this.#options = { ...options, renderCache: createRenderCache() };
  }

  /** Number of upstream subscriptions. */
  get size(): number {
    return this.#streams.size;
  }

  subscribe(request: StreamRequest, listener: StreamListener): SubscriptionHandle {
    const { streamEntry, ...position } = this.#startPosition(request);
    const startCursor = request.after ?? streamEntry.stream.bufferedCursor;
    const reader: HubReader = {
      listener,
      cursor: isResumable(request) ? startCursor : undefined,
      streamEntry,
      ...position,
    };
    if (request.after === undefined && reader.cursor !== undefined)
      listener.cursorAdvanced(reader.cursor);
    this.#attach(reader, streamEntry);
    return {
      resume: () => {
        if (!reader.streamEntry.stream.readers.has(reader)) return;
        reader.streamEntry.stream.pump(reader);
        this.#mergeIntoLive(reader.streamEntry);
      },
      unsubscribe: () => {
        reader.streamEntry.stream.readers.delete(reader);
        this.#closeIfUnused(reader.streamEntry);
      },
      get cursor() {
        return reader.cursor;
      },
      get resyncQuery() {
        return reader.streamEntry.stream.resyncQuery;
      },
    };
  }

  close(): void {
    for (const { stream } of this.#streams.values()) stream.close();
  }

  /** The stream for a new client and the position in it; opens streams as needed. */
  #startPosition(request: StreamRequest): StartPosition {
    const { after } = request;
    const key = streamKey(request);
    const live = this.#streams.get(key) ?? this.#open(key, { ...request, after: undefined });
    const next = after === undefined ? undefined : live.stream.ring.indexAfter(after);
    if (next !== undefined) return { streamEntry: live, next };
    if (!isResumable(request)) return this.#snapshotStart({ ...request, after: undefined }, live);
    if (after === undefined) return { streamEntry: live, next: live.stream.ring.end };
    const catchUpKey = `${key}\0${after}`;
    const catchUp = this.#streams.get(catchUpKey);
    const catchUpNext = catchUp?.stream.ring.indexAfter(after);
    if (catchUp && catchUpNext !== undefined) return { streamEntry: catchUp, next: catchUpNext };
    return { streamEntry: this.#open(catchUpKey, request, live), next: 0 };
  }

  /** The start of a client that needs a snapshot first. */
  #snapshotStart(request: StreamRequest, live: StreamEntry): StartPosition {
    const catchUpKey = `${streamKey(request)}\0`;
    for (const streamEntry of [live, this.#streams.get(catchUpKey)]) {
      const { snapshotMaxAgeMs } = this.#options.limits;
      const position = streamEntry?.stream.ring.snapshotPosition(snapshotMaxAgeMs);
      if (streamEntry && position) return { streamEntry, ...position };
    }
    return { streamEntry: this.#open(catchUpKey, request, live), next: 0 };
  }

  #open(preferredKey: string, request: StreamRequest, liveStream?: StreamEntry): StreamEntry {
    const key = this.#streams.has(preferredKey)
      ? `${preferredKey}\0${this.#uniqueKeys++}`
      : preferredKey;
    // The stream calls back asynchronously, after `streamEntry` is initialized.
    const callbacks = {
      onProgress: () => {
        for (const catchUp of streamEntry.catchUpStreams) this.#mergeIntoLive(catchUp);
        this.#mergeIntoLive(streamEntry);
      },
      onReaderBehind: (reader: Reader) => this.#restartReader(reader as HubReader),
      onClosed: () => {
        clearTimeout(streamEntry.graceTimer);
        this.#streams.delete(key);
        for (const catchUp of streamEntry.catchUpStreams) catchUp.liveStream = undefined;
        if (!streamEntry.liveStream) return;
        streamEntry.liveStream.catchUpStreams.delete(streamEntry);
        this.#closeIfUnused(streamEntry.liveStream);
      },
    };
    const streamEntry: StreamEntry = {
      stream: new Stream(request, callbacks, this.#options),
      request,
      liveStream,
      catchUpStreams: new Set(),
      graceTimer: undefined,
    };
    liveStream?.catchUpStreams.add(streamEntry);
    this.#streams.set(key, streamEntry);
    return streamEntry;
  }

  /**
   * Moves the readers of a catch-up stream that have read everything to the live stream, once its
   * ring buffer contains their cursor.
   */
  #mergeIntoLive(catchUp: StreamEntry): void {
    const { stream, liveStream } = catchUp;
    if (!liveStream || !stream.isSettled || stream.bufferedCursor === undefined) return;
    const next = liveStream.stream.ring.indexAfter(stream.bufferedCursor);
    if (next === undefined) return;
    if (stream.ring.snapshot) liveStream.stream.ring.addSnapshot(stream.ring.snapshot);
    for (const reader of stream.readers as Set<HubReader>) {
      if (reader.snapshot || reader.next < stream.ring.end) continue;
      stream.readers.delete(reader);
      reader.next = next;
      this.#attach(reader, liveStream);
    }
    this.#closeIfUnused(catchUp);
  }

  #attach(reader: HubReader, streamEntry: StreamEntry): void {
    clearTimeout(streamEntry.graceTimer);
    streamEntry.graceTimer = undefined;
    reader.streamEntry = streamEntry;
    streamEntry.stream.readers.add(reader);
    streamEntry.stream.pump(reader);
  }

  /**
   * Handles a reader whose next event has been dropped: it gets a new snapshot where the stream has
   * snapshots, and is ended as too slow elsewhere.
   */
  #restartReader(reader: HubReader): void {
    const { streamEntry } = reader;
    streamEntry.stream.readers.delete(reader);
    if (isResumable(streamEntry.request) || !streamEntry.stream.ring.snapshot) {
      reader.listener.tooSlow();
    } else {
      const { streamEntry: newEntry, ...position } = this.#snapshotStart(
        { ...streamEntry.request, after: undefined },
        streamEntry.liveStream ?? streamEntry,
      );
      this.#attach(Object.assign(reader, position), newEntry);
    }
    this.#closeIfUnused(streamEntry);
  }

  /** Closes a stream without readers; a live stream that has a cursor only after a grace period. */
  #closeIfUnused(streamEntry: StreamEntry): void {
    const { stream, request, catchUpStreams, liveStream } = streamEntry;
    if (stream.readers.size > 0 || (isResumable(request) && catchUpStreams.size > 0)) return;
    if (liveStream || stream.bufferedCursor === undefined) return stream.close();
    const { streamGraceMs } = this.#options.limits;
    streamEntry.graceTimer ??= setTimeout(() => stream.close(), streamGraceMs).unref();
  }
}

const streamKey = ({ compiled, variables, scope }: StreamRequest): string =>
  `${compiled.hash}\0${canonicalJson(variables)}\0${scope.key}`;
const isResumable = ({ compiled }: StreamRequest): boolean => compiled.resumeVariable !== undefined;
