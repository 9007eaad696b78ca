import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createLog } from '@deskgraph/common/core/log';
import { type LiveDesk, startLiveDesk } from '../../../testing/live.ts';
import { SECRET, startTokenIssuer } from '../../../testing/people.ts';
import { TestSocket } from '../../../testing/socket.ts';
import { type Gateway, startGateway } from '../../gateway.ts';

// The protocol graphql-transport-ws, message by message, with a client that knows nothing of it.

const EVENTS = 'subscription { ticketEvents { id } }';
let desk: LiveDesk;
let gateway: Gateway;
let impatient: Gateway;
let token: string;
let wire: TestSocket;

beforeAll(async () => {
  const issuer = await startTokenIssuer();
  desk = await startLiveDesk();
  token = await issuer.person('ana');
  const options = {
    supergraphSdl: desk.supergraphSdl,
    callers: { readToken: issuer.readToken, secret: SECRET, whoUrls: desk.whoUrls },
    subgraphUrls: desk.urls,
    log: createLog('test', 'silent'),
  };
  gateway = await startGateway(options);
  impatient = await startGateway({ ...options, live: { initTimeoutMs: 50, pingIntervalMs: 50 } });
  desk.emit(1);
});
afterEach(() => wire.ws.terminate());
afterAll(async () => {
  await Promise.all([gateway.stop(), impatient.stop()]);
  await desk.stop();
});

async function bare(url = gateway.url, protocol?: string | string[]): Promise<TestSocket> {
  wire = new TestSocket(url, protocol);
  await wire.ready;
  return wire;
}
async function ready(): Promise<TestSocket> {
  return (wire = await TestSocket.connect(gateway.url, token));
}
/** A running stream of events. */
async function running(id = '1'): Promise<TestSocket> {
  await ready();
  const before = desk.subscriptions.length;
  // Each is a stream of its own, so that its beginning is seen.
  wire.subscribe(id, `subscription { ticketEvents { a${before}: id } }`);
  await desk.waitFor(() => desk.subscriptions.length > before);
  return wire;
}
const closeCode = async (): Promise<number> => (await wire.closed).code;

// Opening

test('the sub-protocol is agreed on, among others too', async () => {
  expect((await bare()).ws.protocol).toBe('graphql-transport-ws');
  wire.ws.terminate();
  expect((await bare(gateway.url, ['other', 'graphql-transport-ws'])).ws.protocol).toBe(
    'graphql-transport-ws',
  );
});
test('another sub-protocol is not accepted', async () => {
  wire = new TestSocket(gateway.url, 'graphql-ws');
  // The client library itself refuses a server that agrees on none of its protocols.
  await expect(wire.ready).rejects.toThrow('subprotocol');
});
test('no sub-protocol is closed with 4406', async () => {
  await bare(gateway.url, []);
  expect(await closeCode()).toBe(4406);
});
test('another path is not found', async () => {
  wire = new TestSocket(`${gateway.url}/other`);
  await expect(wire.ready).rejects.toThrow('404');
});
test('init is acknowledged', async () => {
  await bare();
  wire.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  expect(await wire.receive()).toEqual({ type: 'connection_ack' });
});
test('no init in time is closed with 4408', async () => {
  await bare(impatient.url);
  expect(await closeCode()).toBe(4408);
});
test('a second init is closed with 4429', async () => {
  await ready();
  wire.send({ type: 'connection_init' });
  expect(await closeCode()).toBe(4429);
});
test('an operation before the ack is closed with 4401', async () => {
  await bare();
  wire.subscribe('1', EVENTS);
  expect(await closeCode()).toBe(4401);
});
test.each([
  ['a bad token', { authorization: 'Bearer nonsense' }],
  ['no token', undefined],
  ['no bearer', { authorization: 'Basic YTpi' }],
])('an init with %s is closed with 4403', async (_, payload) => {
  await bare();
  wire.send({ type: 'connection_init', payload });
  expect(await closeCode()).toBe(4403);
});

// Messages

test.each([
  ['no JSON', 'nonsense'],
  ['an unknown type', { type: 'unknown' }],
  ['no type', { id: '1' }],
  ['no id', { type: 'subscribe', payload: { query: EVENTS } }],
  ['no payload', { type: 'subscribe', id: '1' }],
  ['no query', { type: 'subscribe', id: '1', payload: {} }],
])('a message with %s is closed with 4400', async (_, message) => {
  await ready();
  wire.send(message);
  expect(await closeCode()).toBe(4400);
});
test('a ping is answered before and after the init, with its payload', async () => {
  await bare();
  wire.send({ type: 'ping' });
  expect(await wire.receive()).toEqual({ type: 'pong' });
  wire.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  await wire.receive();
  wire.send({ type: 'ping', payload: { a: 1 } });
  expect(await wire.receive()).toEqual({ type: 'pong', payload: { a: 1 } });
});
test('a pong that nobody asked for is ignored', async () => {
  await ready();
  wire.send({ type: 'pong' });
  await wire.roundTrip();
  expect(wire.received).toEqual([]);
});
test('a frame beyond the limit is closed with 1009', async () => {
  await ready();
  wire.send('x'.repeat(1024 * 1024 + 1));
  expect(await closeCode()).toBe(1009);
});

