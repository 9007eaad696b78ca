import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Another living launcher uses the data directory. */
export class PostgresInUse extends Error {}

/** One launcher to a data directory: its session holds this advisory lock while it lives. */
const LAUNCHER_LOCK = 4_000_718;
const PATIENCE_MS = 60_000;

/** The lines of postmaster.pid: pid, directory, start, port, …, and whether it takes connections. */
export function readPostmasterPid(place: string): string[] {
  const file = join(place, 'postmaster.pid');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
}

/** Takes the directory for this process; undefined when another one has it. The session must stay open. */
export async function claimDataDirectory(url: string): Promise<pg.Client | undefined> {
  const session = new pg.Client({ connectionString: url, application_name: 'launcher' });
  // The server's end is told by its process.
  session.on('error', () => {});
  let free = false;
  try {
    await session.connect();
    const { rows } = await session.query<{ free: boolean }>(
      'select pg_try_advisory_lock($1) as free',
      [LAUNCHER_LOCK],
    );
    free = rows[0]!.free;
  } finally {
    if (!free) await session.end();
  }
  return free ? session : undefined;
}

/** Ends the server that a killed launcher left running in the directory. One with a living launcher is not touched. */
export async function stopOrphanedPostgres(
  place: string,
  urlOf: (port: number) => string,
): Promise<void> {
  const [pidText, , , port] = readPostmasterPid(place);
  const pid = Number(pidText);
  if (!pid || !isAlive(pid)) return;
  if (!isPostgres(pid)) return rmSync(join(place, 'postmaster.pid'));
  let asked = false;
  for (const until = Date.now() + PATIENCE_MS; isAlive(pid); await sleep(20)) {
    if (Date.now() > until)
      throw new Error(
        `A PostgreSQL server (process ${pid}) runs in ${place} and does not answer. Stop it first.`,
      );
    if (asked) continue;
    // While it starts or stops it refuses us for a moment.
    const session = await claimDataDirectory(urlOf(Number(port))).catch(
      (error: { code?: string }) => {
        if (error.code?.startsWith('28'))
          throw new Error(
            `The PostgreSQL server of ${place} (process ${pid}) does not know our password.`,
          );
        return null;
      },
    );
    if (session === undefined)
      throw new PostgresInUse(
        `${place} is in use: another launcher runs there. Stop it, or choose another DATA_DIR.`,
      );
    if (session === null) continue;
    process.kill(pid, 'SIGINT');
    asked = true;
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

/** After a restart of the machine the number may belong to any other program. */
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
