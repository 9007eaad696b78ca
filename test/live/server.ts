import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureAppRole } from '@deskgraph/common/database/app-role';
import {
  type PostgresServer,
  startPostgres,
  startTemporaryPostgres,
} from '@deskgraph/launcher/embedded-postgres';
import { appPassword } from '../platform/database.ts';

/** Settings that survive a crash of the process, though not of the machine. */
const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'on',
  wal_level: 'minimal',
  max_wal_senders: 0,
  autovacuum: 'off',
  max_connections: 200,
};

/** A PostgreSQL server of one test, which the test can crash. */
export interface CrashablePostgres {
  url: string;
  /** Kills the postmaster. Its workers then end by themselves. */
  kill(): Promise<void>;
  /** Starts the server again at the same address and lets it recover. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function startCrashablePostgres(): Promise<CrashablePostgres> {
  const first = await startTemporaryPostgres(SETTINGS);
  await ensureAppRole(first.url, appPassword());
  const { url, dir, port } = first;
  const password = new URL(url).password;
  let current: Pick<PostgresServer, 'ended'> = first;
  return {
    url,
    kill: async () => {
      const [pid] = readFileSync(join(dir, 'postmaster.pid'), 'utf8').split('\n', 1);
      process.kill(Number(pid), 'SIGKILL');
      await current.ended;
    },
    start: async () => {
      current = await startPostgres({ dir, password, port, settings: SETTINGS });
    },
    stop: () => first.stop(),
  };
}
