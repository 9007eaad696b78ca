import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Desk } from './desk.ts';

/** A transaction that holds what it has touched, so that others are met in the middle of their work. */
export interface LockHolder {
  query(text: string, values?: unknown[]): Promise<unknown>;
  /** Resolves once so many wait for a lock. */
  waitForBlocked(many?: number): Promise<void>;
  /** Commits. */
  release(): Promise<void>;
}

export async function holdLocks({
  service,
  workspace,
}: Pick<Desk, 'service' | 'workspace'>): Promise<LockHolder> {
  const open = async (): Promise<Client> => {
    const client = new Client({ connectionString: service.database.ownerUrl });
    await client.connect();
    await client.query(`select set_config('desk.workspace', $1, false)`, [workspace]);
    return client;
  };
  // Within a transaction the server tells for ever what it told first of who waits.
  const [holder, watcher] = await Promise.all([open(), open()]);
  await holder.query('begin');
  const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
  return {
    query: (text, values) => holder.query(text, values),
    waitForBlocked: async (many = 1) => {
      while (((await watcher.query(waiting)).rowCount ?? 0) < many) await sleep(5);
    },
    release: async () => {
      await holder.query('commit');
      await Promise.all([holder.end(), watcher.end()]);
    },
  };
}
