import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Migration } from '@mikro-orm/migrations';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Ctx, Int, Query, Resolver } from 'type-graphql';
import { Auth } from '../auth/access.ts';
import { sql } from '../database/database.ts';
import { rows } from '../database/query.ts';
import { deadLetterTable, eventTables, eventLogPartitions } from '../events/tables.ts';
import {
  type TestService,
  TEST_SECRET,
  appActor,
  newWorkspace,
  startTestService,
} from '../testing/testing.ts';
import { signActor } from '../auth/token.ts';
import type { Context } from '../database/context.ts';

class Tables extends Migration {
  override up(): void {
    this.addSql(eventTables);
    this.addSql(eventLogPartitions());
    this.addSql(deadLetterTable);
  }
}

/** Waits until the test opens the gate, an advisory lock. */
const pass = (ctx: Context, gate: number): Promise<unknown> =>
  rows(ctx, sql`select pg_advisory_xact_lock_shared(${gate})`);

@Resolver()
class Gates {
  @Auth({ scopes: ['tickets:read'] })
  @Query(() => Int, { nullable: true, description: 'Passes two gates, one after the other.' })
  async passed(@Ctx() ctx: Context): Promise<number> {
    await pass(ctx, 1);
    await pass(ctx, 2);
    return 2;
  }
}

let service: TestService;
/** Holds the gates. */
let keeper: Client;
beforeAll(async () => {
  service = await startTestService(
    { name: 'abandoned', entities: [], resolvers: [Gates] },
    { tables: Tables },
  );
  keeper = new Client({ connectionString: service.database.ownerUrl });
  await keeper.connect();
});
afterAll(async () => {
  await keeper.end();
  await service.stop();
});

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await sleep(5);
};
/** Gates at which a query waits. */
const waitedFor = async (): Promise<number[]> =>
  (
    await keeper.query<{ objid: number }>(
      `select objid::integer from pg_locks where locktype = 'advisory' and not granted`,
    )
  ).rows.map(({ objid }) => objid);
const connections = (): Promise<number> =>
  new Promise((resolve) => service.service.http.getConnections((_, count) => resolve(count)));

test('stops reading and frees the connection when the client of a query disconnects', async () => {
  await keeper.query('select pg_advisory_lock(1), pg_advisory_lock(2)');
  const client = new AbortController();
  const response = fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await signActor(appActor(newWorkspace()), TEST_SECRET)}`,
    },
    body: JSON.stringify({ query: '{ passed }' }),
    signal: client.signal,
  });
  await until(async () => (await waitedFor()).includes(1));
  client.abort();
  await expect(response).rejects.toThrow('aborted');
  await until(async () => (await connections()) === 0);
  await keeper.query('select pg_advisory_unlock(1)');
  const openTransactions = `
    select from pg_stat_activity where application_name = 'deskgraph'
      and datname = current_database() and xact_start is not null`;
  await until(
    async () => (await waitedFor()).includes(2) || !(await keeper.query(openTransactions)).rowCount,
  );
  expect(await waitedFor()).toEqual([]);
  await keeper.query('select pg_advisory_unlock(2)');
  expect(await service.query(appActor(newWorkspace()), '{ passed }')).toEqual({
    data: { passed: 2 },
  });
});
