import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createLog } from '@deskgraph/common/core/log';
import { type LiveDesk, startLiveDesk } from '../../../testing/live.ts';
import { SECRET, startTokenIssuer } from '../../../testing/people.ts';
import { TestSocket } from '../../../testing/socket.ts';
import { type Gateway, startGateway } from '../../gateway.ts';

// The protocol graphql-transport-ws, message by message, with a client without protocol logic.

const EVENTS = 'subscription { ticketEvents { id } }';
let desk: LiveDesk;
let gateway: Gateway;
let shortTimeoutGateway: Gateway;
let token: string;
let socket: TestSocket;

beforeAll(async () => {
  const issuer = await startTokenIssuer();
  desk = await startLiveDesk();
  token = await issuer.person('ana');
  const options = {
    supergraphSdl: desk.supergraphSdl,
    authentication: { verifyToken: issuer.readToken, secret: SECRET, lookupUrls: desk.lookupUrls },
    subgraphUrls: desk.urls,
    log: createLog('test', 'silent'),
  };
  gateway = await startGateway(options);
  shortTimeoutGateway = await startGateway({
    ...options,
    live: { initTimeoutMs: 50, pingIntervalMs: 50 },
  });
  desk.emit(1);
});
afterEach(() => socket.ws.terminate());
afterAll(async () => {
  await Promise.all([gateway.stop(), shortTimeoutGateway.stop()]);
  await desk.stop();
});

async function connectWithoutInit(
  url = gateway.url,
  protocol?: string | string[],
): Promise<TestSocket> {
  socket = new TestSocket(url, protocol);
  await socket.ready;
  return socket;
}
async function connectAndInit(): Promise<TestSocket> {
  return (socket = await TestSocket.connect(gateway.url, token));
}
/** A running subscription. */
async function subscribeToEvents(id = '1'): Promise<TestSocket> {
  await connectAndInit();
  const before = desk.subscriptions.length;
  // A unique alias, so that each call opens an upstream stream to wait for.
  socket.subscribe(id, `subscription { ticketEvents { a${before}: id } }`);
  await desk.waitFor(() => desk.subscriptions.length > before);
  return socket;
}
const closeCode = async (): Promise<number> => (await socket.closed).code;

// Opening

test('the sub-protocol is negotiated, also among others', async () => {
  expect((await connectWithoutInit()).ws.protocol).toBe('graphql-transport-ws');
  socket.ws.terminate();
  expect(
    (await connectWithoutInit(gateway.url, ['other', 'graphql-transport-ws'])).ws.protocol,
  ).toBe('graphql-transport-ws');
});
test('another sub-protocol is not accepted', async () => {
  socket = new TestSocket(gateway.url, 'graphql-ws');
  // The client library itself refuses a server that agrees on none of its protocols.
  await expect(socket.ready).rejects.toThrow('subprotocol');
});
test('a socket without sub-protocol is closed with 4406', async () => {
  await connectWithoutInit(gateway.url, []);
  expect(await closeCode()).toBe(4406);
});
test('another path is refused with 404', async () => {
  socket = new TestSocket(`${gateway.url}/other`);
  await expect(socket.ready).rejects.toThrow('404');
});
test('init is acknowledged', async () => {
  await connectWithoutInit();
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  expect(await socket.receive()).toEqual({ type: 'connection_ack' });
});
test('a socket without init in time is closed with 4408', async () => {
  await connectWithoutInit(shortTimeoutGateway.url);
  expect(await closeCode()).toBe(4408);
});
test('a second init is closed with 4429', async () => {
  await connectAndInit();
  socket.send({ type: 'connection_init' });
  expect(await closeCode()).toBe(4429);
});
test('an operation before the ack is closed with 4401', async () => {
  await connectWithoutInit();
  socket.subscribe('1', EVENTS);
  expect(await closeCode()).toBe(4401);
});
test.each([
  ['a bad token', { authorization: 'Bearer nonsense' }],
  ['no token', undefined],
  ['no bearer', { authorization: 'Basic YTpi' }],
])('an init with %s is closed with 4403', async (_, payload) => {
  await connectWithoutInit();
  socket.send({ type: 'connection_init', payload });
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
  await connectAndInit();
  socket.send(message);
  expect(await closeCode()).toBe(4400);
});
test('a ping is answered before and after the init, with its payload', async () => {
  await connectWithoutInit();
  socket.send({ type: 'ping' });
  expect(await socket.receive()).toEqual({ type: 'pong' });
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  await socket.receive();
  socket.send({ type: 'ping', payload: { a: 1 } });
  expect(await socket.receive()).toEqual({ type: 'pong', payload: { a: 1 } });
});
test('an unsolicited pong is ignored', async () => {
  await connectAndInit();
  socket.send({ type: 'pong' });
  await socket.roundTrip();
  expect(socket.received).toEqual([]);
});
test('a frame beyond the limit is closed with 1009', async () => {
  await connectAndInit();
  socket.send('x'.repeat(1024 * 1024 + 1));
  expect(await closeCode()).toBe(1009);
});

