import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '@deskgraph/launcher/config';
import {
  type Environment,
  type PlatformSetup as Plan,
  gatewayEnvironment,
  serviceEnvironment,
} from '@deskgraph/launcher/environment';
import { openIssuer } from '@deskgraph/launcher/issuer';
import { appRoleUrl } from '@deskgraph/common/database/app-role';
import { type ServicePackage, readPackages } from '@deskgraph/launcher/services';
import { appPassword, dropDatabases, makeDatabases, owner } from './database.ts';
import { type Place, type Whereabouts, reach } from './platform-handle.ts';
import { type Server, server } from './process.ts';

/** The whole product: four services and the gateway as processes of their own, on databases of their own, empty. */
export interface Platform extends Place {
  where: Whereabouts;
  gateway: Server;
  services: Record<string, Server>;
  stop(): Promise<void>;
}

export interface PlatformOptions {
  /** What the gateway is told to find each service at, in place of its own address. */
  front?: (service: Server) => Promise<string>;
  /** For every process. */
  environment?: Environment;
  /** Leave the processes to the test. */
  started?: boolean;
  /** The owner's address of the server that its databases are on; default the one of the run. */
  server?: string;
}

/** A free port below those that the system gives to connections, so that nobody takes it while its process is down. */
async function port(): Promise<number> {
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
  front,
  environment = {},
  started = true,
  server: host = owner(),
}: PlatformOptions = {}): Promise<Platform> {
  const suffix = randomBytes(4).toString('hex');
  const folder = mkdtempSync(join(tmpdir(), 'deskgraph-platform-'));
  const [read, issuer] = await Promise.all([
    readPackages(ROOT, 0),
    openIssuer(join(folder, 'issuer.json')),
  ]);
  const placed = async (room: ServicePackage): Promise<ServicePackage> => ({
    ...room,
    port: await port(),
    database: room.database && `${room.database}_${suffix}`,
  });
  const house = {
    gateway: await placed(read.gateway),
    services: await Promise.all(read.services.map(placed)),
    seed: undefined,
  };
  const plan: Plan = {
    config: {
      PORT: 0,
      HOST: '127.0.0.1',
      DATA_DIR: folder,
      DATABASE_URL: host,
      DATABASE_APP_PASSWORD: appPassword(),
      NODE_ENV: 'production',
      SEED: false,
    },
    packages: house,
    secrets: { internal: randomBytes(24).toString('hex'), owner: '', app: appPassword() },
    jwks: issuer.jwks,
  };
  const common: Environment = { LOG_LEVEL: 'warn', DATABASE_CONNECTIONS: '10', ...environment };
  const environmentOf = (room: ServicePackage): Environment => ({
    ...serviceEnvironment(plan, room, host),
    ...common,
  });
  const serverOf = (room: ServicePackage, own: Environment): Server =>
    server(room.name, room.folder, `http://127.0.0.1:${room.port}`, own);

  await makeDatabases(plan, host);
  const services = Object.fromEntries(
    house.services.map((room) => [room.name, serverOf(room, environmentOf(room))]),
  );
  const fronts = front
    ? {
        SUBGRAPH_URLS: JSON.stringify(
          Object.fromEntries(
            await Promise.all(
              Object.values(services).map(async (each) => [each.name, await front(each)]),
            ),
          ),
        ),
      }
    : {};
  const gateway = serverOf(house.gateway, { ...gatewayEnvironment(plan), ...common, ...fronts });
  const all = [...Object.values(services), gateway];

  const tickets = house.services.find(({ name }) => name === 'tickets')!;
  const own = appRoleUrl(host, appPassword(), tickets.database);
  const where: Whereabouts = {
    url: `${gateway.url}/graphql`,
    folder,
    secret: plan.secrets.internal,
    services: Object.fromEntries(Object.values(services).map(({ name, url }) => [name, { url }])),
    databases: Object.fromEntries(
      house.services.flatMap(({ name, database }) => (database ? [[name, database]] : [])),
    ),
    bootstrap: {
      folder: tickets.folder,
      environment: { ...environmentOf(tickets), DATABASE_URL: own },
    },
  };
  const platform: Platform = {
    ...(await reach(where)),
    where,
    gateway,
    services,
    stop: async () => {
      for (const each of all) each.signal('SIGCONT');
      await Promise.all(all.map((each) => each.stop()));
      await dropDatabases(Object.values(where.databases), host);
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
