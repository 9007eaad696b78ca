import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestLog, testWorkspace, testLog } from '../../testing/log.ts';
import { deleteExpiredIdempotencyKeys } from './cleanup.ts';
import { newWorkspace } from '../testing/testing.ts';

let log: TestLog;
beforeAll(async () => {
  log = await testLog();
});
afterAll(() => log.stop());

const insertKeys = (workspace: string, count: number, age: string): Promise<unknown> =>
  log.query(`
    insert into idempotency (workspace_id, actor_id, key, digest, created_at)
    select '${workspace}', 'agt', '${age} ' || n, '', now() - interval '${age}' from generate_series(1, ${count}) n`);

test('deletes the idempotency keys of all workspaces that are older than a day, and no others', async () => {
  const other = newWorkspace();
  await insertKeys(testWorkspace, 1500, '25 hours');
  await insertKeys(other, 800, '3 days');
  await insertKeys(testWorkspace, 20, '23 hours');
  await insertKeys(other, 30, '1 minute');
  expect(await deleteExpiredIdempotencyKeys(log.orm)).toBe(2300);
  expect(await log.query('select count(*)::integer as count from idempotency')).toEqual([
    { count: 50 },
  ]);
  expect(await deleteExpiredIdempotencyKeys(log.orm)).toBe(0);
});
