import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Another running launcher uses the data directory. */
export class PostgresInUse extends Error {}

/** Advisory lock that the session of a running launcher holds: one launcher per data directory. */
const LAUNCHER_LOCK = 4_000_718;
const STOP_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

/** The lines of postmaster.pid: process id, directory, start time, port, …, status. */
export function readPostmasterPid(dir: string): string[] {
  const file = join(dir, 'postmaster.pid');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
}

/** Claims the data directory; undefined if another launcher has it. The session must stay open. */
export async function claimDataDirectory(url: string): Promise<pg.Client | undefined> {
  const session = new pg.Client({ connectionString: url, application_name: 'launcher' });
  // The launcher learns of the server's end from its process.
  session.on('error', () => {});
  let isFree = false;
  try {
    await session.connect();
    const { rows } = await session.query<{ is_free: boolean }>(
      'select pg_try_advisory_lock($1) as is_free',
      [LAUNCHER_LOCK],
    );
    isFree = rows[0]!.is_free;
  } finally {
    if (!isFree) await session.end();
  }
  return isFree ? session : undefined;
}

/**
 * Stops the server that a killed launcher left running in the directory. Throws PostgresInUse when
 * its launcher is still running.
 */
export async function stopOrphanedPostgres(
  dir: string,
  urlOf: (port: number) => string,
): Promise<void> {
  const [pidText, , , port] = readPostmasterPid(dir);
  const pid = Number(pidText);
  if (!pid || !isAlive(pid)) return;
  if (!isPostgres(pid)) return rmSync(join(dir, 'postmaster.pid'));
  let isStopping = false;
  for (const until = Date.now() + STOP_TIMEOUT_MS; isAlive(pid); await sleep(POLL_MS)) {
    if (Date.now() > until)
      throw new Error(
        `PostgreSQL (process ${pid}) is already running in ${dir} and does not respond. Stop it first.`,
      );
    if (isStopping) continue;
    // A server that is starting or stopping refuses connections: try again.
    const session = await claimDataDirectory(urlOf(Number(port))).catch(
      (error: { code?: string }) => {
        if (error.code?.startsWith('28'))
          throw new Error(`The password for PostgreSQL in ${dir} (process ${pid}) is wrong.`);
        return null;
      },
    );
    if (session === undefined)
      throw new PostgresInUse(
        `${dir} is used by another launcher. Stop it, or choose another DATA_DIR.`,
      );
    if (session === null) continue;
    process.kill(pid, 'SIGINT');
    isStopping = true;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** After a reboot the process id may belong to another program. */
function isPostgres(pid: number): boolean {
  try {
    const command =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes('postgres');
  } catch {
    return true;
  }
}
