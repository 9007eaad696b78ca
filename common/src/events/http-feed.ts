import { signActor, systemActor } from '../auth/token.ts';
import { ALL_WORKSPACES, inWorkspace } from '../database/context.ts';
import type { EntityManager, MikroORM } from '../database/database.ts';
import { type HttpHandler, sendJson } from '../http/serve.ts';
import { eventsAfter } from './log.ts';
import type { NatsPublisher } from './nats-publisher.ts';
import type { OutboxRelay } from './outbox-relay.ts';
import type { DomainEvent } from './types.ts';

export const FEED_PAGE_SIZE = 500;
const MAX_WAIT_MS = 10_000;
/** Maximum wait for the outbox to become empty; the relay is faster unless it is broken. */
const SETTLE_MS = 250;
/** Covers lost notifications of the relay. */
const POLL_MS = 1_000;
/** Added to the wait before a request to another service is given up. */
const REQUEST_TIMEOUT_MS = 2_000;

/** A source of events: the service's own log, or that of another service over HTTP or NATS. */
export interface EventFeed {
  /**
   * A page of events after a position, in order and without gaps. Waits up to `waitMs` while there
   * are none. Rejects when the source does not answer.
   */
  page(after: number, waitMs: number): Promise<DomainEvent[]>;
  stop(): Promise<void>;
}

/** Reads pages of this service's log. */
class LogReader {
  readonly #orm: MikroORM;
  readonly #relay: OutboxRelay;

  constructor(orm: MikroORM, relay: OutboxRelay) {
    this.#orm = orm;
    this.#relay = relay;
  }

  page(after: number): Promise<DomainEvent[]> {
    return this.#read((em) => eventsAfter(em, after, FEED_PAGE_SIZE));
  }

  /** Like `page`, but waits for events that are committed and not yet moved to the log. */
  async settledPage(after: number): Promise<DomainEvent[]> {
    const deadline = Date.now() + SETTLE_MS;
    for (;;) {
      // Registered before reading, so that no event in between is missed.
      const appended = this.#relay.waitForEvents(Math.max(0, deadline - Date.now()));
      const isPending = await this.#hasPendingEvents();
      const events = await this.page(after);
      if (events.length || !isPending || Date.now() >= deadline) return events;
      await appended;
    }
  }

  async #hasPendingEvents(): Promise<boolean> {
    const rows = await this.#read((em) =>
      em.execute<{ pending: boolean }[]>('select exists (select from outbox) as pending'),
    );
    return rows[0]!.pending;
  }

  #read<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return inWorkspace(this.#orm, ALL_WORKSPACES, work, { readOnly: true });
  }
}

/** The service's own log, for consumers in the same process. */
export function ownLogFeed(orm: MikroORM, relay: OutboxRelay): EventFeed {
  const reader = new LogReader(orm, relay);
  return {
    page: async (after, waitMs) => {
      if (!waitMs) return reader.settledPage(after);
      const appended = relay.waitForEvents(Math.min(waitMs, POLL_MS));
      const events = await reader.page(after);
      if (events.length) return events;
      await appended;
      return reader.page(after);
    },
    stop: async () => {},
  };
}

/**
 * Serves the log to other services: `GET /feed?after=<position>&wait=<ms>`. With `wait` it is a
 * long poll. Without, the answer includes events that are committed and not yet moved to the log.
 * The answer names the NATS stream to which the events are published, if any.
 */
export function feedHandler(
  orm: MikroORM,
  relay: OutboxRelay,
  publisher?: Pick<NatsPublisher, 'stream'>,
): HttpHandler {
  const reader = new LogReader(orm, relay);
  return async (request, response) => {
    const query = new URL(request.url!, 'http://feed').searchParams;
    const after = Number(query.get('after') ?? 0);
    const waitMs = Math.min(Number(query.get('wait') ?? 0), MAX_WAIT_MS);
    if (!Number.isSafeInteger(after) || after < 0 || !(waitMs >= 0))
      return sendJson(response, 400, { error: 'after and wait must be whole numbers.' });
    const deadline = Date.now() + waitMs;
    let events = waitMs ? await reader.page(after) : await reader.settledPage(after);
    while (!events.length && Date.now() < deadline && !response.destroyed && relay.allowsWaiting) {
      await relay.waitForEvents(deadline - Date.now());
      events = await reader.page(after);
    }
    if (events.length && events[0]!.position !== after + 1)
      return sendJson(response, 410, {
        error: 'The events after this position are no longer stored.',
      });
    sendJson(response, 200, { events, stream: publisher?.stream });
  };
}

export interface FeedSource {
  /** Name of the service whose events are consumed, and its address: `http://127.0.0.1:4101`. */
  source: string;
  url: string;
  secret: string;
}

export interface HttpFeed extends EventFeed {
  /** The NATS stream of the source, once an answer has named it. */
  readonly stream: string | undefined;
}

/** Reads the log of another service from its `/feed` endpoint. */
export function openHttpFeed({ source, url, secret }: FeedSource): HttpFeed {
  const stopping = new AbortController();
  let stream: string | undefined;
  return {
    get stream() {
      return stream;
    },
    page: async (after, waitMs) => {
      const response = await fetch(`${url}/feed?after=${after}&wait=${waitMs}`, {
        headers: { authorization: `Bearer ${await signActor(systemActor(), secret)}` },
        signal: AbortSignal.any([
          stopping.signal,
          AbortSignal.timeout(waitMs + REQUEST_TIMEOUT_MS),
        ]),
      });
      if (!response.ok) throw new Error(`${source} answered with status ${response.status}`);
      const body = (await response.json()) as { events: DomainEvent[]; stream?: string };
      ({ stream } = body);
      return body.events;
    },
    stop: async () => stopping.abort(),
  };
}
