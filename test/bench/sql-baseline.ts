import { Client, Pool } from 'pg';
import type { Platform } from './platform.ts';
import type { Databases } from './row.ts';

const CLIENTS = 64;

/** Opens connections of the owner to the databases of the SQL baselines. */
export async function openBaseline(
  platform: Platform,
): Promise<Databases & { close(): Promise<void> }> {
  const pool = (name: string): Pool =>
    new Pool({ connectionString: platform.database(name).owner, max: CLIENTS });
  await prepare(platform);
  const databases = {
    tickets: pool('tickets'),
    analytics: pool('analytics'),
    customers: pool('customers'),
  };
  return {
    ...databases,
    close: async () => void (await Promise.all(Object.values(databases).map((each) => each.end()))),
  };
}

/** Creates a copy of the outbox table for baselines, which the relay does not read. */
async function prepare(platform: Platform): Promise<void> {
  const owner = new Client({ connectionString: platform.database('tickets').owner });
  await owner.connect();
  await owner.query('create table if not exists floor_outbox (like outbox including all)');
  await owner.end();
}

/** Runs statements in a transaction. */
export async function transaction<T>(
  pool: Pool,
  work: (run: RunStatement) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const done = await work(
      async (text, values) => (await client.query(prepared(text, values))).rows as never,
    );
    await client.query('commit');
    return done;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

/** Runs a prepared statement. */
export type RunStatement = <R>(text: string, values: readonly unknown[]) => Promise<R[]>;

export const readRows = async <R>(
  pool: Pool,
  text: string,
  values: readonly unknown[],
): Promise<R[]> => (await pool.query(prepared(text, values))).rows as R[];

const names = new Map<string, string>();

function prepared(text: string, values: readonly unknown[]) {
  let name = names.get(text);
  if (!name) names.set(text, (name = `floor ${names.size}`));
  return { name, text, values: [...values] };
}
