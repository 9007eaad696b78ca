// npm run watch -- --as ana: prints new tickets and status changes live.
import { readWatchConfig } from './config.ts';
import { watchTickets } from './watch.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
// The reader has closed the pipe, for example `| head`.
process.stdout.on('error', () => stopping.abort());

async function main(): Promise<void> {
  const { signal } = stopping;
  const reached = await watchTickets({
    ...readWatchConfig(process.argv.slice(2)),
    signal,
    show: (text) => console.log(text),
    remark: (text) => console.error(`-- ${text}`),
  });
  console.error(`-- to continue from here: --after ${reached}`);
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