// Operations

test('a query is one next and complete', async () => {
  await connectAndInit();
  socket.subscribe('q', '{ lastTicket { number } }');
  expect(await socket.receive()).toMatchObject({
    type: 'next',
    id: 'q',
    payload: { data: { lastTicket: { number: 1 } } },
  });
  expect(await socket.receive()).toEqual({ type: 'complete', id: 'q' });
});
test('variables and the operation name are applied', async () => {
  await connectAndInit();
  socket.subscribe(
    'q',
    'query A { __typename } query B($prefix: String) { lastTicket { tags(prefix: $prefix) } }',
    { prefix: 'v' },
    'B',
  );
  expect((await socket.nextResults())[0]!.data).toEqual({ lastTicket: { tags: ['vip'] } });
});
test('a subscription is a next for each event until the client completes it; nothing follows', async () => {
  await subscribeToEvents();
  desk.emit(2);
  desk.emit(3);
  await socket.nextResults(2);
  socket.send({ type: 'complete', id: '1' });
  await socket.roundTrip();
  desk.emit(4);
  await socket.roundTrip();
  expect(socket.received).toEqual([]);
});
test('a subscription that its subgraph ends is completed', async () => {
  await connectAndInit();
  socket.subscribe('1', 'subscription { refused { id } }');
  expect(await socket.receive()).toMatchObject({
    type: 'next',
    payload: { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
  });
  expect(await socket.receive()).toEqual({ type: 'complete', id: '1' });
});
test('a socket that reuses an active id is closed with 4409', async () => {
  await subscribeToEvents();
  socket.subscribe('1', EVENTS);
  expect(await closeCode()).toBe(4409);
});
test('an id may be reused after complete, by the client or the server', async () => {
  await subscribeToEvents('x');
  socket.send({ type: 'complete', id: 'x' });
  for (let round = 0; round < 2; round++) {
    socket.subscribe('x', '{ __typename }');
    await socket.nextResults();
    expect(await socket.receive()).toEqual({ type: 'complete', id: 'x' });
  }
});
test('a complete for an unknown id is ignored', async () => {
  await connectAndInit();
  socket.send({ type: 'complete', id: 'unknown' });
  await socket.roundTrip();
  expect(socket.received).toEqual([]);
});
test.each([
  ['a syntax error', '{ nonsense'],
  ['an unknown field', '{ nonsense }'],
  ['a subscription to an unknown field', 'subscription { nonsense }'],
  ['an unknown operation', 'query A { __typename } query B { __typename }'],
])('%s is one error, and the socket stays open', async (_, query) => {
  await connectAndInit();
  socket.subscribe('1', query);
  expect(await socket.receive()).toMatchObject({
    type: 'error',
    id: '1',
    payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
  await socket.roundTrip();
  expect(socket.received).toEqual([]);
});
test('a failed field is an error in a next', async () => {
  await connectAndInit();
  socket.subscribe('1', '{ lastTicket { number broken } }');
  expect(await socket.receive()).toMatchObject({
    type: 'next',
    payload: {
      data: { lastTicket: { broken: null } },
      errors: [{ path: ['lastTicket', 'broken'] }],
    },
  });
});
test('one socket carries 20 operations', async () => {
  await connectAndInit();
  for (let id = 0; id < 20; id++) socket.subscribe(String(id), EVENTS);
  await socket.roundTrip();
  await desk.waitFor(() =>
    desk.activeSubscriptions.some(({ query }) => query.includes('{__typename id}')),
  );
  const { id: event } = desk.emit(2);
  const messages = await Promise.all(Array.from({ length: 20 }, () => socket.receive()));
  expect(new Set(messages.map(({ id }) => id)).size).toBe(20);
  for (const { payload } of messages)
    expect(payload).toMatchObject({ data: { ticketEvents: { id: event } } });
});

// Keep-alive

test('the server pings, and terminates a socket that does not answer', async () => {
  const { port } = new URL(shortTimeoutGateway.url);
  socket = await TestSocket.connect(shortTimeoutGateway.url, token);
  await new Promise((resolve) => socket.ws.once('ping', resolve));
  const unresponsive = connect(Number(port), '127.0.0.1');
  unresponsive.write(
    'GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
  );
  unresponsive.resume();
  await new Promise((resolve) => unresponsive.once('close', resolve));
  await socket.roundTrip();
  expect(socket.received).toEqual([]);
});
