import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createLog } from '@deskgraph/common/core/log';
import { type Change, applyChange } from '../../testing/list.ts';
import { type LiveDesk, startLiveDesk } from '../../testing/live.ts';
import { SECRET, startTokenIssuer } from '../../testing/people.ts';
import { TestSocket } from '../../testing/socket.ts';
import { type Gateway, startGateway } from '../gateway.ts';

// Streams without `after`: each client gets a snapshot, then its changes, over one upstream stream.

const LIST = 'subscription { list { kind items item index previousIndex } }';
let desk: LiveDesk;
let gateway: Gateway;
let token: string;
const sockets: TestSocket[] = [];

const start = (live: object = {}): Promise<Gateway> =>
  startGateway({
    supergraphSdl: desk.supergraphSdl,
    authentication: { verifyToken: issuer.readToken, secret: SECRET, lookupUrls: desk.lookupUrls },
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
afterEach(() => Promise.all(sockets.splice(0).map((socket) => socket.close())));
afterAll(async () => {
  await gateway.stop();
  await desk.stop();
});

async function client(url = gateway.url): Promise<TestSocket> {
  const socket = await TestSocket.connect(url, token);
  sockets.push(socket);
  return socket;
}

/** Clients of the list on one socket, each with its copy of the list. */
class ListClients {
  readonly lists = new Map<string, number[]>();
  readonly snapshots = new Map<string, number>();
  readonly #socket: TestSocket;
  #pending = Promise.resolve();

  constructor(socket: TestSocket) {
    this.#socket = socket;
  }

  add(id: string): void {
    this.#socket.subscribe(id, LIST);
  }

  /** Reads until the copy of each client equals the list. */
  until(items: readonly number[], count: number): Promise<void> {
    const isReached = (): boolean =>
      this.lists.size === count &&
      [...this.lists.values()].every((list) => String(list) === String(items));
    this.#pending = this.#pending.then(async () => {
      while (!isReached()) {
        const { type, id, payload } = await this.#socket.receive();
        if (type !== 'next') throw new Error(`${type}: ${JSON.stringify(payload)}`);
        const change = (payload as { data: { list: Change } }).data.list;
        if (change.kind === 'SNAPSHOT') this.snapshots.set(id!, (this.snapshots.get(id!) ?? 0) + 1);
        else if (!this.lists.has(id!)) throw new Error(`${change.kind} before the first state`);
        this.lists.set(id!, applyChange(this.lists.get(id!) ?? [], change));
      }
    });
    return this.#pending;
  }
}

const running = (query: RegExp): number =>
  desk.activeSubscriptions.filter((opened) => query.test(opened.query)).length;

test('a hundred clients that join during five hundred changes all have the same list in the end, over one upstream stream', async () => {
  const before = desk.subscriptions.length;
  const clientGroups = await Promise.all(
    [client(), client()].map(async (socket) => new ListClients(await socket)),
  );
  let count = 0;
  for (let step = 0; step < 500; step++) {
    desk.list.step();
    while (count < 100 && desk.list.randomInteger(500 - step) < 100 - count)
      clientGroups[count % 2]!.add(String(count++));
    if (desk.list.randomInteger(3) === 0) await nextTurn();
  }
  while (count < 100) clientGroups[count % 2]!.add(String(count++));
  await Promise.all(clientGroups.map((clients) => clients.until(desk.list.items, 50)));
  for (const { snapshots } of clientGroups)
    expect(new Set(snapshots.values())).toEqual(new Set([1]));
  await desk.waitFor(() => running(/list/) === 1);
  expect(desk.subscriptions.length - before).toBeLessThan(60);

  // Another process takes over the list: all get a new snapshot, over one stream again.
  const last = String(desk.list.items);
  desk.list.restart();
  desk.list.step();
  const opened = desk.subscriptions.length;
  desk.disconnect(1001);
  await desk.waitFor(() => desk.subscriptions.length > opened);
  do desk.list.step();
  while (String(desk.list.items) === last);
  await Promise.all(clientGroups.map((clients) => clients.until(desk.list.items, 50)));
  for (const { snapshots } of clientGroups)
    expect(new Set(snapshots.values())).toEqual(new Set([2]));
  expect(desk.subscriptions).toHaveLength(opened + 1);
});

