import { setTimeout as sleep } from 'node:timers/promises';
import {
  AckPolicy,
  type Consumer,
  DeliverPolicy,
  type JetStreamManager,
  jetstreamManager,
} from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import type { Log } from '../core/log.ts';
import { Waiters } from '../core/waiters.ts';
import { type EventFeed, FEED_PAGE_SIZE, type HttpFeed } from './http-feed.ts';
import { connectNats } from './nats-connection.ts';
import type { DomainEvent } from './types.ts';

const RETRY_MS = 250;
/** Duration of one fetch of messages; a dead consumer is noticed at its end. */
const FETCH_EXPIRES_MS = 2_000;
/** The server deletes a consumer that fetches nothing for this long. */
const CONSUMER_IDLE_MS = 30_000;
/** Fetching pauses while this many events are buffered. */
const MAX_BUFFERED_EVENTS = 5_000;
/** Of failures in a row, one in so many is logged. */
const LOGGED_FAILURES = 100;

export interface NatsFeedOptions {
  /** Address of the NATS server. */
  nats: string;
  httpFeed: HttpFeed;
  source: string;
  log: Log;
}

/**
 * Events over NATS, for a source that publishes there; its HTTP feed names the stream. Events that
 * NATS cannot deliver without a gap after the requested position are read over HTTP: old ones, ones
 * that the server has lost, and all of them while there is no server.
 */
export const openNatsFeed = (options: NatsFeedOptions): EventFeed => new NatsFeed(options);

class NatsFeed implements EventFeed {
  readonly #options: NatsFeedOptions;
  readonly #stopping = new AbortController();
  readonly #arrivals = new Waiters();
  /** Received events without a gap. */
  #buffer: DomainEvent[] = [];
  /**
   * The position of the last received event, which may have left the buffer: NATS delivers all
   * events after it. Undefined when that is unknown.
   */
  #tip: number | undefined;
  #isListening = false;
  /** Stream sequence of the last received message. */
  #lastSequence = 0;
  readonly #running: Promise<void>;

  constructor(options: NatsFeedOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async page(after: number, waitMs: number): Promise<DomainEvent[]> {
    const { httpFeed } = this.#options;
    const buffered = this.#bufferedPage(after);
    if (buffered.length) return buffered;
    if (!waitMs || !this.#isListening) return httpFeed.page(after, waitMs);
    if (this.#tip !== after) {
      const missing = await httpFeed.page(after, 0);
      if (missing.length) return missing;
      // The consumer has everything up to `after`; NATS delivers what follows.
      if (this.#tip === undefined || this.#tip < after) [this.#buffer, this.#tip] = [[], after];
    }
    if (!this.#buffer.length && this.#isListening)
      await this.#arrivals.wait(undefined, { timeoutMs: waitMs });
    const events = this.#bufferedPage(after);
    // Without events for a whole wait, the next page checks over HTTP whether NATS missed any.
    if (!events.length) this.#tip = undefined;
    return events;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#arrivals.wakeAll();
    await this.#options.httpFeed.stop();
    await this.#running;
  }

  /** Drops the events up to a position and returns those after it, if there is no gap. */
  #bufferedPage(after: number): DomainEvent[] {
    const index = this.#buffer.findIndex((event) => event.position > after);
    this.#buffer = index < 0 ? [] : this.#buffer.slice(index);
    return this.#buffer[0]?.position === after + 1 ? this.#buffer.slice(0, FEED_PAGE_SIZE) : [];
  }

  #receive(event: DomainEvent): void {
    if (this.#tip !== undefined && event.position <= this.#tip) return;
    if (event.position !== (this.#tip ?? Number.NaN) + 1) this.#buffer = [];
    this.#buffer.push(event);
    this.#tip = event.position;
    this.#arrivals.wakeAll();
  }

  #setListening(isListening: boolean): void {
    this.#isListening = isListening;
    this.#arrivals.wakeAll();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let connection: NatsConnection | undefined;
    let failures = 0;
    while (!signal.aborted)
      try {
        connection ??= await this.#connect();
        const { stream } = this.#options.httpFeed;
        if (stream)
          await this.#listen(await jetstreamManager(connection), stream, () => (failures = 0));
        else await sleep(RETRY_MS, undefined, { signal });
      } catch (error) {
        this.#setListening(false);
        if (signal.aborted) break;
        if (connection?.isClosed()) connection = undefined;
        if (failures++ % LOGGED_FAILURES === 0)
          this.#options.log.warn(
            { err: error, source: this.#options.source },
            'NATS unavailable, reading events over HTTP',
          );
        await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
      }
    await connection?.close();
  }

  /** Receives messages until the connection is lost or the feed stops. */
  async #listen(manager: JetStreamManager, stream: string, onFetched: () => void): Promise<void> {
    const { signal } = this.#stopping;
    const consumer = await this.#createConsumer(manager, stream);
    this.#setListening(true);
    while (this.#isListening && !signal.aborted) {
      const messages = await consumer.fetch({
        max_messages: FEED_PAGE_SIZE,
        expires: FETCH_EXPIRES_MS,
      });
      for await (const message of messages) {
        this.#lastSequence = message.seq;
        this.#receive(message.json());
      }
      onFetched();
      while (this.#buffer.length >= MAX_BUFFERED_EVENTS)
        await sleep(RETRY_MS, undefined, { signal });
    }
  }

  /** Continues after the last received message, if the stream still has it; else with new ones. */
  async #createConsumer(manager: JetStreamManager, stream: string): Promise<Consumer> {
    const last = this.#lastSequence;
    const canContinue = last > 0 && last <= (await manager.streams.info(stream)).state.last_seq;
    if (!canContinue) this.#tip = undefined;
    const { name } = await manager.consumers.add(stream, {
      ack_policy: AckPolicy.None,
      mem_storage: true,
      inactive_threshold: nanos(CONSUMER_IDLE_MS),
      ...(canContinue
        ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: last + 1 }
        : { deliver_policy: DeliverPolicy.New }),
    });
    return manager.jetstream().consumers.get(stream, name);
  }

  /** A lost connection reconnects by itself; until then pages are read over HTTP. */
  async #connect(): Promise<NatsConnection> {
    const { nats, source } = this.#options;
    const connection = await connectNats(nats, `consumer of ${source}`);
    void (async () => {
      for await (const { type } of connection.status())
        if (type === 'disconnect') this.#setListening(false);
    })();
    this.#stopping.signal.addEventListener('abort', () => void connection.close(), { once: true });
    return connection;
  }
}
