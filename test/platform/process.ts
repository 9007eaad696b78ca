import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { ROOT } from '@deskgraph/launcher/config';
import type { Environment } from '@deskgraph/launcher/environment';
import { waitFor } from './wait-for.ts';

const MAX_OUTPUT_LINES = 200;
const NODE_FLAGS = [
  '--conditions=source',
  ...['common/source.mjs', 'tools/launcher/src/exit-with-parent.ts'].map(
    (path) => `--import=${pathToFileURL(join(ROOT, path)).href}`,
  ),
];

/** A script of a package that runs in a child process and ends with this process. */
export interface RunningScript {
  process: ChildProcess;
  /** The last lines of its output. */
  output: string[];
  /** Resolves with the exit code, or with null after a signal. */
  exitCode: Promise<number | null>;
}

export function startScript(
  folder: string,
  script: string,
  environment: Environment,
  args: readonly string[] = [],
): RunningScript {
  const child = spawn(process.execPath, [...NODE_FLAGS, join(folder, script), ...args], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout!, child.stderr!])
    createInterface({ input: stream }).on('line', (line) => {
      output.push(line);
      if (output.length > MAX_OUTPUT_LINES) output.shift();
    });
  const exitCode = once(child, 'close').then(([code]) => code as number | null);
  return { process: child, output, exitCode };
}

/** Runs a script and returns its output. Throws unless it exits with 0. */
export async function runScript(...of: Parameters<typeof startScript>): Promise<string> {
  const { output, exitCode } = startScript(...of);
  const code = await exitCode;
  if (code !== 0) throw new Error(`${of[0]}/${of[1]} ended with ${code}:\n${output.join('\n')}`);
  return output.join('\n');
}

/** One process of the platform. It keeps its address when it is restarted. */
export interface Server {
  name: string;
  url: string;
  pid(): number | undefined;
  /** The last lines of output since the last start. */
  output(): string[];
  start(): Promise<void>;
  /** Sends a signal. SIGSTOP makes the process hang, SIGCONT resumes it. */
  signal(signal: NodeJS.Signals): void;
  /** Ends the process with SIGKILL, like a crash. */
  kill(): Promise<void>;
  /** Ends the process with SIGTERM and returns its exit code. */
  stop(): Promise<number | null>;
  isReady(): Promise<boolean>;
}

/** Checks the readiness endpoint of the process at this address. */
export async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

export function createServerProcess(
  name: string,
  folder: string,
  url: string,
  environment: Environment,
): Server {
  let current: RunningScript | undefined;
  let hasExited = true;
  const sendSignal = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (!current || hasExited) return null;
    current.process.kill(signal);
    return current.exitCode;
  };
  return {
    name,
    url,
    pid: () => current?.process.pid,
    output: () => current?.output ?? [],
    isReady: () => isReady(url),
    start: async () => {
      const started = startScript(folder, 'src/main.ts', environment);
      current = started;
      hasExited = false;
      void started.exitCode.then(() => {
        if (current === started) hasExited = true;
      });
      await waitFor(
        `${name} is ready`,
        async () => !hasExited && isReady(url),
        120_000,
        () => hasExited,
      ).catch((error: Error) => {
        throw new Error(`${error.message}\n${started.output.join('\n')}`);
      });
    },
    signal: (signal) => void current?.process.kill(signal),
    kill: async () => void (await sendSignal('SIGKILL')),
    stop: () => sendSignal('SIGTERM'),
  };
}
