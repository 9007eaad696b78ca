// npm run bench [-- --quick] [--only list,create] [--at 1,16] [--json file] [--profile gateway] [--keep]
import { writeFileSync } from 'node:fs';
import { fill } from './fill/fill.ts';
import { openBaseline } from './sql-baseline.ts';
import { measure } from './measure.ts';
import { options } from './options.ts';
import { createDataFolder, removeDataFolder, startPlatform } from './platform.ts';
import { profiled } from './profile.ts';
import { print } from './report.ts';
import { rows as all } from './rows/all.ts';

const { size, only, concurrencies, json, profile } = options;
const unknown = only?.find((name) => !all[name]);
if (unknown) throw new Error(`Unknown workload ${unknown}. Known: ${Object.keys(all).join(', ')}.`);

const began = performance.now();
const log = (text: string): void =>
  console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`);

await using cleanup = new AsyncDisposableStack();
const folder = createDataFolder();
cleanup.defer(() => removeDataFolder(folder));

log('starting with a new data directory');
const first = await startPlatform(folder);
const cold = first.startedIn;
await first.stop();
log('starting with the existing data directory');
const platform = await startPlatform(folder);
cleanup.defer(() => platform.stop());
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void cleanup.disposeAsync().then(() => process.exit(1)));

log(
  `filling: ${size.tickets} tickets, ${size.customers} customers, reports of ${size.reported} tickets`,
);
const dataset = await fill(platform, size);
cleanup.defer(() => dataset.graph.close());
const floor = await openBaseline(platform);
cleanup.defer(() => floor.close());

const rows = Object.entries(all).flatMap(([name, make]) =>
  !only || only.includes(name) ? make(dataset, floor) : [],
);
const work = () =>
  measure({
    rows,
    processes: platform.processes,
    concurrencies,
    size,
    tell: (row, clients, round) =>
      log(`round ${round + 1} of ${size.rounds}: ${row}, ${clients} at a time`),
  });
const watched = platform.processes.find(({ name }) => name === profile);
const measured = watched ? await profiled(watched, work, log) : await work();
const starts = { cold, warm: platform.startedIn };

console.log(`\n${print(rows, measured, starts)}`);
for (const { row, clients, fault } of measured.figures)
  if (fault) console.log(`\n${row}, ${clients} at a time, failed first with: ${fault}`);
if (json) writeFileSync(json, `${JSON.stringify({ size, starts, ...measured }, null, 2)}\n`);
if (measured.figures.some(({ errors }) => errors > 0)) process.exitCode = 1;
if (options.keep) {
  log(
    `the platform keeps running at ${platform.url}; its data directory is ${folder}; press Ctrl-C to stop`,
  );
  await new Promise(() => setInterval(() => {}, 60_000));
}
