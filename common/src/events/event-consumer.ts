import { setTimeout as sleep } from 'node:timers/promises';
import {
  type EventFeed,
  FEED_PAGE_SIZE,
  type FeedSource,
  openHttpFeed,
  ownLogFeed,
} from './http-feed.ts';
import type { OutboxRelay } from './outbox-relay.ts';
import { type ProjectorOptions, createProjector } from './event-projector.ts';

const WAIT_MS = 10_000;
const RETRY_MS = 500;
/** A page that is not full is followed by a pause, so that a busy log is taken in by pages and not fact by fact. */
const GATHER_MS = 40;

export interface ConsumerOptions extends ProjectorOptions, FeedSource {
  /** Address of the NATS server where the source may publish its facts. */
  nats?: string | undefined;
}

export interface OwnLogConsumerOptions extends ProjectorOptions {
  relay: OutboxRelay;
}

export interface EventConsumer {
  /** Takes in everything that the source has recorded by now; rejects when the source does not answer. */
  catchUp(): Promise<void>;
  stop(): Promise<void>;
}

/** What is not used is not loaded. */
async function carrierOf({ nats, source, url, secret, log }: ConsumerOptions): Promise<EventFeed> {
  const door = openHttpFeed({ source, url, secret });
  return nats
    ? (await import('./nats-feed.ts')).openNatsFeed({ nats, httpFeed: door, source, log })
    : door;
}

/** Follows another service's log. Each fact has its effect exactly once, and a projection can be dropped and rebuilt from zero. */
export const consumeEvents = (options: ConsumerOptions): EventConsumer =>
  followBy(carrierOf(options), options);

/** Follows the service's own log in the same way; `source` names what follows it. */
export const consumeOwnEvents = (options: OwnLogConsumerOptions): EventConsumer =>
  followBy(Promise.resolve(ownLogFeed(options.orm, options.relay)), options);

function followBy(carrier: Promise<EventFeed>, options: ProjectorOptions): EventConsumer {
  const { log, source } = options;
  const stopping = new AbortController();
  const { position, take } = createProjector(options, stopping.signal);
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  };

  const round = async (wait: number): Promise<number> => {
    // Whoever asks for a connection while the database is being closed keeps it from closing.
    stopping.signal.throwIfAborted();
    const after = await position();
    const facts = await (await carrier).page(after, wait);
    if (facts.length) await inTurn(() => take(after, facts));
    return facts.length;
  };

  const rest = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: stopping.signal }).catch(() => {});

  const work = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        const taken = await round(WAIT_MS);
        failures = 0;
        if (taken > 0 && taken < FEED_PAGE_SIZE) await rest(GATHER_MS);
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (failures++ % 20 === 0) log.warn({ err: error, source }, 'feed waits for its source');
        await rest(RETRY_MS);
      }
    }
  };
  const running = work();

  let current: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | undefined;
  const readOn = async (): Promise<void> => {
    next = undefined;
    while (await round(0));
  };
  /** A run that has begun may have read past the place of the newest fact: who comes late shares the next one. */
  const catchUp = (): Promise<void> => {
    next ??= current.then(readOn);
    current = next.catch(() => {});
    return next;
  };
  return {
    catchUp,
    stop: async () => {
      stopping.abort();
      await (await carrier).stop();
      await running;
      await current;
      await queue;
    },
  };
}
