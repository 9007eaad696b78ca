import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openIssuer } from '@deskgraph/launcher/issuer';
import { readPostmasterPid } from '@deskgraph/launcher/orphaned-postgres';
import { appRoleUrl, connectionUrl } from '@deskgraph/common/database/app-role';
import { type Watched, watch } from './process.ts';
import { root } from './root.ts';

export interface Platform {
  url: string;
  processes: Watched[];
  /** Milliseconds from the command to `ready`. */
  startedIn: number;
  /** Addresses of a service's database. */
  database(name: string): { owner: string; app: string };
  /** A bearer token of the development issuer. */
  token(claims: { email: string; workspace: string }): Promise<string>;
  stop(): Promise<void>;
}

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'deskgraph-bench-'));
export const remove = (folder: string): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });

/** `npm start` without the demo, on free ports and in a data directory of its own; PostgreSQL keeps its promises (fsync on). */
export async function start(folder: string): Promise<Platform> {
  const began = performance.now();
  const launcher = spawn(
    process.execPath,
    ['--conditions=source', '--import', './common/source.mjs', 'tools/launcher/src/main.ts'],
    {
      cwd: root,
      env: {
        ...process.env,
        PORT: '0',
        DATA_DIR: folder,
        SEED: 'false',
        LOG_LEVEL: 'warn',
        NODE_ENV: 'production',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    await ready(launcher);
  } catch (error) {
    launcher.kill('SIGTERM');
    throw error;
  }
  const startedIn = performance.now() - began;
  const { url } = JSON.parse(readFileSync(join(folder, 'desk.json'), 'utf8')) as { url: string };
  const secrets = JSON.parse(readFileSync(join(folder, 'secrets.json'), 'utf8')) as {
    owner: string;
    app: string;
  };
  const server = `postgresql://postgres:${secrets.owner}@127.0.0.1:${readPostmasterPid(join(folder, 'postgres'))[3]}/postgres`;
  const issuer = await openIssuer(join(folder, 'issuer.json'));
  return {
    url,
    startedIn,
    processes: watch(launcher.pid!),
    database: (name) => ({
      owner: connectionUrl(server, { database: name }),
      app: appRoleUrl(server, secrets.app, name),
    }),
    token: ({ email, workspace }) => issuer.issueToken({ sub: email, email, workspace }, '1 hour'),
    stop: async () => {
      launcher.kill('SIGTERM');
      if (launcher.exitCode === null && launcher.signalCode === null) await once(launcher, 'exit');
    },
  };
}

/** The launcher says `ready` on a line of its own; what it says else is shown when it fails. */
async function ready(launcher: ChildProcess): Promise<void> {
  const said: string[] = [];
  const lines = createInterface({ input: launcher.stdout! });
  await new Promise<void>((resolve, reject) => {
    launcher.once('exit', () =>
      reject(new Error(`The platform did not start:\n${said.join('\n')}`)),
    );
    lines.on('line', (line) => {
      said.push(line);
      if (line.endsWith(' s  ready')) resolve();
    });
  });
}
