import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openIssuer } from '@deskgraph/launcher/issuer';
import { readPostmasterPid } from '@deskgraph/launcher/orphaned-postgres';
import { appRoleUrl, connectionUrl } from '@deskgraph/common/database/app-role';
import { type WatchedProcess, childProcesses } from './process.ts';
import { root } from './root.ts';

export interface Platform {
  url: string;
  processes: WatchedProcess[];
  /** Milliseconds from the start until `ready`. */
  startedIn: number;
  /** URLs of a service's database, for the owner and the app role. */
  database(name: string): { owner: string; app: string };
  /** Issues a bearer token of the development issuer. */
  token(claims: { email: string; workspace: string }): Promise<string>;
  stop(): Promise<void>;
}

export const createDataFolder = (): string => mkdtempSync(join(tmpdir(), 'deskgraph-bench-'));
export const removeDataFolder = (folder: string): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });

/**
 * Runs `npm start` without demo data, on free ports and in a new data directory. PostgreSQL runs
 * with fsync on.
 */
export async function startPlatform(folder: string): Promise<Platform> {
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
    await waitUntilReady(launcher);
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
    processes: childProcesses(launcher.pid!),
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

/**
 * Waits for the line `ready` of the launcher. The error contains its output when it exits before.
 */
async function waitUntilReady(launcher: ChildProcess): Promise<void> {
  const output: string[] = [];
  const lines = createInterface({ input: launcher.stdout! });
  await new Promise<void>((resolve, reject) => {
    launcher.once('exit', () =>
      reject(new Error(`The platform did not start:\n${output.join('\n')}`)),
    );
    lines.on('line', (line) => {
      output.push(line);
      if (line.endsWith(' s  ready')) resolve();
    });
  });
}
