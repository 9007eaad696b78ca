import { join } from 'node:path';
import { type LaunchConfig, type MigrationTask, inheritedEnvironment } from './config.ts';
import { AUDIENCE, ISSUER_NAME } from './issuer.ts';
import { appRoleUrl, connectionUrl } from '@deskgraph/common/database/app-role';
import { type PlatformPackages, MIGRATION_SCRIPT, type ServicePackage } from './services.ts';
import type { Secrets } from './secret.ts';

export type Environment = Record<string, string | undefined>;

/** All that the environments of the processes are made of. */
export interface PlatformSetup {
  config: LaunchConfig;
  packages: PlatformPackages;
  secrets: Secrets;
  jwks: string;
}

export const DESK_FILE = 'desk.json';
const LOOPBACK = '127.0.0.1';

export const serviceUrl = (service: ServicePackage, path = ''): string =>
  `http://${LOOPBACK}:${service.port}${path}`;

const variableName = (name: string): string => name.toUpperCase().replaceAll('-', '_');

function shared({ config, packages, secrets }: PlatformSetup): Environment {
  const files = { FILES_DIR: join(config.DATA_DIR, 'files') };
  const peers = packages.services.map((service) => [
    `${variableName(service.name)}_URL`,
    serviceUrl(service),
  ]);
  return {
    // Clients on other machines need a public name, which only the operator knows.
    ...(config.HOST === LOOPBACK && { PUBLIC_URL: serviceUrl(packages.gateway) }),
    ...inheritedEnvironment(),
    NODE_ENV: config.NODE_ENV,
    HOST: LOOPBACK,
    INTERNAL_SECRET: secrets.internal,
    ...files,
    ...Object.fromEntries(peers),
  };
}

/** `ownerUrl` is any URL of the database server. */
export function serviceEnvironment(
  platform: PlatformSetup,
  service: ServicePackage,
  ownerUrl: string,
): Environment {
  const database = service.database && {
    DATABASE_URL: appRoleUrl(ownerUrl, platform.secrets.app, service.database),
  };
  return { ...shared(platform), PORT: String(service.port), ...database };
}

/** Only migrations connect as the owner. */
export function migrationEnvironment(
  platform: PlatformSetup,
  services: readonly ServicePackage[],
  ownerUrl: string,
): Environment {
  const tasks = services.map((service): MigrationTask => ({
    service: service.name,
    script: join(service.folder, MIGRATION_SCRIPT),
    url: connectionUrl(ownerUrl, { database: service.database! }),
  }));
  return { ...shared(platform), MIGRATION_TASKS: JSON.stringify(tasks) };
}

export function gatewayEnvironment(platform: PlatformSetup): Environment {
  const { config, packages, jwks } = platform;
  const fileService = packages.services.find((service) => service.storesFiles);
  return {
    ...shared(platform),
    HOST: config.HOST,
    PORT: String(packages.gateway.port),
    OIDC_ISSUER: ISSUER_NAME,
    OIDC_AUDIENCE: AUDIENCE,
    OIDC_JWKS: jwks,
    SUBGRAPH_URLS: JSON.stringify(
      Object.fromEntries(
        packages.services.map((service) => [service.name, serviceUrl(service, '/graphql')]),
      ),
    ),
    WHO_URLS: packages.services
      .filter((service) => service.hasActorLookup)
      .map((service) => serviceUrl(service, '/who'))
      .join(','),
    ...(fileService && { FILES_URL: serviceUrl(fileService) }),
    DEMO_TOKENS: join(config.DATA_DIR, DESK_FILE),
  };
}

export function seedEnvironment(platform: PlatformSetup, ownerUrl: string): Environment {
  const { config, packages, secrets } = platform;
  const withDatabase = packages.services.filter((service) => service.database);
  const databases = withDatabase.map((service) => [
    `DATABASE_URL_${variableName(service.name)}`,
    appRoleUrl(ownerUrl, secrets.app, service.database),
  ]);
  return {
    ...shared(platform),
    PORT: '0',
    GRAPH_URL: serviceUrl(packages.gateway, '/graphql'),
    DATA_DIR: config.DATA_DIR,
    ISSUER: join(config.DATA_DIR, 'issuer.json'),
    ...Object.fromEntries(databases),
  };
}
