import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type StreamState, jetstreamManager } from '@nats-io/jetstream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type TestFeed,
  type TestLog,
  isCompleteLog,
  serveTestFeed,
  silentLog,
  testLog,
} from '../../testing/log.ts';
import { type TestNats, hasNats, testNats } from '../../testing/nats.ts';
import { sql } from '../database/database.ts';
import { execute } from '../database/query.ts';
import type { DomainEvent } from './types.ts';
import { type EventConsumer, consumeEvents } from './event-consumer.ts';
import { newId } from '../core/id.ts';
import { connectNats } from './nats-connection.ts';
import { type NatsPublisher, startNatsPublisher } from './nats-publisher.ts';
import { TEST_SECRET } from '../testing/testing.ts';

const WRITERS = 4;
const EVENTS_PER_WRITER = 500;

/** Two databases and a feed that brings the events of `source` to `target`. */
interface Setup {
  source: TestLog;
  target: TestLog;
  applied: DomainEvent[];
  url: string;
  nats?: string;
  /** Kills and restarts the server between the two. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

async function openDatabases(): Promise<Pick<Setup, 'source' | 'target' | 'applied'>> {
  const [source, target] = await Promise.all([testLog(), testLog()]);
  await target.query('create table applied (id serial, position bigint not null)');
  return { source, target, applied: [] };
}

async function overHttp(): Promise<Setup> {
  const databases = await openDatabases();
  let feed = await serveTestFeed(databases.source);
  const { url, port } = feed;
  return {
    ...databases,
    url,
    crash: async () => {
      await feed.crash();
      feed = await serveTestFeed(databases.source, { port });
    },
    close: () => feed.crash(),
  };
}

interface NatsSetup extends Setup {
  feed: TestFeed;
  server: TestNats;
  publisher: NatsPublisher;
  publish(): NatsPublisher;
  state(): Promise<StreamState>;
}

async function overNats(): Promise<NatsSetup> {
  const databases = await openDatabases();
  const server = await testNats();
  await server.start();
  const { database } = databases.source;
  const publish = (): NatsPublisher =>
    startNatsPublisher({ nats: server.url, service: 'source', url: database.url, log: silentLog });
  const publisher = publish();
  const feed = await serveTestFeed(databases.source, { publisher });
  const setup: NatsSetup = {
    ...databases,
    url: feed.url,
    nats: server.url,
    feed,
    server,
    publisher,
    publish,
    state: async () => {
      const connection = await connectNats(server.url, 'test');
      try {
        return (await (await jetstreamManager(connection)).streams.info(setup.publisher.stream!))
          .state;
      } finally {
        await connection.close();
      }
    },
    crash: async () => {
      await server.kill();
      await server.start();
    },
    close: async () => {
      await setup.publisher.stop();
      await setup.feed.crash();
      await server.remove();
    },
  };
  return setup;
}

const startConsumer = ({ target, applied, url, nats }: Setup): EventConsumer =>
  consumeEvents({
    orm: target.orm,
    source: 'source',
    url,
    nats,
    secret: TEST_SECRET,
    log: silentLog,
    applyEvents: async (ctx, events) => {
      const rows = sql.join(events.map(({ position }) => sql`(${position})`));
      await execute(ctx, sql`insert into applied (position) values ${rows}`);
      ctx.afterCommit(() => applied.push(...events));
    },
  });

/** Resolves once this many events are applied. */
async function waitForApplied(setup: Setup, count: number): Promise<void> {
  while (setup.applied.length < count) await sleep(10);
}

const appliedPositions = async ({ target }: Setup): Promise<number[]> =>
  (await target.query<{ position: string }>('select position from applied order by id')).map(
    ({ position }) => Number(position),
  );

const transports: [string, () => Promise<Setup>][] = [['HTTP', overHttp]];
if (hasNats) transports.push(['NATS JetStream', overNats]);

describe.each(transports)('events over %s', (_, open) => {
  let setup: Setup;
  let consumer: EventConsumer;
  beforeEach(async () => {
    setup = await open();
    consumer = startConsumer(setup);
  });
  afterEach(async () => {
    await consumer.stop();
    await setup.close();
    await Promise.all([setup.source.stop(), setup.target.stop()]);
  });

  test('applies the events of four writers once, in order and without gaps, while the server is killed three times', async () => {
    const appending = setup.source.appendConcurrently(WRITERS, EVENTS_PER_WRITER);
    for (let crash = 1; crash <= 3; crash++) {
      await waitForApplied(setup, crash * 400);
      await setup.crash();
    }
    await appending;
    await waitForApplied(setup, WRITERS * EVENTS_PER_WRITER);
    expect(isCompleteLog(setup.applied)).toBe(true);
    expect(await appliedPositions(setup)).toEqual(
      Array.from({ length: WRITERS * EVENTS_PER_WRITER }, (__, index) => index + 1),
    );
  });
});

(hasNats ? describe : describe.skip)(
  hasNats ? 'NATS JetStream' : 'NATS JetStream: skipped, nats-server is not installed',
  () => {
    let setup: NatsSetup;
    let consumer: EventConsumer;
    beforeEach(async () => {
      setup = await overNats();
      consumer = startConsumer(setup);
    });
    afterEach(async () => {
      await consumer.stop();
      await setup.close();
      await Promise.all([setup.source.stop(), setup.target.stop()]);
    });

    test('delivers events while the HTTP feed is down, and HTTP delivers them while NATS is down', async () => {
      await setup.source.append(newId('thg'), 1);
      await waitForApplied(setup, 1);
      while ((await setup.state()).consumer_count === 0) await sleep(10);
      await setup.feed.crash();
      await setup.source.append(newId('thg'), 20, 20);
      await waitForApplied(setup, 21);

      setup.feed = await serveTestFeed(setup.source, {
        port: setup.feed.port,
        publisher: setup.publisher,
      });
      await setup.server.kill();
      await setup.source.append(newId('thg'), 20, 20);
      await waitForApplied(setup, 41);
      await setup.server.start();
      await setup.source.appendConcurrently(2, 20);
      await waitForApplied(setup, 81);
      expect(isCompleteLog(setup.applied)).toBe(true);
    });

    test('stores an event once that is published twice, and a publisher continues where the last one stopped', async () => {
      await setup.source.appendConcurrently(2, 50);
      await waitForApplied(setup, 100);
      await setup.publisher.stop();
      await setup.source.query(`update feed_position set position = 40 where source = 'nats'`);
      setup.publisher = setup.publish();
      await setup.source.appendConcurrently(2, 50);
      await waitForApplied(setup, 200);
      expect(isCompleteLog(setup.applied)).toBe(true);
      const published = (): Promise<object[]> =>
        setup.source.query(`select from feed_position where source = 'nats' and position = 200`);
      while (!(await published()).length) await sleep(10);
      expect((await setup.state()).messages).toBeLessThanOrEqual(200);
    });
  },
);
