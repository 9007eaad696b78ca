import { join } from 'node:path';
import { Client } from 'pg';
import { ROOT } from '@deskgraph/launcher/config';
import { type PlatformSetup, migrationEnvironment } from '@deskgraph/launcher/environment';
import { grantAppRole, connectionUrl } from '@deskgraph/common/database/app-role';
import { runToEnd } from './process.ts';

/** The run's own PostgreSQL, as its owner. */
export const owner = (): string => process.env['TEST_DATABASE_URL']!;
export const appPassword = (): string => process.env['TEST_APP_PASSWORD']!;

export async function onServer<T>(
  work: (session: Client) => Promise<T>,
  database = 'postgres',
  url = owner(),
): Promise<T> {
  const session = new Client({ connectionString: connectionUrl(url, { database }) });
  await session.connect();
  try {
    return await work(session);
  } finally {
    await session.end();
  }
}

const templateOf = (room: string): string => `platform_${room.replaceAll('-', '_')}`;

/** Databases of a platform: copies of templates that the services' own migrations made, once per server. */
export const makeDatabases = (plan: PlatformSetup, url: string): Promise<void> =>
  onServer(
    async (session) => {
      const rooms = plan.packages.services.filter((room) => room.database);
      await session.query(`select pg_advisory_lock(hashtext('platform templates'))`);
      const { rows } = await session.query<{ datname: string }>(
        'select datname from pg_database where datistemplate',
      );
      if (!rooms.every((room) => rows.some(({ datname }) => datname === templateOf(room.name)))) {
        for (const room of rooms) {
          await session.query(`create database ${templateOf(room.name)}`);
          await grantAppRole(connectionUrl(url, { database: templateOf(room.name) }));
        }
        const orders = rooms.map((room) => ({ ...room, database: templateOf(room.name) }));
        await runToEnd(
          join(ROOT, 'tools/launcher'),
          'src/migrate.ts',
          migrationEnvironment(plan, orders, url),
        );
        for (const room of rooms)
          await session.query(`alter database ${templateOf(room.name)} is_template true`);
      }
      for (const room of rooms)
        await session.query(
          `create database ${room.database} template ${templateOf(room.name)} strategy file_copy`,
        );
    },
    'postgres',
    url,
  );

export const dropDatabases = (names: readonly string[], url: string): Promise<void> =>
  onServer(
    async (session) => {
      for (const name of names) await session.query(`drop database if exists ${name} with (force)`);
    },
    'postgres',
    url,
  );
