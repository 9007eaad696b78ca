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

// Subscriptions in responses that stay open: GraphQL over server-sent events (distinct connections), and Apollo's multipart protocol.

let desk: LiveDesk;
let gateway: Gateway;
let issuer: Awaited<ReturnType<typeof startTokenIssuer>>;
let ana: string;
const listeners: StreamClient[] = [];

const start = (live: Partial<LiveLimits> = {}): Promise<Gateway> =>
  startGateway({
    supergraphSdl: desk.supergraphSdl,
    callers: { readToken: issuer.readToken, secret: SECRET, whoUrls: desk.whoUrls },
    subgraphUrls: desk.urls,
    live: { rightsCheckIntervalMs: 100, streamGraceMs: 0, ...live },
    origins: ['https://desk.example'],
    patienceMs: 5_000,
    log: createLog('test', 'silent'),
  });

beforeAll(async () => {
  [desk, issuer] = await Promise.all([startLiveDesk(), startTokenIssuer()]);
  ana = await issuer.person('ana');
  gateway = await start();
  desk.emit(1);
});
afterEach(() => Promise.all(listeners.splice(0).map((listener) => listener.close())));
afterAll(async () => {
  await gateway.stop();
  await desk.stop();
});

async function listen(asking: Partial<StreamClientOptions>): Promise<StreamClient> {
  const listener = await StreamClient.open({ url: gateway.url, token: ana, ...asking });
  listeners.push(listener);
  return listener;
}
const EVENTS =
  'subscription Watch($after: String) { ticketEvents(after: $after) { id ticket { number customer { name } } } }';
/** A text that no other test shares a stream with. */
const fresh = (() => {
  let count = 0;
  return (query = EVENTS) => query.replace('id ticket', `alias${count++}: id id ticket`);
})();
/** A running stream. */
async function watch(asking: Partial<StreamClientOptions> = {}): Promise<StreamClient> {
  const before = desk.subscriptions.length;
  const listener = await listen({ query: fresh(), ...asking });
  await desk.waitFor(() => desk.subscriptions.length > before);
  return listener;
}
const ids = (results: Result[]): unknown[] =>
  results.map(({ data }) => (data as { ticketEvents: { id: string } } | null)?.ticketEvents.id);
const BOTH = [
  ['server-sent events', SSE],
  ['multipart', MULTIPART],
] as const;

// What is answered by a stream

