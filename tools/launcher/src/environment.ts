import { join } from 'node:path';
import { type LaunchConfig, type MigrationOrder, inherited } from './config.ts';
import { AUDIENCE, ISSUER_NAME } from './issuer.ts';
import { appUrl, urlFor } from '@deskgraph/common/database/app-role';
import { type House, MIGRATION, type Room } from './services.ts';
import type { Secrets } from './secret.ts';

export type Environment = Record<string, string | undefined>;

/** What the platform consists of, once everything is decided. */
export interface Platform {
  config: LaunchConfig;
  house: House;
  secrets: Secrets;
  jwks: string;
}

export const DESK_FILE = 'desk.json';
const LOOPBACK = '127.0.0.1';

export const urlOf = (room: Room, path = ''): string => `http://${LOOPBACK}:${room.port}${path}`;

const shout = (name: string): string => name.toUpperCase().replaceAll('-', '_');

function shared({ config, house, secrets }: Platform): Environment {
  const files = { FILES_DIR: join(config.DATA_DIR, 'files') };
  const peers = house.services.map((room) => [`${shout(room.name)}_URL`, urlOf(room)]);
  return {
    // Who comes from elsewhere knows the gateway by a name that only he who runs it can say.
    ...(config.HOST === LOOPBACK && { PUBLIC_URL: urlOf(house.gateway) }),
    ...inherited(),
    NODE_ENV: config.NODE_ENV,
    HOST: LOOPBACK,
    INTERNAL_SECRET: secrets.internal,
    ...files,
    ...Object.fromEntries(peers),
  };
}

/** `owner` names the server that the databases are on. */
export function serviceEnvironment(platform: Platform, room: Room, owner: string): Environment {
  const database = room.database && {
    DATABASE_URL: appUrl(owner, platform.secrets.app, room.database),
  };
  return { ...shared(platform), PORT: String(room.port), ...database };
}

/** Only migrations know the owner. */
export function migrationEnvironment(
  platform: Platform,
  rooms: readonly Room[],
  owner: string,
): Environment {
  const orders = rooms.map((room): MigrationOrder => ({
    room: room.name,
    script: join(room.folder, MIGRATION),
    url: urlFor(owner, { database: room.database! }),
  }));
  return { ...shared(platform), MIGRATION_ORDERS: JSON.stringify(orders) };
}

export function gatewayEnvironment(platform: Platform): Environment {
  const { config, house, jwks } = platform;
  const keeper = house.services.find((room) => room.files);
  return {
    ...shared(platform),
    HOST: config.HOST,
    PORT: String(house.gateway.port),
    OIDC_ISSUER: ISSUER_NAME,
    OIDC_AUDIENCE: AUDIENCE,
    OIDC_JWKS: jwks,
    SUBGRAPH_URLS: JSON.stringify(
      Object.fromEntries(house.services.map((room) => [room.name, urlOf(room, '/graphql')])),
    ),
    WHO_URLS: house.services
      .filter((room) => room.who)
      .map((room) => urlOf(room, '/who'))
      .join(','),
    ...(keeper && { FILES_URL: urlOf(keeper) }),
    DEMO_TOKENS: join(config.DATA_DIR, DESK_FILE),
  };
}

export function seedEnvironment(platform: Platform, owner: string): Environment {
  const { config, house, secrets } = platform;
  const withDatabase = house.services.filter((room) => room.database);
  const databases = withDatabase.map((room) => [
    `DATABASE_URL_${shout(room.name)}`,
    appUrl(owner, secrets.app, room.database),
  ]);
  return {
    ...shared(platform),
    PORT: '0',
    GRAPH_URL: urlOf(house.gateway, '/graphql'),
    DATA_DIR: config.DATA_DIR,
    ISSUER: join(config.DATA_DIR, 'issuer.json'),
    ...Object.fromEntries(databases),
  };
}
