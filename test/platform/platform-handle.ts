import { join } from 'node:path';
import type { Environment } from '@deskgraph/launcher/environment';
import { type Issuer, openIssuer } from '@deskgraph/launcher/issuer';
import { type Desk, createDesk } from '../fixtures/desk.ts';
import { isReady, runScript } from './process.ts';

/** The address of a running platform, as JSON that another process can read. */
export interface PlatformAddress {
  /** The URL of the graph. */
  url: string;
  /** The data folder, which holds the keys of the issuer. */
  folder: string;
  /** Signs tokens between the processes. */
  secret: string;
  services: Record<string, { url: string }>;
  databases: Record<string, string>;
  /** The folder and environment in which the bootstrap command runs. */
  bootstrap: { folder: string; environment: Environment };
}

/** A running platform, for tests that do not start or stop its processes. */
export interface PlatformHandle extends Omit<PlatformAddress, 'databases' | 'bootstrap'> {
  issuer: Issuer;
  /** The name of a service's database. */
  databaseOf(service: string): string;
  /** Creates a workspace with its members. */
  desk(): Promise<Desk>;
  /** Creates a workspace with the bootstrap command and returns its id. */
  bootstrap(name: string, email: string): Promise<string>;
  /** Checks the readiness of all processes. */
  isReady(): Promise<boolean>;
}

export async function connectToPlatform({
  databases,
  bootstrap,
  ...where
}: PlatformAddress): Promise<PlatformHandle> {
  const platform: PlatformHandle = {
    ...where,
    issuer: await openIssuer(join(where.folder, 'issuer.json')),
    databaseOf: (service) => databases[service]!,
    desk: () => createDesk(platform),
    bootstrap: async (name, email) => {
      const args = ['--name', name, '--email', email, '--admin', 'Ada Admin'];
      const output = await runScript(
        bootstrap.folder,
        'src/model/workspace/bootstrap.ts',
        bootstrap.environment,
        args,
      );
      return (JSON.parse(output) as { workspace: string }).workspace;
    },
    isReady: async () => {
      const urls = [
        new URL(where.url).origin,
        ...Object.values(where.services).map(({ url }) => url),
      ];
      return (await Promise.all(urls.map(isReady))).every(Boolean);
    },
  };
  return platform;
}
