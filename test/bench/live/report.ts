import { number, table } from '../table.ts';
import type { QueryFigures } from './baseline.ts';
import type { LiveFigures } from './crowd.ts';

const MESSAGE_TARGET_US = 30;
const IDLE_TARGET_KB = 20;
const SHARING_TARGET = 10;
/** The number of subscribers for which the targets hold. */
const TARGET_SUBSCRIBERS = 1_000;
/** With fewer subscribers the memory difference is too small to measure. */
const MIN_MEMORY_SUBSCRIBERS = 100;

/** Formats all results for the terminal. */
export function print(served: readonly LiveFigures[], query: QueryFigures): string {
  const processNames = Object.keys(query.cpu);
  const head = [
    'clients',
    'events/s',
    'messages/s',
    'lost',
    'bytes',
    'p50 ms',
    'p99',
    ...processNames,
    'query ÷ message',
    'KB idle',
    'foreign %',
  ];
  const lines = served.map((each) => [
    `${each.subscribers}${each.hasOwnFilter ? ', not shared' : ''}`,
    number(each.rate),
    number(each.delivered),
    number(each.lost),
    number(each.bytes),
    number(each.p50),
    number(each.p99),
    ...processNames.map((processName) => number(each.cpu[processName]!)),
    number(query.cpu['gateway']! / each.cpu['gateway']!, 1),
    each.subscribers < MIN_MEMORY_SUBSCRIBERS ? '' : number(each.idle, 1),
    number(each.foreign * 100),
  ]);
  const queryLine = [
    'one query each',
    '',
    '',
    '',
    '',
    '',
    '',
    ...processNames.map((processName) => number(query.cpu[processName]!)),
    '1.0',
    '',
    '',
  ];
  return [
    table(head, [...lines, queryLine]),
    'Process columns: CPU microseconds per message, without the cost of the writes. p50 and p99: from the event,',
    'right before its commit, to the client. query ÷ message: gateway time of one query for the same fields ÷ that of one message.',
    '',
    ...targetLines(served, query),
  ].join('\n');
}

function targetLines(served: readonly LiveFigures[], query: QueryFigures): string[] {
  const shared = served.filter(
    ({ subscribers, hasOwnFilter: alone }) => subscribers === TARGET_SUBSCRIBERS && !alone,
  );
  const idle = served.filter(
    ({ subscribers, hasOwnFilter: own }) => subscribers >= TARGET_SUBSCRIBERS && !own,
  );
  return [
    ...shared.map((each) =>
      targetLine(
        `gateway µs a message, 1,000 clients, ${each.rate} events/s`,
        each.cpu['gateway']!,
        MESSAGE_TARGET_US,
        false,
      ),
    ),
    ...shared.map((each) =>
      targetLine(
        `query ÷ message, ${each.rate} events/s`,
        query.cpu['gateway']! / each.cpu['gateway']!,
        SHARING_TARGET,
        true,
      ),
    ),
    ...idle.map((each) =>
      targetLine(
        `KB for each of ${each.subscribers} idle clients`,
        each.idle,
        IDLE_TARGET_KB,
        false,
      ),
    ),
  ];
}

const targetLine = (name: string, value: number, target: number, isLeast: boolean): string =>
  `${name}: ${number(value, 1)}, target ${isLeast ? '≥' : '≤'} ${target}: ${(isLeast ? value >= target : value <= target) ? 'met' : 'missed'}`;
