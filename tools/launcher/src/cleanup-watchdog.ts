// Outlives the process that started a throwaway server and clears it away when that process is gone, however it went:
// the end of standard input is the sign. Argument: the folder around the data directory.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const folder = process.argv[2]!;
const pidFile = join(folder, 'data', 'postmaster.pid');

for await (const _ of process.stdin);
if (existsSync(pidFile)) {
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n', 1)[0]);
  for (let sent = false; ; sent = true) {
    try {
      process.kill(pid, sent ? 0 : 'SIGQUIT');
    } catch {
      break;
    }
    await sleep(10);
  }
}
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
