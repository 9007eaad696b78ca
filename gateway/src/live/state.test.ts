import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createLog } from '@deskgraph/common/core/log';
import { type Change, applyChange } from '../../testing/list.ts';
import { type LiveDesk, startLiveDesk } from '../../testing/live.ts';
import { SECRET, startTokenIssuer } from '../../testing/people.ts';
import { TestSocket } from '../../testing/socket.ts';
import { type Gateway, startGateway } from '../gateway.ts';

// Streams without `after`: each client is told a whole state first, then its changes, though all share one stream of the owner.

const LIST = 'subscription { list { kind items item index previousIndex } }';
let desk: LiveDesk;
let gateway: Gateway;
let token: string;
const wires: TestSocket[] = [];

const start = (live: object = {}): Promise<Gateway> =>
  startGateway({
    supergraphSdl: desk.supergraphSdl,
    callers: { readToken: issuer.readToken, secret: SECRET, whoUrls: desk.whoUrls },
    subgraphUrls: desk.urls,
    live: { streamGraceMs: 0, ...live },
    log: createLog('test', 'silent'),
  });
let issuer: Awaited<ReturnType<typeof startTokenIssuer>>;

beforeAll(async () => {
  [desk, issuer] = await Promise.all([startLiveDesk(), startTokenIssuer()]);
  token = await issuer.person('ana');
  gateway = await start();
  desk.emit(1);
});
afterEach(() => Promise.all(wires.splice(0).map((wire) => wire.close())));
afterAll(async () => {
  await gateway.stop();
  await desk.stop();
});

async function client(url = gateway.url): Promise<TestSocket> {
  const wire = await TestSocket.connect(url, token);
  wires.push(wire);
  return wire;
}

/** Clients of the list on one socket, each with what it has made of what it heard. */
class Watchers {
  readonly lists = new Map<string, number[]>();
  readonly snapshots = new Map<string, number>();
  readonly #wire: TestSocket;
  #wait = Promise.resolve();

  constructor(wire: TestSocket) {
    this.#wire = wire;
  }

  add(id: string): void {
    this.#wire.subscribe(id, LIST);
  }

  /** Reads until every client has the list as it is. */
  until(items: readonly number[], count: number): Promise<void> {
    const isThere = (): boolean =>
      this.lists.size === count &&
      [...this.lists.values()].every((list) => String(list) === String(items));
    this.#wait = this.#wait.then(async () => {
      while (!isThere()) {
        const { type, id, payload } = await this.#wire.receive();
        if (type !== 'next') throw new Error(`${type}: ${JSON.stringify(payload)}`);
        const change = (payload as { data: { list: Change } }).data.list;
        if (change.kind === 'SNAPSHOT') this.snapshots.set(id!, (this.snapshots.get(id!) ?? 0) + 1);
        else if (!this.lists.has(id!)) throw new Error(`${change.kind} before the first state`);
        this.lists.set(id!, applyChange(this.lists.get(id!) ?? [], change));
      }
    });
    return this.#wait;
  }
}

const running = (query: RegExp): number =>
  desk.activeSubscriptions.filter((opened) => query.test(opened.query)).length;

test('a hundred clients that come at any moment of five hundred changes have the same list in the end, by one stream of the owner', async () => {
  const before = desk.subscriptions.length;
  const watchers = await Promise.all(
    [client(), client()].map(async (wire) => new Watchers(await wire)),
  );
  let count = 0;
  for (let step = 0; step < 500; step++) {
    desk.list.step();
    while (count < 100 && desk.list.random(500 - step) < 100 - count)
      watchers[count % 2]!.add(String(count++));
    if (desk.list.random(3) === 0) await turn();
  }
  while (count < 100) watchers[count % 2]!.add(String(count++));
  await Promise.all(watchers.map((watcher) => watcher.until(desk.list.items, 50)));
  for (const { snapshots } of watchers) expect(new Set(snapshots.values())).toEqual(new Set([1]));
  await desk.waitFor(() => running(/list/) === 1);
  expect(desk.subscriptions.length - before).toBeLessThan(60);

  // Another process has the list: all hear how it stands, from one stream again.
  const last = String(desk.list.items);
  desk.list.restart();
  desk.list.step();
  const opened = desk.subscriptions.length;
  desk.disconnect(1001);
  await desk.waitFor(() => desk.subscriptions.length > opened);
  do desk.list.step();
  while (String(desk.list.items) === last);
  await Promise.all(watchers.map((watcher) => watcher.until(desk.list.items, 50)));
  for (const { snapshots } of watchers) expect(new Set(snapshots.values())).toEqual(new Set([2]));
  expect(desk.subscriptions).toHaveLength(opened + 1);
});

