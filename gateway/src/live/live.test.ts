import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { Role } from '@deskgraph/common/auth/access';
import { createLog } from '@deskgraph/common/core/log';
import { type LiveDesk, type UpstreamSubscription, startLiveDesk } from '../../testing/live.ts';
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
const wires: TestSocket[] = [];
const log = createLog('test', 'silent');
const logged = jest.spyOn(log, 'error');

const start = (live: object = {}): Promise<Gateway> =>
  startGateway({
    supergraphSdl: desk.supergraphSdl,
    callers: { readToken: issuer.readToken, secret: SECRET, whoUrls: desk.whoUrls },
    subgraphUrls: desk.urls,
    live: { rightsCheckIntervalMs: 100, streamGraceMs: 0, ...live },
    breaker: { failures: Infinity },
    patienceMs: 5_000,
    log,
  });

beforeAll(async () => {
  [desk, issuer] = await Promise.all([startLiveDesk(), startTokenIssuer()]);
  [ana, bor] = await Promise.all([issuer.person('ana'), issuer.person('bor')]);
  gateway = await start();
});

afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.close()));
  desk.unavailable.clear();
});

afterAll(async () => {
  await gateway.stop();
  await desk.stop();
});

async function client(token = ana, url = gateway.url): Promise<TestSocket> {
  const wire = await TestSocket.connect(url, token);
  wires.push(wire);
  return wire;
}

/** A client with one running operation, and what the owner was asked for it. */
async function watch(
  query: string,
  variables: Record<string, unknown> = {},
  token = ana,
): Promise<{ wire: TestSocket; opened: UpstreamSubscription }> {
  const wire = await client(token);
  const before = desk.subscriptions.length;
  wire.subscribe('1', query, variables);
  await desk.waitFor(() => desk.subscriptions.length > before);
  return { wire, opened: desk.subscriptions.at(-1)! };
}

const ids = (results: Result[]): unknown[] =>
  results.map(({ data }) => (data as { ticketEvents: { id: string } } | null)?.ticketEvents.id);
/** A text that no other test shares a stream with. */
const fresh = (() => {
  let count = 0;
  return (query = EVENTS) => query.replace('id ticket', `alias${count++}: id id ticket`);
})();

// Sharing

test('clients of one operation share one stream: each gets every event once and in order, completed once', async () => {
  const query = fresh();
  const { wire: first } = await watch(query);
  const others = await Promise.all([client(bor), client(ana)]);
  // Another name and a cursor variable that is not used say the same.
  for (const [index, wire] of others.entries()) {
    wire.subscribe('x', query.replace('Watch', `Other${index}`));
    await wire.roundTrip();
  }
  const before = { ...desk.httpRequests };
  const count = desk.subscriptions.length;
  const sent = Array.from({ length: 50 }, (_, index) => desk.emit(1 + 4 * index).id);
  for (const wire of [first, ...others]) {
    const results = await wire.nextResults(50);
    expect(ids(results)).toEqual(sent);
    expect(results[0]).toMatchObject({
      data: { ticketEvents: { ticket: { number: 1, customer: { name: 'Name of cus_1' } } } },
    });
    expect(wire.received).toEqual([]);
  }
  expect(desk.subscriptions).toHaveLength(count);
  expect(desk.httpRequests.customers - before.customers).toBe(50);
});

test('the owner of a shared stream is told of nobody in particular, and of a person only where an operation asks for what is its own', async () => {
  const shared = await watch(fresh());
  expect(shared.opened.actor).toMatchObject({ kind: 'agent', role: Role.AGENT, name: 'Agent' });
  expect(shared.opened.actor?.id).not.toBe('agt_ana');
  const text = fresh(
    'subscription ($mine: String) { ticketEvents(assignee: $mine) { id ticket { number } } }',
  );
  const own = await watch(text, { mine: 'me' });
  const others = await watch(text, { mine: 'me' }, bor);
  expect([own.opened.actor?.id, others.opened.actor?.id]).toEqual(['agt_ana', 'agt_bor']);
  const literal = await watch(
    fresh('subscription { ticketEvents(assignee: "me") { id ticket { number } } }'),
  );
  expect(literal.opened.actor?.id).toBe('agt_ana');
});

