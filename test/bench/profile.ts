import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WatchedProcess } from './process.ts';

interface Node {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  children?: number[];
}

interface Profile {
  nodes: Node[];
  samples: number[];
  timeDeltas: number[];
}

const INSPECTOR = 'http://127.0.0.1:9229/json/list';
const SHOWN = 40;

/**
 * Profiles a Node.js process during the work, prints the hottest functions and writes the profile
 * to a file.
 */
export async function profiled<T>(
  { name, pid }: WatchedProcess,
  work: () => Promise<T>,
  tell: (text: string) => void,
): Promise<T> {
  const inspector = await open(pid);
  await inspector.send('Profiler.enable');
  await inspector.send('Profiler.setSamplingInterval', { interval: 500 });
  await inspector.send('Profiler.start');
  const done = await work();
  const { profile } = await inspector.send<{ profile: Profile }>('Profiler.stop');
  inspector.close();
  const file = join(tmpdir(), `${name}.cpuprofile`);
  writeFileSync(file, JSON.stringify(profile));
  tell(`profile of ${name}: ${file}`);
  console.log(`\n${hottest(profile)}`);
  return done;
}

/** Opens the inspector of a Node.js process by SIGUSR1. */
async function open(pid: number) {
  process.kill(pid, 'SIGUSR1');
  await sleep(500);
  const [target] = (await (await fetch(INSPECTOR)).json()) as { webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(target!.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  let last = 0;
  const waiting = new Map<number, (result: unknown) => void>();
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id: number; result: unknown };
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  const send = <R = unknown>(method: string, params: object = {}): Promise<R> =>
    new Promise((resolve) => {
      waiting.set(++last, resolve as never);
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  return { send, close: () => socket.close() };
}

/** Lists the functions by self time, in percent of the busy time. */
function hottest({ nodes, samples, timeDeltas }: Profile): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const times = new Map<string, number>();
  let busy = 0;
  samples.forEach((id, index) => {
    const { functionName, url, lineNumber } = byId.get(id)!.callFrame;
    if (functionName === '(idle)' || functionName === '(program)') return;
    const key = `${functionName || '(anonymous)'} ${url.split('/').slice(-3).join('/')}:${lineNumber + 1}`;
    times.set(key, (times.get(key) ?? 0) + timeDeltas[index]!);
    busy += timeDeltas[index]!;
  });
  return [...times]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([key, time]) => `${((100 * time) / busy).toFixed(1).padStart(5)} %  ${key}`)
    .join('\n');
}
