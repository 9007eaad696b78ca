// npm run bench:live [-- --quick] [--subscribers 100,1000] [--seconds 6] [--json file] [--profile gateway]
import { writeFileSync } from 'node:fs';
import { asker } from '../load.ts';
import { newFolder, remove, start } from '../platform.ts';
import { profiled } from '../profile.ts';
import { byQueries, writingOf } from './baseline.ts';
import { type Served, serve } from './crowd.ts';
import { options } from './options.ts';
import { openScene } from './people.ts';
import { print } from './report.ts';

const began = performance.now();
const tell = (text: string): void =>
  console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`);

await using leaving = new AsyncDisposableStack();
const folder = newFolder();
leaving.defer(() => remove(folder));
tell('starting with a new data directory');
const platform = await start(folder);
leaving.defer(() => platform.stop());
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void leaving.disposeAsync().then(() => process.exit(1)));
const graph = asker(platform.url);
leaving.defer(() => graph.close());

const { processes, url } = platform;
tell('a desk with its people');
const scene = await openScene(
  platform,
  graph,
  Math.max(...options.crowds.map(({ subscribers }) => subscribers)),
);
tell('what a write costs without anybody who listens, and what a query costs');
const writing = await writingOf(processes, scene);
const query = await byQueries(processes, graph, scene);

const served: Served[] = [];
const watched = processes.find(({ name }) => name === options.profile);
for (const [at, crowd] of options.crowds.entries()) {
  tell(
    `${crowd.subscribers} clients, ${crowd.rate} events a second${crowd.alone ? ', each with a filter of its own' : ''}`,
  );
  const work = () => serve({ url, processes, scene, writing, seconds: options.seconds }, crowd);
  served.push(at === 0 && watched ? await profiled(watched, work, tell) : await work());
}
console.log(`\n${print(served, query)}`);
if (options.json) writeFileSync(options.json, `${JSON.stringify({ served, query }, null, 2)}\n`);
if (served.some(({ lost }) => lost !== 0)) process.exitCode = 1;
