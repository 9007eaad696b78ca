import type { GraphQLFormattedError } from 'graphql';
import { ERROR_MESSAGES } from '@deskgraph/common/core/errors';
import { newId } from '@deskgraph/common/core/id';
import type { Log } from '@deskgraph/common/core/log';
import type { Variables } from '../../subgraphs/federation.ts';
import type { LiveLimits } from '../live-limits.ts';
import type { CompiledSubscription } from '../operation/compile.ts';
import { EventRenderer, type RenderCache, toClientErrors } from '../operation/complete-event.ts';
import { Pipeline } from './pipeline.ts';
import { type ReadPosition, type RenderedEvent, RingBuffer } from './ring.ts';
import type { Scope } from './scope.ts';
import type { SubgraphMessage, UpstreamSubscriptions } from './upstream.ts';

/** Receives the events of one client. */
export interface StreamListener {
  /**
   * Sends an event to the client. False when its connection is full; the listener then calls
   * `SubscriptionHandle.resume` once it has drained.
   */
  deliver(event: RenderedEvent): boolean;
  /** There are no events for the client up to this cursor. */
  cursorAdvanced(cursor: string): void;
  /** The stream has ended; with errors when it failed. */
  ended(errors?: readonly GraphQLFormattedError[]): void;
  /** The client's next event has been dropped from the buffer. */
  tooSlow(): void;
}

/** One client of a stream. */
export interface Reader extends ReadPosition {
  listener: StreamListener;
  /** The cursor of the last event that was delivered, or the start cursor. */
  cursor: string | undefined;
}

export interface StreamOptions {
  upstreams: UpstreamSubscriptions;
  limits: LiveLimits;
  log: Log;
  renderCache: RenderCache;
  /** Time for the fetches of one event. */
  fetchTimeoutMs: number;
}

export interface StreamSource {
  compiled: CompiledSubscription;
  variables: Variables;
  scope: Scope;
  /** The cursor after which the stream starts. Without it, it starts with the next event. */
  after?: string | undefined;
}

export interface StreamCallbacks {
  /** The buffer has new events or a new checkpoint. */
  onProgress(): void;
  /** The reader's next event has been dropped from the buffer. */
  onReaderBehind(reader: Reader): void;
  /** The stream has closed; called once. */
  onClosed(): void;
}

type PipelineResult =
  | { event: RenderedEvent; isSnapshot: boolean }
  | { checkpoint: string }
  | { endedWith: GraphQLFormattedError[] | undefined };

const MIN_RETRY_DELAY_MS = 50;
const MAX_RETRY_DELAY_MS = 5_000;

/**
 * The events of one operation with its variables, for one scope: one subscription at the subgraph,
 * any number of readers. Each event is completed and serialized once. A lost connection is resumed
 * from the last cursor.
 */
export class Stream {
  readonly readers = new Set<Reader>();
  readonly ring: RingBuffer;
  /** The cursor up to which events are in the ring buffer. */
  bufferedCursor: string | undefined;
  /** The query that reads the current state of the streamed data, if the subgraph sends one. */
  resyncQuery: string | undefined;
  readonly #source: StreamSource;
  readonly #callbacks: StreamCallbacks;
  readonly #options: StreamOptions;
  readonly #renderer: EventRenderer;
  readonly #pipeline: Pipeline<PipelineResult>;
  /** The last cursor from upstream; its event may still be in the pipeline. */
  #upstreamCursor: string | undefined;
  #unsubscribe: (() => void) | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #failedAttempts = 0;
  /** Whether the current upstream subscription has sent no event yet, only checkpoints. */
  #awaitsFirstEvent = true;
  #isClosed = false;

