// One throwaway PostgreSQL for the whole run, and one platform for those who ask for it; the tests' processes inherit their addresses.
import '@deskgraph/common/source';

export default async function setup() {
  const { randomPassword, startTemporaryPostgres } =
    await import('@deskgraph/launcher/embedded-postgres');
  const { ensureAppRole } = await import('@deskgraph/common/database/app-role');
  const { offerPlatform } = await import('../platform/shared.ts');
  // Tests count the statements of whole processes by it.
  const server = await startTemporaryPostgres({
    shared_preload_libraries: 'pg_stat_statements',
    'pg_stat_statements.track_utility': 'off',
  });
  process.env.TEST_DATABASE_URL = server.url;
  process.env.TEST_APP_PASSWORD = randomPassword();
  await ensureAppRole(server.url, process.env.TEST_APP_PASSWORD);
  const platform = await offerPlatform();
  process.env.TEST_PLATFORM_URL = platform.url;
  globalThis.stopTests = async () => {
    await platform.stop();
    await server.stop();
  };
}
