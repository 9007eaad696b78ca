import { setTimeout as sleep } from 'node:timers/promises';
import type WebSocket from 'ws';
import { share } from '../load.ts';
import { type Watched, machine, usageOf } from '../process.ts';
import type { Crowd } from './options.ts';
import type { Scene } from './people.ts';
import { Tally, subscribe } from './subscriber.ts';

/** The screen of an agent: the new ticket, who asks, an article that fits. Three services have a part in each event. */
export const TICKET = `number subject status priority requester { name } suggestedArticles(first: 1) { article { title } }`;
const SUBSCRIPTION = `subscription ($filter: TicketFilter) { ticketCreated(filter: $filter) { cursor event { id at } ticket { id ${TICKET} } } }`;

export interface Served extends Crowd {
  events: number;
  messages: number;
  lost: number;
  /** Messages a second. */
  delivered: number;
  bytes: number;
  p50: number;
  p99: number;
  /** Microseconds of processor time for each message, by process, the writes taken off. */
  cpu: Record<string, number>;
  /** Kilobytes of the gateway for each client that waits. */
  idle: number;
  foreign: number;
}

export interface Stage {
  url: string;
  processes: readonly Watched[];
  scene: Scene;
  /** Milliseconds of processor time that a write alone costs, by process. */
  writing: Record<string, number>;
  seconds: number;
}

const AT_ONCE = 100;
const SAMPLED = 20_000;
const SETTLE_MS = 1_500;
const PATIENCE_MS = 30_000;

/** Opens a crowd, lets things happen at the asked pace, and counts who got what when. */
export async function serve(stage: Stage, crowd: Crowd): Promise<Served> {
  const { url, processes, scene, writing, seconds } = stage;
  const gateway = processes.find(({ name }) => name === 'gateway')!;
  const expected = crowd.subscribers * crowd.rate * seconds;
  const tally = new Tally(Math.max(1, Math.ceil(expected / SAMPLED)));
  const before = usageOf(gateway).memory;
  const sockets = await gather(crowd, (n) => {
    const filter = crowd.alone ? { number: { gte: -n } } : {};
    return subscribe(url, scene.token(n), { query: SUBSCRIPTION, variables: { filter } }, tally);
  });
  await sleep(SETTLE_MS);
  const idle = (usageOf(gateway).memory - before) * 1024;
  await everybody(tally, crowd.subscribers, () => scene.happen(next++));
  await sleep(SETTLE_MS);

  tally.clear();
  const events = Math.round(crowd.rate * seconds);
  const cpu = timesOf(processes);
  const whole = machine();
  const began = performance.now();
  await pace(crowd.rate, events, () => scene.happen(next++));
  await arrived(tally, events * crowd.subscribers);
  const took = (performance.now() - began) / 1000;
  const used = Object.fromEntries(
    Object.entries(timesOf(processes)).map(([name, time]) => [name, time - cpu[name]!]),
  );
  const now = machine();
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
    p50: share(sorted, 0.5),
    p99: share(sorted, 0.99),
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

async function gather(crowd: Crowd, join: (n: number) => Promise<WebSocket>): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  for (let n = 0; n < crowd.subscribers; n += AT_ONCE)
    sockets.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, crowd.subscribers - n) }, (_, at) => join(n + at)),
      )),
    );
  return sockets;
}

/** Until one event has reached them all: then every stream is open. */
async function everybody(
  tally: Tally,
  subscribers: number,
  happen: () => Promise<unknown>,
): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until;) {
    tally.clear();
    await happen();
    for (let waited = 0; waited < 3_000 && tally.messages < subscribers; waited += 50)
      await sleep(50);
    if (tally.messages >= subscribers) return;
  }
  throw new Error(`Only ${tally.messages} of ${subscribers} clients are told.`);
}

/** Begins so many a second, whether the one before is done or not. */
export async function pace(
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

async function arrived(tally: Tally, messages: number): Promise<void> {
  for (
    const until = performance.now() + PATIENCE_MS;
    tally.messages < messages && performance.now() < until;
  )
    await sleep(20);
}

export function timesOf(processes: readonly Watched[]): Record<string, number> {
  const { user, system } = process.cpuUsage();
  return {
    ...Object.fromEntries(processes.map((each) => [each.name, usageOf(each).cpu])),
    load: (user + system) / 1000,
  };
}
