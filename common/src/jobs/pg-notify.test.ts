import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { type TestLog, silentLog, testLog } from '../../testing/log.ts';
import { NotifyHub } from './pg-notify.ts';

let log: TestLog;
let sender: Client;
let hub: NotifyHub;
beforeAll(async () => {
  log = await testLog();
  sender = new Client({ connectionString: log.database.ownerUrl });
  await sender.connect();
});
afterAll(async () => {
  await sender.end();
  await log.stop();
});
beforeEach(() => {
  hub = new NotifyHub({ url: log.database.url, channel: 'hub_test', log: silentLog });
});
afterEach(() => hub.stop());

const notify = (key: string): Promise<unknown> =>
  sender.query(`select pg_notify('hub_test', $1)`, [key]);

test('wakes the waiters and subscribers of a key, and no others', async () => {
  await hub.wait('connected');
  const calls: string[] = [];
  const unsubscribe = hub.subscribe('a', () => calls.push('a'));
  hub.subscribe('b', () => calls.push('b'));
  const waiting = hub.wait('a');
  void hub.wait('b').then(() => calls.push('b'));
  await notify('a');
  await waiting;
  expect(calls).toEqual(['a']);
  unsubscribe();
  const waitingAgain = hub.wait('a');
  await notify('a');
  await waitingAgain;
  expect(calls).toEqual(['a']);
});

test('wakes every key after its connection was lost, because notifications may have been missed', async () => {
  await hub.wait('connected');
  const waiting = [hub.wait('a'), hub.wait('b')];
  await log.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'deskgraph hub_test'`,
  );
  await expect(Promise.all(waiting)).resolves.toHaveLength(2);
});

test('wakes every key when it stops', async () => {
  await hub.wait('connected');
  const waiting = hub.wait('a');
  await hub.stop();
  await expect(waiting).resolves.toBeUndefined();
});
