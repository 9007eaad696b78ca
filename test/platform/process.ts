import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { ROOT } from '@deskgraph/launcher/config';
import type { Environment } from '@deskgraph/launcher/environment';
import { until } from './wait-for.ts';

const KEPT_LINES = 200;
const FLAGS = [
  '--conditions=source',
  ...['common/source.mjs', 'tools/launcher/src/exit-with-parent.ts'].map(
    (path) => `--import=${pathToFileURL(join(ROOT, path)).href}`,
  ),
];

/** A script of a room, in a process of its own that ends with ours. */
export interface Running {
  process: ChildProcess;
  /** What it said last. */
  said: string[];
  /** Resolves with its exit code, null when a signal ended it. */
  ended: Promise<number | null>;
}

export function run(
  folder: string,
  script: string,
  environment: Environment,
  args: readonly string[] = [],
): Running {
  const child = spawn(process.execPath, [...FLAGS, join(folder, script), ...args], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout!, child.stderr!])
    createInterface({ input: stream }).on('line', (line) => {
      said.push(line);
      if (said.length > KEPT_LINES) said.shift();
    });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { process: child, said, ended };
}

/** Runs a script to its good end; gives what it said. */
export async function runToEnd(...of: Parameters<typeof run>): Promise<string> {
  const { said, ended } = run(...of);
  const code = await ended;
  if (code !== 0) throw new Error(`${of[0]}/${of[1]} ended with ${code}:\n${said.join('\n')}`);
  return said.join('\n');
}

/** One process of the platform, at the same address through all its lives. */
export interface Server {
  name: string;
  url: string;
  pid(): number | undefined;
  /** What it said last in this life. */
  said(): string[];
  start(): Promise<void>;
  /** Sends the signal; SIGSTOP makes it hang, SIGCONT goes on. */
  signal(signal: NodeJS.Signals): void;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Asks it to end, and gives its exit code. */
  stop(): Promise<number | null>;
  isReady(): Promise<boolean>;
}

/** Does the process at this address say that it should get work? */
export async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

export function server(
  name: string,
  folder: string,
  url: string,
  environment: Environment,
): Server {
  let current: Running | undefined;
  let isGone = true;
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (!current || isGone) return null;
    current.process.kill(signal);
    return current.ended;
  };
  return {
    name,
    url,
    pid: () => current?.process.pid,
    said: () => current?.said ?? [],
    isReady: () => isReady(url),
    start: async () => {
      const life = run(folder, 'src/main.ts', environment);
      current = life;
      isGone = false;
      void life.ended.then(() => {
        if (current === life) isGone = true;
      });
      await until(
        `${name} is ready`,
        async () => !isGone && isReady(url),
        120_000,
        () => isGone,
      ).catch((error: Error) => {
        throw new Error(`${error.message}\n${life.said.join('\n')}`);
      });
    },
    signal: (signal) => void current?.process.kill(signal),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}
