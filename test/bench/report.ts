import type { Figures, Measured } from './measure.ts';
import type { Workload } from './row.ts';
import { number, table } from './table.ts';

export interface Starts {
  /** Milliseconds until ready, with a new and with an existing data directory. */
  cold: number;
  warm: number;
}

const START_TARGET_MS = 6_000;
const GATEWAY_TARGET_MB = 400;
const SERVICE_TARGET_MB = 250;
const TARGET_CLIENTS = 16;

/** Formats all results for the terminal. */
export function print(
  rows: readonly Workload[],
  { figures, memory }: Measured,
  starts: Starts,
): string {
  const names = Object.keys(memory);
  const head = [
    '',
    'clients',
    'req/s',
    'target',
    'p50 ms',
    'p95',
    'p99',
    'errors',
    'SQL/s',
    'SQL p95',
    'ratio',
    ...names,
    'load',
    'foreign %',
  ];
  const lines = figures.map((each) =>
    line(
      each,
      rows.find(({ name }) => name === each.row)!,
      names,
    ),
  );
  const sizes = names.map((name) => [
    name,
    number(memory[name]!),
    name === 'postgres' ? '' : verdict(memory[name]!, memoryTarget(name)),
  ]);
  const times = [
    ['new data directory', number(starts.cold / 1000, 1), verdict(starts.cold, START_TARGET_MS)],
    ['warm data directory', number(starts.warm / 1000, 1), verdict(starts.warm, START_TARGET_MS)],
  ];
  return [
    table(head, lines),
    'ratio: rate of the SQL baseline ÷ rate of the graph. Process columns: CPU milliseconds per request.',
    'load: the load generator. foreign: CPU share of other programs, which distorts all figures but the ratio.',
    '',
    table(['memory under load', 'MB', 'target'], sizes),
    '',
    table(['start', 's', 'target'], times),
  ].join('\n');
}

function line(each: Figures, row: Workload, names: readonly string[]): string[] {
  const { clients, rate, p50, p95, p99, errors, floor, ratio, cpu } = each;
  const target =
    clients === TARGET_CLIENTS
      ? `${row.target} ${rate >= row.target && errors === 0 ? 'met' : 'missed'}`
      : clients === 1 && row.singleClientTargetMs
        ? `p95 ≤ ${row.singleClientTargetMs} ${p95 <= row.singleClientTargetMs ? 'met' : 'missed'}`
        : '';
  const times = [...names, 'load'].map((name) => number(cpu[name] ?? 0, 2));
  return [
    row.name,
    String(clients),
    number(rate),
    target,
    number(p50, 1),
    number(p95, 1),
    number(p99, 1),
    String(errors),
    number(floor.rate),
    number(floor.p95, 1),
    number(ratio, 1),
    ...times,
    number(each.foreign * 100),
  ];
}

const memoryTarget = (name: string): number =>
  name === 'gateway' ? GATEWAY_TARGET_MB : SERVICE_TARGET_MB;
const verdict = (value: number, target: number): string =>
  `≤ ${target > 1000 ? target / 1000 : target} ${value <= target ? 'met' : 'missed'}`;
