// npm run bench [-- --quick] [--only list,create] [--at 1,16] [--json file] [--profile gateway] [--keep]
import { writeFileSync } from 'node:fs';
import { fill } from './fill/fill.ts';
import { openFloor } from './sql-baseline.ts';
import { measure } from './measure.ts';
import { options } from './options.ts';
import { newFolder, remove, start } from './platform.ts';
import { profiled } from './profile.ts';
import { print } from './report.ts';
import { rows as all } from './rows/all.ts';

const { size, only, concurrencies, json, profile } = options;
const unknown = only?.find((name) => !all[name]);
if (unknown)
  throw new Error(`There is no row ${unknown}; there are ${Object.keys(all).join(', ')}.`);

const began = performance.now();
const tell = (text: string): void =>
  console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`);

await using leaving = new AsyncDisposableStack();
const folder = newFolder();
leaving.defer(() => remove(folder));

tell('starting with a new data directory');
const first = await start(folder);
const cold = first.startedIn;
await first.stop();
tell('starting with what is there');
const platform = await start(folder);
leaving.defer(() => platform.stop());
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void leaving.disposeAsync().then(() => process.exit(1)));

tell(
  `filling: ${size.tickets} tickets, ${size.customers} customers, reports of ${size.reported} tickets`,
);
const world = await fill(platform, size);
leaving.defer(() => world.graph.close());
const floor = await openFloor(platform);
leaving.defer(() => floor.close());

const rows = Object.entries(all).flatMap(([name, make]) =>
  !only || only.includes(name) ? make(world, floor) : [],
);
const work = () =>
  measure({
    rows,
    processes: platform.processes,
    concurrencies,
    size,
    tell: (row, clients, round) =>
      tell(`round ${round + 1} of ${size.rounds}: ${row}, ${clients} at a time`),
  });
const watched = platform.processes.find(({ name }) => name === profile);
const measured = watched ? await profiled(watched, work, tell) : await work();
const starts = { cold, warm: platform.startedIn };

console.log(`\n${print(rows, measured, starts)}`);
for (const { row, clients, fault } of measured.figures)
  if (fault) console.log(`\n${row}, ${clients} at a time, failed first with: ${fault}`);
if (json) writeFileSync(json, `${JSON.stringify({ size, starts, ...measured }, null, 2)}\n`);
if (measured.figures.some(({ errors }) => errors > 0)) process.exitCode = 1;
if (options.keep) {
  tell(`the platform keeps running at ${platform.url}; its data lie in ${folder}; Ctrl-C ends it`);
  await new Promise(() => setInterval(() => {}, 60_000));
}