test.each([
  ['of the owner', '... on TicketEvent { ticket { draft } }'],
  [
    'of another room',
    'ticket { ...Who } } } fragment Who on Ticket { customer { organization { note }',
  ],
])(
  'a field %s that answers each caller with his own is streamed to him alone',
  async (_, selection) => {
    const query = fresh(`subscription { ticketEvents { id ticket { number } ${selection} } }`);
    const [own, others] = [await watch(query), await watch(query, {}, bor)];
    expect([own.opened.actor?.id, others.opened.actor?.id]).toEqual(['agt_ana', 'agt_bor']);
  },
);

test.each([
  ['of another role', () => ({ ...actorsBySubject['ana']!, role: Role.LEAD })],
  ['of another department', () => ({ ...actorsBySubject['ana']!, departments: ['dep_1'] })],
  [
    'customers',
    () => ({
      ...actorsBySubject['ana']!,
      kind: 'customer' as const,
      id: 'cus_1',
      role: Role.REQUESTER,
    }),
  ],
])('callers %s never share', async (_, other) => {
  actorsBySubject['other'] = other();
  const query = fresh();
  const one = await watch(query);
  const two = await watch(query, {}, await issuer.person('other'));
  expect(one.opened).not.toBe(two.opened);
  expect(two.opened.actor).toMatchObject({
    role: actorsBySubject['other'].role,
    departments: actorsBySubject['other'].departments,
  });
  if (actorsBySubject['other'].kind === 'customer') expect(two.opened.actor?.id).toBe('cus_1');
});

