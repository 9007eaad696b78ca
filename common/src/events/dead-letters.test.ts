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
import { type EntityManager, sql } from '../database/database.ts';
import { countDeadLetters } from './dead-letters.ts';
import type { DomainEvent } from './log.ts';
import { type EventConsumer, consumeEvents } from './event-consumer.ts';
import { newId } from '../core/id.ts';
import { replay } from '../service/replay.ts';
import { TEST_SECRET } from '../testing/testing.ts';
import type { Context } from '../database/context.ts';

let source: TestLog;
let feed: TestFeed;
let here: TestLog;
let follower: EventConsumer;
const tried: number[] = [];

/** Facts whose subject is in `poison` divide by nothing. */
async function apply(context: Context, { subject, position }: DomainEvent): Promise<void> {
  if ((await poisoned(context, subject)) && tried.push(position))
    await sql`select 1 / 0`.execute(context.em.getKysely());
  await sql`insert into applied (position) values (${position})`.execute(context.em.getKysely());
}
const poisoned = async (context: Context, subject: string): Promise<boolean> =>
  (await sql`select from poison where subject = ${subject}`.execute(context.em.getKysely())).rows
    .length > 0;

beforeAll(async () => {
  [source, here] = await Promise.all([testLog(), testLog()]);
  await here.query(
    'create table applied (place serial, position bigint not null); create table poison (subject text)',
  );
  feed = await serveTestFeed(source);
  follower = consumeEvents({
    orm: here.orm,
    source: 'source',
    url: feed.url,
    secret: TEST_SECRET,
    log: silentLog,
    applyEvent: apply,
  });
});
afterAll(async () => {
  await follower.stop();
  await feed.cut();
  await Promise.all([source.stop(), here.stop()]);
});

const applied = async (): Promise<number[]> =>
  (await here.query<{ position: string }>('select position from applied order by place')).map(
    ({ position }) => Number(position),
  );
const dead = (): Promise<{ position: string; error: string; tries: number }[]> =>
  here.query('select position, error, tries from feed_dead order by position');
const upTo = (last: number, ...without: number[]): number[] =>
  Array.from({ length: last }, (_, at) => at + 1).filter((position) => !without.includes(position));

test('one fact of a hundred that can’t be applied is set aside after five tries; the others are applied in their order', async () => {
  const bad = newId('thg');
  await here.query(`insert into poison values ('${bad}')`);
  await source.appendConcurrently(1, 41);
  await source.append(bad, 1);
  await source.appendConcurrently(1, 58);
  await follower.catchUp();
  expect(await applied()).toEqual(upTo(100, 42));
  expect(await dead()).toEqual([
    { position: '42', error: expect.stringContaining('division by zero'), tries: 5 },
  ]);
  // The page once, then alone.
  expect(tried).toEqual([42, 42, 42, 42, 42, 42]);

  // What is about the same thing waits behind it, or a replay would turn things back.
  await source.append(bad, 2);
  await source.appendConcurrently(1, 1);
  await follower.catchUp();
  expect(await applied()).toEqual([...upTo(100, 42), 102]);
  expect(await dead()).toMatchObject([{ position: '42' }, { position: '101', tries: 0 }]);
  expect(await countDeadLetters(here.orm.em.fork() as EntityManager)).toBe(2);

  const taking = { orm: here.orm, source: 'source', log: silentLog, apply };
  expect(await replay(taking)).toEqual({ applied: 0, left: 2 });
  expect(await dead()).toMatchObject([{ tries: 6 }, { tries: 0 }]);
  await here.query('delete from poison');
  expect(await replay(taking)).toEqual({ applied: 2, left: 0 });
  expect((await applied()).slice(-2)).toEqual([42, 101]);
  expect(await dead()).toEqual([]);
  await source.append(bad, 3);
  await follower.catchUp();
  expect((await applied()).at(-1)).toBe(103);
});

test('what fails for a reason outside of the facts sets none of them aside', async () => {
  await here.query('alter table applied rename to gone');
  await source.append(newId('thg'), 1, 1, testWorkspace);
  await expect(follower.catchUp()).rejects.toThrow('does not exist');
  expect(await dead()).toEqual([]);
  await here.query('alter table gone rename to applied');
  await follower.catchUp();
  expect((await applied()).at(-1)).toBe(104);
});
