import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { Role } from '@deskgraph/common/auth/access';
import { createLog } from '@deskgraph/common/core/log';
import type { UpstreamSubscription } from '../../testing/live-subscription.ts';
import { type LiveDesk, startLiveDesk } from '../../testing/live.ts';
import { SECRET, actorsBySubject, startTokenIssuer } from '../../testing/people.ts';
import { type Result, TestSocket } from '../../testing/socket.ts';
import { type Gateway, startGateway } from '../gateway.ts';

const EVENTS =
  'subscription Watch($after: String) { ticketEvents(after: $after) { id ticket { number customer { name } } } }';

let desk: LiveDesk;
let gateway: Gateway;
let issuer: Awaited<ReturnType<typeof startTokenIssuer>>;
let ana: string;
let bor: string;
const sockets: TestSocket[] = [];
const log = createLog('test', 'silent');
const logError = jest.spyOn(log, 'error');

const start = (live: object = {}): Promise<Gateway> =>
  startGateway({
    supergraphSdl: desk.supergraphSdl,
    authentication: { verifyToken: issuer.readToken, secret: SECRET, lookupUrls: desk.lookupUrls },
    subgraphUrls: desk.urls,
    live: { rightsCheckIntervalMs: 100, streamGraceMs: 0, ...live },
    breaker: { failures: Infinity },
    queryTimeoutMs: 5_000,
    log,
  });

beforeAll(async () => {
  [desk, issuer] = await Promise.all([startLiveDesk(), startTokenIssuer()]);
  [ana, bor] = await Promise.all([issuer.person('ana'), issuer.person('bor')]);
  gateway = await start();
});

afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.close()));
  desk.unavailable.clear();
});

afterAll(async () => {
  await gateway.stop();
  await desk.stop();
});

async function client(token = ana, url = gateway.url): Promise<TestSocket> {
  const socket = await TestSocket.connect(url, token);
  sockets.push(socket);
  return socket;
}

/** A client with one running subscription, and its upstream subscription. */
async function watch(
  query: string,
  variables: Record<string, unknown> = {},
  token = ana,
): Promise<{ socket: TestSocket; opened: UpstreamSubscription }> {
  const socket = await client(token);
  const before = desk.subscriptions.length;
  socket.subscribe('1', query, variables);
  await desk.waitFor(() => desk.subscriptions.length > before);
  return { socket, opened: desk.subscriptions.at(-1)! };
}

const ids = (results: Result[]): unknown[] =>
  results.map(({ data }) => (data as { ticketEvents: { id: string } } | null)?.ticketEvents.id);
/** A query of which no other test uses the stream. */
const uniqueQuery = (() => {
  let count = 0;
  return (query = EVENTS) => query.replace('id ticket', `alias${count++}: id id ticket`);
})();

// Sharing

test('clients of one operation share one stream and get each event once, in order, completed once', async () => {
  const query = uniqueQuery();
  const { socket: first } = await watch(query);
  const others = await Promise.all([client(bor), client(ana)]);
  // The name of the operation and an unused cursor variable make no difference.
  for (const [index, socket] of others.entries()) {
    socket.subscribe('x', query.replace('Watch', `Other${index}`));
    await socket.roundTrip();
  }
  const before = { ...desk.httpRequests };
  const count = desk.subscriptions.length;
  const sent = Array.from({ length: 50 }, (_, index) => desk.emit(1 + 4 * index).id);
  for (const socket of [first, ...others]) {
    const results = await socket.nextResults(50);
    expect(ids(results)).toEqual(sent);
    expect(results[0]).toMatchObject({
      data: { ticketEvents: { ticket: { number: 1, customer: { name: 'Name of cus_1' } } } },
    });
    expect(socket.received).toEqual([]);
  }
  expect(desk.subscriptions).toHaveLength(count);
  expect(desk.httpRequests.customers - before.customers).toBe(50);
});

