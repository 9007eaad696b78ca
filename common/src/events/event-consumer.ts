import { setTimeout as sleep } from 'node:timers/promises';
import { EventProjector, type ProjectorOptions } from './event-projector.ts';
import {
  type EventFeed,
  FEED_PAGE_SIZE,
  type FeedSource,
  openHttpFeed,
  ownLogFeed,
} from './http-feed.ts';
import type { OutboxRelay } from './outbox-relay.ts';
import type { DomainEvent } from './types.ts';

const WAIT_MS = 10_000;
const RETRY_MS = 500;
/** Pause after a page that is not full, so that a busy log is applied by pages, not singly. */
const GATHER_MS = 40;
/** Of failures in a row, one in so many is logged. */
const LOGGED_FAILURES = 20;

export interface ConsumerOptions extends ProjectorOptions, FeedSource {
  /** Address of the NATS server that the source may publish to. */
  nats?: string | undefined;
}

export interface OwnLogConsumerOptions extends ProjectorOptions {
  relay: OutboxRelay;
}

export interface EventConsumer {
  /** Applies all events that the source has appended by now; rejects when it does not answer. */
  catchUp(): Promise<void>;
  stop(): Promise<void>;
}

/** The NATS client is loaded only when it is used. */
async function openFeed({ nats, source, url, secret, log }: ConsumerOptions): Promise<EventFeed> {
  const httpFeed = openHttpFeed({ source, url, secret });
  return nats
    ? (await import('./nats-feed.ts')).openNatsFeed({ nats, httpFeed, source, log })
    : httpFeed;
}

/**
 * Consumes the event log of another service. Each event has its effect exactly once. To rebuild a
 * projection, delete it and set the position to zero.
 *
 * @example
 * const consumer = consumeEvents({ source: 'tickets', url, secret, orm, log, applyEvent });
 * await consumer.catchUp();
 */
export const consumeEvents = (options: ConsumerOptions): EventConsumer =>
  new FeedConsumer(openFeed(options), options);

/** Consumes the service's own log; `source` is the name under which the position is stored. */
export const consumeOwnEvents = (options: OwnLogConsumerOptions): EventConsumer =>
  new FeedConsumer(Promise.resolve(ownLogFeed(options.orm, options.relay)), options);

class FeedConsumer implements EventConsumer {
  readonly #feed: Promise<EventFeed>;
  readonly #options: ProjectorOptions;
  readonly #stopping = new AbortController();
  readonly #projector: EventProjector;
  /** The last page that is applied; `run` and `catchUp` apply one page at a time. */
  #applied: Promise<unknown> = Promise.resolve();
  #currentCatchUp: Promise<unknown> = Promise.resolve();
  #nextCatchUp: Promise<void> | undefined;
  readonly #running: Promise<void>;

  constructor(feed: Promise<EventFeed>, options: ProjectorOptions) {
    this.#feed = feed;
    this.#options = options;
    this.#projector = new EventProjector(options, this.#stopping.signal);
    this.#running = this.#run();
  }

  /** A running catch-up may have read past the newest event, so late callers share the next one. */
  catchUp(): Promise<void> {
    this.#nextCatchUp ??= this.#currentCatchUp.then(async () => {
      this.#nextCatchUp = undefined;
      while (await this.#consumePage(0));
    });
    this.#currentCatchUp = this.#nextCatchUp.catch(() => {});
    return this.#nextCatchUp;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await (await this.#feed).stop();
    await this.#running;
    await this.#currentCatchUp;
    await this.#applied;
  }

  async #run(): Promise<void> {
    const { log, source } = this.#options;
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      try {
        const count = await this.#consumePage(WAIT_MS);
        failures = 0;
        if (count > 0 && count < FEED_PAGE_SIZE) await this.#pause(GATHER_MS);
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        if (failures++ % LOGGED_FAILURES === 0)
          log.warn({ err: error, source }, 'event feed unavailable, retrying');
        await this.#pause(RETRY_MS);
      }
    }
  }

  async #consumePage(waitMs: number): Promise<number> {
    // A query during shutdown would keep the database connection from closing.
    this.#stopping.signal.throwIfAborted();
    const after = await this.#projector.position();
    const events = await (await this.#feed).page(after, waitMs);
    if (events.length) await this.#apply(after, events);
    return events.length;
  }

  #apply(after: number, events: DomainEvent[]): Promise<void> {
    const applied = this.#applied.then(() => this.#projector.apply(after, events));
    this.#applied = applied.catch(() => {});
    return applied;
  }

  #pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}
