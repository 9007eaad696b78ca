import { setTimeout as sleep } from 'node:timers/promises';
import type WebSocket from 'ws';
import { percentile } from '../load.ts';
import { type WatchedProcess, machineCpuTime, usageOf } from '../process.ts';
import type { SubscriberGroup } from './options.ts';
import type { LiveWorkspace } from './people.ts';
import { MessageTally, subscribe } from './subscriber.ts';

/** The selected fields of a ticket. They involve three services. */
export const TICKET_FIELDS = `number subject status priority requester { name } suggestedArticles(first: 1) { article { title } }`;
const SUBSCRIPTION = `subscription ($filter: TicketFilter) { ticketCreated(filter: $filter) { cursor event { id at } ticket { id ${TICKET_FIELDS} } } }`;

export interface LiveFigures extends SubscriberGroup {
  events: number;
  messages: number;
  lost: number;
  /** Messages per second. */
  delivered: number;
  bytes: number;
  p50: number;
  p99: number;
  /** CPU microseconds per message, by process, without the cost of the writes. */
  cpu: Record<string, number>;
  /** Gateway memory per idle client, in kilobytes. */
  idle: number;
  foreign: number;
}

export interface LiveSetup {
  url: string;
  processes: readonly WatchedProcess[];
  scene: LiveWorkspace;
  /** CPU milliseconds per write without subscribers, by process. */
  writing: Record<string, number>;
  seconds: number;
}

const CONCURRENCY = 100;
const MAX_LATENCY_SAMPLES = 20_000;
const SETTLE_MS = 1_500;
const RECEIVE_TIMEOUT_MS = 30_000;

/**
 * Opens the subscriptions of a group, creates tickets at its rate, and measures the received
 * messages.
 */
export async function measureSubscribers(
  stage: LiveSetup,
  crowd: SubscriberGroup,
): Promise<LiveFigures> {
  const { url, processes, scene, writing, seconds } = stage;
  const gateway = processes.find(({ name }) => name === 'gateway')!;
  const expected = crowd.subscribers * crowd.rate * seconds;
  const tally = new MessageTally(Math.max(1, Math.ceil(expected / MAX_LATENCY_SAMPLES)));
  const before = usageOf(gateway).memory;
  const sockets = await openSubscriptions(crowd, (n) => {
    const filter = crowd.hasOwnFilter ? { number: { gte: -n } } : {};
    return subscribe(url, scene.token(n), { query: SUBSCRIPTION, variables: { filter } }, tally);
  });
  await sleep(SETTLE_MS);
  const idle = (usageOf(gateway).memory - before) * 1024;
  await waitForAllStreams(tally, crowd.subscribers, () => scene.createTicket(next++));
  await sleep(SETTLE_MS);

  tally.clear();
  const events = Math.round(crowd.rate * seconds);
  const cpu = cpuTimes(processes);
  const whole = machineCpuTime();
  const began = performance.now();
  await runAtRate(crowd.rate, events, () => scene.createTicket(next++));
  await waitForMessages(tally, events * crowd.subscribers);
  const took = (performance.now() - began) / 1000;
  const used = Object.fromEntries(
    Object.entries(cpuTimes(processes)).map(([name, time]) => [name, time - cpu[name]!]),
  );
  const now = machineCpuTime();
  for (const socket of sockets) socket.close();
  await sleep(SETTLE_MS);

  const sorted = tally.latencies.toSorted((a, b) => a - b);
  const ofCrowd = (name: string): number =>
    Math.max(0, used[name]! - (writing[name] ?? 0) * events);
  return {
    ...crowd,
    events,
    messages: tally.messages,
    lost: events * crowd.subscribers - tally.messages,
    delivered: tally.messages / took,
    bytes: tally.bytes / tally.messages,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    cpu: Object.fromEntries(
      Object.keys(used).map((name) => [name, (ofCrowd(name) * 1000) / tally.messages]),
    ),
    idle: idle / crowd.subscribers,
    foreign:
      Math.max(
        0,
        now.used - whole.used - Object.values(used).reduce((sum, time) => sum + time, 0),
      ) /
      (now.all - whole.all),
  };
}

let next = 0;

async function openSubscriptions(
  crowd: SubscriberGroup,
  join: (n: number) => Promise<WebSocket>,
): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  for (let n = 0; n < crowd.subscribers; n += CONCURRENCY)
    sockets.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(CONCURRENCY, crowd.subscribers - n) }, (_, index) =>
          join(n + index),
        ),
      )),
    );
  return sockets;
}

/** Creates tickets until one event has reached all clients, so that every stream is open. */
async function waitForAllStreams(
  tally: MessageTally,
  subscribers: number,
  happen: () => Promise<unknown>,
): Promise<void> {
  for (const until = performance.now() + RECEIVE_TIMEOUT_MS; performance.now() < until;) {
    tally.clear();
    await happen();
    for (let waited = 0; waited < 3_000 && tally.messages < subscribers; waited += 50)
      await sleep(50);
    if (tally.messages >= subscribers) return;
  }
  throw new Error(`Only ${tally.messages} of ${subscribers} clients received the event.`);
}

/** Starts work at a fixed rate, without waiting for earlier work to finish. */
export async function runAtRate(
  rate: number,
  count: number,
  work: () => Promise<unknown>,
): Promise<void> {
  const began = performance.now();
  const running: Promise<unknown>[] = [];
  let failed: unknown;
  for (let n = 0; n < count && !failed; n++) {
    await sleep(Math.max(0, began + (n * 1000) / rate - performance.now()));
    running.push(work().catch((error: unknown) => (failed ??= error)));
  }
  await Promise.all(running);
  if (failed) throw failed as Error;
}

async function waitForMessages(tally: MessageTally, messages: number): Promise<void> {
  for (
    const until = performance.now() + RECEIVE_TIMEOUT_MS;
    tally.messages < messages && performance.now() < until;
  )
    await sleep(20);
}

export function cpuTimes(processes: readonly WatchedProcess[]): Record<string, number> {
  const { user, system } = process.cpuUsage();
  return {
    ...Object.fromEntries(processes.map((each) => [each.name, usageOf(each).cpu])),
    load: (user + system) / 1000,
  };
}
