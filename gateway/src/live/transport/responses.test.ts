import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createClient } from 'graphql-sse';
import { createLog } from '@deskgraph/common/core/log';
import {
  type StreamClientOptions,
  StreamClient,
  MULTIPART,
  SSE,
} from '../../../testing/listener.ts';
import { type LiveDesk, startLiveDesk } from '../../../testing/live.ts';
import { SECRET, actorsBySubject, startTokenIssuer } from '../../../testing/people.ts';
import { type Result, TestSocket } from '../../../testing/socket.ts';
import { type Gateway, startGateway } from '../../gateway.ts';
import type { LiveLimits } from '../live-limits.ts';

// Streaming responses: GraphQL over server-sent events (distinct connections mode), and Apollo's
// multipart protocol.

let desk: LiveDesk;
let gateway: Gateway;
let issuer: Awaited<ReturnType<typeof startTokenIssuer>>;
let ana: string;
const clients: StreamClient[] = [];

const start = (live: Partial<LiveLimits> = {}): Promise<Gateway> =>
  startGateway({
    supergraphSdl: desk.supergraphSdl,
    authentication: { verifyToken: issuer.readToken, secret: SECRET, lookupUrls: desk.lookupUrls },
    subgraphUrls: desk.urls,
    live: { rightsCheckIntervalMs: 100, streamGraceMs: 0, ...live },
    origins: ['https://desk.example'],
    queryTimeoutMs: 5_000,
    log: createLog('test', 'silent'),
  });

beforeAll(async () => {
  [desk, issuer] = await Promise.all([startLiveDesk(), startTokenIssuer()]);
  ana = await issuer.person('ana');
  gateway = await start();
  desk.emit(1);
});
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));
afterAll(async () => {
  await gateway.stop();
  await desk.stop();
});

async function open(options: Partial<StreamClientOptions>): Promise<StreamClient> {
  const client = await StreamClient.open({ url: gateway.url, token: ana, ...options });
  clients.push(client);
  return client;
}
const EVENTS =
  'subscription Watch($after: String) { ticketEvents(after: $after) { id ticket { number customer { name } } } }';
/** A query of which no other test uses the stream. */
const uniqueQuery = (() => {
  let count = 0;
  return (query = EVENTS) => query.replace('id ticket', `alias${count++}: id id ticket`);
})();
/** A client of a running subscription. */
async function watch(options: Partial<StreamClientOptions> = {}): Promise<StreamClient> {
  const before = desk.subscriptions.length;
  const client = await open({ query: uniqueQuery(), ...options });
  await desk.waitFor(() => desk.subscriptions.length > before);
  return client;
}
const ids = (results: Result[]): unknown[] =>
  results.map(({ data }) => (data as { ticketEvents: { id: string } } | null)?.ticketEvents.id);
const BOTH = [
  ['server-sent events', SSE],
  ['multipart', MULTIPART],
] as const;

// Content negotiation

