import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '@deskgraph/launcher/config';
import {
  type Environment,
  type PlatformSetup,
  gatewayEnvironment,
  serviceEnvironment,
} from '@deskgraph/launcher/environment';
import { openIssuer } from '@deskgraph/launcher/issuer';
import { appRoleUrl } from '@deskgraph/common/database/app-role';
import { type ServicePackage, readPackages } from '@deskgraph/launcher/services';
import { appPassword, dropDatabases, createDatabases, ownerUrl } from './database.ts';
import { type PlatformHandle, type PlatformAddress, connectToPlatform } from './platform-handle.ts';
import { type Server, createServerProcess } from './process.ts';

/**
 * The whole product: four services and the gateway as separate processes on new, empty databases.
 */
export interface Platform extends PlatformHandle {
  address: PlatformAddress;
  gateway: Server;
  services: Record<string, Server>;
  stop(): Promise<void>;
}

export interface PlatformOptions {
  /** Returns the URL at which the gateway reaches a service, in place of the service's own. */
  proxy?: (service: Server) => Promise<string>;
  /** Environment variables of every process. */
  environment?: Environment;
  /** Whether to start the processes. False leaves that to the test. Default true. */
  started?: boolean;
  /** The owner's URL of the PostgreSQL server. Default: the server of the test run. */
  server?: string;
}

/**
 * Finds a free port below the ephemeral range, so that no connection takes it while its process is
 * down.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const candidate = randomInt(12_000, 32_000);
    const probe = createServer().listen(candidate, '127.0.0.1');
    try {
      await once(probe, 'listening');
    } catch {
      continue;
    }
    probe.close();
    await once(probe, 'close');
    return candidate;
  }
}

export async function startPlatform({
  proxy,
  environment = {},
  started = true,
  server: host = ownerUrl(),
}: PlatformOptions = {}): Promise<Platform> {
  const suffix = randomBytes(4).toString('hex');
  const folder = mkdtempSync(join(tmpdir(), 'deskgraph-platform-'));
  const [found, issuer] = await Promise.all([
    readPackages(ROOT, 0),
    openIssuer(join(folder, 'issuer.json')),
  ]);
  const withPortAndDatabase = async (service: ServicePackage): Promise<ServicePackage> => ({
    ...service,
    port: await freePort(),
    database: service.database && `${service.database}_${suffix}`,
  });
  const packages = {
    gateway: await withPortAndDatabase(found.gateway),
    services: await Promise.all(found.services.map(withPortAndDatabase)),
    seed: undefined,
  };
  const setup: PlatformSetup = {
    config: {
      PORT: 0,
      HOST: '127.0.0.1',
      DATA_DIR: folder,
      DATABASE_URL: host,
      DATABASE_APP_PASSWORD: appPassword(),
      NODE_ENV: 'production',
      SEED: false,
    },
    packages,
    secrets: { internal: randomBytes(24).toString('hex'), owner: '', app: appPassword() },
    jwks: issuer.jwks,
  };
  const common: Environment = { LOG_LEVEL: 'warn', DATABASE_CONNECTIONS: '10', ...environment };
  const environmentFor = (service: ServicePackage): Environment => ({
    ...serviceEnvironment(setup, service, host),
    ...common,
  });
  const serverFor = (service: ServicePackage, variables: Environment): Server =>
    createServerProcess(
      service.name,
      service.folder,
      `http://127.0.0.1:${service.port}`,
      variables,
    );

  await createDatabases(setup, host);
  const services = Object.fromEntries(
    packages.services.map((service) => [service.name, serverFor(service, environmentFor(service))]),
  );
  const proxyUrls = proxy
    ? {
        SUBGRAPH_URLS: JSON.stringify(
          Object.fromEntries(
            await Promise.all(
              Object.values(services).map(async (each) => [each.name, await proxy(each)]),
            ),
          ),
        ),
      }
    : {};
  const gateway = serverFor(packages.gateway, {
    ...gatewayEnvironment(setup),
    ...common,
    ...proxyUrls,
  });
  const all = [...Object.values(services), gateway];

  const tickets = packages.services.find(({ name }) => name === 'tickets')!;
  const appUrl = appRoleUrl(host, appPassword(), tickets.database);
  const address: PlatformAddress = {
    url: `${gateway.url}/graphql`,
    folder,
    secret: setup.secrets.internal,
    services: Object.fromEntries(Object.values(services).map(({ name, url }) => [name, { url }])),
    databases: Object.fromEntries(
      packages.services.flatMap(({ name, database }) => (database ? [[name, database]] : [])),
    ),
    bootstrap: {
      folder: tickets.folder,
      environment: { ...environmentFor(tickets), DATABASE_URL: appUrl },
    },
  };
  const platform: Platform = {
    ...(await connectToPlatform(address)),
    address,
    gateway,
    services,
    stop: async () => {
      for (const each of all) each.signal('SIGCONT');
      await Promise.all(all.map((each) => each.stop()));
      await dropDatabases(Object.values(address.databases), host);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    if (started) await Promise.all(all.map((each) => each.start()));
  } catch (error) {
    await platform.stop();
    throw error;
  }
  return platform;
}
