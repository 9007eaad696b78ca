import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from '@deskgraph/common/core/config';
import { freePort } from '@deskgraph/common/http/serve';

const BASE_PORT = 4000;
const DOOR = 'gateway';
/** Brings the database of a room up to date. */
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
  /** Does it know people, to be asked at `/who`? */
  hasActorLookup: boolean;
  /** Does it keep files, at `/files/`? */
  storesFiles: boolean;
  hasMigrations: boolean;
}

export interface PlatformPackages {
  gateway: ServicePackage;
  services: ServicePackage[];
  /** The script that fills an empty platform. */
  seed: { name: string; folder: string; script: string } | undefined;
}

const readManifest = (folder: string): z.output<typeof manifest> =>
  manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));

/** What there is to start, as the packages say themselves in `deskgraph`. */
export async function readPackages(root: string, port: number): Promise<PlatformPackages> {
  const house: Partial<PlatformPackages> & Pick<PlatformPackages, 'services'> = { services: [] };
  for (const folder of (readManifest(root).workspaces ?? []).flatMap((entry) =>
    foldersOf(root, entry),
  )) {
    const { name: packageName, deskgraph } = readManifest(folder);
    const name = packageName.slice(packageName.indexOf('/') + 1);
    if (deskgraph?.seed && existsSync(join(folder, deskgraph.seed)))
      house.seed = { name, folder, script: deskgraph.seed };
    if (deskgraph?.port === undefined || !existsSync(join(folder, 'src/main.ts'))) continue;
    const room: ServicePackage = {
      name,
      folder,
      port: port === 0 ? await freePort() : port + deskgraph.port - BASE_PORT,
      database: deskgraph.database,
      hasActorLookup: deskgraph.who ?? false,
      storesFiles: deskgraph.files ?? false,
      hasMigrations: deskgraph.database !== undefined && existsSync(join(folder, MIGRATION_SCRIPT)),
    };
    if (name === DOOR) house.gateway = room;
    else house.services.push(room);
  }
  if (!house.gateway)
    throw new Error(`There is no package \`${DOOR}\` with src/main.ts in ${root}.`);
  house.services.sort((a, b) => a.port - b.port);
  return house as PlatformPackages;
}

function foldersOf(root: string, entry: string): string[] {
  if (!entry.endsWith('/*')) return [join(root, entry)];
  const parent = join(root, entry.slice(0, -2));
  return readdirSync(parent)
    .map((name) => join(parent, name))
    .filter((folder) => existsSync(join(folder, 'package.json')));
}

/** Processes of a launcher that was killed leave within seconds; anybody else stays, and is told of. */
const LEAVING_MS = 4000;

export async function assertPortsFree(rooms: readonly ServicePackage[]): Promise<void> {
  for (const until = Date.now() + LEAVING_MS; ; await sleep(200)) {
    const taken = (
      await Promise.all(rooms.map(async (room) => ((await isFree(room.port)) ? [] : [room])))
    ).flat();
    if (taken.length === 0) return;
    if (Date.now() < until) continue;
    const ports = taken.map((room) => `${room.port} (${room.name})`).join(', ');
    throw new Error(
      `Taken by another program: port ${ports}. Is the platform running already? If both shall run: PORT=4500 DATA_DIR=.data-2 npm start`,
    );
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