  constructor(source: StreamSource, callbacks: StreamCallbacks, options: StreamOptions) {
    const { limits, log, renderCache, fetchTimeoutMs } = options;
    const { compiled, variables, scope, after } = source;
    this.#source = source;
    this.#callbacks = callbacks;
    this.#options = options;
    this.#upstreamCursor = after;
    this.bufferedCursor = after;
    this.ring = new RingBuffer({
      maxEvents: limits.maxBufferedEvents,
      maxBytes: limits.maxBufferedBytes,
      startCursor: after,
    });
    this.#renderer = new EventRenderer({
      compiled,
      variables,
      scope,
      log,
      cache: renderCache,
      fetchTimeoutMs,
      completionTimeoutMs: limits.completionTimeoutMs,
    });
    this.#pipeline = new Pipeline(limits.completionConcurrency, (result) => this.#add(result));
    this.#subscribe();
  }

  /** Delivers the reader's outstanding events until its connection is full. */
  pump(reader: Reader): void {
    const { ring } = this;
    while (reader.snapshot || reader.next < ring.end) {
      if (reader.next < ring.start) return this.#callbacks.onReaderBehind(reader);
      const event = reader.snapshot ?? ring.at(reader.next);
      if (!reader.listener.deliver(event)) return;
      if (reader.snapshot) reader.snapshot = undefined;
      else reader.next++;
      reader.cursor = event.cursor ?? reader.cursor;
    }
  }

  /** Whether everything from upstream is in the ring buffer. */
  get isSettled(): boolean {
    return this.#pipeline.size === 0;
  }

  /** Closes the stream and ends the subscriptions of its readers. */
  end(errors?: readonly GraphQLFormattedError[]): void {
    const readers = [...this.readers];
    this.close();
    for (const { listener } of readers) listener.ended(errors);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#retryTimer);
    this.readers.clear();
    this.#pipeline.clear();
    this.#unsubscribe?.();
    this.#callbacks.onClosed();
  }

  #subscribe(): void {
    const { compiled, scope } = this.#source;
    const { plan, resumeVariable } = compiled;
    const variables = Object.fromEntries(
      Object.entries(this.#source.variables).filter(([name]) => plan.variables.includes(name)),
    );
    if (resumeVariable && this.#upstreamCursor !== undefined)
      variables[resumeVariable] = this.#upstreamCursor;
    this.#awaitsFirstEvent = true;
    const request = { query: plan.query, operationName: plan.operationName, variables };
    this.#unsubscribe = this.#options.upstreams.subscribe(plan.subgraph, scope, request, {
      onMessage: (message) => this.#receive(message),
      onEnd: (errors) =>
        this.#pipeline.push(async () => ({ endedWith: errors && this.#toClientErrors(errors) })),
      onConnectionLost: () => this.#scheduleRetry(),
    });
  }

  #scheduleRetry(): void {
    if (this.#isClosed) return;
    const delay = Math.min(MIN_RETRY_DELAY_MS * 2 ** this.#failedAttempts++, MAX_RETRY_DELAY_MS);
    const jitter = 0.5 + Math.random();
    this.#retryTimer = setTimeout(() => this.#subscribe(), delay * jitter);
  }

  #toClientErrors(errors: GraphQLFormattedError[]): GraphQLFormattedError[] {
    // Locations refer to the operation that the gateway sent, not to the client's.
    const withoutLocations = errors.map(({ message, extensions }) => ({
      message,
      ...(extensions && { extensions }),
    }));
    return toClientErrors(withoutLocations, newId('req'), this.#options.log);
  }

  /** Queues a message from upstream for completion. */
  #receive(message: SubgraphMessage): void {
    if (this.#isClosed) return;
    this.#failedAttempts = 0;
    const { cursor, resyncQuery } = message.extensions ?? {};
    this.resyncQuery = resyncQuery ?? this.resyncQuery;
    const isCheckpoint = !message.data && !message.errors;
    const isResumable = this.#source.compiled.resumeVariable !== undefined;
    const isSnapshot = this.#awaitsFirstEvent && !isCheckpoint && !isResumable && !message.errors;
    this.#awaitsFirstEvent &&= isCheckpoint;
    if (cursor !== undefined && cursor === this.#upstreamCursor) return;
    this.#upstreamCursor = cursor ?? this.#upstreamCursor;
    if (isCheckpoint) {
      if (cursor !== undefined) this.#pipeline.push(async () => ({ checkpoint: cursor }));
      return;
    }
    if (this.#pipeline.size >= this.#options.limits.maxPendingEvents)
      return this.end([overflowError(this.bufferedCursor)]);
    this.#pipeline.push(async () => ({
      event: { json: await this.#renderer.render(message), cursor },
      isSnapshot,
    }));
  }

  /** Buffers a completed event or a checkpoint and delivers it to the readers. */
  #add(result: PipelineResult): void {
    if (this.#isClosed) return;
    if ('endedWith' in result) return this.end(result.endedWith);
    if ('checkpoint' in result) {
      this.ring.addCheckpoint(result.checkpoint);
      this.bufferedCursor = result.checkpoint;
      for (const reader of this.readers) {
        if (reader.snapshot || reader.next < this.ring.end) continue;
        reader.cursor = result.checkpoint;
        reader.listener.cursorAdvanced(result.checkpoint);
      }
    } else {
      this.ring.push(result.event, result.isSnapshot);
      this.bufferedCursor = result.event.cursor;
      for (const reader of this.readers) this.pump(reader);
    }
    this.#callbacks.onProgress();
  }
}

const overflowError = (cursor: string | undefined): GraphQLFormattedError => ({
  message: `${ERROR_MESSAGES.UNAVAILABLE} Events arrived faster than they could be completed; continue from the cursor.`,
  extensions: {
    code: 'THROTTLED',
    reason: 'SUBSCRIPTION_OVERFLOW',
    ...(cursor !== undefined && { cursor }),
  },
});
