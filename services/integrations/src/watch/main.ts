// npm run watch -- --as ana: new tickets and moves between statuses, live in the terminal.
import { readWatchConfig } from './config.ts';
import { watch } from './watch.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
// Whoever reads has seen enough, `| head` for one.
process.stdout.on('error', () => stopping.abort());

async function main(): Promise<void> {
  const { signal } = stopping;
  const reached = await watch({
    ...readWatchConfig(process.argv.slice(2)),
    signal,
    show: (text) => console.log(text),
    remark: (text) => console.error(`-- ${text}`),
  });
  console.error(`-- to go on from here: --after ${reached}`);
}

main().catch((error: unknown) => {
  if (stopping.signal.aborted) return;
  console.error(
    Array.isArray(error)
      ? error.map(({ message }) => message as string).join('\n')
      : (error as Error).message,
  );
  process.exitCode = 1;
});