test('other variables are another stream; the same in another order are the same', async () => {
  const query = fresh(
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

test('streams that only let other events through complete an event once; what else differs keeps them apart', async () => {
  const query = `subscription ($subject: String, $extra: Boolean = false) {
    ticketEvents(subject: $subject) { id ticket { number tags @include(if: $extra) customer { name } } }
  }`;
  const wires = [
    (await watch(query, { subject: 'Printer 1' })).wire,
    (await watch(query, {})).wire,
    (await watch(query, { subject: null })).wire,
    (await watch(query, { subject: 'Printer 1', extra: true })).wire,
  ];
  const before = desk.httpRequests.customers;
  const event = desk.emit(1);
  const answers = await Promise.all(wires.map(async (wire) => (await wire.nextResults())[0]!.data));
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

test('a cut between the rooms, or a room that stops, loses nothing and doubles nothing', async () => {
  const { wire } = await watch(fresh());
  const sent: string[] = [desk.emit(1).id];
  const results = await wire.nextResults();
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
    results.push(...(await wire.nextResults(4)));
  }
  expect(ids(results)).toEqual(sent);
  await wire.roundTrip();
  expect(wire.received).toEqual([]);
});

test('a client comes back with its cursor and misses nothing: from memory, from the owner, and by whatever way it gives the cursor', async () => {
  const query = fresh();
  const { wire } = await watch(query);
  const sent = Array.from({ length: 6 }, (_, index) => desk.emit(index + 1).id);
  const results = await wire.nextResults(6);
  const { cursor } = results[1]!.extensions!;
  const opened = desk.subscriptions.length;

  const back = await client();
  back.subscribe('1', query, { after: cursor });
  expect(ids(await back.nextResults(4))).toEqual(sent.slice(2));
  const literal = await client();
  literal.subscribe('1', query.replace('($after: String)', '').replace('$after', `"${cursor}"`));
  expect(ids(await literal.nextResults(4))).toEqual(sent.slice(2));
  expect(desk.subscriptions).toHaveLength(opened);

  // A new process remembers nothing.
  const other = await start();
  const [lone, second] = await Promise.all([client(ana, other.url), client(bor, other.url)]);
  for (const one of [lone, second]) one.subscribe('1', query, { after: cursor });
  for (const one of [lone, second]) expect(ids(await one.nextResults(4))).toEqual(sent.slice(2));
  const more = [desk.emit(7).id, desk.emit(8).id];
  for (const one of [lone, second]) expect(ids(await one.nextResults(2))).toEqual(more);
  // Those who read older events have gone over to the live stream by now.
  await desk.waitFor(
    () =>
      desk.activeSubscriptions.filter(
        ({ query: text }) => text === desk.subscriptions.at(-1)!.query,
      ).length === 2,
  );
  const last = desk.emit(9).id;
  for (const one of [lone, second, back, wire])
    expect(ids(await one.nextResults(one === lone || one === second ? 1 : 3)).at(-1)).toBe(last);
  await other.stop();
  await expect(lone.closed).resolves.toMatchObject({ code: 1012 });
});

test('who only wants what comes gets nothing older, though others read older events of the same operation', async () => {
  const query = fresh();
  const old = Array.from({ length: 3 }, () => desk.emit(1));
  const late = await client();
  late.subscribe('1', query, { after: old[0]!.cursor });
  expect(ids(await late.nextResults(2))).toEqual([old[1]!.id, old[2]!.id]);
  const now = await client();
  now.subscribe('1', query);
  await now.roundTrip();
  const { id } = desk.emit(2);
  for (const wire of [late, now]) expect(ids(await wire.nextResults())).toEqual([id]);
});

// Trouble

test('events wait for a room that is away for a moment, and go out with holes when it stays away', async () => {
  const other = await start({ completionTimeoutMs: 400 });
  const wire = await client(ana, other.url);
  const before = desk.subscriptions.length;
  wire.subscribe('1', fresh());
  await desk.waitFor(() => desk.subscriptions.length > before);
  desk.unavailable.add('customers');
  const asked = desk.httpRequests.customers;
  const sent = [desk.emit(1).id, desk.emit(2).id];
  await desk.waitFor(() => desk.httpRequests.customers >= asked + 2);
  desk.unavailable.delete('customers');
  const whole = await wire.nextResults(2);
  expect(ids(whole)).toEqual(sent);
  expect(whole.flatMap(({ errors = [] }) => errors)).toEqual([]);

  desk.unavailable.add('customers');
  desk.emit(3);
  const [holed] = await wire.nextResults();
  expect(holed).toMatchObject({
    data: { ticketEvents: { ticket: { number: 3, customer: null } } },
    errors: [{ path: ['ticketEvents', 'ticket', 'customer'], extensions: { code: 'UNAVAILABLE' } }],
  });
  const until = desk.httpRequests.customers;
  desk.emit(5);
  await wire.nextResults();
  expect(desk.httpRequests.customers).toBe(until + 1);
  await wire.close();
  await other.stop();
});

test('what the owner refuses is one error, and the socket stays', async () => {
  const { wire } = await watch('subscription { refused { id } }');
  const { payload } = await wire.receive();
  expect(payload).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  expect(await wire.receive()).toMatchObject({ type: 'complete' });
  await wire.roundTrip();
});

test('errors of events are masked like those of queries', async () => {
  const { wire } = await watch(fresh('subscription { ticketEvents { id ticket { broken } } }'));
  desk.emit(1);
  const [result] = await wire.nextResults();
  expect(JSON.stringify(result)).not.toMatch(/secret_table|10\.0\.0/);
  expect(result!.errors).toEqual([
    expect.objectContaining({
      path: ['ticketEvents', 'ticket', 'broken'],
      extensions: { code: 'INTERNAL', requestId: expect.any(String) },
    }),
  ]);
  const { requestId } = result!.errors![0]!.extensions;
  expect(logged).toHaveBeenCalledWith(expect.objectContaining({ requestId }), 'masked error');
});

// Limits

test('a reader that stops reading holds a bounded part of the stream, delays nobody, and is told where to go on', async () => {
  const other = await start({ maxUnsentBytes: 64 * 1024, maxBufferedEvents: 50 });
  const query = fresh('subscription { ticketEvents { id ticket { subject } } }');
  const [slow, quick] = await Promise.all([client(ana, other.url), client(ana, other.url)]);
  const before = desk.subscriptions.length;
  for (const wire of [slow, quick]) {
    wire.subscribe('1', query);
    await wire.roundTrip();
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
  const got: unknown[] = [];
  let cursor: string | undefined;
  for (;;) {
    const { type, payload } = await slow.receive();
    if (type === 'error') {
      expect(payload).toMatchObject([
        { extensions: { code: 'THROTTLED', reason: 'TOO_SLOW', cursor } },
      ]);
      break;
    }
    got.push(...ids([payload as Result]));
    cursor = (payload as Result).extensions!.cursor;
  }
  expect(got).toEqual(sent.slice(0, got.length));
  expect(got.length).toBeLessThan(150);
  await Promise.all([slow.close(), quick.close()]);
  await other.stop();
});

test('a reader that is too slow for a stream with a word for it is told in its own words from where to go on', async () => {
  const other = await start({ maxUnsentBytes: 64 * 1024, maxBufferedEvents: 20 });
  const query = `subscription Own($after: String) {
    s: ticketStream(after: $after) { cursor event { id ticket { subject } } ...R }
  } fragment R on TicketMessage { why: resync { reason from query } }`;
  const [slow, quick] = await Promise.all([client(ana, other.url), client(ana, other.url)]);
  const before = desk.subscriptions.length;
  for (const wire of [slow, quick]) {
    wire.subscribe('1', query, {}, 'Own');
    await wire.roundTrip();
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
  type Told = { cursor: string; event: { id: string } | null; why: unknown };
  const got: string[] = [];
  let cursor: string | undefined;
  let ended = 0;
  // On a busy machine it may be too slow again while it catches up.
  while (got.length < sent.length) {
    const [result] = await slow.nextResults();
    const { event, why, ...told } = (result!.data as unknown as { s: Told }).s;
    if (event) {
      got.push(event.id);
      cursor = told.cursor;
      continue;
    }
    expect([told, why]).toEqual([
      { cursor },
      { reason: 'TOO_SLOW', from: cursor, query: '{ lastEvent { id } }' },
    ]);
    expect(result).toEqual({ data: expect.anything(), extensions: { cursor } });
    expect(await slow.receive()).toEqual({ type: 'complete', id: '1' });
    ended++;
    slow.subscribe('1', query, { after: cursor }, 'Own');
  }
  expect(ended).toBeGreaterThan(0);
  expect(got).toEqual(sent);
  await Promise.all([slow.close(), quick.close()]);
  await other.stop();
});

test('one socket carries so many operations, and one caller holds so many sockets', async () => {
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
    'more fields than a query may',
    `subscription { ticketEvents { ${Array.from({ length: 1001 }, () => 'id').join(' ')} } }`,
    'COST_EXCEEDED',
  ],
  ['what the schema has not', 'subscription { ticketEvents { nothing } }', 'BAD_USER_INPUT'],
  ['two things', 'subscription { ticketEvents { id } ticketMaybe { id } }', 'BAD_USER_INPUT'],
  [
    'on a condition',
    'subscription ($if: Boolean!) { ticketEvents @include(if: $if) { id } }',
    'BAD_USER_INPUT',
  ],
  [
    'without a value',
    'subscription ($if: Boolean!) { ticketEvents { id @include(if: $if) } }',
    'BAD_USER_INPUT',
  ],
])('a subscription that asks for %s is refused', async (_, query, code) => {
  const wire = await client();
  wire.subscribe('1', query);
  expect(await wire.receive()).toMatchObject({
    type: 'error',
    id: '1',
    payload: [{ extensions: { code } }],
  });
});

// Who is calling

test('a socket ends with its token', async () => {
  const token = await issuer.person('ana', {}, '2 seconds');
  const wire = await TestSocket.connect(gateway.url, token);
  await expect(wire.closed).resolves.toMatchObject({ code: 4403 });
});

test('a newer token of the same caller keeps the socket; that of another ends it', async () => {
  const wire = await client(await issuer.person('ana', {}, '2 seconds'));
  wire.send({ type: 'ping', payload: { authorization: `Bearer ${ana}` } });
  expect(await wire.receive()).toMatchObject({ type: 'pong' });
  const short = await TestSocket.connect(gateway.url, await issuer.person('bor', {}, '3 seconds'));
  await short.closed;
  await wire.roundTrip();
  wire.send({ type: 'ping', payload: { authorization: `Bearer ${bor}` } });
  await expect(wire.closed).resolves.toMatchObject({ code: 4403 });
});

test('a caller that is not known any more is gone at once', async () => {
  actorsBySubject['cid'] = { ...actorsBySubject['ana']!, id: 'agt_cid', departments: ['dep_1'] };
  const { wire } = await watch(fresh(), {}, await issuer.person('cid'));
  delete actorsBySubject['cid'];
  await expect(wire.closed).resolves.toMatchObject({ code: 4403 });
});

test('who has other rights by a newer token goes on under them, without a gap', async () => {
  const query = fresh();
  const { wire } = await watch(query, {}, await issuer.app('tickets:read'));
  const sent = [desk.emit(1).id];
  await wire.nextResults();
  const before = desk.subscriptions.length;
  wire.send({
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
    const { type, payload } = await wire.receive();
    if (type === 'next') results.push(payload as Result);
  }
  expect(ids(results)).toEqual(sent.slice(1));
});

test('whose rights are changed meanwhile is told so, and goes on from there under the new ones; a state is told anew', async () => {
  actorsBySubject['cid'] = {
    ...actorsBySubject['ana']!,
    id: 'agt_cid',
    departments: ['dep_1', 'dep_2'],
  };
  const wire = await client(await issuer.person('cid'));
  const before = desk.subscriptions.length;
  const stream = fresh(
    'subscription ($after: String) { ticketStream(after: $after) { resync { reason from query } event { id ticket { number } } } }',
  );
  wire.subscribe('stream', stream);
  wire.subscribe('events', fresh());
  await desk.waitFor(() => desk.subscriptions.length === before + 2);
  const { cursor } = desk.emit(1);
  await wire.nextResults(2);
  wire.subscribe('board', 'subscription { board { id } }');
  await wire.nextResults();
  // Another name or another order is no other right.
  actorsBySubject['cid'] = {
    ...actorsBySubject['cid'],
    name: 'Cid',
    departments: ['dep_2', 'dep_1'],
  };
  const asked = desk.lookupRequests;
  await desk.waitFor(() => desk.lookupRequests > asked + 2);
  await wire.roundTrip();

  actorsBySubject['cid'] = { ...actorsBySubject['cid'], role: Role.LIGHT };
  const told = await Promise.all(Array.from({ length: 4 }, () => wire.receive()));
  const of = (id: string) => told.filter((message) => message.id === id);
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
  expect(await wire.receive()).toMatchObject({ id: 'board' });
  wire.subscribe('stream', stream, { after: cursor });
  const [result] = await wire.nextResults();
  expect(result!.data).toMatchObject({ ticketStream: { event: { id: missed } } });
  expect(desk.subscriptions.at(-1)).toMatchObject({ actor: { role: Role.LIGHT } });
  delete actorsBySubject['cid'];
  await expect(wire.closed).resolves.toMatchObject({ code: 4403 });
});

test('queries and mutations go over the socket as over HTTP', async () => {
  const wire = await client();
  wire.subscribe(
    '1',
    'query One { __typename } mutation Two($subject: String!) { rename(subject: $subject) { subject } }',
    { subject: 'New' },
    'Two',
  );
  expect((await wire.nextResults())[0]).toMatchObject({ data: { rename: { subject: 'New' } } });
  expect(await wire.receive()).toEqual({ type: 'complete', id: '1' });
  wire.subscribe('2', '{ nothing }');
  expect(await wire.receive()).toMatchObject({
    type: 'error',
    id: '2',
    payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
});
