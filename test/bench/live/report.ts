import { number, table } from '../table.ts';
import type { Query } from './baseline.ts';
import type { Served } from './crowd.ts';

const MESSAGE_AIM = 30;
const IDLE_AIM = 20;
const SHARING_AIM = 10;
/** Of the figures that aims are for. */
const AIM_SUBSCRIBERS = 1_000;
/** A difference of memory says nothing where few clients share it. */
const FEW = 100;

/** Everything that was measured, for people. */
export function print(served: readonly Served[], query: Query): string {
  const rooms = Object.keys(query.cpu);
  const head = [
    'clients',
    'events/s',
    'messages/s',
    'lost',
    'bytes',
    'p50 ms',
    'p99',
    ...rooms,
    'query ÷ ours',
    'KB idle',
    'foreign %',
  ];
  const lines = served.map((each) => [
    `${each.subscribers}${each.alone ? ', not shared' : ''}`,
    number(each.rate),
    number(each.delivered),
    number(each.lost),
    number(each.bytes),
    number(each.p50),
    number(each.p99),
    ...rooms.map((room) => number(each.cpu[room]!)),
    number(query.cpu['gateway']! / each.cpu['gateway']!, 1),
    each.subscribers < FEW ? '' : number(each.idle, 1),
    number(each.foreign * 100),
  ]);
  const asked = [
    'a query for each',
    '',
    '',
    '',
    '',
    '',
    '',
    ...rooms.map((room) => number(query.cpu[room]!)),
    '1.0',
    '',
    '',
  ];
  return [
    table(head, [...lines, asked]),
    'From the first process on: microseconds of processor time for each message, without what the writes cost. p50 and p99: from the record of',
    'the fact, right before its commit, to the client. query ÷ ours: gateway time of one query for the same screen ÷ that of one message.',
    '',
    ...aims(served, query),
  ].join('\n');
}

function aims(served: readonly Served[], query: Query): string[] {
  const shared = served.filter(
    ({ subscribers, alone }) => subscribers === AIM_SUBSCRIBERS && !alone,
  );
  const idle = served.filter(
    ({ subscribers, alone: own }) => subscribers >= AIM_SUBSCRIBERS && !own,
  );
  return [
    ...shared.map((each) =>
      aim(
        `gateway µs a message, 1,000 clients, ${each.rate} events/s`,
        each.cpu['gateway']!,
        MESSAGE_AIM,
        false,
      ),
    ),
    ...shared.map((each) =>
      aim(
        `a query for each ÷ ours, ${each.rate} events/s`,
        query.cpu['gateway']! / each.cpu['gateway']!,
        SHARING_AIM,
        true,
      ),
    ),
    ...idle.map((each) =>
      aim(`KB for each of ${each.subscribers} idle clients`, each.idle, IDLE_AIM, false),
    ),
  ];
}

const aim = (name: string, value: number, wanted: number, isLeast: boolean): string =>
  `${name}: ${number(value, 1)}, aim ${isLeast ? '≥' : '≤'} ${wanted}: ${(isLeast ? value >= wanted : value <= wanted) ? 'met' : 'missed'}`;
