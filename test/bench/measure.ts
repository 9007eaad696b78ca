import { setTimeout as sleep } from 'node:timers/promises';
import { type Load, drive, share } from './load.ts';
import type { Size } from './options.ts';
import { type Watched, machine, usageOf } from './process.ts';
import type { Row } from './row.ts';

/** Figures of one row at one number of clients, over all rounds. */
export interface Figures {
  row: string;
  clients: number;
  requests: number;
  errors: number;
  fault: string | undefined;
  /** Good answers a second. */
  rate: number;
  p50: number;
  p95: number;
  p99: number;
  /** Milliseconds of processor time a request, by process; `load` is the generator. */
  cpu: Record<string, number>;
  /** Part of the machine that programs used which have nothing to do with this. */
  foreign: number;
  floor: { rate: number; p50: number; p95: number };
  /** How many times the floor is as fast. */
  ratio: number;
}

interface Sum {
  loads: Load[];
  floors: Load[];
  cpu: Record<string, number>;
  used: number;
  all: number;
}

export interface Bench {
  rows: readonly Row[];
  processes: readonly Watched[];
  concurrencies: readonly number[];
  size: Size;
  /** Called after each round of a row. */
  tell: (row: string, clients: number, round: number) => void;
}

export interface Measured {
  figures: Figures[];
  /** Most megabytes of each process, seen after any round. */
  memory: Record<string, number>;
}

const WARM_SECONDS = 0.5;
const WARM_CLIENTS = 8;

/** Rounds of all rows at all numbers of clients in turn, the graph and the floor one after the other. */
export async function measure({
  rows,
  processes,
  concurrencies,
  size,
  tell,
}: Bench): Promise<Measured> {
  const sums = new Map<string, Sum>();
  const memory: Record<string, number> = {};
  let n = 0;
  const run = async (step: Row['graph'], clients: number, seconds: number): Promise<Load> => {
    const load = await drive(step, clients, seconds, n);
    n += load.requests;
    return load;
  };
  for (const row of rows) {
    await run(row.graph, WARM_CLIENTS, WARM_SECONDS * size.graphSeconds);
    await run(row.floor, WARM_CLIENTS, WARM_SECONDS * size.floorSeconds);
  }
  for (let round = 0; round < size.rounds; round++)
    for (const row of rows)
      for (const clients of concurrencies) {
        const key = `${row.name} ${clients}`;
        const sum = sums.get(key) ?? { loads: [], floors: [], cpu: {}, used: 0, all: 0 };
        sums.set(key, sum);
        await settle(row);
        const before = timesOf(processes);
        const then = machine();
        sum.loads.push(await run(row.graph, clients, size.graphSeconds));
        for (const [name, time] of Object.entries(timesOf(processes)))
          sum.cpu[name] = (sum.cpu[name] ?? 0) + time - before[name]!;
        const now = machine();
        sum.used += now.used - then.used;
        sum.all += now.all - then.all;
        for (const each of processes)
          memory[each.name] = Math.max(memory[each.name] ?? 0, usageOf(each).memory);
        sum.floors.push(await run(row.floor, clients, size.floorSeconds));
        tell(row.name, clients, round);
      }
  const figures = rows.flatMap((row) =>
    concurrencies.map((clients) => figuresOf(row, clients, sums.get(`${row.name} ${clients}`)!)),
  );
  return { figures, memory };
}

const SETTLE_MS = 8_000;

/** Waits until the row is answered again: who was asked for more than it could do in time is not asked for a while. */
async function settle(row: Row): Promise<void> {
  for (const until = performance.now() + SETTLE_MS; performance.now() < until; await sleep(100)) {
    const { errors } = await drive(row.graph, 1, 0.01, Math.floor(performance.now()));
    if (!errors) return;
  }
}

function timesOf(processes: readonly Watched[]): Record<string, number> {
  const { user, system } = process.cpuUsage();
  return {
    ...Object.fromEntries(processes.map((each) => [each.name, usageOf(each).cpu])),
    load: (user + system) / 1000,
  };
}

function figuresOf(row: Row, clients: number, { loads, floors, cpu, used, all }: Sum): Figures {
  const graph = joined(loads);
  const floor = joined(floors);
  return {
    row: row.name,
    clients,
    ...graph,
    cpu: Object.fromEntries(
      Object.entries(cpu).map(([name, time]) => [name, time / graph.requests]),
    ),
    foreign: Math.max(0, used - Object.values(cpu).reduce((sum, time) => sum + time, 0)) / all,
    floor: { rate: floor.rate, p50: floor.p50, p95: floor.p95 },
    fault: graph.fault ?? floor.fault,
    errors: graph.errors + floor.errors,
    ratio: floor.rate / graph.rate,
  };
}

function joined(loads: readonly Load[]) {
  const times = loads.flatMap((load) => load.times).toSorted((a, b) => a - b);
  const sum = (of: (load: Load) => number): number =>
    loads.reduce((total, load) => total + of(load), 0);
  const errors = sum((load) => load.errors);
  return {
    requests: times.length,
    errors,
    fault: loads.find((load) => load.fault)?.fault,
    rate: (times.length - errors) / sum((load) => load.seconds),
    p50: share(times, 0.5),
    p95: share(times, 0.95),
    p99: share(times, 0.99),
  };
}