test('the subgraph of a shared stream gets an anonymous agent, and the caller only when the operation depends on it', async () => {
  const shared = await watch(uniqueQuery());
  expect(shared.opened.actor).toMatchObject({ kind: 'agent', role: Role.AGENT, name: 'Agent' });
  expect(shared.opened.actor?.id).not.toBe('agt_ana');
  const text = uniqueQuery(
    'subscription ($mine: String) { ticketEvents(assignee: $mine) { id ticket { number } } }',
  );
  const own = await watch(text, { mine: 'me' });
  const others = await watch(text, { mine: 'me' }, bor);
  expect([own.opened.actor?.id, others.opened.actor?.id]).toEqual(['agt_ana', 'agt_bor']);
  const literal = await watch(
    uniqueQuery('subscription { ticketEvents(assignee: "me") { id ticket { number } } }'),
  );
  expect(literal.opened.actor?.id).toBe('agt_ana');
});

test.each([
  ['of the subgraph that owns the event', '... on TicketEvent { ticket { draft } }'],
  [
    'of another subgraph',
    'ticket { ...Who } } } fragment Who on Ticket { customer { organization { note }',
  ],
])('a @personal field %s is streamed to each caller separately', async (_, selection) => {
  const query = uniqueQuery(`subscription { ticketEvents { id ticket { number } ${selection} } }`);
  const [own, others] = [await watch(query), await watch(query, {}, bor)];
  expect([own.opened.actor?.id, others.opened.actor?.id]).toEqual(['agt_ana', 'agt_bor']);
});

test.each([
  ['with another role', () => ({ ...actorsBySubject['ana']!, role: Role.LEAD })],
  ['with another department', () => ({ ...actorsBySubject['ana']!, departments: ['dep_1'] })],
  [
    'that are customers',
    () => ({
      ...actorsBySubject['ana']!,
      kind: 'customer' as const,
      id: 'cus_1',
      role: Role.REQUESTER,
    }),
  ],
])('agents never share a stream with callers %s', async (_, other) => {
  actorsBySubject['other'] = other();
  const query = uniqueQuery();
  const one = await watch(query);
  const two = await watch(query, {}, await issuer.person('other'));
  expect(one.opened).not.toBe(two.opened);
  expect(two.opened.actor).toMatchObject({
    role: actorsBySubject['other'].role,
    departments: actorsBySubject['other'].departments,
  });
  if (actorsBySubject['other'].kind === 'customer') expect(two.opened.actor?.id).toBe('cus_1');
});

test('other variables make another stream; the order of the variables does not matter', async () => {
  const query = uniqueQuery(
    'subscription ($subject: String, $assignee: String) { ticketEvents(subject: $subject, assignee: $assignee) { id ticket { number } } }',
  );
  await watch(query, { subject: 'Printer 1', assignee: 'agt_1' });
  await watch(query, { subject: 'Printer 2', assignee: 'agt_1' });
  const count = desk.subscriptions.length;
  const third = await client();
  third.subscribe('1', query, { assignee: 'agt_1', subject: 'Printer 2', unknown: 1 });
  desk.emit(1);
  const event = desk.emit(2);
  expect(ids(await third.nextResults())).toEqual([event.id]);
  expect(desk.subscriptions).toHaveLength(count);
});

test('streams that differ only in the events they select complete an event once; other differences do not share', async () => {
  const query = `subscription ($subject: String, $extra: Boolean = false) {
    ticketEvents(subject: $subject) { id ticket { number tags @include(if: $extra) customer { name } } }
  }`;
  const sockets = [
    (await watch(query, { subject: 'Printer 1' })).socket,
    (await watch(query, {})).socket,
    (await watch(query, { subject: null })).socket,
    (await watch(query, { subject: 'Printer 1', extra: true })).socket,
  ];
  const before = desk.httpRequests.customers;
  const event = desk.emit(1);
  const answers = await Promise.all(
    sockets.map(async (socket) => (await socket.nextResults())[0]!.data),
  );
  const plain = { id: event.id, ticket: { number: 1, customer: { name: 'Name of cus_1' } } };
  expect(answers.map((data) => data?.['ticketEvents'])).toEqual([
    plain,
    plain,
    plain,
    { ...plain, ticket: { ...plain.ticket, tags: ['vip', 'paper'] } },
  ]);
  expect(desk.httpRequests.customers - before).toBe(2);
});

// Resuming

