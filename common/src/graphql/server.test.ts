import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Migration } from '@mikro-orm/migrations';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Ctx, Int, Query, Resolver } from 'type-graphql';
import { Auth } from '../auth/access.ts';
import { sql } from '../database/database.ts';
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

/** Stands at a gate until the test opens it. */
const pass = async (ctx: Context, gate: number): Promise<unknown> =>
  sql`select pg_advisory_xact_lock_shared(${gate})`.execute((await ctx.read()).getKysely());

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
let keeper: Client;
beforeAll(async () => {
  service = await startTestService(
    { name: 'left', entities: [], resolvers: [Gates] },
    { tables: Tables },
  );
  keeper = new Client({ connectionString: service.database.ownerUrl });
  await keeper.connect();
});
afterAll(async () => {
  await keeper.end();
  await service.stop();
});

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await sleep(5);
};
const waiting = async (): Promise<number[]> =>
  (
    await keeper.query<{ objid: number }>(
      `select objid::integer from pg_locks where locktype = 'advisory' and not granted`,
    )
  ).rows.map(({ objid }) => objid);
const connections = (): Promise<number> =>
  new Promise((resolve) => service.service.http.getConnections((_, count) => resolve(count)));

test('a query that nobody waits for any more asks the database nothing further, and gives its connection back', async () => {
  await keeper.query('select pg_advisory_lock(1), pg_advisory_lock(2)');
  const left = new AbortController();
  const asked = fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await signActor(appActor(newWorkspace()), TEST_SECRET)}`,
    },
    body: JSON.stringify({ query: '{ passed }' }),
    signal: left.signal,
  });
  await until(async () => (await waiting()).includes(1));
  left.abort();
  await expect(asked).rejects.toThrow('aborted');
  await until(async () => (await connections()) === 0);
  await keeper.query('select pg_advisory_unlock(1)');
  const busy = `select from pg_stat_activity where application_name = 'deskgraph' and datname = current_database() and xact_start is not null`;
  await until(async () => (await waiting()).includes(2) || !(await keeper.query(busy)).rowCount);
  expect(await waiting()).toEqual([]);
  await keeper.query('select pg_advisory_unlock(2)');
  expect(await service.ask(appActor(newWorkspace()), '{ passed }')).toEqual({
    data: { passed: 2 },
  });
});
