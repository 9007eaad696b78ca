import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createLog } from '@deskgraph/common/core/log';
import { type Change, patched } from '../../testing/list.ts';
import { type LiveDesk, startLiveDesk } from '../../testing/live.ts';
import { SECRET, startIssuer } from '../../testing/people.ts';
import { Wire } from '../../testing/socket.ts';
import { type Gateway, startGateway } from '../gateway.ts';

// Streams without `after`: each client is told a whole state first, then its changes, though all share one stream of the owner.

const LIST = 'subscription { list { kind items item index previousIndex } }';
let desk: LiveDesk;
let gateway: Gateway;
let token: string;
const wires: Wire[] = [];

const start = (live: object = {}): Promise<Gateway> =>
  startGateway({
    supergraphSdl: desk.supergraphSdl,
    callers: { readToken: issuer.readToken, secret: SECRET, whoUrls: desk.whoUrls },
    subgraphUrls: desk.urls,
    live: { lingerMs: 0, ...live },
    log: createLog('test', 'silent'),
  });
let issuer: Awaited<ReturnType<typeof startIssuer>>;

beforeAll(async () => {
  [desk, issuer] = await Promise.all([startLiveDesk(), startIssuer()]);
  token = await issuer.person('ana');
  gateway = await start();
  desk.emit(1);
});
afterEach(() => Promise.all(wires.splice(0).map((wire) => wire.leave())));
afterAll(async () => {
  await gateway.stop();
  await desk.stop();
});

async function client(url = gateway.url): Promise<Wire> {
  const wire = await Wire.init(url, token);
  wires.push(wire);
  return wire;
}

/** Clients of the list on one socket, each with what it has made of what it heard. */
class Watchers {
  readonly lists = new Map<string, number[]>();
  readonly snapshots = new Map<string, number>();
  readonly #wire: Wire;
  #wait = Promise.resolve();

  constructor(wire: Wire) {
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
        const { type, id, payload } = await this.#wire.hear();
        if (type !== 'next') throw new Error(`${type}: ${JSON.stringify(payload)}`);
        const change = (payload as { data: { list: Change } }).data.list;
        if (change.kind === 'SNAPSHOT') this.snapshots.set(id!, (this.snapshots.get(id!) ?? 0) + 1);
        else if (!this.lists.has(id!)) throw new Error(`${change.kind} before the first state`);
        this.lists.set(id!, patched(this.lists.get(id!) ?? [], change));
      }
    });
    return this.#wait;
  }
}

const running = (query: RegExp): number =>
  desk.running.filter((opened) => query.test(opened.query)).length;

test('a hundred clients that come at any moment of five hundred changes have the same list in the end, by one stream of the owner', async () => {
  const before = desk.opened.length;
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
  await desk.until(() => running(/list/) === 1);
  expect(desk.opened.length - before).toBeLessThan(60);

  // Another process has the list: all hear how it stands, from one stream again.
  const last = String(desk.list.items);
  desk.list.restart();
  desk.list.step();
  const opened = desk.opened.length;
  desk.cut(1001);
  await desk.until(() => desk.opened.length > opened);
  do desk.list.step();
  while (String(desk.list.items) === last);
  await Promise.all(watchers.map((watcher) => watcher.until(desk.list.items, 50)));
  for (const { snapshots } of watchers) expect(new Set(snapshots.values())).toEqual(new Set([2]));
  expect(desk.opened).toHaveLength(opened + 1);
});

test('clients that come at the same moment need one stream from the beginning on', async () => {
  const other = await start({ freshMs: Infinity });
  const wire = await client(other.url);
  const before = desk.opened.length;
  const watcher = new Watchers(wire);
  for (let count = 0; count < 50; count++) watcher.add(String(count));
  await watcher.until(desk.list.items, 50);
  expect(desk.opened).toHaveLength(before + 1);
  // Who comes soon is told what is known already.
  watcher.add('soon');
  await watcher.until(desk.list.items, 51);
  expect(desk.opened).toHaveLength(before + 1);
  await wire.leave();
  await other.stop();
});

test('who comes late gets a fresh state by a stream that ends when it has met the first', async () => {
  const other = await start({ freshMs: 0 });
  const wire = await client(other.url);
  const before = desk.opened.length;
  const watcher = new Watchers(wire);
  for (let count = 1; count <= 5; count++) {
    watcher.add(String(count));
    await watcher.until(desk.list.items, count);
    await desk.until(() => desk.opened.length === before + count && running(/list/) === 1);
    desk.list.step();
    desk.list.step();
  }
  await watcher.until(desk.list.items, 5);
  expect(running(/list/)).toBe(1);
  await wire.leave();
  await other.stop();
});

test('a state without a cursor is told to each client by a stream of its own, which ends with it', async () => {
  const query = 'subscription { ticks { id } }';
  const [one, two, three] = [await client(), await client(), await client()];
  const { id } = desk.emit(1);
  for (const wire of [one, two, three]) {
    wire.subscribe('1', query);
    expect((await wire.next())[0]?.data).toEqual({ ticks: { id } });
  }
  expect(running(/ticks/)).toBe(3);
  one.say({ type: 'complete', id: '1' });
  await desk.until(() => running(/ticks/) === 2);
  const next = desk.emit(2);
  for (const wire of [two, three])
    expect((await wire.next())[0]?.data).toEqual({ ticks: { id: next.id } });
});

test('a stream that its owner completes is over for its clients', async () => {
  const wire = await client();
  const before = desk.opened.length;
  wire.subscribe('1', LIST);
  wire.subscribe('2', 'subscription { ticketStream { cursor } }');
  await wire.next();
  await desk.until(() => desk.opened.length === before + 2);
  desk.complete();
  expect(new Set([(await wire.hear()).id, (await wire.hear()).id])).toEqual(new Set(['1', '2']));
  await wire.settled();
});

test('who reads too slowly is told how things are now, instead of all that happened', async () => {
  const other = await start({ unsent: 64 * 1024, kept: 20 });
  const query = 'subscription { list { kind items item index previousIndex pad } }';
  const [slow, quick] = [await client(other.url), await client(other.url)];
  for (const wire of [slow, quick]) {
    wire.subscribe('1', query);
    await wire.next();
  }
  slow.ws.pause();
  for (let step = 0; step < 200; step++) {
    desk.list.step();
    await quick.next();
  }
  slow.ws.resume();
  let list: number[] = [];
  let heard = 0;
  let snapshots = 0;
  while (String(list) !== String(desk.list.items) || snapshots === 0) {
    const [{ data }] = (await slow.next()) as unknown as [{ data: { list: Change } }];
    if (data.list.kind === 'SNAPSHOT') snapshots++;
    list = snapshots ? patched(list, data.list) : list;
    heard++;
  }
  expect(heard).toBeLessThan(150);
  await Promise.all([slow.leave(), quick.leave()]);
  await other.stop();
});
