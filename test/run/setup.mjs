// Starts one temporary PostgreSQL per run, and on request the shared platform and shared services.
// Test processes inherit their addresses.
import '@deskgraph/common/source';

export default async function setup() {
  const { randomPassword, startTemporaryPostgres } =
    await import('@deskgraph/launcher/embedded-postgres');
  const { ensureAppRole } = await import('@deskgraph/common/database/app-role');
  const { offerServices } = await import('./services.mjs');
  const { servePlatformAddress } = await import('../platform/shared.ts');
  // Platform tests count the statements of all processes with pg_stat_statements.
  const server = await startTemporaryPostgres({
    shared_preload_libraries: 'pg_stat_statements',
    'pg_stat_statements.track_utility': 'off',
  });
  process.env.TEST_DATABASE_URL = server.url;
  process.env.TEST_APP_PASSWORD = randomPassword();
  await ensureAppRole(server.url, process.env.TEST_APP_PASSWORD);
  const platform = await servePlatformAddress();
  process.env.TEST_PLATFORM_URL = platform.url;
  const services = await offerServices();
  process.env.TEST_SERVICES_URL = services.url;
  globalThis.stopTests = async () => {
    await services.stop();
    await platform.stop();
    await server.stop();
  };
}
