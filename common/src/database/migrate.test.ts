import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Migration } from '@mikro-orm/migrations';
import { Client } from 'pg';
import { createLog } from '../core/log.ts';
import { type TestDatabase, createTestDatabase } from '../testing/testing.ts';
import { migrate } from './database.ts';

class CreateFirst extends Migration {
  override up(): void {
    this.addSql('create table first (id integer primary key)');
  }
}
class CreateSecond extends Migration {
  override up(): void {
    this.addSql('create table second (id integer primary key)');
  }
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase('migrate', { '0001-first': CreateFirst });
});
afterAll(() => database.drop());

const log = createLog('test', 'silent');

async function tables(): Promise<string[]> {
  const client = new Client({ connectionString: database.ownerUrl });
  await client.connect();
  const { rows } = await client.query<{ relname: string }>(
    `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`,
  );
  await client.end();
  return rows.map(({ relname }) => relname);
}

test('refuses a database with migrations that this version does not know, and changes nothing', async () => {
  const before = await tables();
  await expect(migrate(database.ownerUrl, { '0002-second': CreateSecond }, log)).rejects.toThrow(
    'has the migration "0001-first", which this version does not know',
  );
  expect(await tables()).toEqual(before);
});

test('applies what is pending once', async () => {
  const migrations = { '0001-first': CreateFirst, '0002-second': CreateSecond };
  await migrate(database.ownerUrl, migrations, log);
  await migrate(database.ownerUrl, migrations, log);
  expect(await tables()).toEqual(['first', 'migrations', 'second']);
});