test('no event is lost or duplicated when the upstream connection breaks or its subgraph restarts', async () => {
  const { socket } = await watch(uniqueQuery());
  const sent: string[] = [desk.emit(1).id];
  const results = await socket.nextResults();
  for (let round = 0; round < 10; round++) {
    sent.push(desk.emit(1).id, desk.emit(2).id);
    const before = desk.subscriptions.length;
    desk.disconnect(round % 2 ? 1001 : undefined);
    sent.push(desk.emit(3).id);
    await desk.waitFor(() => desk.subscriptions.length > before);
    expect(desk.subscriptions.at(-1)!.variables).toHaveProperty(
      'after',
      expect.stringMatching(/^c\d+$/),
    );
    sent.push(desk.emit(5).id);
    results.push(...(await socket.nextResults(4)));
  }
  expect(ids(results)).toEqual(sent);
  await socket.roundTrip();
  expect(socket.received).toEqual([]);
});

test('a client resumes from its cursor without a gap: from the buffer, from the subgraph, with a variable or a literal', async () => {
  const query = uniqueQuery();
  const { socket } = await watch(query);
  const sent = Array.from({ length: 6 }, (_, index) => desk.emit(index + 1).id);
  const results = await socket.nextResults(6);
  const { cursor } = results[1]!.extensions!;
  const opened = desk.subscriptions.length;

  const back = await client();
  back.subscribe('1', query, { after: cursor });
  expect(ids(await back.nextResults(4))).toEqual(sent.slice(2));
  const literal = await client();
  literal.subscribe('1', query.replace('($after: String)', '').replace('$after', `"${cursor}"`));
  expect(ids(await literal.nextResults(4))).toEqual(sent.slice(2));
  expect(desk.subscriptions).toHaveLength(opened);

  // A new process has no buffer.
  const other = await start();
  const [lone, second] = await Promise.all([client(ana, other.url), client(bor, other.url)]);
  for (const one of [lone, second]) one.subscribe('1', query, { after: cursor });
  for (const one of [lone, second]) expect(ids(await one.nextResults(4))).toEqual(sent.slice(2));
  const more = [desk.emit(7).id, desk.emit(8).id];
  for (const one of [lone, second]) expect(ids(await one.nextResults(2))).toEqual(more);
  // The readers of the catch-up stream have been moved to the live stream.
  await desk.waitFor(
    () =>
      desk.activeSubscriptions.filter(
        ({ query: text }) => text === desk.subscriptions.at(-1)!.query,
      ).length === 2,
  );
  const last = desk.emit(9).id;
  for (const one of [lone, second, back, socket])
    expect(ids(await one.nextResults(one === lone || one === second ? 1 : 3)).at(-1)).toBe(last);
  await other.stop();
  await expect(lone.closed).resolves.toMatchObject({ code: 1012 });
});

test('a client without a cursor gets only new events while others catch up on the same operation', async () => {
  const query = uniqueQuery();
  const old = Array.from({ length: 3 }, () => desk.emit(1));
  const late = await client();
  late.subscribe('1', query, { after: old[0]!.cursor });
  expect(ids(await late.nextResults(2))).toEqual([old[1]!.id, old[2]!.id]);
  const now = await client();
  now.subscribe('1', query);
  await now.roundTrip();
  const { id } = desk.emit(2);
  for (const socket of [late, now]) expect(ids(await socket.nextResults())).toEqual([id]);
});

// Failures

test('events wait for a subgraph that is unavailable for a moment, and are sent incomplete when it stays so', async () => {
  const other = await start({ completionTimeoutMs: 400 });
  const socket = await client(ana, other.url);
  const before = desk.subscriptions.length;
  socket.subscribe('1', uniqueQuery());
  await desk.waitFor(() => desk.subscriptions.length > before);
  desk.unavailable.add('customers');
  const requestsBefore = desk.httpRequests.customers;
  const sent = [desk.emit(1).id, desk.emit(2).id];
  await desk.waitFor(() => desk.httpRequests.customers >= requestsBefore + 2);
  desk.unavailable.delete('customers');
  const whole = await socket.nextResults(2);
  expect(ids(whole)).toEqual(sent);
  expect(whole.flatMap(({ errors = [] }) => errors)).toEqual([]);

  desk.unavailable.add('customers');
  desk.emit(3);
  const [incomplete] = await socket.nextResults();
  expect(incomplete).toMatchObject({
    data: { ticketEvents: { ticket: { number: 3, customer: null } } },
    errors: [{ path: ['ticketEvents', 'ticket', 'customer'], extensions: { code: 'UNAVAILABLE' } }],
  });
  const requestCount = desk.httpRequests.customers;
  desk.emit(5);
  await socket.nextResults();
  expect(desk.httpRequests.customers).toBe(requestCount + 1);
  await socket.close();
  await other.stop();
});

