import pg from 'pg';

/** What services connect as: it owns nothing, so row security and the owner's grants bind it. */
export const APP_ROLE = 'deskgraph_app';

const SETUP_LOCK = 4_000_719;

/** The same server seen by another role or in another database. */
export function connectionUrl(
  url: string,
  other: { user?: string; password?: string; database?: string },
): string {
  const next = new URL(url);
  if (other.user !== undefined) next.username = encodeURIComponent(other.user);
  if (other.password !== undefined) next.password = encodeURIComponent(other.password);
  if (other.database !== undefined) next.pathname = `/${encodeURIComponent(other.database)}`;
  return next.href;
}

export const appRoleUrl = (url: string, password: string, database?: string): string =>
  connectionUrl(url, { user: APP_ROLE, password, ...(database !== undefined && { database }) });

/** Runs the statements on one connection, one process at a time. */
async function alone<T>(url: string, statements: (session: pg.Client) => Promise<T>): Promise<T> {
  const session = new pg.Client({ connectionString: url });
  try {
    await session.connect().catch((error: Error & { code?: string }) => {
      throw new Error(
        `PostgreSQL at ${new URL(url).host} does not let us in: ${error.message || error.code}`,
      );
    });
    await session.query('select pg_advisory_lock($1)', [SETUP_LOCK]);
    return await statements(session);
  } finally {
    await session.end();
  }
}

/** Makes the databases that are missing, and says which. `url` is the owner's, on any database of the server. */
export function ensureDatabases(url: string, names: readonly string[]): Promise<string[]> {
  return alone(url, async (session) => {
    const { rows } = await session.query<{ datname: string }>('select datname from pg_database');
    const missing = names.filter((name) => !rows.some((row) => row.datname === name));
    for (const name of missing)
      await session.query(
        `create database ${pg.escapeIdentifier(name)} template template0 encoding 'UTF8'`,
      );
    return missing;
  });
}

/** Makes the services' role, or gives it this password. */
export function ensureAppRole(url: string, password: string): Promise<void> {
  return alone(url, async (session) => {
    const { rowCount } = await session.query('select 1 from pg_roles where rolname = $1', [
      APP_ROLE,
    ]);
    const powers = rowCount ? 'login' : 'login nosuperuser nocreatedb nocreaterole nobypassrls';
    await session.query(
      `${rowCount ? 'alter' : 'create'} role ${APP_ROLE} ${powers} password ${pg.escapeLiteral(password)}`,
    );
  });
}

/** Lets the services' role use what the owner has made, and will make, in the database that `url` names. */
export function grantAppRole(url: string): Promise<void> {
  return alone(url, async (session) => {
    await session.query(`
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
