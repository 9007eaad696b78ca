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
import type { DomainEvent } from './log.ts';
import { type EventConsumer, consumeEvents } from './event-consumer.ts';
import { newId } from '../core/id.ts';
import { connectNats } from './nats-connection.ts';
import { type NatsPublisher, startNatsPublisher } from './nats-publisher.ts';
import { TEST_SECRET } from '../testing/testing.ts';

const WRITERS = 4;
const EACH = 500;

/** What brings the facts of one log to another database, and can be killed. */
interface Rig {
  source: TestLog;
  here: TestLog;
  applied: DomainEvent[];
  url: string;
  nats?: string;
  /** Kills the server in between, and starts it again. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

async function common(): Promise<Pick<Rig, 'source' | 'here' | 'applied'>> {
  const [source, here] = await Promise.all([testLog(), testLog()]);
  await here.query('create table applied (place serial, position bigint not null)');
  return { source, here, applied: [] };
}

async function overHttp(): Promise<Rig> {
  const rig = await common();
  let door = await serveTestFeed(rig.source);
  const { url, port } = door;
  return {
    ...rig,
    url,
    crash: async () => {
      await door.cut();
      door = await serveTestFeed(rig.source, { port });
    },
    close: () => door.cut(),
  };
}

interface NatsRig extends Rig {
  door: TestFeed;
  server: TestNats;
  publisher: NatsPublisher;
  publish(): NatsPublisher;
  state(): Promise<StreamState>;
}

async function overNats(): Promise<NatsRig> {
  const rig = await common();
  const server = await testNats();
  await server.start();
  const { database } = rig.source;
  const publish = (): NatsPublisher =>
    startNatsPublisher({ nats: server.url, service: 'source', url: database.url, log: silentLog });
  const publisher = publish();
  const door = await serveTestFeed(rig.source, { publisher });
  const own: NatsRig = {
    ...rig,
    url: door.url,
    nats: server.url,
    door,
    server,
    publisher,
    publish,
    state: async () => {
      const connection = await connectNats(server.url, 'test');
      try {
        return (await (await jetstreamManager(connection)).streams.info(own.publisher.stream!))
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
      await own.publisher.stop();
      await own.door.cut();
      await server.remove();
    },
  };
  return own;
}

const following = ({ here, applied, url, nats }: Rig): EventConsumer =>
  consumeEvents({
    orm: here.orm,
    source: 'source',
    url,
    nats,
    secret: TEST_SECRET,
    log: silentLog,
    applyEvents: async (context, facts) => {
      const rows = sql.join(facts.map(({ position }) => sql`(${position})`));
      await sql`insert into applied (position) values ${rows}`.execute(context.em.getKysely());
      context.afterCommit(() => applied.push(...facts));
    },
  });

/** Resolves once so many facts are applied. */
async function reached(rig: Rig, count: number): Promise<void> {
  while (rig.applied.length < count) await sleep(10);
}

const stored = async ({ here }: Rig): Promise<number[]> =>
  (await here.query<{ position: string }>('select position from applied order by place')).map(
    ({ position }) => Number(position),
  );

const carriers: [string, () => Promise<Rig>][] = [['HTTP', overHttp]];
if (hasNats) carriers.push(['NATS JetStream', overNats]);

describe.each(carriers)('facts over %s', (_, open) => {
  let rig: Rig;
  let follower: EventConsumer;
  beforeEach(async () => {
    rig = await open();
    follower = following(rig);
  });
  afterEach(async () => {
    await follower.stop();
    await rig.close();
    await Promise.all([rig.source.stop(), rig.here.stop()]);
  });

  test('of four writers are applied once each, in order and without a gap, while the server is killed three times', async () => {
    const written = rig.source.appendConcurrently(WRITERS, EACH);
    for (let crash = 1; crash <= 3; crash++) {
      await reached(rig, crash * 400);
      await rig.crash();
    }
    await written;
    await reached(rig, WRITERS * EACH);
    expect(isCompleteLog(rig.applied)).toBe(true);
    expect(await stored(rig)).toEqual(Array.from({ length: WRITERS * EACH }, (__, at) => at + 1));
  });
});

(hasNats ? describe : describe.skip)(
  hasNats ? 'NATS JetStream' : 'NATS JetStream: skipped, no nats-server is installed here',
  () => {
    let rig: NatsRig;
    let follower: EventConsumer;
    beforeEach(async () => {
      rig = await overNats();
      follower = following(rig);
    });
    afterEach(async () => {
      await follower.stop();
      await rig.close();
      await Promise.all([rig.source.stop(), rig.here.stop()]);
    });

    test('brings facts while the door is shut; the door brings them while there is no server', async () => {
      await rig.source.append(newId('thg'), 1);
      await reached(rig, 1);
      while ((await rig.state()).consumer_count === 0) await sleep(10);
      await rig.door.cut();
      await rig.source.append(newId('thg'), 20, 20);
      await reached(rig, 21);

      rig.door = await serveTestFeed(rig.source, { port: rig.door.port, publisher: rig.publisher });
      await rig.server.kill();
      await rig.source.append(newId('thg'), 20, 20);
      await reached(rig, 41);
      await rig.server.start();
      await rig.source.appendConcurrently(2, 20);
      await reached(rig, 81);
      expect(isCompleteLog(rig.applied)).toBe(true);
    });

    test('keeps a fact once that is published twice, and a publisher goes on where another one ended', async () => {
      await rig.source.appendConcurrently(2, 50);
      await reached(rig, 100);
      await rig.publisher.stop();
      await rig.source.query(`update feed_position set position = 40 where source = 'nats'`);
      rig.publisher = rig.publish();
      await rig.source.appendConcurrently(2, 50);
      await reached(rig, 200);
      expect(isCompleteLog(rig.applied)).toBe(true);
      const published = (): Promise<object[]> =>
        rig.source.query(`select from feed_position where source = 'nats' and position = 200`);
      while (!(await published()).length) await sleep(10);
      expect((await rig.state()).messages).toBeLessThanOrEqual(200);
    });
  },
);
