import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  TEST_PARTITION_SIZE,
  type TestLog,
  isCompleteLog,
  serveTestFeed,
  testWorkspace,
  testLog,
} from '../../testing/log.ts';
import { Client } from 'pg';
import { eventFromRow } from './log.ts';
import { eventTables, eventLogPartitions } from './tables.ts';

let log: TestLog;
beforeAll(async () => {
  log = await testLog();
});
afterAll(() => log.stop());

const partitions = (): Promise<{ name: string; events: number }[]> =>
  log.query(`
    select c.relname as name, (select count(*)::integer from event_log where tableoid = c.oid) as events
    from pg_inherits join pg_class c on c.oid = inhrelid where inhparent = 'event_log'::regclass and c.relkind = 'r'
    order by c.oid`);

test('creates partitions ahead of many writers and loses or repeats no event at a boundary', async () => {
  const total = 4 * 60 * 20;
  await log.appendConcurrently(4, 60, 20);
  await log.waitForHead(total);
  const rows = await log.query<Record<string, unknown>>(
    'select * from event_log order by position',
  );
  expect(rows).toHaveLength(total);
  expect(isCompleteLog(rows.map(eventFromRow))).toBe(true);
  expect(await partitions()).toEqual([
    { name: 'event_log_1', events: TEST_PARTITION_SIZE - 1 },
    { name: 'event_log_1000', events: TEST_PARTITION_SIZE },
    { name: 'event_log_2000', events: TEST_PARTITION_SIZE },
    { name: 'event_log_3000', events: TEST_PARTITION_SIZE },
    { name: 'event_log_4000', events: total - 3999 },
    { name: 'event_log_5000', events: 0 },
  ]);
});

test('reads only the partitions after a position', async () => {
  const plan = JSON.stringify(
    await log.query(
      'explain (costs off) select * from event_log where position > 3500 order by position limit 10',
    ),
  );
  expect(plan).toContain('event_log_3000');
  expect(plan).not.toMatch(/on event_log_(1|1000|2000)\b/);
});

test('applies row security to partitions and forbids the application role to detach them', async () => {
  const em = log.orm.em.fork();
  await em.begin();
  await em.execute(`select set_config('desk.workspace', ?, true)`, [testWorkspace]);
  expect(await em.execute('select count(*)::integer as count from event_log')).toEqual([
    { count: 4800 },
  ]);
  expect(await em.execute('select count(*)::integer as count from event_log_1')).toEqual([
    { count: 0 },
  ]);
  expect(await em.execute('select count(*)::integer as count from event_log_2000')).toEqual([
    { count: 0 },
  ]);
  await expect(em.execute('select detach_log(2000)')).rejects.toThrow('must be owner');
  await em.rollback();
});

test('detaches old partitions for the operator, but never the current one', async () => {
  expect(await log.query('select detach_log(2500)')).toEqual([
    { detach_log: 'public.event_log_1' },
    { detach_log: 'public.event_log_1000' },
  ]);
  expect(await log.query('select base from relay_state')).toEqual([{ base: '1999' }]);
  await log.query('select detach_log(1000000)');
  expect(await partitions()).toEqual([
    { name: 'event_log_4000', events: 801 },
    { name: 'event_log_5000', events: 0 },
  ]);
  const feed = await serveTestFeed(log);
  expect((await fetch(`${feed.url}/feed?after=3998`)).status).toBe(410);
  expect((await fetch(`${feed.url}/feed?after=3999`)).status).toBe(200);
  await feed.crash();
});

test('partitions a log that already has events', async () => {
  const client = new Client({ connectionString: log.database.ownerUrl });
  await client.connect();
  await client.query('begin; create schema old; set local search_path = old');
  await client.query(eventTables);
  await client.query(`insert into event_log select n, gen_random_uuid(), gen_random_uuid(), 'entity.changed', 'thg', n, '{}', now(), '{}', now()
    from generate_series(1, 1500) n; update relay_state set head = 1500`);
  await client.query(eventLogPartitions(TEST_PARTITION_SIZE).replaceAll('public.', 'old.'));
  const { rows } = await client.query(
    `select tableoid::regclass::text as name, count(*)::integer as events from event_log group by 1`,
  );
  expect(rows).toEqual([{ name: 'event_log_1', events: 1500 }]);
  expect((await client.query('select partitioned_to from relay_state')).rows).toEqual([
    { partitioned_to: '3000' },
  ]);
  await client.end();
});
