import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from '@deskgraph/common/core/config';
import { freePort } from '@deskgraph/common/http/serve';

const BASE_PORT = 4000;
const GATEWAY = 'gateway';
/** The script of a package that migrates its database. */
export const MIGRATION_SCRIPT = 'src/migrate.ts';

const manifest = z.object({
  name: z.string(),
  workspaces: z.array(z.string()).optional(),
  deskgraph: z
    .object({
      port: z.number().int().optional(),
      database: z.string().optional(),
      who: z.boolean().optional(),
      files: z.boolean().optional(),
      seed: z.string().optional(),
    })
    .optional(),
});

/** A package of the project that runs as a process. */
export interface ServicePackage {
  name: string;
  folder: string;
  port: number;
  database: string | undefined;
  /** Serves actor look-ups at `/who`. */
  hasActorLookup: boolean;
  /** Serves files at `/files/`. */
  storesFiles: boolean;
  hasMigrations: boolean;
}

export interface PlatformPackages {
  gateway: ServicePackage;
  services: ServicePackage[];
  /** The script that loads demo data. */
  seed: { name: string; folder: string; script: string } | undefined;
}

const readManifest = (folder: string): z.output<typeof manifest> =>
  manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));

/** Reads the packages to start, which have the key `deskgraph` in their package.json. */
export async function readPackages(root: string, port: number): Promise<PlatformPackages> {
  const packages: Partial<PlatformPackages> & Pick<PlatformPackages, 'services'> = { services: [] };
  for (const folder of (readManifest(root).workspaces ?? []).flatMap((entry) =>
    foldersOf(root, entry),
  )) {
    const { name: packageName, deskgraph } = readManifest(folder);
    const name = packageName.slice(packageName.indexOf('/') + 1);
    if (deskgraph?.seed && existsSync(join(folder, deskgraph.seed)))
      packages.seed = { name, folder, script: deskgraph.seed };
    if (deskgraph?.port === undefined || !existsSync(join(folder, 'src/main.ts'))) continue;
    const service: ServicePackage = {
      name,
      folder,
      port: port === 0 ? await freePort() : port + deskgraph.port - BASE_PORT,
      database: deskgraph.database,
      hasActorLookup: deskgraph.who ?? false,
      storesFiles: deskgraph.files ?? false,
      hasMigrations: deskgraph.database !== undefined && existsSync(join(folder, MIGRATION_SCRIPT)),
    };
    if (name === GATEWAY) packages.gateway = service;
    else packages.services.push(service);
  }
  if (!packages.gateway) throw new Error(`No package \`${GATEWAY}\` with src/main.ts in ${root}.`);
  packages.services.sort((a, b) => a.port - b.port);
  return packages as PlatformPackages;
}

function foldersOf(root: string, entry: string): string[] {
  if (!entry.endsWith('/*')) return [join(root, entry)];
  const parent = join(root, entry.slice(0, -2));
  return readdirSync(parent)
    .map((name) => join(parent, name))
    .filter((folder) => existsSync(join(folder, 'package.json')));
}

/** The children of a killed launcher exit within this time and free their ports. */
const PORT_TIMEOUT_MS = 4000;
const POLL_MS = 200;

export async function assertPortsFree(packages: readonly ServicePackage[]): Promise<void> {
  for (const deadline = Date.now() + PORT_TIMEOUT_MS; ; await sleep(POLL_MS)) {
    const taken = (
      await Promise.all(packages.map(async (entry) => ((await isFree(entry.port)) ? [] : [entry])))
    ).flat();
    if (taken.length === 0) return;
    if (Date.now() < deadline) continue;
    const ports = taken.map(({ port, name }) => `${port} (${name})`).join(', ');
    throw new Error(
      `Port in use: ${ports}. The platform may already be running. To run a second one: PORT=4500 DATA_DIR=.data-2 npm start`,
    );
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
