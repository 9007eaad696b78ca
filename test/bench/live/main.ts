// npm run bench:live [-- --quick] [--subscribers 100,1000] [--seconds 6] [--json file] [--profile gateway]
import { writeFileSync } from 'node:fs';
import { createGraphClient } from '../load.ts';
import { createDataFolder, removeDataFolder, startPlatform } from '../platform.ts';
import { profiled } from '../profile.ts';
import { measureQueries, measureWrites } from './baseline.ts';
import { type LiveFigures, measureSubscribers } from './crowd.ts';
import { options } from './options.ts';
import { openLiveWorkspace } from './people.ts';
import { print } from './report.ts';

const began = performance.now();
const log = (text: string): void =>
  console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`);

await using cleanup = new AsyncDisposableStack();
const folder = createDataFolder();
cleanup.defer(() => removeDataFolder(folder));
log('starting with a new data directory');
const platform = await startPlatform(folder);
cleanup.defer(() => platform.stop());
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void cleanup.disposeAsync().then(() => process.exit(1)));
const graph = createGraphClient(platform.url);
cleanup.defer(() => graph.close());

const { processes, url } = platform;
log('creating a workspace with its members');
const workspace = await openLiveWorkspace(
  platform,
  graph,
  Math.max(...options.crowds.map(({ subscribers }) => subscribers)),
);
log('measuring writes without subscribers, and queries');
const writing = await measureWrites(processes, workspace);
const query = await measureQueries(processes, graph, workspace);

const served: LiveFigures[] = [];
const watched = processes.find(({ name }) => name === options.profile);
for (const [index, crowd] of options.crowds.entries()) {
  log(
    `${crowd.subscribers} clients, ${crowd.rate} events a second${crowd.hasOwnFilter ? ', each with its own filter' : ''}`,
  );
  const work = () =>
    measureSubscribers(
      { url, processes, scene: workspace, writing, seconds: options.seconds },
      crowd,
    );
  served.push(index === 0 && watched ? await profiled(watched, work, log) : await work());
}
console.log(`\n${print(served, query)}`);
if (options.json) writeFileSync(options.json, `${JSON.stringify({ served, query }, null, 2)}\n`);
if (served.some(({ lost }) => lost !== 0)) process.exitCode = 1;
