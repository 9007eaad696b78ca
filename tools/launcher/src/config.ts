import { resolve } from 'node:path';
import { readConfig, z } from '@deskgraph/common/core/config';

/** The project's folder: everything the launcher starts lies in it. */
export const ROOT = resolve(import.meta.dirname, '../../..');

const launchConfig = z.object({
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(4000)
    .describe('Of the gateway; the services move along. 0: any free ports.'),
  HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address of the gateway; services stay on loopback.'),
  DATA_DIR: z
    .string()
    .default('.data')
    .transform((path) => resolve(ROOT, path)),
  DATABASE_URL: z
    .string()
    .optional()
    .describe('Owner on a PostgreSQL server (15 or newer) to use instead of our own.'),
  DATABASE_APP_PASSWORD: z
    .string()
    .optional()
    .describe(
      'Of the role that services connect as, where others use that server too. Default: one of our own.',
    ),
  NODE_ENV: z.string().default('development'),
  SEED: z.stringbool().default(true).describe('Fill an empty platform with the demo.'),
});
export type LaunchConfig = z.output<typeof launchConfig>;

export const readLaunchConfig = (): LaunchConfig => readConfig(launchConfig);

export const isStartedByNpm = process.env['npm_lifecycle_event'] !== undefined;

/** What children inherit: all but what we set for each of them. */
export function inheritedEnvironment(): Record<string, string | undefined> {
  const {
    PORT: _port,
    HOST: _host,
    DATABASE_URL: _database,
    DATABASE_APP_PASSWORD: _password,
    NODE_OPTIONS: _options,
    ...rest
  } = process.env;
  return rest;
}

/** What the migrating child is asked to do, in this order. */
export interface MigrationTask {
  service: string;
  script: string;
  /** Of the database's owner. */
  url: string;
}

export const readMigrationTasks = (): MigrationTask[] =>
  JSON.parse(process.env['MIGRATION_ORDERS']!) as MigrationTask[];
