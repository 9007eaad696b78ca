// Deletes a temporary PostgreSQL server when the process that started it is gone, however it ended:
// its end closes standard input. Argument: the folder around the data directory.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;
const folder = process.argv[2]!;
const pidFile = join(folder, 'data', 'postmaster.pid');

for await (const _ of process.stdin);
if (existsSync(pidFile)) {
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n', 1)[0]);
  // Signal 0 only checks whether the server is still running.
  for (let isSignalled = false; ; isSignalled = true) {
    try {
      process.kill(pid, isSignalled ? 0 : 'SIGQUIT');
    } catch {
      break;
    }
    await sleep(POLL_MS);
  }
}
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
