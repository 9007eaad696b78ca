import type { Figures, Measured } from './measure.ts';
import type { Row } from './row.ts';
import { number, table } from './table.ts';

export interface Starts {
  /** Milliseconds until ready: with a new data directory, and with one that is there. */
  cold: number;
  warm: number;
}

const START_AIM = 6_000;
const GATEWAY_AIM = 400;
const SERVICE_AIM = 250;
const AIM_CLIENTS = 16;

/** Everything that was measured, for people. */
export function print(rows: readonly Row[], { figures, memory }: Measured, starts: Starts): string {
  const names = Object.keys(memory);
  const head = [
    '',
    'clients',
    'req/s',
    'aim',
    'p50 ms',
    'p95',
    'p99',
    'errors',
    'floor/s',
    'floor p95',
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
    name === 'postgres' ? '' : verdict(memory[name]!, aimOf(name)),
  ]);
  const times = [
    ['new data directory', number(starts.cold / 1000, 1), verdict(starts.cold, START_AIM)],
    ['warm data directory', number(starts.warm / 1000, 1), verdict(starts.warm, START_AIM)],
  ];
  return [
    table(head, lines),
    'ratio: how many times the floor is as fast. From the first process on: milliseconds of processor time per request.',
    'load: the generator. foreign: what other programs took of the machine meanwhile; all figures but the ratio suffer from it.',
    '',
    table(['memory under load', 'MB', 'aim'], sizes),
    '',
    table(['start', 's', 'aim'], times),
  ].join('\n');
}

function line(each: Figures, row: Row, names: readonly string[]): string[] {
  const { clients, rate, p50, p95, p99, errors, floor, ratio, cpu } = each;
  const aim =
    clients === AIM_CLIENTS
      ? `${row.aim} ${rate >= row.aim && errors === 0 ? 'met' : 'missed'}`
      : clients === 1 && row.aimAlone
        ? `p95 ≤ ${row.aimAlone} ${p95 <= row.aimAlone ? 'met' : 'missed'}`
        : '';
  const times = [...names, 'load'].map((name) => number(cpu[name] ?? 0, 2));
  return [
    row.name,
    String(clients),
    number(rate),
    aim,
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

const aimOf = (name: string): number => (name === 'gateway' ? GATEWAY_AIM : SERVICE_AIM);
const verdict = (value: number, aim: number): string =>
  `≤ ${aim > 1000 ? aim / 1000 : aim} ${value <= aim ? 'met' : 'missed'}`;