test('a refusal of the subgraph is one error, and the socket stays open', async () => {
  const { socket } = await watch('subscription { refused { id } }');
  const { payload } = await socket.receive();
  expect(payload).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  expect(await socket.receive()).toMatchObject({ type: 'complete' });
  await socket.roundTrip();
});

test('errors of events are masked like those of queries', async () => {
  const { socket } = await watch(
    uniqueQuery('subscription { ticketEvents { id ticket { broken } } }'),
  );
  desk.emit(1);
  const [result] = await socket.nextResults();
  expect(JSON.stringify(result)).not.toMatch(/secret_table|10\.0\.0/);
  expect(result!.errors).toEqual([
    expect.objectContaining({
      path: ['ticketEvents', 'ticket', 'broken'],
      extensions: { code: 'INTERNAL', requestId: expect.any(String) },
    }),
  ]);
  const { requestId } = result!.errors![0]!.extensions;
  expect(logError).toHaveBeenCalledWith(expect.objectContaining({ requestId }), 'masked error');
});

// Limits

test('a client that stops reading is ended with its cursor after a bounded buffer, without delaying others', async () => {
  const other = await start({ maxUnsentBytes: 64 * 1024, maxBufferedEvents: 50 });
  const query = uniqueQuery('subscription { ticketEvents { id ticket { subject } } }');
  const [slow, quick] = await Promise.all([client(ana, other.url), client(ana, other.url)]);
  const before = desk.subscriptions.length;
  for (const socket of [slow, quick]) {
    socket.subscribe('1', query);
    await socket.roundTrip();
  }
  await desk.waitFor(() => desk.subscriptions.length > before);
  slow.ws.pause();
  const subject = 'x'.repeat(64 * 1024);
  const sent: string[] = [];
  for (let index = 0; index < 200; index++) {
    sent.push(desk.emit(1, { ticket: { __typename: 'Ticket', id: '1', number: 1, subject } }).id);
    expect(ids(await quick.nextResults())).toEqual([sent.at(-1)]);
  }
  slow.ws.resume();
  const receivedIds: unknown[] = [];
  let cursor: string | undefined;
  for (;;) {
    const { type, payload } = await slow.receive();
    if (type === 'error') {
      expect(payload).toMatchObject([
        { extensions: { code: 'THROTTLED', reason: 'TOO_SLOW', cursor } },
      ]);
      break;
    }
    receivedIds.push(...ids([payload as Result]));
    cursor = (payload as Result).extensions!.cursor;
  }
  expect(receivedIds).toEqual(sent.slice(0, receivedIds.length));
  expect(receivedIds.length).toBeLessThan(150);
  await Promise.all([slow.close(), quick.close()]);
  await other.stop();
});

test('a client that is too slow gets a resync message in its own selection, where the stream has one', async () => {
  const other = await start({ maxUnsentBytes: 64 * 1024, maxBufferedEvents: 20 });
  const query = `subscription Own($after: String) {
    s: ticketStream(after: $after) { cursor event { id ticket { subject } } ...R }
  } fragment R on TicketMessage { why: resync { reason from query } }`;
  const [slow, quick] = await Promise.all([client(ana, other.url), client(ana, other.url)]);
  const before = desk.subscriptions.length;
  for (const socket of [slow, quick]) {
    socket.subscribe('1', query, {}, 'Own');
    await socket.roundTrip();
  }
  await desk.waitFor(() => desk.subscriptions.length > before);
  slow.ws.pause();
  const subject = 'x'.repeat(64 * 1024);
  const sent: string[] = [];
  for (let index = 0; index < 150; index++) {
    sent.push(desk.emit(1, { ticket: { __typename: 'Ticket', id: '1', number: 1, subject } }).id);
    await quick.nextResults();
  }
  slow.ws.resume();
  type StreamMessage = { cursor: string; event: { id: string } | null; why: unknown };
  const receivedIds: string[] = [];
  let cursor: string | undefined;
  let ended = 0;
  // On a busy machine the client may be too slow again while it catches up.
  while (receivedIds.length < sent.length) {
    const [result] = await slow.nextResults();
    const { event, why, ...others } = (result!.data as unknown as { s: StreamMessage }).s;
    if (event) {
      receivedIds.push(event.id);
      cursor = others.cursor;
      continue;
    }
    expect([others, why]).toEqual([
      { cursor },
      { reason: 'TOO_SLOW', from: cursor, query: '{ lastEvent { id } }' },
    ]);
    expect(result).toEqual({ data: expect.anything(), extensions: { cursor } });
    expect(await slow.receive()).toEqual({ type: 'complete', id: '1' });
    ended++;
    slow.subscribe('1', query, { after: cursor }, 'Own');
  }
  expect(ended).toBeGreaterThan(0);
  expect(receivedIds).toEqual(sent);
  await Promise.all([slow.close(), quick.close()]);
  await other.stop();
});

