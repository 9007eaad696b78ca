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

const cut = () =>
  log.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'deskgraph' and pid <> pg_backend_pid()`,
  );

test('a connection that is cut within a transaction is given back, however often: the next one is a fresh one', async () => {
  const begun = async (): Promise<EntityManager> => {
    const em = orm.em.fork() as EntityManager;
    em.setSessionContext({ variables: { 'desk.workspace': '*' } });
    await em.begin({ readOnly: true });
    await em.execute('select 1');
    return em;
  };
  for (let turn = 0; turn < 5; turn++) {
    const both = [await begun(), await begun()];
    await cut();
    for (const em of both) {
      const error: unknown = await em.execute('select 1').catch((failure: unknown) => failure);
      expect(isDatabaseUnavailable(error)).toBe(true);
      await em.rollback();
    }
  }
  const em = await begun();
  await em.rollback();
  await orm.close(true);
});
