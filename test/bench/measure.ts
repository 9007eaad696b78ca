import { setTimeout as sleep } from 'node:timers/promises';
import { type Load, runLoad, percentile } from './load.ts';
import type { Size } from './options.ts';
import { type WatchedProcess, machineCpuTime, usageOf } from './process.ts';
import type { Workload } from './row.ts';

/** Results of one workload at one number of clients, over all rounds. */
export interface Figures {
  row: string;
  clients: number;
  requests: number;
  errors: number;
  fault: string | undefined;
  /** Successful requests per second. */
  rate: number;
  p50: number;
  p95: number;
  p99: number;
  /** CPU milliseconds per request, by process. `load` is the load generator. */
  cpu: Record<string, number>;
  /** The share of CPU time that other programs used. */
  foreign: number;
  floor: { rate: number; p50: number; p95: number };
  /** The rate of the baseline divided by the rate of the graph. */
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
  rows: readonly Workload[];
  processes: readonly WatchedProcess[];
  concurrencies: readonly number[];
  size: Size;
  /** Called after each round of a workload. */
  tell: (row: string, clients: number, round: number) => void;
}

export interface Measured {
  figures: Figures[];
  /** Peak memory of each process in megabytes, measured after each round. */
  memory: Record<string, number>;
}

const WARM_SECONDS = 0.5;
const WARM_CLIENTS = 8;

/**
 * Measures all workloads at all numbers of clients, first the graph and then the baseline, in
 * several rounds.
 */
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
  const run = async (step: Workload['graph'], clients: number, seconds: number): Promise<Load> => {
    const load = await runLoad(step, clients, seconds, n);
    n += load.requests;
    return load;
  };
  for (const row of rows) {
    await run(row.graph, WARM_CLIENTS, WARM_SECONDS * size.graphSeconds);
    await run(row.baseline, WARM_CLIENTS, WARM_SECONDS * size.floorSeconds);
  }
  for (let round = 0; round < size.rounds; round++)
    for (const row of rows)
      for (const clients of concurrencies) {
        const key = `${row.name} ${clients}`;
        const sum = sums.get(key) ?? { loads: [], floors: [], cpu: {}, used: 0, all: 0 };
        sums.set(key, sum);
        await settle(row);
        const before = timesOf(processes);
        const then = machineCpuTime();
        sum.loads.push(await run(row.graph, clients, size.graphSeconds));
        for (const [name, time] of Object.entries(timesOf(processes)))
          sum.cpu[name] = (sum.cpu[name] ?? 0) + time - before[name]!;
        const now = machineCpuTime();
        sum.used += now.used - then.used;
        sum.all += now.all - then.all;
        for (const each of processes)
          memory[each.name] = Math.max(memory[each.name] ?? 0, usageOf(each).memory);
        sum.floors.push(await run(row.baseline, clients, size.floorSeconds));
        tell(row.name, clients, round);
      }
  const figures = rows.flatMap((row) =>
    concurrencies.map((clients) => figuresOf(row, clients, sums.get(`${row.name} ${clients}`)!)),
  );
  return { figures, memory };
}

const SETTLE_MS = 8_000;

/** Waits until the workload succeeds again: the circuit breaker may be open after an overload. */
async function settle(row: Workload): Promise<void> {
  for (const until = performance.now() + SETTLE_MS; performance.now() < until; await sleep(100)) {
    const { errors } = await runLoad(row.graph, 1, 0.01, Math.floor(performance.now()));
    if (!errors) return;
  }
}

function timesOf(processes: readonly WatchedProcess[]): Record<string, number> {
  const { user, system } = process.cpuUsage();
  return {
    ...Object.fromEntries(processes.map((each) => [each.name, usageOf(each).cpu])),
    load: (user + system) / 1000,
  };
}

function figuresOf(
  row: Workload,
  clients: number,
  { loads, floors, cpu, used, all }: Sum,
): Figures {
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
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99),
  };
}
