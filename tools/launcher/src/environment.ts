import { join } from 'node:path';
import { type LaunchConfig, type MigrationTask, inheritedEnvironment } from './config.ts';
import { AUDIENCE, ISSUER_NAME } from './issuer.ts';
import { appRoleUrl, connectionUrl } from '@deskgraph/common/database/app-role';
import { type PlatformPackages, MIGRATION_SCRIPT, type ServicePackage } from './services.ts';
import type { Secrets } from './secret.ts';

export type Environment = Record<string, string | undefined>;

/** What the platform consists of, once everything is decided. */
export interface PlatformSetup {
  config: LaunchConfig;
  packages: PlatformPackages;
  secrets: Secrets;
  jwks: string;
}

export const DESK_FILE = 'desk.json';
const LOOPBACK = '127.0.0.1';

export const serviceUrl = (room: ServicePackage, path = ''): string =>
  `http://${LOOPBACK}:${room.port}${path}`;

const shout = (name: string): string => name.toUpperCase().replaceAll('-', '_');

function shared({ config, packages: house, secrets }: PlatformSetup): Environment {
  const files = { FILES_DIR: join(config.DATA_DIR, 'files') };
  const peers = house.services.map((room) => [`${shout(room.name)}_URL`, serviceUrl(room)]);
  return {
    // Who comes from elsewhere knows the gateway by a name that only he who runs it can say.
    ...(config.HOST === LOOPBACK && { PUBLIC_URL: serviceUrl(house.gateway) }),
    ...inheritedEnvironment(),
    NODE_ENV: config.NODE_ENV,
    HOST: LOOPBACK,
    INTERNAL_SECRET: secrets.internal,
    ...files,
    ...Object.fromEntries(peers),
  };
}

/** `owner` names the server that the databases are on. */
export function serviceEnvironment(
  platform: PlatformSetup,
  room: ServicePackage,
  owner: string,
): Environment {
  const database = room.database && {
    DATABASE_URL: appRoleUrl(owner, platform.secrets.app, room.database),
  };
  return { ...shared(platform), PORT: String(room.port), ...database };
}

/** Only migrations know the owner. */
export function migrationEnvironment(
  platform: PlatformSetup,
  rooms: readonly ServicePackage[],
  owner: string,
): Environment {
  const orders = rooms.map((room): MigrationTask => ({
    service: room.name,
    script: join(room.folder, MIGRATION_SCRIPT),
    url: connectionUrl(owner, { database: room.database! }),
  }));
  return { ...shared(platform), MIGRATION_ORDERS: JSON.stringify(orders) };
}

export function gatewayEnvironment(platform: PlatformSetup): Environment {
  const { config, packages: house, jwks } = platform;
  const keeper = house.services.find((room) => room.storesFiles);
  return {
    ...shared(platform),
    HOST: config.HOST,
    PORT: String(house.gateway.port),
    OIDC_ISSUER: ISSUER_NAME,
    OIDC_AUDIENCE: AUDIENCE,
    OIDC_JWKS: jwks,
    SUBGRAPH_URLS: JSON.stringify(
      Object.fromEntries(house.services.map((room) => [room.name, serviceUrl(room, '/graphql')])),
    ),
    WHO_URLS: house.services
      .filter((room) => room.hasActorLookup)
      .map((room) => serviceUrl(room, '/who'))
      .join(','),
    ...(keeper && { FILES_URL: serviceUrl(keeper) }),
    DEMO_TOKENS: join(config.DATA_DIR, DESK_FILE),
  };
}

export function seedEnvironment(platform: PlatformSetup, owner: string): Environment {
  const { config, packages: house, secrets } = platform;
  const withDatabase = house.services.filter((room) => room.database);
  const databases = withDatabase.map((room) => [
    `DATABASE_URL_${shout(room.name)}`,
    appRoleUrl(owner, secrets.app, room.database),
  ]);
  return {
    ...shared(platform),
    PORT: '0',
    GRAPH_URL: serviceUrl(house.gateway, '/graphql'),
    DATA_DIR: config.DATA_DIR,
    ISSUER: join(config.DATA_DIR, 'issuer.json'),
    ...Object.fromEntries(databases),
  };
}
