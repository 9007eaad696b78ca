import { type ChildProcess, spawn } from 'node:child_process';
import { type WriteStream, createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { get } from 'node:http';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ROOT } from './config.ts';
import { printChildLine, printProgress } from './print.ts';

/** A script of a package, run in a child process. */
export interface ChildProgram {
  name: string;
  folder: string;
  script: string;
  environment: Record<string, string | undefined>;
  logFile: string;
  /** Prints all output of the child, not only its errors. */
  printsOutput?: boolean;
}

export interface SupervisedProcess {
  /** Resolves when the process is ready for the first time; rejects when it exits before that. */
  ready: Promise<void>;
  stop(): Promise<void>;
}

const READY_POLL_MS = 100;
const READY_TIMEOUT_MS = 60_000;
const READY_REQUEST_TIMEOUT_MS = 2000;
/** A child that does not exit within this time after SIGTERM is killed. */
const STOP_TIMEOUT_MS = 10_000;
const MIN_RESTART_DELAY_MS = 250;
const MAX_RESTART_DELAY_MS = 5000;
/** A process that has run this long resets the delay of its next restart. */
const STABLE_MS = 30_000;

const preloads = ['common/source.mjs', 'tools/launcher/src/exit-with-parent.ts'].map(
  (path) => `--import=${pathToFileURL(join(ROOT, path)).href}`,
);
/**
 * Heap limits: without them, each of the processes would use much of the machine's memory before it
 * collects garbage. They cost about 4 % more CPU time.
 */
const HEAP_FLAGS = ['--max-old-space-size=512', '--max-semi-space-size=16'];

const logFiles = new Map<string, WriteStream>();
const children = new Set<ChildProcess>();
const scripts = new Set<ChildProcess>();

/** Kills all children at once. */
export function killChildren(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** Asks the running scripts to stop. */
export function stopScripts(): void {
  for (const script of scripts) script.kill('SIGTERM');
}

/** Opens a log file for this run; that of the previous run is kept as `<name>.old`. */
function openLogFile(path: string): WriteStream {
  let file = logFiles.get(path);
  if (file) return file;
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path)) renameSync(path, `${path}.old`);
  file = createWriteStream(path, { flags: 'a' });
  logFiles.set(path, file);
  return file;
}

/** Flushes the log files. */
export const closeLogFiles = async (): Promise<void> =>
  void (await Promise.all(
    [...logFiles.values()].map((file) => new Promise<void>((done) => file.end(() => done()))),
  ));

function spawnChild(program: ChildProgram): ChildProcess {
  const { name, folder, script, environment, logFile, printsOutput } = program;
  const flags = [...HEAP_FLAGS, '--conditions=source', '--enable-source-maps', ...preloads];
  const child = spawn(process.execPath, [...flags, script], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // In its own process group, Ctrl-C does not reach the child: the launcher stops all in order.
    detached: true,
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  const log = openLogFile(logFile);
  child.stdout!.pipe(log, { end: false });
  child.stderr!.pipe(log, { end: false });
  for (const stream of [child.stdout!, child.stderr!])
    createInterface({ input: stream }).on('line', (line) => {
      const isError = line.startsWith('{')
        ? /"level":"(error|fatal)"/.test(line)
        : stream === child.stderr && !/^\((node:\d|Use `node)/.test(line);
      if (isError || printsOutput) printChildLine(name, line);
    });
  return child;
}

/** Resolves when the child has exited, with the reason: a signal or `code <n>`. */
const exitOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `code ${code}`));
  });

/** Runs a script until it exits; rejects unless its exit code is 0. */
export async function runScript(
  program: ChildProgram,
  onMessage?: (message: unknown) => void,
): Promise<void> {
  const child = spawnChild(program);
  if (onMessage) child.on('message', onMessage);
  scripts.add(child);
  const reason = await exitOf(child);
  scripts.delete(child);
  if (reason !== 'code 0')
    throw new Error(
      `${program.name}: ${program.script} failed (${reason}); see ${program.logFile}`,
    );
}

/** Runs a process until `stop()`, and restarts it with growing delays when it exits. */
export const supervise = (program: ChildProgram, healthUrl: string): SupervisedProcess =>
  new Supervisor(program, healthUrl);

class Supervisor implements SupervisedProcess {
  readonly ready: Promise<void>;
  readonly #program: ChildProgram;
  readonly #healthUrl: string;
  #child!: ChildProcess;
  #exit!: Promise<string>;
  #isStopping = false;
  /** A process that was never ready is not restarted: `ready` rejects and the launcher stops. */
  #wasReady = false;
  #restartDelayMs = MIN_RESTART_DELAY_MS;
  #restartTimer: NodeJS.Timeout | undefined;

  constructor(program: ChildProgram, healthUrl: string) {
    this.#program = program;
    this.#healthUrl = healthUrl;
    this.#start();
    this.ready = this.#waitUntilReady();
    // The caller handles the rejection, possibly later.
    this.ready.catch(() => {});
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#restartTimer);
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#exit;
    clearTimeout(timer);
  }

  #start(): void {
    const startedAt = Date.now();
    this.#child = spawnChild(this.#program);
    this.#exit = exitOf(this.#child);
    void this.#exit.then((reason) => this.#restart(reason, startedAt));
  }

  #restart(reason: string, startedAt: number): void {
    if (this.#isStopping || !this.#wasReady) return;
    if (Date.now() - startedAt > STABLE_MS) this.#restartDelayMs = MIN_RESTART_DELAY_MS;
    printProgress(`${this.#program.name} exited (${reason}), restarting`);
    this.#restartTimer = setTimeout(() => this.#start(), this.#restartDelayMs);
    this.#restartDelayMs = Math.min(this.#restartDelayMs * 2, MAX_RESTART_DELAY_MS);
  }

  async #waitUntilReady(): Promise<void> {
    const { name, logFile } = this.#program;
    let exitReason: string | undefined;
    void this.#exit.then((reason) => (exitReason = reason));
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!(await isReady(this.#healthUrl))) {
      if (this.#isStopping) return;
      if (exitReason)
        throw new Error(`${name} exited before it was ready (${exitReason}); see ${logFile}`);
      if (Date.now() > deadline)
        throw new Error(`${name} is not ready after ${READY_TIMEOUT_MS / 1000} s; see ${logFile}`);
      await sleep(READY_POLL_MS);
    }
    this.#wasReady = true;
  }
}

/** Whether the URL answers with status 200. Uses plain HTTP: at start most requests are refused. */
const isReady = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const options = { agent: false, timeout: READY_REQUEST_TIMEOUT_MS };
    const request = get(url, options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
