import { join } from 'node:path';
import { type Postgres, startPostgres } from './embedded-postgres.ts';
import type { LaunchConfig } from './config.ts';
import {
  ensureAppRole,
  ensureDatabases,
  grantApp,
  urlFor,
} from '@deskgraph/common/database/app-role';
import type { House } from './services.ts';
import { say } from './print.ts';
import type { Secrets } from './secret.ts';

export interface Database {
  /** Of the owner. */
  url: string;
  /** Were there databases to make? */
  made: boolean;
  stop(): Promise<void>;
}

/** The server with all databases and the services' role, ready for migrations. */
export async function openDatabase(
  config: LaunchConfig,
  secrets: Secrets,
  { services }: House,
): Promise<Database> {
  const names = services.flatMap((room) => room.database ?? []);
  const server = config.DATABASE_URL
    ? { url: config.DATABASE_URL, stop: async () => {} }
    : await keepPostgres(join(config.DATA_DIR, 'postgres'), secrets.owner);
  try {
    const [made] = await Promise.all([
      ensureDatabases(server.url, names),
      ensureAppRole(server.url, secrets.app),
    ]);
    await Promise.all(names.map((name) => grantApp(urlFor(server.url, { database: name }))));
    say(made.length > 0 ? `databases made: ${made.join(', ')}` : 'databases are there');
    return { ...server, made: made.length > 0 };
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
): Promise<Pick<Database, 'url' | 'stop'>> {
  let stopping = false;
  let server: Postgres = await startPostgres({ dir, password });
  say(`PostgreSQL on port ${server.port}`);
  const watch = async (): Promise<void> => {
    for (;;) {
      await server.ended;
      if (stopping) return;
      say('PostgreSQL ended; it starts again');
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      if (stopping) return;
      server = await startPostgres({ dir, password, port: server.port });
      if (stopping) return server.stop();
    }
  };
  const watching = watch().catch((error: Error) =>
    say(`PostgreSQL does not start again: ${error.message}`),
  );
  const stop = async (): Promise<void> => {
    stopping = true;
    await server.stop();
    await watching;
  };
  return { url: server.url, stop };
}