test('clients that join at the same moment share one stream from the start', async () => {
  const other = await start({ snapshotMaxAgeMs: Infinity });
  const socket = await client(other.url);
  const before = desk.subscriptions.length;
  const clients = new ListClients(socket);
  for (let count = 0; count < 50; count++) clients.add(String(count));
  await clients.until(desk.list.items, 50);
  expect(desk.subscriptions).toHaveLength(before + 1);
  // A client that joins soon gets the buffered snapshot.
  clients.add('soon');
  await clients.until(desk.list.items, 51);
  expect(desk.subscriptions).toHaveLength(before + 1);
  await socket.close();
  await other.stop();
});

test('a client that joins late gets a new snapshot over a catch-up stream that ends when it has reached the live one', async () => {
  const other = await start({ snapshotMaxAgeMs: 0 });
  const socket = await client(other.url);
  const before = desk.subscriptions.length;
  const clients = new ListClients(socket);
  for (let count = 1; count <= 5; count++) {
    clients.add(String(count));
    await clients.until(desk.list.items, count);
    await desk.waitFor(() => desk.subscriptions.length === before + count && running(/list/) === 1);
    desk.list.step();
    desk.list.step();
  }
  await clients.until(desk.list.items, 5);
  expect(running(/list/)).toBe(1);
  await socket.close();
  await other.stop();
});

test('each client of a snapshot stream without cursors has an upstream stream of its own, which ends with the client', async () => {
  const query = 'subscription { ticks { id } }';
  const [one, two, three] = [await client(), await client(), await client()];
  const { id } = desk.emit(1);
  for (const socket of [one, two, three]) {
    socket.subscribe('1', query);
    expect((await socket.nextResults())[0]?.data).toEqual({ ticks: { id } });
  }
  expect(running(/ticks/)).toBe(3);
  one.send({ type: 'complete', id: '1' });
  await desk.waitFor(() => running(/ticks/) === 2);
  const next = desk.emit(2);
  for (const socket of [two, three])
    expect((await socket.nextResults())[0]?.data).toEqual({ ticks: { id: next.id } });
});

test('a stream that its subgraph completes is completed for its clients', async () => {
  const socket = await client();
  const before = desk.subscriptions.length;
  socket.subscribe('1', LIST);
  socket.subscribe('2', 'subscription { ticketStream { cursor } }');
  await socket.nextResults();
  await desk.waitFor(() => desk.subscriptions.length === before + 2);
  desk.completeAll();
  expect(new Set([(await socket.receive()).id, (await socket.receive()).id])).toEqual(
    new Set(['1', '2']),
  );
  await socket.roundTrip();
});

test('a client that reads too slowly gets a new snapshot instead of all changes', async () => {
  const other = await start({ maxUnsentBytes: 64 * 1024, maxBufferedEvents: 20 });
  const query = 'subscription { list { kind items item index previousIndex pad } }';
  const [slow, fast] = [await client(other.url), await client(other.url)];
  for (const socket of [slow, fast]) {
    socket.subscribe('1', query);
    await socket.nextResults();
  }
  slow.ws.pause();
  for (let step = 0; step < 200; step++) {
    desk.list.step();
    await fast.nextResults();
  }
  slow.ws.resume();
  let list: number[] = [];
  let messageCount = 0;
  let snapshots = 0;
  while (String(list) !== String(desk.list.items) || snapshots === 0) {
    const [{ data }] = (await slow.nextResults()) as unknown as [{ data: { list: Change } }];
    if (data.list.kind === 'SNAPSHOT') snapshots++;
    list = snapshots ? applyChange(list, data.list) : list;
    messageCount++;
  }
  expect(messageCount).toBeLessThan(150);
  await Promise.all([slow.close(), fast.close()]);
  await other.stop();
});