test.each<[string, string | undefined, number, string]>([
  ['nothing in particular', undefined, 406, 'application/json'],
  ['anything', '*/*', 406, 'application/json'],
  ['JSON', 'application/json', 406, 'application/json'],
  ['parts of another kind', 'multipart/mixed', 406, 'application/json'],
  [
    'parts of another kind of Apollo',
    'multipart/mixed;deferSpec=20220824, application/json',
    406,
    'application/json',
  ],
  ['events that it refuses', 'text/event-stream;q=0, application/json', 406, 'application/json'],
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
  const { response } = await listen({
    query: fresh(),
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
test('a subscription without a fitting Accept says what fits', async () => {
  const { status, errors } = await (
    await listen({ query: EVENTS, accept: 'application/graphql-response+json' })
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
  const { response } = await listen({ query: '{ __typename }', accept });
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toContain(type);
});
test('a page of a listed origin may read the stream', async () => {
  const { response } = await listen({
    query: fresh(),
    headers: { origin: 'https://desk.example' },
  });
  expect(response.headers['access-control-allow-origin']).toBe('https://desk.example');
});

// Server-sent events

test('a stream is an event for each fact, whose id is its cursor, until the client hangs up', async () => {
  const listener = await watch();
  const sent = [desk.emit(2), desk.emit(3)];
  for (const { id, cursor } of sent)
    expect(await listener.receive()).toMatchObject({
      event: 'next',
      id: cursor,
      data: { data: { ticketEvents: { id } }, extensions: { cursor } },
    });
  const { query } = desk.subscriptions.at(-1)!;
  await listener.close();
  await desk.waitFor(() => desk.activeSubscriptions.every((running) => running.query !== query));
});
test('a query is one next and complete', async () => {
  const listener = await listen({ query: '{ lastTicket { number } }' });
  expect(await listener.receive()).toMatchObject({
    event: 'next',
    data: { data: { lastTicket: { number: expect.any(Number) } } },
  });
  expect(await listener.receive()).toEqual({ event: 'complete', data: '' });
  await listener.closed;
});
test('a mutation too; variables and the name of the operation count', async () => {
  const query =
    'query One { __typename } mutation Two($subject: String!) { rename(subject: $subject) { subject } }';
  const listener = await listen({ query, operationName: 'Two', variables: { subject: 'New' } });
  expect((await listener.nextResults())[0]!.data).toEqual({ rename: { subject: 'New' } });
});
test('an operation in the address of a GET, but for mutations, and not from a page that did not ask first', async () => {
  const listener = await watch({ method: 'GET', variables: { after: null as never } });
  const { id } = desk.emit(2);
  expect(ids(await listener.nextResults())).toEqual([id]);
  const mutation = await listen({
    method: 'GET',
    query: 'mutation { rename(subject: "x") { subject } }',
  });
  expect(mutation.response.headers['allow']).toBe('POST');
  expect(await mutation.errorResponse()).toMatchObject({
    status: 405,
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
  const stray = await listen({ method: 'GET', query: '{ __typename }', token: undefined });
  expect(await stray.errorResponse()).toMatchObject({
    status: 400,
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
  const meant = await listen({
    method: 'GET',
    query: '{ __typename }',
    token: undefined,
    headers: { 'apollo-require-preflight': '1' },
  });
  expect((await meant.nextResults())[0]).toMatchObject({ data: { __typename: 'Query' } });
});
test.each([
  ['a syntax error', '{ nonsense'],
  ['a field that is not there', '{ nonsense }'],
  ['a subscription to what is not there', 'subscription { nonsense }'],
  ['an unknown operation', 'query A { __typename } query B { __typename }'],
])('%s is an event and complete', async (_, query) => {
  const listener = await listen({ query });
  expect(listener.response.statusCode).toBe(200);
  expect(await listener.receive()).toMatchObject({
    event: 'next',
    data: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
  });
  expect(await listener.receive()).toEqual({ event: 'complete', data: '' });
});
test.each([
  ['no JSON', 'nonsense'],
  ['a list', '[]'],
  ['no query', '{}'],
  ['a query that is no text', '{"query":1}'],
  ['variables that are no object', '{"query":"{ __typename }","variables":[]}'],
  ['a name that is no text', '{"query":"{ __typename }","operationName":1}'],
])('%s is refused before the stream', async (_, body) => {
  const listener = await listen({ body });
  expect(await listener.errorResponse()).toMatchObject({
    status: 400,
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
});
test('a form is refused, for pages elsewhere can send one', async () => {
  const listener = await listen({
    query: '{ __typename }',
    token: undefined,
    headers: { 'content-type': 'text/plain' },
  });
  expect(await listener.errorResponse()).toMatchObject({ status: 400 });
});
test.each([
  ['a bad token', 'Bearer nonsense'],
  ['no token', ''],
  ['no bearer', 'Basic YTpi'],
])('%s is refused before the stream', async (_, authorization) => {
  const listener = await listen({ query: EVENTS, token: undefined, headers: { authorization } });
  expect(await listener.errorResponse()).toMatchObject({
    status: 401,
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
});
test('an error of one field is an error in a next', async () => {
  const listener = await listen({ query: '{ lastTicket { number broken } }' });
  expect(await listener.receive()).toMatchObject({
    event: 'next',
    data: { data: { lastTicket: { broken: null } }, errors: [{ path: ['lastTicket', 'broken'] }] },
  });
});
test('what the owner refuses is an error and complete', async () => {
  const listener = await listen({ query: 'subscription { refused { id } }' });
  expect(await listener.receive()).toMatchObject({
    event: 'next',
    data: { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
  });
  expect(await listener.receive()).toEqual({ event: 'complete', data: '' });
});
test('a stock client subscribes, asks, and goes on with its cursor after a cut', async () => {
  let after: string | undefined;
  const client = createClient({
    url: gateway.url,
    headers: { authorization: `Bearer ${ana}` },
    retry: async () => {},
  });
  const query = fresh();
  const events = client.iterate<{ ticketEvents: { id: string } }>({
    query,
    variables: {
      get after() {
        return after;
      },
    },
  });
  const got: unknown[] = [];
  const take = async (): Promise<void> => {
    const { value } = await events.next();
    got.push(value.data.ticketEvents.id);
    after = value.extensions.cursor;
  };
  const before = desk.subscriptions.length;
  const first = take();
  await desk.waitFor(() => desk.subscriptions.length > before);
  const sent = [desk.emit(1).id];
  await first;
  await gateway.stop();
  sent.push(desk.emit(2).id, desk.emit(3).id);
  const { port } = gateway;
  gateway = await startGateway({
    supergraphSdl: desk.supergraphSdl,
    callers: { readToken: issuer.readToken, secret: SECRET, whoUrls: desk.whoUrls },
    subgraphUrls: desk.urls,
    live: { rightsCheckIntervalMs: 100, streamGraceMs: 0 },
    origins: ['https://desk.example'],
    log: createLog('test', 'silent'),
    port,
  });
  await take();
  await take();
  expect(got).toEqual(sent);
  await events.return!();
  const { value } = await client.iterate({ query: '{ __typename }' }).next();
  expect(value).toMatchObject({ data: { __typename: 'Query' } });
  const invalid = await client.iterate({ query: '{ nothing }' }).next();
  expect(invalid.value).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  client.dispose();
});

// Resuming

test('who comes back with the last id goes on behind it: from memory, from the owner, whatever the variables say', async () => {
  const query = fresh();
  const first = await watch({ query });
  const sent = Array.from({ length: 6 }, (_, index) => desk.emit(index + 1));
  await first.nextResults(6);
  const back = { 'last-event-id': sent[1]!.cursor };
  const opened = desk.subscriptions.length;
  const second = await listen({ query, headers: back });
  expect(ids(await second.nextResults(4))).toEqual(sent.slice(2).map(({ id }) => id));
  expect(desk.subscriptions).toHaveLength(opened);
  const other = await start();
  const third = await listen({
    url: other.url,
    query,
    headers: back,
    variables: { after: sent[4]!.cursor },
  });
  expect(ids(await third.nextResults(4))).toEqual(sent.slice(2).map(({ id }) => id));
  await third.close();
  await other.stop();
});
test('an id comes before the first event, so that who is cut early misses nothing', async () => {
  const query = 'subscription ($after: String) { ticketStream(after: $after) { event { id } } }';
  const { cursor } = desk.emit(1);
  for (let round = 0; round < 2; round++) {
    const listener = round ? await listen({ query }) : await watch({ query });
    while (listener.lastEventId === undefined)
      await new Promise((resolve) => listener.response.once('data', resolve));
    expect(listener.lastEventId).toBe(cursor);
  }
});
test('a client that is cut a hundred times gets every event once and in order', async () => {
  const query = fresh();
  const got: unknown[] = [];
  const sent: unknown[] = [];
  let last = desk.emit(1).cursor;
  for (let cut = 0; cut < 100; cut++) {
    sent.push(desk.emit(cut).id, desk.emit(cut + 1).id);
    const listener = await StreamClient.open({
      url: gateway.url,
      token: ana,
      query,
      headers: { 'last-event-id': last },
    });
    for (let left = 1 + (cut % 3); left > 0 && got.length < sent.length; left--) {
      const heard = await listener.receive();
      got.push(...ids([heard.data as Result]));
      last = heard.id!;
    }
    await listener.close();
  }
  const listener = await listen({ query, headers: { 'last-event-id': last } });
  if (got.length < sent.length)
    got.push(...ids(await listener.nextResults(sent.length - got.length)));
  expect(got).toEqual(sent);
});

// Multipart

test('parts: each result in a payload, beats in between, an error of the whole beside no payload', async () => {
  const impatient = await start({ heartbeatIntervalMs: 20 });
  const query = fresh();
  const before = desk.subscriptions.length;
  const listener = await listen({ url: impatient.url, query, accept: MULTIPART });
  await Promise.all([
    desk.waitFor(() => desk.subscriptions.length > before),
    listener.heartbeats(2),
  ]);
  const { id, cursor } = desk.emit(2);
  expect(await listener.receive()).toMatchObject({
    event: 'part',
    data: { payload: { data: { ticketEvents: { id } }, extensions: { cursor } } },
  });
  await impatient.stop();
  expect(await listener.receive()).toMatchObject({
    data: { payload: null, errors: [{ extensions: { code: 'UNAVAILABLE', cursor } }] },
  });
  expect(await listener.receive()).toEqual({ event: 'complete' });
});
test('what is wrong with an operation is an ordinary answer for those who read JSON too', async () => {
  const { status, errors } = await (
    await listen({ query: 'subscription { nonsense }', accept: MULTIPART })
  ).errorResponse();
  expect(status).toBe(200);
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});

// Staying

test('clients of all transports share one stream, and its events are completed once', async () => {
  const query = fresh();
  const first = await watch({ query });
  const count = desk.subscriptions.length;
  const others = [
    await listen({ query, accept: MULTIPART }),
    await listen({ query, token: await issuer.person('bor') }),
  ];
  const wire = await TestSocket.connect(gateway.url, ana);
  wire.subscribe('1', query);
  await wire.roundTrip();
  const before = desk.httpRequests.customers;
  const sent = Array.from({ length: 20 }, (_, index) => desk.emit(1 + 4 * index).id);
  for (const client of [first, ...others, wire])
    expect(ids(await client.nextResults(20))).toEqual(sent);
  expect(desk.subscriptions).toHaveLength(count);
  expect(desk.httpRequests.customers - before).toBe(20);
  await wire.close();
});
test('silence is broken by comments', async () => {
  const impatient = await start({ pingIntervalMs: 20 });
  const listener = await listen({ url: impatient.url, query: fresh() });
  await listener.heartbeats(3);
  expect(listener.received).toEqual([]);
  await listener.close();
  await impatient.stop();
});
test.each(BOTH)(
  '%s end with the token, and at once when it is not good any more',
  async (_, accept) => {
    const short = await watch({ accept, token: await issuer.person('ana', {}, '2 seconds') });
    actorsBySubject['cid'] = { ...actorsBySubject['ana']!, id: 'agt_cid', departments: ['dep_1'] };
    const gone = await watch({ accept, token: await issuer.person('cid') });
    delete actorsBySubject['cid'];
    for (const listener of [gone, short]) {
      expect(await listener.receive()).toMatchObject({
        data: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
      });
      expect(await listener.receive()).toMatchObject({ event: 'complete' });
      await listener.closed;
    }
  },
);

test.each(BOTH)('%s: whose rights are changed is told so, and comes back', async (_, accept) => {
  actorsBySubject['dan'] = { ...actorsBySubject['ana']!, id: 'agt_dan' };
  const query =
    'subscription ($after: String) { ticketStream(after: $after) { resync { reason from } event { id } } }';
  const token = await issuer.person('dan');
  const listener = await watch({ accept, token, query });
  const { cursor } = desk.emit(1);
  await listener.nextResults();
  actorsBySubject['dan'] = { ...actorsBySubject['dan'], departments: ['dep_9'] };
  const [told] = await listener.nextResults();
  expect(told!.data).toEqual({
    ticketStream: { event: null, resync: { reason: 'RIGHTS_CHANGED', from: cursor } },
  });
  expect(await listener.receive()).toMatchObject({ event: 'complete' });
  await listener.closed;
  const { id } = desk.emit(2);
  const back = await listen({ accept, token, query, variables: { after: cursor } });
  expect((await back.nextResults())[0]!.data).toMatchObject({ ticketStream: { event: { id } } });
  delete actorsBySubject['dan'];
});

// Limits

test('responses and sockets of one caller are counted together; places are given back', async () => {
  const other = await start({ maxConnectionsPerSubject: 2, maxConnections: 3 });
  const wire = await TestSocket.connect(other.url, ana);
  const one = await listen({ url: other.url, query: EVENTS });
  const tooMany = await listen({ url: other.url, query: EVENTS });
  expect(await tooMany.errorResponse()).toMatchObject({
    status: 429,
    errors: [{ extensions: { code: 'THROTTLED', reason: 'TOO_MANY_CONNECTIONS' } }],
  });
  await expect(TestSocket.connect(other.url, ana)).rejects.toThrow('1013');
  const bor = await issuer.person('bor');
  const third = await listen({ url: other.url, query: EVENTS, token: bor });
  const full = await listen({ url: other.url, query: EVENTS, token: bor });
  expect(full.response.headers['retry-after']).toBe('1');
  expect(await full.errorResponse()).toMatchObject({
    status: 503,
    errors: [{ extensions: { code: 'UNAVAILABLE' } }],
  });
  await Promise.all([wire.close(), one.close(), third.close()]);
  for (let round = 0; round < 5; round++) {
    const again = await listen({ url: other.url, query: EVENTS });
    expect(again.response.statusCode).toBe(200);
    await again.close();
  }
  await other.stop();
});
test.each(BOTH)(
  '%s: a reader that stops reading delays nobody, and is cut when it stays so',
  async (_, accept) => {
    const other = await start({
      maxUnsentBytes: 64 * 1024,
      maxBufferedEvents: 50,
      pingIntervalMs: 50,
      heartbeatIntervalMs: 50,
      slowClientTimeoutMs: 100,
    });
    const query = fresh('subscription { ticketEvents { id ticket { subject } } }');
    const before = desk.subscriptions.length;
    const slow = await listen({ url: other.url, query, accept });
    const quick = await listen({ url: other.url, query, accept });
    await desk.waitFor(() => desk.subscriptions.length > before);
    slow.response.pause();
    slow.response.socket.pause();
    const subject = 'x'.repeat(64 * 1024);
    for (let index = 0; index < 150; index++) {
      const { id } = desk.emit(1, {
        ticket: { __typename: 'Ticket', id: '1', number: 1, subject },
      });
      expect(ids(await quick.nextResults())).toEqual([id]);
    }
    await quick.heartbeats(8);
    slow.response.resume();
    slow.response.socket.resume();
    await slow.closed;
    expect(slow.response.complete).toBe(false);
    expect(slow.received.length).toBeLessThan(150);
    await quick.close();
    await other.stop();
  },
);
test('a stopping gateway sends everybody away with a moment to wait, and takes nobody', async () => {
  const other = await start();
  const query = fresh();
  const before = desk.subscriptions.length;
  const stay = await Promise.all(
    Array.from({ length: 10 }, () => listen({ url: other.url, query })),
  );
  await desk.waitFor(() => desk.subscriptions.length > before);
  const { id } = desk.emit(1);
  for (const listener of stay) expect(ids(await listener.nextResults())).toEqual([id]);
  const late = connect(other.port, '127.0.0.1');
  const body = JSON.stringify({ query });
  const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ana}\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n`;
  late.write(`${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`);
  await (
    await listen({ url: other.url, query: '{ __typename }' })
  ).closed;
  const stopped = other.stop();
  const answered = new Promise<string>((resolve) =>
    late.once('data', (data) => resolve(String(data))),
  );
  late.write(body.slice(5));
  expect(await answered).toMatch(/^HTTP\/1.1 503 .*retry-after: 1\r\n/is);
  late.destroy();
  for (const listener of stay) {
    const { retry, ...rest } = await listener.receive();
    expect(Number(retry)).toBeGreaterThanOrEqual(500);
    expect(rest).toEqual({});
    await listener.closed;
    expect(listener.received).toEqual([]);
  }
  await stopped;
});
