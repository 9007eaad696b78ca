import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, renameSync, type WriteStream } from 'node:fs';
import { get } from 'node:http';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ROOT } from './config.ts';
import { printProgress, printChildLine } from './print.ts';

/** A script of a room, in a process of its own. */
export interface ChildProgram {
  name: string;
  folder: string;
  script: string;
  environment: Record<string, string | undefined>;
  logFile: string;
  /** Shows what it prints, not only its errors. */
  printsOutput?: boolean;
}

export interface SupervisedProcess {
  /** Resolves when the process first says that it is ready; rejects when it ended before. */
  ready: Promise<void>;
  stop(): Promise<void>;
}

const POLL_MS = 100;
const PATIENCE_MS = 60_000;
const GOODBYE_MS = 10_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;
/** Who lived this long has started well. */
const WELL_MS = 30_000;

const preloads = ['common/source.mjs', 'tools/launcher/src/exit-with-parent.ts'].map(
  (path) => `--import=${pathToFileURL(join(ROOT, path)).href}`,
);
/** Node takes what a machine has before it tidies up; six processes on one machine can't. Costs about 4 % more processor time. */
const FRUGAL = ['--max-old-space-size=512', '--max-semi-space-size=16'];
const logs = new Map<string, WriteStream>();
const alive = new Set<ChildProcess>();

const scripts = new Set<ChildProcess>();

/** Ends all children at once, without a goodbye. */
export function killChildren(): void {
  for (const child of alive) child.kill('SIGKILL');
}

/** Breaks off what runs to its end. */
export function stopScripts(): void {
  for (const script of scripts) script.kill('SIGTERM');
}

/** The file of this run; the one of the run before stays beside it. */
function openLog(path: string): WriteStream {
  let log = logs.get(path);
  if (log) return log;
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path)) renameSync(path, `${path}.old`);
  log = createWriteStream(path, { flags: 'a' });
  logs.set(path, log);
  return log;
}

/** Writes out what the children said last. */
export const closeLogFiles = async (): Promise<void> =>
  void (await Promise.all(
    [...logs.values()].map((log) => new Promise<void>((done) => log.end(() => done()))),
  ));

function start({
  name,
  folder,
  script,
  environment,
  logFile,
  printsOutput: talks,
}: ChildProgram): ChildProcess {
  const flags = [...FRUGAL, '--conditions=source', '--enable-source-maps', ...preloads];
  // In a process group of its own: Ctrl-C reaches only the launcher, which knows the order of leaving.
  const child = spawn(process.execPath, [...flags, script], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  const log = openLog(logFile);
  child.stdout!.pipe(log, { end: false });
  child.stderr!.pipe(log, { end: false });
  for (const stream of [child.stdout!, child.stderr!])
    createInterface({ input: stream }).on('line', (line) => {
      const isFault = line.startsWith('{')
        ? /"level":"(error|fatal)"/.test(line)
        : stream === child.stderr && !/^\((node:\d|Use `node)/.test(line);
      if (isFault || talks) printChildLine(name, line);
    });
  return child;
}

const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `code ${code}`));
  });

/** Runs a script to its end; rejects unless that is a good one. `hear` gets what it sends. */
export async function runScript(
  program: ChildProgram,
  hear?: (message: unknown) => void,
): Promise<void> {
  const script = start(program);
  if (hear) script.on('message', hear);
  scripts.add(script);
  const end = await endOf(script);
  scripts.delete(script);
  if (end !== 'code 0')
    throw new Error(`${program.name}: ${program.script} failed (${end}); see ${program.logFile}`);
}

/** Keeps a process running until `stop()`: started again whenever it ends, after a growing pause. */
export function supervise(program: ChildProgram, healthUrl: string): SupervisedProcess {
  let stopping = false;
  let wasReady = false;
  let wait = FIRST_WAIT_MS;
  let pause: NodeJS.Timeout | undefined;
  let current = start(program);
  let end = endOf(current);
  const watch = (began: number): Promise<void> =>
    end.then((how) => {
      if (stopping || !wasReady) return;
      if (Date.now() - began > WELL_MS) wait = FIRST_WAIT_MS;
      printProgress(`${program.name} ended (${how}); it starts again`);
      pause = setTimeout(() => {
        current = start(program);
        end = endOf(current);
        void watch(Date.now());
      }, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  void watch(Date.now());
  const ready = (async (): Promise<void> => {
    let ended: string | undefined;
    void end.then((how) => (ended = how));
    for (
      const until = Date.now() + PATIENCE_MS;
      !(await answers(healthUrl));
      await sleep(POLL_MS)
    ) {
      if (stopping) return;
      if (ended)
        throw new Error(
          `${program.name} ended before it was ready (${ended}); see ${program.logFile}`,
        );
      if (Date.now() > until)
        throw new Error(
          `${program.name} is not ready after ${PATIENCE_MS / 1000} s; see ${program.logFile}`,
        );
    }
    wasReady = true;
  })();
  // Whoever waits for it hears of it; nobody else need.
  ready.catch(() => {});
  const stop = async (): Promise<void> => {
    stopping = true;
    clearTimeout(pause);
    current.kill('SIGTERM');
    const late = setTimeout(() => current.kill('SIGKILL'), GOODBYE_MS);
    await end;
    clearTimeout(late);
  };
  return { ready, stop };
}

/** A plain request: at a start there are many, and most are refused. */
const answers = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
