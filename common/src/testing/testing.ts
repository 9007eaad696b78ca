import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { type MigrationClass, migrate } from '../database/database.ts';
import { createLog } from '../core/log.ts';
import { type ServiceConfig, type SubgraphOptions, startSubgraph } from '../service/subgraph.ts';
import { TEST_SECRET, type TestClient, queryAs } from './client.ts';

export * from './client.ts';

export interface TestDatabase {
  /** Connects as the role of the services. */
  url: string;
  ownerUrl: string;
  drop(): Promise<void>;
}

/**
 * Creates the database of a test file as a copy of a template. The first test file of a run creates
 * and migrates the template.
 */
export async function createTestDatabase(
  name: string,
  migrations: Record<string, MigrationClass>,
): Promise<TestDatabase> {
  const base = process.env['TEST_DATABASE_URL']!;
  const databaseUrl = (database: string): string =>
    Object.assign(new URL(base), { pathname: `/${database}` }).href;
  const admin = new Client({ connectionString: databaseUrl('postgres') });
  await admin.connect();
  const template = `template_${name}`;
  await admin.query('select pg_advisory_lock(hashtext($1))', [template]);
  try {
    const { rowCount } = await admin.query(
      'select from pg_database where datname = $1 and datistemplate',
      [template],
    );
    if (!rowCount) {
      await admin.query(`drop database if exists ${template}`);
      await admin.query(`create database ${template}`);
      await grantToServices(databaseUrl(template));
      await migrate(databaseUrl(template), migrations, createLog('test', 'silent'));
      await admin.query(`alter database ${template} is_template true`);
    }
  } finally {
    await admin.query('select pg_advisory_unlock(hashtext($1))', [template]);
  }
  const database = `test_${name}_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  await admin.query(`create database ${database} template ${template} strategy file_copy`);
  await admin.end();
  const url = Object.assign(new URL(databaseUrl(database)), {
    username: 'deskgraph_app',
    password: process.env['TEST_APP_PASSWORD']!,
  }).href;
  return {
    url,
    ownerUrl: databaseUrl(database),
    drop: async () => {
      const client = new Client({ connectionString: databaseUrl('postgres') });
      await client.connect();
      await client.query(`drop database ${database} with (force)`);
      await client.end();
    },
  };
}

async function grantToServices(url: string): Promise<void> {
  const { grantAppRole } = await import('../database/app-role.ts');
  await grantAppRole(url);
}

/** A subgraph that runs in the process of its test, on its own database. */
export interface TestService extends TestClient {
  service: Awaited<ReturnType<typeof startSubgraph>>;
  database: TestDatabase;
}

export async function startTestService(
  options: SubgraphOptions,
  migrations: Record<string, MigrationClass>,
): Promise<TestService> {
  const database = await createTestDatabase(options.name.replaceAll('-', '_'), migrations);
  const config: ServiceConfig = {
    NODE_ENV: 'test',
    LOG_LEVEL: (process.env['TEST_LOG'] as 'error' | undefined) ?? 'silent',
    HOST: '127.0.0.1',
    PORT: 0,
    INTERNAL_SECRET: TEST_SECRET,
    DATABASE_URL: database.url,
    DATABASE_CONNECTIONS: 10,
  };
  const service = await startSubgraph(options, config);
  const url = `http://127.0.0.1:${service.port}`;
  return {
    url,
    service,
    database,
    query: queryAs(url),
    stop: async () => {
      await service.stop();
      await database.drop();
    },
  };
}
