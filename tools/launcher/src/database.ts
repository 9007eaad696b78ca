import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  connectionUrl,
  ensureAppRole,
  ensureDatabases,
  grantAppRole,
} from '@deskgraph/common/database/app-role';
import type { LaunchConfig } from './config.ts';
import { type PostgresServer, startPostgres } from './embedded-postgres.ts';
import { printProgress } from './print.ts';
import type { Secrets } from './secret.ts';
import type { PlatformPackages } from './services.ts';

export interface PlatformDatabase {
  /** URL of the owner. */
  url: string;
  /** At least one database was created by this start. */
  isNew: boolean;
  stop(): Promise<void>;
}

/** Opens the server, with all databases and the application role, ready for migrations. */
export async function openPlatformDatabase(
  config: LaunchConfig,
  secrets: Secrets,
  { services }: PlatformPackages,
): Promise<PlatformDatabase> {
  const names = services.flatMap((service) => service.database ?? []);
  const server = config.DATABASE_URL
    ? { url: config.DATABASE_URL, stop: async () => {} }
    : await supervisePostgres(join(config.DATA_DIR, 'postgres'), secrets.owner);
  try {
    const [created] = await Promise.all([
      ensureDatabases(server.url, names),
      ensureAppRole(server.url, secrets.app),
    ]);
    await Promise.all(
      names.map((name) => grantAppRole(connectionUrl(server.url, { database: name }))),
    );
    if (created.length) printProgress(`databases created: ${created.join(', ')}`);
    return { ...server, isNew: created.length > 0 };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

const RESTART_DELAY_MS = 500;

/** Starts the embedded server, and restarts it on the same port when it exits. */
async function supervisePostgres(
  dir: string,
  password: string,
): Promise<Pick<PlatformDatabase, 'url' | 'stop'>> {
  let isStopping = false;
  let server: PostgresServer = await startPostgres({ dir, password });
  printProgress(`PostgreSQL started on port ${server.port}`);
  const restartOnExit = async (): Promise<void> => {
    for (;;) {
      await server.ended;
      if (isStopping) return;
      printProgress('PostgreSQL exited, restarting');
      await sleep(RESTART_DELAY_MS);
      if (isStopping) return;
      server = await startPostgres({ dir, password, port: server.port });
      if (isStopping) return server.stop();
    }
  };
  const watching = restartOnExit().catch((error: Error) =>
    printProgress(`PostgreSQL failed to restart: ${error.message}`),
  );
  const stop = async (): Promise<void> => {
    isStopping = true;
    await server.stop();
    await watching;
  };
  return { url: server.url, stop };
}