test('operations per socket and sockets per caller are limited', async () => {
  const other = await start({ maxOperationsPerSocket: 2, maxConnectionsPerSubject: 2 });
  const [one] = await Promise.all([client(ana, other.url), client(ana, other.url)]);
  for (const id of ['1', '2', '3']) one!.subscribe(id, EVENTS);
  expect(await one!.receive()).toMatchObject({
    type: 'error',
    id: '3',
    payload: [{ extensions: { reason: 'TOO_MANY_SUBSCRIPTIONS' } }],
  });
  await expect(TestSocket.connect(other.url, ana)).rejects.toThrow('1013');
  await (await TestSocket.connect(other.url, bor)).close();
  await one!.close();
  await (await TestSocket.connect(other.url, ana)).close();
  await other.stop();
});

test.each([
  [
    'more fields than the limit',
    `subscription { ticketEvents { ${Array.from({ length: 1001 }, () => 'id').join(' ')} } }`,
    'COST_EXCEEDED',
  ],
  ['an unknown field', 'subscription { ticketEvents { nothing } }', 'BAD_USER_INPUT'],
  ['two root fields', 'subscription { ticketEvents { id } ticketMaybe { id } }', 'BAD_USER_INPUT'],
  [
    'a conditional root field',
    'subscription ($if: Boolean!) { ticketEvents @include(if: $if) { id } }',
    'BAD_USER_INPUT',
  ],
  [
    'a variable without a value',
    'subscription ($if: Boolean!) { ticketEvents { id @include(if: $if) } }',
    'BAD_USER_INPUT',
  ],
])('a subscription with %s is refused', async (_, query, code) => {
  const socket = await client();
  socket.subscribe('1', query);
  expect(await socket.receive()).toMatchObject({
    type: 'error',
    id: '1',
    payload: [{ extensions: { code } }],
  });
});

// Caller

test('a socket is closed when its token expires', async () => {
  const token = await issuer.person('ana', {}, '2 seconds');
  const socket = await TestSocket.connect(gateway.url, token);
  await expect(socket.closed).resolves.toMatchObject({ code: 4403 });
});

test('a newer token of the same caller keeps the socket open; a token of another caller closes it', async () => {
  const socket = await client(await issuer.person('ana', {}, '2 seconds'));
  socket.send({ type: 'ping', payload: { authorization: `Bearer ${ana}` } });
  expect(await socket.receive()).toMatchObject({ type: 'pong' });
  const short = await TestSocket.connect(gateway.url, await issuer.person('bor', {}, '3 seconds'));
  await short.closed;
  await socket.roundTrip();
  socket.send({ type: 'ping', payload: { authorization: `Bearer ${bor}` } });
  await expect(socket.closed).resolves.toMatchObject({ code: 4403 });
});

test('the socket of a deleted caller is closed within the check interval', async () => {
  actorsBySubject['cid'] = { ...actorsBySubject['ana']!, id: 'agt_cid', departments: ['dep_1'] };
  const { socket } = await watch(uniqueQuery(), {}, await issuer.person('cid'));
  delete actorsBySubject['cid'];
  await expect(socket.closed).resolves.toMatchObject({ code: 4403 });
});

