import { resolve } from 'node:path';
import { readConfig, z } from '@deskgraph/common/core/config';

/** The folder of the project. */
export const ROOT = resolve(import.meta.dirname, '../../..');

const launchConfig = z.object({
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(4000)
    .describe('Port of the gateway; the services use ports relative to it. 0: any free ports.'),
  HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address that the gateway listens on; the services always listen on loopback.'),
  DATA_DIR: z
    .string()
    .default('.data')
    .transform((path) => resolve(ROOT, path)),
  DATABASE_URL: z
    .string()
    .optional()
    .describe(
      'URL of the owner on a PostgreSQL server (15 or newer) to use instead of the embedded one.',
    ),
  DATABASE_APP_PASSWORD: z
    .string()
    .optional()
    .describe(
      'Password of the role that the services connect as, for a server that is used by others too. Default: a generated one.',
    ),
  NODE_ENV: z.string().default('development'),
  SEED: z.stringbool().default(true).describe('Load demo data into a new platform.'),
});
export type LaunchConfig = z.output<typeof launchConfig>;

export const readLaunchConfig = (): LaunchConfig => readConfig(launchConfig);

export const isStartedByNpm = process.env['npm_lifecycle_event'] !== undefined;

/** The environment of child processes, without the variables that are set for each of them. */
export function inheritedEnvironment(): Record<string, string | undefined> {
  const {
    PORT: _port,
    HOST: _host,
    DATABASE_URL: _database,
    DATABASE_APP_PASSWORD: _password,
    NODE_OPTIONS: _options,
    ...inherited
  } = process.env;
  return inherited;
}

/** One database for the migration process to migrate. */
export interface MigrationTask {
  service: string;
  script: string;
  /** URL of the database's owner. */
  url: string;
}

export const readMigrationTasks = (): MigrationTask[] =>
  JSON.parse(process.env['MIGRATION_TASKS']!) as MigrationTask[];
