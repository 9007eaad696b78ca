import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** A process of the platform, named after its package. `postgres` includes all its sessions. */
export interface WatchedProcess {
  name: string;
  pid: number;
}

export interface Usage {
  /** CPU time so far, in milliseconds. */
  cpu: number;
  /** Current memory, in megabytes. */
  memory: number;
}

/** The unit in which Linux counts CPU time: 1/100 s on every platform that Node.js supports. */
const TICK_MS = 10;

interface Stat {
  pid: number;
  parent: number;
  own: number;
  /** CPU time of ended children. */
  ended: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return {
      pid,
      parent: fields[1]!,
      own: (fields[11]! + fields[12]!) * TICK_MS,
      ended: (fields[13]! + fields[14]!) * TICK_MS,
    };
  } catch {
    return undefined;
  }
}

const allProcesses = (): Stat[] =>
  readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (statOf(Number(name)) ?? []) : []));

/** Returns the child processes of the launcher. */
export const childProcesses = (launcher: number): WatchedProcess[] =>
  allProcesses()
    .filter(({ parent }) => parent === launcher)
    .map(({ pid }) => ({ pid, name: nameOf(pid) }));

const nameOf = (pid: number): string =>
  basename(readlinkSync(`/proc/${pid}/exe`)) === 'postgres'
    ? 'postgres'
    : basename(readlinkSync(`/proc/${pid}/cwd`));

export function usageOf({ name, pid }: WatchedProcess): Usage {
  const own = statOf(pid);
  if (!own) throw new Error(`${name} is gone.`);
  if (name !== 'postgres') return { cpu: own.own, memory: memoryOf(pid) };
  const sessions = allProcesses().filter(({ parent }) => parent === pid);
  return {
    cpu: own.own + own.ended + sessions.reduce((sum, each) => sum + each.own + each.ended, 0),
    memory: memoryOf(pid) + sessions.reduce((sum, each) => sum + ownMemoryOf(each.pid), 0),
  };
}

const statusOf = (pid: number, field: string): number => {
  try {
    const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(
      readFileSync(`/proc/${pid}/status`, 'utf8'),
    );
    return Number(line?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
};

const memoryOf = (pid: number): number => statusOf(pid, 'VmRSS');
/** The memory that a session does not share with others. */
const ownMemoryOf = (pid: number): number => statusOf(pid, 'RssAnon');

/** CPU time of the whole machine so far, in milliseconds: used by all programs, and in total. */
export function machineCpuTime(): { used: number; all: number } {
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0, stolen = 0] =
    readFileSync('/proc/stat', 'utf8')
      .split('\n', 1)[0]!
      .split(/\s+/)
      .slice(1)
      .map((ticks) => Number(ticks) * TICK_MS);
  const used = user + nice + system + irq + soft + stolen;
  return { used, all: used + idle + wait };
}