test.each<[string, string | undefined, number, string]>([
  ['nothing in particular', undefined, 406, 'application/json'],
  ['anything', '*/*', 406, 'application/json'],
  ['JSON', 'application/json', 406, 'application/json'],
  ['other multipart bodies', 'multipart/mixed', 406, 'application/json'],
  [
    'parts for @defer',
    'multipart/mixed;deferSpec=20220824, application/json',
    406,
    'application/json',
  ],
  ['events with weight 0', 'text/event-stream;q=0, application/json', 406, 'application/json'],
  ['events', 'text/event-stream', 200, 'text/event-stream; charset=utf-8'],
  ['events, in capitals', 'Text/Event-Stream', 200, 'text/event-stream; charset=utf-8'],
  ['Apollo’s parts', MULTIPART, 200, 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"'],
  ['events or parts', `text/event-stream, ${MULTIPART}`, 200, 'text/event-stream; charset=utf-8'],
  [
    'parts rather than events',
    `text/event-stream;q=0.5, ${MULTIPART}`,
    200,
    'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"',
  ],
])('a subscription of a client that accepts %s', async (_, accept, status, type) => {
  const { response } = await open({
    query: uniqueQuery(),
    headers: { accept: accept ?? '' },
    ...(accept && { accept }),
  });
  expect(response.statusCode).toBe(status);
  expect(response.headers).toMatchObject({
    'content-type': expect.stringContaining(type),
    'x-request-id': expect.any(String),
  });
  expect(response.headers['cache-control']).toBe('no-store');
});
test('a subscription without a streaming format in Accept is refused with the formats', async () => {
  const { status, errors } = await (
    await open({ query: EVENTS, accept: 'application/graphql-response+json' })
  ).errorResponse();
  expect(status).toBe(406);
  expect(errors).toMatchObject([
    {
      message: expect.stringContaining('text/event-stream'),
      extensions: { code: 'BAD_USER_INPUT', reason: 'NOT_ACCEPTABLE' },
    },
  ]);
});
test.each([
  ['', 'application/json'],
  ['*/*, text/event-stream', 'application/json'],
  [MULTIPART, 'application/json'],
  [SSE, SSE],
])('a query of a client that accepts "%s" is answered by %s', async (accept, type) => {
  const { response } = await open({ query: '{ __typename }', accept });
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toContain(type);
});
test('a page of an allowed origin may read the stream', async () => {
  const { response } = await open({
    query: uniqueQuery(),
    headers: { origin: 'https://desk.example' },
  });
  expect(response.headers['access-control-allow-origin']).toBe('https://desk.example');
});

// Server-sent events

test('a stream is one SSE event per event, with the cursor as its id, until the client disconnects', async () => {
  const client = await watch();
  const sent = [desk.emit(2), desk.emit(3)];
  for (const { id, cursor } of sent)
    expect(await client.receive()).toMatchObject({
      event: 'next',
      id: cursor,
      data: { data: { ticketEvents: { id } }, extensions: { cursor } },
    });
  const { query } = desk.subscriptions.at(-1)!;
  await client.close();
  await desk.waitFor(() => desk.activeSubscriptions.every((running) => running.query !== query));
});
test('a query is one next and complete', async () => {
  const client = await open({ query: '{ lastTicket { number } }' });
  expect(await client.receive()).toMatchObject({
    event: 'next',
    data: { data: { lastTicket: { number: expect.any(Number) } } },
  });
  expect(await client.receive()).toEqual({ event: 'complete', data: '' });
  await client.closed;
});
test('a mutation is one next and complete; variables and the operation name are applied', async () => {
  const query =
    'query One { __typename } mutation Two($subject: String!) { rename(subject: $subject) { subject } }';
  const client = await open({ query, operationName: 'Two', variables: { subject: 'New' } });
  expect((await client.nextResults())[0]!.data).toEqual({ rename: { subject: 'New' } });
});
test('GET executes operations except mutations, and only with a header that needs a preflight', async () => {
  const client = await watch({ method: 'GET', variables: { after: null as never } });
  const { id } = desk.emit(2);
  expect(ids(await client.nextResults())).toEqual([id]);
  const mutation = await open({
    method: 'GET',
    query: 'mutation { rename(subject: "x") { subject } }',
  });
  expect(mutation.response.headers['allow']).toBe('POST');
  expect(await mutation.errorResponse()).toMatchObject({
    status: 405,
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
  const stray = await open({ method: 'GET', query: '{ __typename }', token: undefined });
  expect(await stray.errorResponse()).toMatchObject({
    status: 400,
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
  const meant = await open({
    method: 'GET',
    query: '{ __typename }',
    token: undefined,
    headers: { 'apollo-require-preflight': '1' },
  });
  expect((await meant.nextResults())[0]).toMatchObject({ data: { __typename: 'Query' } });
});
test.each([
  ['a syntax error', '{ nonsense'],
  ['an unknown field', '{ nonsense }'],
  ['a subscription to an unknown field', 'subscription { nonsense }'],
  ['an unknown operation', 'query A { __typename } query B { __typename }'],
])('%s is one error event and complete', async (_, query) => {
  const client = await open({ query });
  expect(client.response.statusCode).toBe(200);
  expect(await client.receive()).toMatchObject({
    event: 'next',
    data: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
  });
  expect(await client.receive()).toEqual({ event: 'complete', data: '' });
});
test.each([
  ['no JSON', 'nonsense'],
  ['a list', '[]'],
  ['no query', '{}'],
  ['a query that is no string', '{"query":1}'],
  ['variables that are not an object', '{"query":"{ __typename }","variables":[]}'],
  ['an operation name that is no string', '{"query":"{ __typename }","operationName":1}'],
])('a body with %s is refused before the stream', async (_, body) => {
  const client = await open({ body });
  expect(await client.errorResponse()).toMatchObject({
    status: 400,
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
});
test('a content type that needs no preflight is refused', async () => {
  const client = await open({
    query: '{ __typename }',
    token: undefined,
    headers: { 'content-type': 'text/plain' },
  });
  expect(await client.errorResponse()).toMatchObject({ status: 400 });
});
test.each([
  ['a bad token', 'Bearer nonsense'],
  ['no token', ''],
  ['no bearer', 'Basic YTpi'],
])('a request with %s is refused before the stream', async (_, authorization) => {
  const client = await open({ query: EVENTS, token: undefined, headers: { authorization } });
  expect(await client.errorResponse()).toMatchObject({
    status: 401,
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
});
test('a failed field is an error in a next', async () => {
  const client = await open({ query: '{ lastTicket { number broken } }' });
  expect(await client.receive()).toMatchObject({
    event: 'next',
    data: { data: { lastTicket: { broken: null } }, errors: [{ path: ['lastTicket', 'broken'] }] },
  });
});
test('a refusal of the subgraph is one error and complete', async () => {
  const client = await open({ query: 'subscription { refused { id } }' });
  expect(await client.receive()).toMatchObject({
    event: 'next',
    data: { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
  });
  expect(await client.receive()).toEqual({ event: 'complete', data: '' });
});
test('graphql-sse subscribes, queries, and resumes from its cursor after a disconnect', async () => {
  let after: string | undefined;
  const client = createClient({
    url: gateway.url,
    headers: { authorization: `Bearer ${ana}` },
    retry: async () => {},
  });
  const query = uniqueQuery();
  const events = client.iterate<{ ticketEvents: { id: string } }>({
    query,
    variables: {
      get after() {
        return after;
      },
    },
  });
  const receivedIds: unknown[] = [];
  const readNext = async (): Promise<void> => {
    const { value } = await events.next();
    receivedIds.push(value.data.ticketEvents.id);
    after = value.extensions.cursor;
  };
  const before = desk.subscriptions.length;
  const first = readNext();
  await desk.waitFor(() => desk.subscriptions.length > before);
  const sent = [desk.emit(1).id];
  await first;
  await gateway.stop();
  sent.push(desk.emit(2).id, desk.emit(3).id);
  const { port } = gateway;
  gateway = await startGateway({
    supergraphSdl: desk.supergraphSdl,
    authentication: { verifyToken: issuer.readToken, secret: SECRET, lookupUrls: desk.lookupUrls },
    subgraphUrls: desk.urls,
    live: { rightsCheckIntervalMs: 100, streamGraceMs: 0 },
    origins: ['https://desk.example'],
    log: createLog('test', 'silent'),
    port,
  });
  await readNext();
  await readNext();
  expect(receivedIds).toEqual(sent);
  await events.return!();
  const { value } = await client.iterate({ query: '{ __typename }' }).next();
  expect(value).toMatchObject({ data: { __typename: 'Query' } });
  const invalid = await client.iterate({ query: '{ nothing }' }).next();
  expect(invalid.value).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  client.dispose();
});

// Resuming

test('a client with Last-Event-ID resumes after it: from the buffer, from the subgraph, in preference to the variables', async () => {
  const query = uniqueQuery();
  const first = await watch({ query });
  const sent = Array.from({ length: 6 }, (_, index) => desk.emit(index + 1));
  await first.nextResults(6);
  const back = { 'last-event-id': sent[1]!.cursor };
  const opened = desk.subscriptions.length;
  const second = await open({ query, headers: back });
  expect(ids(await second.nextResults(4))).toEqual(sent.slice(2).map(({ id }) => id));
  expect(desk.subscriptions).toHaveLength(opened);
  const other = await start();
  const third = await open({
    url: other.url,
    query,
    headers: back,
    variables: { after: sent[4]!.cursor },
  });
  expect(ids(await third.nextResults(4))).toEqual(sent.slice(2).map(({ id }) => id));
  await third.close();
  await other.stop();
});
test('an id is sent before the first event, so that an early disconnect loses nothing', async () => {
  const query = 'subscription ($after: String) { ticketStream(after: $after) { event { id } } }';
  const { cursor } = desk.emit(1);
  for (let round = 0; round < 2; round++) {
    const client = round ? await open({ query }) : await watch({ query });
    while (client.lastEventId === undefined)
      await new Promise((resolve) => client.response.once('data', resolve));
    expect(client.lastEventId).toBe(cursor);
  }
});
test('a client that is disconnected a hundred times gets each event once, in order', async () => {
  const query = uniqueQuery();
  const receivedIds: unknown[] = [];
  const sent: unknown[] = [];
  let last = desk.emit(1).cursor;
  for (let cut = 0; cut < 100; cut++) {
    sent.push(desk.emit(cut).id, desk.emit(cut + 1).id);
    const client = await StreamClient.open({
      url: gateway.url,
      token: ana,
      query,
      headers: { 'last-event-id': last },
    });
    for (let left = 1 + (cut % 3); left > 0 && receivedIds.length < sent.length; left--) {
      const event = await client.receive();
      receivedIds.push(...ids([event.data as Result]));
      last = event.id!;
    }
    await client.close();
  }
  const client = await open({ query, headers: { 'last-event-id': last } });
  if (receivedIds.length < sent.length)
    receivedIds.push(...ids(await client.nextResults(sent.length - receivedIds.length)));
  expect(receivedIds).toEqual(sent);
});

// Multipart

test('parts carry each result in a payload, heartbeats between, and a final error with a null payload', async () => {
  const other = await start({ heartbeatIntervalMs: 20 });
  const query = uniqueQuery();
  const before = desk.subscriptions.length;
  const client = await open({ url: other.url, query, accept: MULTIPART });
  await Promise.all([desk.waitFor(() => desk.subscriptions.length > before), client.heartbeats(2)]);
  const { id, cursor } = desk.emit(2);
  expect(await client.receive()).toMatchObject({
    event: 'part',
    data: { payload: { data: { ticketEvents: { id } }, extensions: { cursor } } },
  });
  await other.stop();
  expect(await client.receive()).toMatchObject({
    data: { payload: null, errors: [{ extensions: { code: 'UNAVAILABLE', cursor } }] },
  });
  expect(await client.receive()).toEqual({ event: 'complete' });
});
test('an invalid operation gets a JSON response when the client accepts JSON too', async () => {
  const { status, errors } = await (
    await open({ query: 'subscription { nonsense }', accept: MULTIPART })
  ).errorResponse();
  expect(status).toBe(200);
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});

// Long-lived responses

test('clients of all transports share one stream whose events are completed once', async () => {
  const query = uniqueQuery();
  const first = await watch({ query });
  const count = desk.subscriptions.length;
  const others = [
    await open({ query, accept: MULTIPART }),
    await open({ query, token: await issuer.person('bor') }),
  ];
  const socket = await TestSocket.connect(gateway.url, ana);
  socket.subscribe('1', query);
  await socket.roundTrip();
  const before = desk.httpRequests.customers;
  const sent = Array.from({ length: 20 }, (_, index) => desk.emit(1 + 4 * index).id);
  for (const client of [first, ...others, socket])
    expect(ids(await client.nextResults(20))).toEqual(sent);
  expect(desk.subscriptions).toHaveLength(count);
  expect(desk.httpRequests.customers - before).toBe(20);
  await socket.close();
});
test('comments are sent between events as heartbeats', async () => {
  const other = await start({ pingIntervalMs: 20 });
  const client = await open({ url: other.url, query: uniqueQuery() });
  await client.heartbeats(3);
  expect(client.received).toEqual([]);
  await client.close();
  await other.stop();
});
test.each(BOTH)(
  '%s: a response ends when its token expires, and when its caller is deleted',
  async (_, accept) => {
    const short = await watch({ accept, token: await issuer.person('ana', {}, '2 seconds') });
    actorsBySubject['cid'] = { ...actorsBySubject['ana']!, id: 'agt_cid', departments: ['dep_1'] };
    const gone = await watch({ accept, token: await issuer.person('cid') });
    delete actorsBySubject['cid'];
    for (const client of [gone, short]) {
      expect(await client.receive()).toMatchObject({
        data: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
      });
      expect(await client.receive()).toMatchObject({ event: 'complete' });
      await client.closed;
    }
  },
);

test.each(BOTH)(
  '%s: changed rights end the response with a resync, from which the client resumes',
  async (_, accept) => {
    actorsBySubject['dan'] = { ...actorsBySubject['ana']!, id: 'agt_dan' };
    const query =
      'subscription ($after: String) { ticketStream(after: $after) { resync { reason from } event { id } } }';
    const token = await issuer.person('dan');
    const client = await watch({ accept, token, query });
    const { cursor } = desk.emit(1);
    await client.nextResults();
    actorsBySubject['dan'] = { ...actorsBySubject['dan'], departments: ['dep_9'] };
    const [resync] = await client.nextResults();
    expect(resync!.data).toEqual({
      ticketStream: { event: null, resync: { reason: 'RIGHTS_CHANGED', from: cursor } },
    });
    expect(await client.receive()).toMatchObject({ event: 'complete' });
    await client.closed;
    const { id } = desk.emit(2);
    const back = await open({ accept, token, query, variables: { after: cursor } });
    expect((await back.nextResults())[0]!.data).toMatchObject({ ticketStream: { event: { id } } });
    delete actorsBySubject['dan'];
  },
);

// Limits

test('responses and sockets of one caller are counted together, and released when they close', async () => {
  const other = await start({ maxConnectionsPerSubject: 2, maxConnections: 3 });
  const socket = await TestSocket.connect(other.url, ana);
  const one = await open({ url: other.url, query: EVENTS });
  const tooMany = await open({ url: other.url, query: EVENTS });
  expect(await tooMany.errorResponse()).toMatchObject({
    status: 429,
    errors: [{ extensions: { code: 'THROTTLED', reason: 'TOO_MANY_CONNECTIONS' } }],
  });
  await expect(TestSocket.connect(other.url, ana)).rejects.toThrow('1013');
  const bor = await issuer.person('bor');
  const third = await open({ url: other.url, query: EVENTS, token: bor });
  const full = await open({ url: other.url, query: EVENTS, token: bor });
  expect(full.response.headers['retry-after']).toBe('1');
  expect(await full.errorResponse()).toMatchObject({
    status: 503,
    errors: [{ extensions: { code: 'UNAVAILABLE' } }],
  });
  await Promise.all([socket.close(), one.close(), third.close()]);
  for (let round = 0; round < 5; round++) {
    const again = await open({ url: other.url, query: EVENTS });
    expect(again.response.statusCode).toBe(200);
    await again.close();
  }
  await other.stop();
});
test.each(BOTH)(
  '%s: a client that stops reading delays no other, and is disconnected after the timeout',
  async (_, accept) => {
    const other = await start({
      maxUnsentBytes: 64 * 1024,
      maxBufferedEvents: 50,
      pingIntervalMs: 50,
      heartbeatIntervalMs: 50,
      slowClientTimeoutMs: 100,
    });
    const query = uniqueQuery('subscription { ticketEvents { id ticket { subject } } }');
    const before = desk.subscriptions.length;
    const slow = await open({ url: other.url, query, accept });
    const fast = await open({ url: other.url, query, accept });
    await desk.waitFor(() => desk.subscriptions.length > before);
    slow.response.pause();
    slow.response.socket.pause();
    const subject = 'x'.repeat(64 * 1024);
    for (let index = 0; index < 150; index++) {
      const { id } = desk.emit(1, {
        ticket: { __typename: 'Ticket', id: '1', number: 1, subject },
      });
      expect(ids(await fast.nextResults())).toEqual([id]);
    }
    await fast.heartbeats(8);
    slow.response.resume();
    slow.response.socket.resume();
    await slow.closed;
    expect(slow.response.complete).toBe(false);
    expect(slow.received.length).toBeLessThan(150);
    await fast.close();
    await other.stop();
  },
);
test('a stopping gateway ends all responses with a reconnect delay, and refuses new ones', async () => {
  const other = await start();
  const query = uniqueQuery();
  const before = desk.subscriptions.length;
  const openClients = await Promise.all(
    Array.from({ length: 10 }, () => open({ url: other.url, query })),
  );
  await desk.waitFor(() => desk.subscriptions.length > before);
  const { id } = desk.emit(1);
  for (const client of openClients) expect(ids(await client.nextResults())).toEqual([id]);
  const late = connect(other.port, '127.0.0.1');
  const body = JSON.stringify({ query });
  const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ana}\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n`;
  late.write(`${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`);
  await (
    await open({ url: other.url, query: '{ __typename }' })
  ).closed;
  const stopped = other.stop();
  const answered = new Promise<string>((resolve) =>
    late.once('data', (data) => resolve(String(data))),
  );
  late.write(body.slice(5));
  expect(await answered).toMatch(/^HTTP\/1.1 503 .*retry-after: 1\r\n/is);
  late.destroy();
  for (const client of openClients) {
    const { retry, ...rest } = await client.receive();
    expect(Number(retry)).toBeGreaterThanOrEqual(500);
    expect(rest).toEqual({});
    await client.closed;
    expect(client.received).toEqual([]);
  }
  await stopped;
});
