// One throwaway PostgreSQL for the whole run; the tests' processes inherit its address.
import '../source.mjs';

export default async function setup() {
  const { newPassword, startThrowaway } = await import('../src/postgres.ts');
  const { ensureAppRole } = await import('../src/launch/role.ts');
  // Tests count the statements of whole processes by it.
  const server = await startThrowaway({ shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track_utility': 'off' });
  globalThis.testPostgres = server;
  process.env.TEST_DATABASE_URL = server.url;
  process.env.TEST_APP_PASSWORD = newPassword();
  await ensureAppRole(server.url, process.env.TEST_APP_PASSWORD);
}