test('clients that come at the same moment need one stream from the beginning on', async () => {
  const other = await start({ snapshotMaxAgeMs: Infinity });
  const wire = await client(other.url);
  const before = desk.subscriptions.length;
  const watcher = new Watchers(wire);
  for (let count = 0; count < 50; count++) watcher.add(String(count));
  await watcher.until(desk.list.items, 50);
  expect(desk.subscriptions).toHaveLength(before + 1);
  // Who comes soon is told what is known already.
  watcher.add('soon');
  await watcher.until(desk.list.items, 51);
  expect(desk.subscriptions).toHaveLength(before + 1);
  await wire.close();
  await other.stop();
});

test('who comes late gets a fresh state by a stream that ends when it has met the first', async () => {
  const other = await start({ snapshotMaxAgeMs: 0 });
  const wire = await client(other.url);
  const before = desk.subscriptions.length;
  const watcher = new Watchers(wire);
  for (let count = 1; count <= 5; count++) {
    watcher.add(String(count));
    await watcher.until(desk.list.items, count);
    await desk.waitFor(() => desk.subscriptions.length === before + count && running(/list/) === 1);
    desk.list.step();
    desk.list.step();
  }
  await watcher.until(desk.list.items, 5);
  expect(running(/list/)).toBe(1);
  await wire.close();
  await other.stop();
});

test('a state without a cursor is told to each client by a stream of its own, which ends with it', async () => {
  const query = 'subscription { ticks { id } }';
  const [one, two, three] = [await client(), await client(), await client()];
  const { id } = desk.emit(1);
  for (const wire of [one, two, three]) {
    wire.subscribe('1', query);
    expect((await wire.nextResults())[0]?.data).toEqual({ ticks: { id } });
  }
  expect(running(/ticks/)).toBe(3);
  one.send({ type: 'complete', id: '1' });
  await desk.waitFor(() => running(/ticks/) === 2);
  const next = desk.emit(2);
  for (const wire of [two, three])
    expect((await wire.nextResults())[0]?.data).toEqual({ ticks: { id: next.id } });
});

test('a stream that its owner completes is over for its clients', async () => {
  const wire = await client();
  const before = desk.subscriptions.length;
  wire.subscribe('1', LIST);
  wire.subscribe('2', 'subscription { ticketStream { cursor } }');
  await wire.nextResults();
  await desk.waitFor(() => desk.subscriptions.length === before + 2);
  desk.completeAll();
  expect(new Set([(await wire.receive()).id, (await wire.receive()).id])).toEqual(
    new Set(['1', '2']),
  );
  await wire.roundTrip();
});

test('who reads too slowly is told how things are now, instead of all that happened', async () => {
  const other = await start({ maxUnsentBytes: 64 * 1024, maxBufferedEvents: 20 });
  const query = 'subscription { list { kind items item index previousIndex pad } }';
  const [slow, quick] = [await client(other.url), await client(other.url)];
  for (const wire of [slow, quick]) {
    wire.subscribe('1', query);
    await wire.nextResults();
  }
  slow.ws.pause();
  for (let step = 0; step < 200; step++) {
    desk.list.step();
    await quick.nextResults();
  }
  slow.ws.resume();
  let list: number[] = [];
  let heard = 0;
  let snapshots = 0;
  while (String(list) !== String(desk.list.items) || snapshots === 0) {
    const [{ data }] = (await slow.nextResults()) as unknown as [{ data: { list: Change } }];
    if (data.list.kind === 'SNAPSHOT') snapshots++;
    list = snapshots ? applyChange(list, data.list) : list;
    heard++;
  }
  expect(heard).toBeLessThan(150);
  await Promise.all([slow.close(), quick.close()]);
  await other.stop();
});
