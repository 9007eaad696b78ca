import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type TestFeed,
  type TestLog,
  serveTestFeed,
  testWorkspace,
  silentLog,
  testLog,
} from '../../testing/log.ts';
import { sql } from '../database/database.ts';
import { execute } from '../database/query.ts';
import { countDeadLetters } from './dead-letters.ts';
import type { DomainEvent } from './types.ts';
import { type EventConsumer, consumeEvents } from './event-consumer.ts';
import { newId } from '../core/id.ts';
import { replayDeadLetters } from '../service/replay.ts';
import { TEST_SECRET } from '../testing/testing.ts';
import type { Context } from '../database/context.ts';

let source: TestLog;
let feed: TestFeed;
let target: TestLog;
let consumer: EventConsumer;
/** Positions of the events that failed, once per try. */
const failed: number[] = [];

/** Fails with a division by zero for subjects in the table `poison`. */
async function applyEvent(ctx: Context, { subject, position }: DomainEvent): Promise<void> {
  const poisoned = await execute(ctx, sql`select from poison where subject = ${subject}`);
  if (poisoned.length && failed.push(position)) await execute(ctx, sql`select 1 / 0`);
  await execute(ctx, sql`insert into applied (position) values (${position})`);
}

beforeAll(async () => {
  [source, target] = await Promise.all([testLog(), testLog()]);
  await target.query(
    'create table applied (id serial, position bigint not null); create table poison (subject text)',
  );
  feed = await serveTestFeed(source);
  consumer = consumeEvents({
    orm: target.orm,
    source: 'source',
    url: feed.url,
    secret: TEST_SECRET,
    log: silentLog,
    applyEvent,
  });
});
afterAll(async () => {
  await consumer.stop();
  await feed.crash();
  await Promise.all([source.stop(), target.stop()]);
});

const applied = async (): Promise<number[]> =>
  (await target.query<{ position: string }>('select position from applied order by id')).map(
    ({ position }) => Number(position),
  );
const deadLetters = (): Promise<{ position: string; error: string; tries: number }[]> =>
  target.query('select position, error, tries from dead_letter order by position');
const positionsTo = (last: number, ...except: number[]): number[] =>
  Array.from({ length: last }, (_, index) => index + 1).filter(
    (position) => !except.includes(position),
  );

test('stores an event that keeps failing as a dead letter after five tries and applies all others in order', async () => {
  const poisonedSubject = newId('thg');
  await target.query(`insert into poison values ('${poisonedSubject}')`);
  await source.appendConcurrently(1, 41);
  await source.append(poisonedSubject, 1);
  await source.appendConcurrently(1, 58);
  await consumer.catchUp();
  expect(await applied()).toEqual(positionsTo(100, 42));
  expect(await deadLetters()).toEqual([
    { position: '42', error: expect.stringContaining('division by zero'), tries: 5 },
  ]);
  // Once with its page, then five times alone.
  expect(failed).toEqual([42, 42, 42, 42, 42, 42]);

  // Later events of the subject are blocked, or a replay would overwrite their effect.
  await source.append(poisonedSubject, 2);
  await source.appendConcurrently(1, 1);
  await consumer.catchUp();
  expect(await applied()).toEqual([...positionsTo(100, 42), 102]);
  expect(await deadLetters()).toMatchObject([{ position: '42' }, { position: '101', tries: 0 }]);
  expect(await countDeadLetters(target.orm)).toBe(2);

  const options = { orm: target.orm, source: 'source', log: silentLog, applyEvent };
  expect(await replayDeadLetters(options)).toEqual({ applied: 0, failed: 2 });
  expect(await deadLetters()).toMatchObject([{ tries: 6 }, { tries: 0 }]);
  await target.query('delete from poison');
  expect(await replayDeadLetters(options)).toEqual({ applied: 2, failed: 0 });
  expect((await applied()).slice(-2)).toEqual([42, 101]);
  expect(await deadLetters()).toEqual([]);
  await source.append(poisonedSubject, 3);
  await consumer.catchUp();
  expect((await applied()).at(-1)).toBe(103);
});

test('stores no dead letter when the failure does not depend on the event', async () => {
  await target.query('alter table applied rename to renamed');
  await source.append(newId('thg'), 1, 1, testWorkspace);
  await expect(consumer.catchUp()).rejects.toThrow('does not exist');
  expect(await deadLetters()).toEqual([]);
  await target.query('alter table renamed rename to applied');
  await consumer.catchUp();
  expect((await applied()).at(-1)).toBe(104);
});
