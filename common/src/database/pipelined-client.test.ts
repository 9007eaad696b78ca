import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestLog, silentLog, testLog } from '../../testing/log.ts';
import { isDatabaseUnavailable } from '../core/database-errors.ts';
import { type EntityManager, type MikroORM, openDatabase } from './database.ts';

let log: TestLog;
let orm: MikroORM;
beforeAll(async () => {
  log = await testLog();
  orm = await openDatabase({ url: log.database.url, entities: [], log: silentLog, connections: 2 });
});
afterAll(() => log.stop());

const terminateConnections = () =>
  log.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'deskgraph' and pid <> pg_backend_pid()`,
  );

test('returns a connection that was terminated within a transaction to the pool, every time, and opens a new one', async () => {
  const beginTransaction = async (): Promise<EntityManager> => {
    const em = orm.em.fork() as EntityManager;
    em.setSessionContext({ variables: { 'desk.workspace': '*' } });
    await em.begin({ readOnly: true });
    await em.execute('select 1');
    return em;
  };
  for (let round = 0; round < 5; round++) {
    const transactions = [await beginTransaction(), await beginTransaction()];
    await terminateConnections();
    for (const em of transactions) {
      const error: unknown = await em.execute('select 1').catch((thrown: unknown) => thrown);
      expect(isDatabaseUnavailable(error)).toBe(true);
      await em.rollback();
    }
  }
  const em = await beginTransaction();
  await em.rollback();
  await orm.close(true);
});