test('a newer token with other rights applies to running subscriptions, without a gap', async () => {
  const query = uniqueQuery();
  const { socket } = await watch(query, {}, await issuer.app('tickets:read'));
  const sent = [desk.emit(1).id];
  await socket.nextResults();
  const before = desk.subscriptions.length;
  socket.send({
    type: 'ping',
    payload: { authorization: `Bearer ${await issuer.app('tickets:read tickets:write')}` },
  });
  sent.push(desk.emit(2).id);
  await desk.waitFor(() => desk.subscriptions.length > before);
  expect(desk.subscriptions.at(-1)!.actor).toMatchObject({
    scopes: ['tickets:read', 'tickets:write'],
  });
  sent.push(desk.emit(3).id);
  const results = [];
  while (results.length < 2) {
    const { type, payload } = await socket.receive();
    if (type === 'next') results.push(payload as Result);
  }
  expect(ids(results)).toEqual(sent.slice(1));
});

test('changed rights end a resumable stream with a resync and restart a snapshot stream under the new rights', async () => {
  actorsBySubject['cid'] = {
    ...actorsBySubject['ana']!,
    id: 'agt_cid',
    departments: ['dep_1', 'dep_2'],
  };
  const socket = await client(await issuer.person('cid'));
  const before = desk.subscriptions.length;
  const stream = uniqueQuery(
    'subscription ($after: String) { ticketStream(after: $after) { resync { reason from query } event { id ticket { number } } } }',
  );
  socket.subscribe('stream', stream);
  socket.subscribe('events', uniqueQuery());
  await desk.waitFor(() => desk.subscriptions.length === before + 2);
  const { cursor } = desk.emit(1);
  await socket.nextResults(2);
  socket.subscribe('board', 'subscription { board { id } }');
  await socket.nextResults();
  // Another name or another order of departments does not change the rights.
  actorsBySubject['cid'] = {
    ...actorsBySubject['cid'],
    name: 'Cid',
    departments: ['dep_2', 'dep_1'],
  };
  const lookupsBefore = desk.lookupRequests;
  await desk.waitFor(() => desk.lookupRequests > lookupsBefore + 2);
  await socket.roundTrip();

  actorsBySubject['cid'] = { ...actorsBySubject['cid'], role: Role.LIGHT };
  const messages = await Promise.all(Array.from({ length: 4 }, () => socket.receive()));
  const of = (id: string) => messages.filter((message) => message.id === id);
  expect(of('stream')).toMatchObject([
    {
      type: 'next',
      payload: {
        data: {
          ticketStream: {
            event: null,
            resync: { reason: 'RIGHTS_CHANGED', from: cursor, query: '{ lastEvent { id } }' },
          },
        },
      },
    },
    { type: 'complete' },
  ]);
  expect(of('events')).toMatchObject([
    {
      type: 'error',
      payload: [{ extensions: { code: 'FORBIDDEN', reason: 'RIGHTS_CHANGED', cursor } }],
    },
  ]);
  expect(of('board')).toMatchObject([
    { type: 'next', payload: { data: { board: { id: expect.any(String) } } } },
  ]);
  const missed = desk.emit(2).id;
  expect(await socket.receive()).toMatchObject({ id: 'board' });
  socket.subscribe('stream', stream, { after: cursor });
  const [result] = await socket.nextResults();
  expect(result!.data).toMatchObject({ ticketStream: { event: { id: missed } } });
  expect(desk.subscriptions.at(-1)).toMatchObject({ actor: { role: Role.LIGHT } });
  delete actorsBySubject['cid'];
  await expect(socket.closed).resolves.toMatchObject({ code: 4403 });
});

test('queries and mutations are executed over the socket as over HTTP', async () => {
  const socket = await client();
  socket.subscribe(
    '1',
    'query One { __typename } mutation Two($subject: String!) { rename(subject: $subject) { subject } }',
    { subject: 'New' },
    'Two',
  );
  expect((await socket.nextResults())[0]).toMatchObject({ data: { rename: { subject: 'New' } } });
  expect(await socket.receive()).toEqual({ type: 'complete', id: '1' });
  socket.subscribe('2', '{ nothing }');
  expect(await socket.receive()).toMatchObject({
    type: 'error',
    id: '2',
    payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
});
