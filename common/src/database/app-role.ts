import pg from 'pg';

/**
 * The role of the services. It owns nothing, so row security and the owner's grants apply to it.
 */
export const APP_ROLE = 'deskgraph_app';

/** Key of the advisory lock that serialises the setup of several processes. */
const SETUP_LOCK_KEY = 4_000_719;

/** The connection URL of another role or database of the same server. */
export function connectionUrl(
  url: string,
  changes: { user?: string; password?: string; database?: string },
): string {
  const changed = new URL(url);
  if (changes.user !== undefined) changed.username = encodeURIComponent(changes.user);
  if (changes.password !== undefined) changed.password = encodeURIComponent(changes.password);
  if (changes.database !== undefined) changed.pathname = `/${encodeURIComponent(changes.database)}`;
  return changed.href;
}

export const appRoleUrl = (url: string, password: string, database?: string): string =>
  connectionUrl(url, { user: APP_ROLE, password, ...(database !== undefined && { database }) });

/** Runs `setup` on one connection, in one process at a time. */
async function withSetupLock<T>(url: string, setup: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect().catch((error: Error & { code?: string }) => {
      throw new Error(
        `Cannot connect to PostgreSQL at ${new URL(url).host}: ${error.message || error.code}`,
      );
    });
    await client.query('select pg_advisory_lock($1)', [SETUP_LOCK_KEY]);
    return await setup(client);
  } finally {
    await client.end();
  }
}

/**
 * Creates the databases that do not exist and returns their names. `url` is the owner's, on any
 * database of the server.
 */
export function ensureDatabases(url: string, names: readonly string[]): Promise<string[]> {
  return withSetupLock(url, async (client) => {
    const { rows } = await client.query<{ datname: string }>('select datname from pg_database');
    const missing = names.filter((name) => !rows.some((row) => row.datname === name));
    for (const name of missing)
      await client.query(
        `create database ${pg.escapeIdentifier(name)} template template0 encoding 'UTF8'`,
      );
    return missing;
  });
}

/** Creates the role of the services, or sets its password when it exists. */
export function ensureAppRole(url: string, password: string): Promise<void> {
  return withSetupLock(url, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [
      APP_ROLE,
    ]);
    const attributes = rowCount ? 'login' : 'login nosuperuser nocreatedb nocreaterole nobypassrls';
    await client.query(
      `${rowCount ? 'alter' : 'create'} role ${APP_ROLE} ${attributes} password ${pg.escapeLiteral(password)}`,
    );
  });
}

/**
 * Grants the role of the services access to all present and future objects of the owner in the
 * database of `url`.
 */
export function grantAppRole(url: string): Promise<void> {
  return withSetupLock(url, async (client) => {
    await client.query(`
      revoke create on schema public from public;
      grant usage on schema public to ${APP_ROLE};
      grant select, insert, update, delete on all tables in schema public to ${APP_ROLE};
      grant usage, select on all sequences in schema public to ${APP_ROLE};
      alter default privileges grant usage on schemas to ${APP_ROLE};
      alter default privileges grant select, insert, update, delete on tables to ${APP_ROLE};
      alter default privileges grant usage, select on sequences to ${APP_ROLE};
      alter default privileges grant execute on functions to ${APP_ROLE};
    `);
  });
}
