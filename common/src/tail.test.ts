import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestLog, ownWorkspace, silent, testLog } from '../testing/log.ts';
import { newId } from './id.ts';
import { CursorExpired, Tail } from './tail.ts';
import { newWorkspace } from './testing.ts';

const other = newWorkspace();
let log: TestLog;
let tail: Tail;
beforeAll(async () => {
  log = await testLog();
  await log.tell(newId('thg'), 1000, 1000, other);
  await log.tell(newId('thg'), 500, 500);
  await log.reached(1500);
  await log.query(`update event_log set logged_at = now() - interval '31 days' where position <= 1400`);
  tail = new Tail({ orm: log.orm, relay: log.relay, log: silent });
});
afterAll(async () => {
  await tail.stop();
  await log.stop();
});

test('a stream is resumed from a place when nothing that its reader has missed is older than 30 days', async () => {
  await expect(tail.from({ workspace: ownWorkspace, after: 1399 })).rejects.toThrow(CursorExpired);
  expect(await tail.from({ workspace: ownWorkspace, after: 1400 })).toBe(1400);
  // Others were busy a month ago; this one was not.
  await expect(tail.from({ workspace: other, after: 900 })).rejects.toThrow(CursorExpired);
  expect(await tail.from({ workspace: other, after: 1000 })).toBe(1000);
  expect(await tail.from({ workspace: newWorkspace(), after: 0 })).toBe(0);
});

test('a place that is not in the log, or not any more, is none to go on from', async () => {
  await expect(tail.from({ workspace: ownWorkspace, after: 1501 })).rejects.toThrow(CursorExpired);
  await log.query(`update event_log set logged_at = now()`);
  expect(await tail.from({ workspace: ownWorkspace, after: 900 })).toBe(900);
  expect(await log.query('select detach_log(1000)')).toHaveLength(1);
  await expect(tail.from({ workspace: ownWorkspace, after: 900 })).rejects.toThrow(CursorExpired);
  expect(await tail.from({ workspace: ownWorkspace, after: 999 })).toBe(999);
});
