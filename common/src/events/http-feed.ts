import type { EntityManager, MikroORM } from '../database/database.ts';
import { type DomainEvent, eventsAfter } from './log.ts';
import type { NatsPublisher } from './nats-publisher.ts';
import type { OutboxRelay } from './outbox-relay.ts';
import { type Handler, answer } from '../http/serve.ts';
import { signActor, systemActor } from '../auth/token.ts';

export const FEED_PAGE_SIZE = 500;
const WAIT_MS = 10_000;
/** The relay is faster than this unless something is wrong with it. */
const SETTLE_MS = 250;
/** The log tells when it has grown; when that gets lost, it is looked into all the same. */
const POLL_MS = 1_000;

/** Reads a log page by page. */
function reader(orm: MikroORM, relay: OutboxRelay) {
  const read = async (after: number): Promise<DomainEvent[]> => {
    const em = orm.em.fork() as EntityManager;
    em.setSessionContext({ variables: { 'desk.workspace': '*' } });
    return em.transactional(
      (inside) => eventsAfter(inside as EntityManager, after, FEED_PAGE_SIZE),
      {
        readOnly: true,
      },
    );
  };
  /** Is something recorded that has no position yet? */
  const isPending = async (): Promise<boolean> => {
    const em = orm.em.fork() as EntityManager;
    em.setSessionContext({ variables: { 'desk.workspace': '*' } });
    const ask = (inside: EntityManager) =>
      inside.execute<{ pending: boolean }[]>('select exists (select from outbox) as pending');
    return (
      await em.transactional((inside) => ask(inside as EntityManager), { readOnly: true })
    )[0]!.pending;
  };
  /** What has no position yet is waited for: asked for before the log is read, nothing slips by in between. */
  const readSettled = async (after: number): Promise<DomainEvent[]> => {
    const patience = Date.now() + SETTLE_MS;
    for (;;) {
      const grown = relay.waitForEvents(Math.max(0, patience - Date.now()));
      const pending = await isPending();
      const facts = await read(after);
      if (facts.length || !pending || Date.now() >= patience) return facts;
      await grown;
    }
  };
  return { read, readSettled };
}

/** A service's own log, for those of its parts that follow it. */
export function ownLogFeed(orm: MikroORM, relay: OutboxRelay): EventFeed {
  const { read, readSettled } = reader(orm, relay);
  return {
    page: async (after, waitMs) => {
      if (!waitMs) return readSettled(after);
      const grown = relay.waitForEvents(Math.min(waitMs, POLL_MS));
      const facts = await read(after);
      if (!facts.length) await grown;
      return facts.length ? facts : read(after);
    },
    stop: async () => {},
  };
}

/**
 * The door through which other services read this one's log: `GET /feed?after=<position>&wait=<ms>`; waits while there is nothing new. Who
 * does not wait wants all that is recorded by now, also what the relay is about to log. The answer names the stream where the facts are
 * published as well, if they are.
 */
export function feedHandler(
  orm: MikroORM,
  relay: OutboxRelay,
  publisher?: Pick<NatsPublisher, 'stream'>,
): Handler {
  const { read, readSettled } = reader(orm, relay);
  return async (request, response) => {
    const query = new URL(request.url!, 'http://feed').searchParams;
    const after = Number(query.get('after') ?? 0);
    const wait = Math.min(Number(query.get('wait') ?? 0), WAIT_MS);
    if (!Number.isSafeInteger(after) || after < 0 || !(wait >= 0))
      return answer(response, 400, { error: 'after and wait are whole numbers.' });
    const until = Date.now() + wait;
    let facts = wait ? await read(after) : await readSettled(after);
    while (!facts.length && Date.now() < until && !response.destroyed && relay.allowsWaiting) {
      await relay.waitForEvents(until - Date.now());
      facts = await read(after);
    }
    if (facts.length && facts[0]!.position !== after + 1)
      return answer(response, 410, { error: 'What followed this position is not kept.' });
    answer(response, 200, { facts, stream: publisher?.stream });
  };
}

/** What brings another service's facts. */
export interface EventFeed {
  /** The facts after a position, in order and without a gap, a page at most; waits so long while there are none. Rejects when it can't say. */
  page(after: number, waitMs: number): Promise<DomainEvent[]>;
  stop(): Promise<void>;
}

export interface FeedSource {
  /** Name of the service that is followed, and its address: `http://127.0.0.1:4101`. */
  source: string;
  url: string;
  secret: string;
}

export interface HttpFeed extends EventFeed {
  /** Where the source publishes its facts, as far as it has said. */
  readonly stream: string | undefined;
}

/** Facts are asked for at the other service's door. */
export function openHttpFeed({ source, url, secret }: FeedSource): HttpFeed {
  const stopping = new AbortController();
  let stream: string | undefined;
  return {
    get stream() {
      return stream;
    },
    page: async (after, wait) => {
      const response = await fetch(`${url}/feed?after=${after}&wait=${wait}`, {
        headers: { authorization: `Bearer ${await signActor(systemActor(), secret)}` },
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(wait + 2000)]),
      });
      if (!response.ok) throw new Error(`${source} answers ${response.status}`);
      const told = (await response.json()) as { facts: DomainEvent[]; stream?: string };
      stream = told.stream;
      return told.facts;
    },
    stop: async () => stopping.abort(),
  };
}
