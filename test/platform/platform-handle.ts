import { join } from 'node:path';
import type { Environment } from '@deskgraph/launcher/environment';
import { type Issuer, openIssuer } from '@deskgraph/launcher/issuer';
import { type Desk, openDesk } from '../fixtures/desk.ts';
import { isReady, runToEnd } from './process.ts';

/** Where a running platform is, in words that another process understands. */
export interface Whereabouts {
  /** Address of the graph. */
  url: string;
  /** Where its issuer's keys are. */
  folder: string;
  /** Signs tokens between the processes. */
  secret: string;
  services: Record<string, { url: string }>;
  databases: Record<string, string>;
  /** Where the product's command that makes a workspace is run, and with what. */
  bootstrap: { folder: string; environment: Environment };
}

/** A running platform, for whoever leaves its processes alone. */
export interface Place extends Omit<Whereabouts, 'databases' | 'bootstrap'> {
  issuer: Issuer;
  /** The platform database of a service, as the owner of the server knows it. */
  databaseOf(service: string): string;
  /** A fresh workspace with its people. */
  desk(): Promise<Desk>;
  /** Makes a workspace by the product's own command. */
  bootstrap(name: string, email: string): Promise<string>;
  /** Are all its processes usable? */
  isReady(): Promise<boolean>;
}

export async function reach({ databases, bootstrap, ...where }: Whereabouts): Promise<Place> {
  const place: Place = {
    ...where,
    issuer: await openIssuer(join(where.folder, 'issuer.json')),
    databaseOf: (service) => databases[service]!,
    desk: () => openDesk(place),
    bootstrap: async (name, email) => {
      const args = ['--name', name, '--email', email, '--admin', 'Ada Admin'];
      const said = await runToEnd(
        bootstrap.folder,
        'src/model/workspace/bootstrap.ts',
        bootstrap.environment,
        args,
      );
      return (JSON.parse(said) as { workspace: string }).workspace;
    },
    isReady: async () => {
      const urls = [
        new URL(where.url).origin,
        ...Object.values(where.services).map(({ url }) => url),
      ];
      return (await Promise.all(urls.map(isReady))).every(Boolean);
    },
  };
  return place;
}
