import { join } from 'node:path';
import { type PostgresServer, startPostgres } from './embedded-postgres.ts';
import type { LaunchConfig } from './config.ts';
import {
  ensureAppRole,
  ensureDatabases,
  grantAppRole,
  connectionUrl,
} from '@deskgraph/common/database/app-role';
import type { PlatformPackages } from './services.ts';
import { printProgress } from './print.ts';
import type { Secrets } from './secret.ts';

export interface PlatformDatabase {
  /** Of the owner. */
  url: string;
  /** Were there databases to make? */
  isNew: boolean;
  stop(): Promise<void>;
}

/** The server with all databases and the services' role, ready for migrations. */
export async function openPlatformDatabase(
  config: LaunchConfig,
  secrets: Secrets,
  { services }: PlatformPackages,
): Promise<PlatformDatabase> {
  const names = services.flatMap((room) => room.database ?? []);
  const server = config.DATABASE_URL
    ? { url: config.DATABASE_URL, stop: async () => {} }
    : await keepPostgres(join(config.DATA_DIR, 'postgres'), secrets.owner);
  try {
    const [made] = await Promise.all([
      ensureDatabases(server.url, names),
      ensureAppRole(server.url, secrets.app),
    ]);
    await Promise.all(
      names.map((name) => grantAppRole(connectionUrl(server.url, { database: name }))),
    );
    printProgress(made.length > 0 ? `databases made: ${made.join(', ')}` : 'databases are there');
    return { ...server, isNew: made.length > 0 };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

const PAUSE_MS = 500;

/** Our own server; started again at the same address when it ends unasked. */
async function keepPostgres(
  dir: string,
  password: string,
): Promise<Pick<PlatformDatabase, 'url' | 'stop'>> {
  let stopping = false;
  let server: PostgresServer = await startPostgres({ dir, password });
  printProgress(`PostgreSQL on port ${server.port}`);
  const watch = async (): Promise<void> => {
    for (;;) {
      await server.ended;
      if (stopping) return;
      printProgress('PostgreSQL ended; it starts again');
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      if (stopping) return;
      server = await startPostgres({ dir, password, port: server.port });
      if (stopping) return server.stop();
    }
  };
  const watching = watch().catch((error: Error) =>
    printProgress(`PostgreSQL does not start again: ${error.message}`),
  );
  const stop = async (): Promise<void> => {
    stopping = true;
    await server.stop();
    await watching;
  };
  return { url: server.url, stop };
}
