import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Desk } from './desk.ts';

/** An open transaction that holds locks, so that other transactions have to wait for it. */
export interface LockHolder {
  query(text: string, values?: unknown[]): Promise<unknown>;
  /** Resolves when this many connections wait for a lock. */
  waitForBlocked(count?: number): Promise<void>;
  /** Commits. */
  release(): Promise<void>;
}

export async function holdLocks({
  service,
  workspace,
}: Pick<Desk, 'service' | 'workspace'>): Promise<LockHolder> {
  const connect = async (): Promise<Client> => {
    const client = new Client({ connectionString: service.database.ownerUrl });
    await client.connect();
    await client.query(`select set_config('desk.workspace', $1, false)`, [workspace]);
    return client;
  };
  // Within a transaction pg_stat_activity does not change, so the observer has its own connection.
  const [holder, observer] = await Promise.all([connect(), connect()]);
  await holder.query('begin');
  const blocked = `
    select from pg_stat_activity
    where wait_event_type = 'Lock' and datname = current_database()`;
  return {
    query: (text, values) => holder.query(text, values),
    waitForBlocked: async (count = 1) => {
      while (((await observer.query(blocked)).rowCount ?? 0) < count) await sleep(5);
    },
    release: async () => {
      await holder.query('commit');
      await Promise.all([holder.end(), observer.end()]);
    },
  };
}