// Operations

test('a query is one next and complete', async () => {
  await ready();
  wire.subscribe('q', '{ lastTicket { number } }');
  expect(await wire.receive()).toMatchObject({
    type: 'next',
    id: 'q',
    payload: { data: { lastTicket: { number: 1 } } },
  });
  expect(await wire.receive()).toEqual({ type: 'complete', id: 'q' });
});
test('variables and the name of the operation count', async () => {
  await ready();
  wire.subscribe(
    'q',
    'query A { __typename } query B($prefix: String) { lastTicket { tags(prefix: $prefix) } }',
    { prefix: 'v' },
    'B',
  );
  expect((await wire.nextResults())[0]!.data).toEqual({ lastTicket: { tags: ['vip'] } });
});
test('a stream is a next for each event until the client completes; then nothing comes, and the owner is let go', async () => {
  await running();
  desk.emit(2);
  desk.emit(3);
  await wire.nextResults(2);
  wire.send({ type: 'complete', id: '1' });
  await wire.roundTrip();
  desk.emit(4);
  await wire.roundTrip();
  expect(wire.received).toEqual([]);
});
test('a stream that its owner ends completes', async () => {
  await ready();
  wire.subscribe('1', 'subscription { refused { id } }');
  expect(await wire.receive()).toMatchObject({
    type: 'next',
    payload: { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
  });
  expect(await wire.receive()).toEqual({ type: 'complete', id: '1' });
});
test('an id that is in use is closed with 4409', async () => {
  await running();
  wire.subscribe('1', EVENTS);
  expect(await closeCode()).toBe(4409);
});
test('an id may be used again after complete, whoever completed', async () => {
  await running('x');
  wire.send({ type: 'complete', id: 'x' });
  for (let round = 0; round < 2; round++) {
    wire.subscribe('x', '{ __typename }');
    await wire.nextResults();
    expect(await wire.receive()).toEqual({ type: 'complete', id: 'x' });
  }
});
test('a complete for an unknown id is ignored', async () => {
  await ready();
  wire.send({ type: 'complete', id: 'nobody' });
  await wire.roundTrip();
  expect(wire.received).toEqual([]);
});
test.each([
  ['a syntax error', '{ nonsense'],
  ['a field that is not there', '{ nonsense }'],
  ['a subscription to what is not there', 'subscription { nonsense }'],
  ['an unknown operation', 'query A { __typename } query B { __typename }'],
])('%s is one error, and the socket stays', async (_, query) => {
  await ready();
  wire.subscribe('1', query);
  expect(await wire.receive()).toMatchObject({
    type: 'error',
    id: '1',
    payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
  await wire.roundTrip();
  expect(wire.received).toEqual([]);
});
test('a resolver that fails is an error in a next', async () => {
  await ready();
  wire.subscribe('1', '{ lastTicket { number broken } }');
  expect(await wire.receive()).toMatchObject({
    type: 'next',
    payload: {
      data: { lastTicket: { broken: null } },
      errors: [{ path: ['lastTicket', 'broken'] }],
    },
  });
});
test('20 operations go over one socket', async () => {
  await ready();
  for (let id = 0; id < 20; id++) wire.subscribe(String(id), EVENTS);
  await wire.roundTrip();
  await desk.waitFor(() =>
    desk.activeSubscriptions.some(({ query }) => query.includes('{__typename id}')),
  );
  const { id: event } = desk.emit(2);
  const heard = await Promise.all(Array.from({ length: 20 }, () => wire.receive()));
  expect(new Set(heard.map(({ id }) => id)).size).toBe(20);
  for (const { payload } of heard)
    expect(payload).toMatchObject({ data: { ticketEvents: { id: event } } });
});

// Staying

test('the server pings, and drops who does not answer', async () => {
  const { port } = new URL(impatient.url);
  wire = await TestSocket.connect(impatient.url, token);
  await new Promise((resolve) => wire.ws.once('ping', resolve));
  const dead = connect(Number(port), '127.0.0.1');
  dead.write(
    'GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
  );
  dead.resume();
  await new Promise((resolve) => dead.once('close', resolve));
  await wire.roundTrip();
  expect(wire.received).toEqual([]);
});
