import { join } from 'node:path';
import { Client } from 'pg';
import { ROOT } from '@deskgraph/launcher/config';
import { type PlatformSetup, migrationEnvironment } from '@deskgraph/launcher/environment';
import { grantAppRole, connectionUrl } from '@deskgraph/common/database/app-role';
import { runScript } from './process.ts';

/** The owner's URL of the PostgreSQL server of the test run. */
export const ownerUrl = (): string => process.env['TEST_DATABASE_URL']!;
export const appPassword = (): string => process.env['TEST_APP_PASSWORD']!;

export async function withClient<T>(
  work: (session: Client) => Promise<T>,
  database = 'postgres',
  url = ownerUrl(),
): Promise<T> {
  const session = new Client({ connectionString: connectionUrl(url, { database }) });
  await session.connect();
  try {
    return await work(session);
  } finally {
    await session.end();
  }
}

const templateName = (service: string): string => `platform_${service.replaceAll('-', '_')}`;

/**
 * Creates the databases of a platform from templates. The templates are migrated once per server.
 */
export const createDatabases = (setup: PlatformSetup, url: string): Promise<void> =>
  withClient(
    async (session) => {
      const services = setup.packages.services.filter((service) => service.database);
      await session.query(`select pg_advisory_lock(hashtext('platform templates'))`);
      const { rows } = await session.query<{ datname: string }>(
        'select datname from pg_database where datistemplate',
      );
      if (
        !services.every((service) =>
          rows.some(({ datname }) => datname === templateName(service.name)),
        )
      ) {
        for (const service of services) {
          await session.query(`create database ${templateName(service.name)}`);
          await grantAppRole(connectionUrl(url, { database: templateName(service.name) }));
        }
        const templates = services.map((service) => ({
          ...service,
          database: templateName(service.name),
        }));
        await runScript(
          join(ROOT, 'tools/launcher'),
          'src/migrate.ts',
          migrationEnvironment(setup, templates, url),
        );
        for (const service of services)
          await session.query(`alter database ${templateName(service.name)} is_template true`);
      }
      for (const service of services)
        await session.query(
          `create database ${service.database} template ${templateName(service.name)} strategy file_copy`,
        );
    },
    'postgres',
    url,
  );

export const dropDatabases = (names: readonly string[], url: string): Promise<void> =>
  withClient(
    async (session) => {
      for (const name of names) await session.query(`drop database if exists ${name} with (force)`);
    },
    'postgres',
    url,
  );
