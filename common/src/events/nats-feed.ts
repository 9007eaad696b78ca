import { setTimeout as sleep } from 'node:timers/promises';
import {
  AckPolicy,
  type Consumer,
  DeliverPolicy,
  type JetStreamManager,
  jetstreamManager,
} from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import { type EventFeed, type HttpFeed, FEED_PAGE_SIZE } from './http-feed.ts';
import type { DomainEvent } from './log.ts';
import type { Log } from '../core/log.ts';
import { connectNats } from './nats-connection.ts';

const RETRY_MS = 250;
/** A request for messages lasts so long; its end is when a dead consumer is noticed at the latest. */
const EXPIRES_MS = 2_000;
const FORGOTTEN_MS = 30_000;
/** Facts that lie ready; who is slower than the source does not fetch more. */
const READY_LIMIT = 5_000;

export interface NatsFeedOptions {
  /** Address of the NATS server. */
  nats: string;
  httpFeed: HttpFeed;
  source: string;
  log: Log;
}

/**
 * Facts as they come over NATS, for a source that publishes there; its door says where. Whatever the bus does not have in an unbroken row
 * behind the asked position is read at the door: the past, what a server has lost, everything while there is no server.
 */
export function openNatsFeed({ nats, httpFeed: door, source, log }: NatsFeedOptions): EventFeed {
  const stopping = new AbortController();
  /** An unbroken row of facts, and the position of its last, also when it was taken out: all that follows will come over the bus. */
  let ready: DomainEvent[] = [];
  let tip: number | undefined;
  let listens = false;
  let wake = (): void => {};

  const receive = (fact: DomainEvent): void => {
    if (tip !== undefined && fact.position <= tip) return;
    if (fact.position !== (tip ?? Number.NaN) + 1) ready = [];
    ready.push(fact);
    tip = fact.position;
    wake();
  };
  const listening = (now: boolean): void => {
    listens = now;
    wake();
  };

  const consumerOf = async (
    manager: JetStreamManager,
    stream: string,
    last: number,
  ): Promise<Consumer> => {
    const known = last > 0 && last <= (await manager.streams.info(stream)).state.last_seq;
    if (!known) tip = undefined;
    const { name: consumer } = await manager.consumers.add(stream, {
      ack_policy: AckPolicy.None,
      mem_storage: true,
      inactive_threshold: nanos(FORGOTTEN_MS),
      ...(known
        ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: last + 1 }
        : { deliver_policy: DeliverPolicy.New }),
    });
    return manager.jetstream().consumers.get(stream, consumer);
  };

  const listen = async (): Promise<void> => {
    let connection: NatsConnection | undefined;
    let last = 0;
    let failures = 0;
    while (!stopping.signal.aborted)
      try {
        connection ??= await connected();
        if (!door.stream) {
          await sleep(RETRY_MS, undefined, { signal: stopping.signal });
          continue;
        }
        const consumer = await consumerOf(await jetstreamManager(connection), door.stream, last);
        listening(true);
        while (listens && !stopping.signal.aborted) {
          for await (const message of await consumer.fetch({
            max_messages: FEED_PAGE_SIZE,
            expires: EXPIRES_MS,
          })) {
            last = message.seq;
            receive(message.json());
          }
          failures = 0;
          while (ready.length >= READY_LIMIT)
            await sleep(RETRY_MS, undefined, { signal: stopping.signal });
        }
      } catch (error) {
        listening(false);
        if (stopping.signal.aborted) break;
        if (connection?.isClosed()) connection = undefined;
        if (failures++ % 100 === 0)
          log.warn({ err: error, source }, 'the bus does not answer; facts are fetched');
        await sleep(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    await connection?.close();
  };

  /** A connection that is lost comes back by itself; until then nobody waits for it. */
  const connected = async (): Promise<NatsConnection> => {
    const connection = await connectNats(nats, `follower of ${source}`);
    void (async () => {
      for await (const { type } of connection.status()) if (type === 'disconnect') listening(false);
    })();
    stopping.signal.addEventListener('abort', () => void connection.close(), { once: true });
    return connection;
  };
  const running = listen();

  const takeOut = (after: number): DomainEvent[] => {
    const behind = ready.findIndex((fact) => fact.position > after);
    ready = behind < 0 ? [] : ready.slice(behind);
    return ready[0]?.position === after + 1 ? ready.slice(0, FEED_PAGE_SIZE) : [];
  };

  const arrival = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => wake(), ms);
      wake = () => {
        clearTimeout(timer);
        wake = () => {};
        resolve();
      };
    });

  return {
    page: async (after, wait) => {
      const facts = takeOut(after);
      if (facts.length) return facts;
      if (!wait || !listens) return door.page(after, wait);
      if (tip !== after) {
        const missing = await door.page(after, 0);
        if (missing.length) return missing;
        // Everything up to here is known; the rest will come.
        if (tip === undefined || tip < after) [ready, tip] = [[], after];
      }
      if (!ready.length && listens) await arrival(wait);
      const fresh = takeOut(after);
      // A mute bus is not believed for ever.
      if (!fresh.length) tip = undefined;
      return fresh;
    },
    stop: async () => {
      stopping.abort();
      wake();
      await door.stop();
      await running;
    },
  };
}
