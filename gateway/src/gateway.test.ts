import { Agent, request as send } from 'node:http';
import { env } from 'node:process';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { createLog } from '@deskgraph/common/core/log';
import { createActorVerifier } from '@deskgraph/common/auth/token';
import { type FakeSubgraph, type Fault, startFakeSubgraph } from '../testing/fake.ts';
import { composeFakeSupergraph } from '../testing/graph.ts';
import { SECRET, actorsBySubject, startTokenIssuer } from '../testing/people.ts';
import { type Gateway, startGateway } from './gateway.ts';

const ORIGIN = 'https://desk.example';
const LIST = '{ tickets(first: 3) { nodes { id subject customer { id name } } } }';

interface HttpResult {
  status: number;
  headers: Headers;
  text: string;
  data?: Record<string, never> | null;
  errors?: {
    message: string;
    path?: (string | number)[];
    extensions: Record<string, unknown> & { code: string };
  }[];
  extensions?: Record<string, unknown>;
}

let tickets: FakeSubgraph;
let customers: FakeSubgraph;
let gateway: Gateway;
let issuer: Awaited<ReturnType<typeof startTokenIssuer>>;
let ana: string;
let clock = 0;

const log = createLog('test', 'silent');
const logged = jest.spyOn(log, 'error');

beforeAll(async () => {
  [tickets, customers, issuer] = await Promise.all([
    startFakeSubgraph('tickets'),
    startFakeSubgraph('customers'),
    startTokenIssuer(),
  ]);
  ana = await issuer.person('ana');
  gateway = await startGateway({
    supergraphSdl: composeFakeSupergraph(),
    authentication: {
      verifyToken: issuer.readToken,
      secret: SECRET,
      lookupUrls: [tickets, customers].map(({ port }) => `http://127.0.0.1:${port}/who`),
    },
    subgraphUrls: { tickets: tickets.url, customers: customers.url },
    origins: [ORIGIN],
    breaker: { now: () => clock },
    log,
  });
  // The first query plan of a process is slow.
  await execute(LIST);
});

afterEach(() => {
  // A minute later every breaker allows a probe.
  clock += 60_000;
  for (const fake of [tickets, customers])
    Object.assign(fake, { fault: 'none', receivedHeaders: [], lookupRequests: 0 });
  logged.mockClear();
});

afterAll(async () => {
  await gateway.stop();
  await Promise.all([tickets.stop(), customers.stop()]);
});

const JSON_TYPE = { 'content-type': 'application/json' };

async function http(path: string, init: RequestInit = {}): Promise<HttpResult> {
  const response = await fetch(new URL(path, gateway.url), init);
  const text = await response.text();
  const body = response.headers.get('content-type')?.includes('json')
    ? (JSON.parse(text) as Partial<HttpResult>)
    : {};
  return { ...body, status: response.status, headers: response.headers, text };
}

const execute = (
  query: string,
  {
    token = ana,
    variables,
    headers,
  }: { token?: string; variables?: unknown; headers?: Record<string, string> } = {},
): Promise<HttpResult> =>
  http('/graphql', {
    method: 'POST',
    headers: { ...JSON_TYPE, ...(token && { authorization: `Bearer ${token}` }), ...headers },
    body: JSON.stringify({ query, variables }),
  });
const anonymous = { token: '' };
const codes = ({ errors = [] }: HttpResult): string[] => [
  ...new Set(errors.map(({ extensions }) => extensions.code)),
];

// Authentication

test('identifies the caller to subgraphs by a signed token only', async () => {
  const result = await execute(LIST, {
    headers: { 'x-actor': 'agt_root', 'x-workspace': 'other', cookie: 'session=1' },
  });
  expect(result.errors).toBeUndefined();
  expect(result.data).toMatchObject({
    tickets: { nodes: [{ customer: { name: 'Name of cus_1' } }, {}, {}] },
  });
  for (const { receivedHeaders } of [tickets, customers]) {
    const headers = receivedHeaders.at(-1)!;
    expect(
      await createActorVerifier(SECRET)(headers.authorization!.slice('Bearer '.length)),
    ).toEqual(actorsBySubject['ana']);
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['x-actor']));
    expect(headers).not.toHaveProperty('cookie');
    expect(headers).not.toHaveProperty('x-workspace');
  }
});

test('verifies and looks up a token once for concurrent requests', async () => {
  const token = await issuer.person('bor');
  const results = await Promise.all(
    Array.from({ length: 20 }, () => execute('{ ticket(id: 1) { id } }', { token })),
  );
  expect(results.flatMap(codes)).toEqual([]);
  expect(issuer.reads.filter((read) => read === token)).toHaveLength(1);
  expect(tickets.lookupRequests).toBe(1);
});

test('takes an app from its token, with the valid scopes of the token', async () => {
  const token = await issuer.app('tickets:read tickets:import everything:delete');
  expect(codes(await execute('{ ticket(id: 1) { id } }', { token }))).toEqual([]);
  const actor = await createActorVerifier(SECRET)(
    tickets.receivedHeaders[0]!.authorization!.slice('Bearer '.length),
  );
  expect(actor).toMatchObject({
    kind: 'app',
    id: 'app_1',
    role: null,
    scopes: ['tickets:read', 'tickets:import'],
  });
  expect(tickets.lookupRequests).toBe(0);
});

test.each<[string, () => Promise<string> | string]>([
  ['expired', () => issuer.expired()],
  ['signed by another issuer', () => issuer.forged()],
  ['not a token', () => 'nonsense'],
  ['of an unknown user', () => issuer.person('unknown')],
  ['of a user without a workspace', () => issuer.person('ana', { workspace: 'default' })],
  ['of a user of another workspace', () => issuer.person('stray')],
])('refuses a token that is %s, also for __typename', async (_, make) => {
  const result = await execute('{ __typename }', { token: await make() });
  expect(result).toMatchObject({
    status: 200,
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
  expect(result.data ?? null).toBeNull();
  expect(tickets.receivedHeaders).toEqual([]);
});

test.each([
  '{ ticket(id: 1) { id } }',
  '{ ...F } fragment F on Query { newest { id } }',
  '{ __schema { types { name } } }',
  '{ __type(name: "Query") { name } }',
])('refuses %s without a token, also when the document is cached', async (query) => {
  expect(codes(await execute(query))).toEqual([]);
  tickets.receivedHeaders = [];
  const result = await execute(query, anonymous);
  expect(result).toMatchObject({
    status: 200,
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
  expect(result.text).not.toContain('"data"');
  expect(tickets.receivedHeaders).toEqual([]);
});

test('answers __typename without a token, as a connectivity check', async () => {
  expect(
    (await execute('{ __typename ... on Query { again: __typename } }', anonymous)).data,
  ).toEqual({
    __typename: 'Query',
    again: 'Query',
  });
});

test('answers 401 to a client that accepts application/graphql-response+json', async () => {
  const headers = { accept: 'application/graphql-response+json' };
  expect((await execute('{ newest { id } }', { ...anonymous, headers })).status).toBe(401);
});

test('answers UNAVAILABLE and not UNAUTHENTICATED while actor lookup is unavailable', async () => {
  tickets.fault = 'hangs';
  expect(
    codes(await execute('{ newest { id } }', { token: await issuer.person('ana', { jti: '2' }) })),
  ).toEqual(['UNAVAILABLE']);
});

// Subgraph failures

/** `late` sends a valid response after 1.2 s, longer than the timeout of a query. */
const FAULTS: Fault[] = [
  'hangs',
  'late',
  'drips',
  'html',
  'truncated',
  'fails',
  'short',
  'null',
  'endless',
];

test.each(FAULTS)('fails only the fields of a subgraph that is broken (%s)', async (fault) => {
  await execute(LIST);
  customers.fault = fault;
  const result = await execute(LIST);
  expect(result.data).toEqual({
    tickets: {
      nodes: ['1', '2', '3'].map((id) => ({
        id,
        subject: `About ${id}`,
        customer: { id: `cus_${id}`, name: null },
      })),
    },
  });
  expect(codes(result)).toEqual(['UNAVAILABLE']);
  expect(result.errors!.map(({ path }) => path)).toEqual(
    [0, 1, 2].map((index) => ['tickets', 'nodes', index, 'customer']),
  );
  expect(result.text).not.toMatch(
    /127\.0\.0\.1|internal|10\.0\.0\.7|\/srv|customers|_entities|serviceName/,
  );
});

test('fails only the fields of an unreachable subgraph, including root fields', async () => {
  const standalone = await startGateway({
    supergraphSdl: composeFakeSupergraph(),
    authentication: 'none',
    subgraphUrls: { tickets: tickets.url, customers: 'http://127.0.0.1:1/graphql' },
    log,
  });
  const response = await fetch(standalone.url, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({
      query: '{ ticket(id: 1) { id } one: customer(id: 1) { id } two: customer(id: 2) { id } }',
    }),
  });
  const result = (await response.json()) as HttpResult;
  expect(result.data).toEqual({ ticket: { id: '1' }, one: null, two: null });
  expect(result.errors!.map(({ path, extensions }) => [path, extensions.code])).toEqual([
    [['one'], 'UNAVAILABLE'],
    [['two'], 'UNAVAILABLE'],
  ]);
  await standalone.stop();
});

test('opens the breaker after five failures in ten seconds and probes every five seconds', async () => {
  const name = '{ customer(id: 1) { name } }';
  customers.fault = 'fails';
  for (let n = 0; n < 5; n++) await execute(name);
  expect(customers.receivedHeaders).toHaveLength(5);
  expect(codes(await execute(name))).toEqual(['UNAVAILABLE']);
  expect(customers.receivedHeaders).toHaveLength(5);
  clock += 5_000;
  await Promise.all([execute(name), execute(name), execute(name)]);
  expect(customers.receivedHeaders).toHaveLength(6);
  customers.fault = 'none';
  clock += 5_000;
  await execute(name);
  expect((await execute(name)).data).toEqual({ customer: { name: 'Name of 1' } });
  expect(customers.receivedHeaders).toHaveLength(8);
});

test('keeps the breaker closed for failures that are far apart or between successes', async () => {
  const name = '{ customer(id: 1) { name } }';
  for (let n = 0; n < 12; n++) {
    customers.fault = n % 4 === 3 ? 'none' : 'fails';
    await execute(name);
  }
  customers.fault = 'fails';
  for (let n = 0; n < 12; n++) {
    clock += 3_000;
    await execute(name);
  }
  expect(customers.receivedHeaders).toHaveLength(24);
});

test('gives a mutation more time than a query, because giving up does not undo it', async () => {
  expect((await execute('mutation { slow }')).data).toEqual({ slow: true });
});

test('gives the preview of a mutation the time of a mutation', async () => {
  expect(
    (await execute('query { ...Preview } fragment Preview on Query { slowPreview }')).data,
  ).toEqual({
    slowPreview: true,
  });
});

// Errors

test('passes a typed error of a subgraph response with HTTP 400', async () => {
  tickets.fault = 'refusesRequest';
  const result = await execute('mutation { made: ticketCreate(subject: "x") { id } }');
  expect(result).toMatchObject({ status: 200, data: { made: null } });
  expect(result.errors).toEqual([
    {
      message: 'ticketCreate: This is too long.',
      path: ['made'],
      extensions: { code: 'BAD_USER_INPUT', field: ['subject'] },
    },
  ]);
});

test('passes a typed error with its extensions', async () => {
  const { errors } = await execute('{ forbidden }');
  expect(errors).toEqual([
    {
      message: 'A right is missing.',
      path: ['forbidden'],
      extensions: { code: 'FORBIDDEN', need: 'LEAD' },
    },
  ]);
});

test('masks an unknown error and logs it with the request id', async () => {
  const { errors, headers, text } = await execute('{ broken }');
  const requestId = headers.get('x-request-id');
  expect(errors).toEqual([
    {
      message: expect.stringContaining('request id'),
      path: ['broken'],
      extensions: { code: 'INTERNAL', requestId },
    },
  ]);
  expect(text).not.toMatch(/secret_table|10\.0\.0\.7|stack|serviceName/);
  expect(logged).toHaveBeenCalledWith(
    expect.objectContaining({
      requestId,
      err: expect.objectContaining({ message: expect.stringContaining('secret_table') }),
    }),
    'masked error',
  );
});

test('does not suggest field names in validation errors', async () => {
  const { errors, status } = await execute('{ newst { id } }');
  expect(status).toBe(200);
  expect(errors).toEqual([
    {
      message: 'Cannot query field "newst" on type "Query".',
      locations: expect.anything(),
      extensions: { code: 'BAD_USER_INPUT' },
    },
  ]);
});

test.each([
  [
    'a wrong variable',
    { query: 'query($id: ID!) { ticket(id: $id) { id } }', variables: { id: {} } },
  ],
  [
    'a missing operation',
    { query: 'query A { __typename } query B { __typename }', operationName: 'C' },
  ],
  ['a syntax error', { query: '{' }],
  ['no query', { variables: {} }],
  ['a batch', [{ query: '{ __typename }' }, { query: '{ __typename }' }]],
  ['a subscription', { query: 'subscription { ticketChanged { id } }' }],
])('refuses %s with BAD_USER_INPUT', async (_, body) => {
  const result = await http('/graphql', {
    method: 'POST',
    headers: { ...JSON_TYPE, authorization: `Bearer ${ana}` },
    body: JSON.stringify(body),
  });
  expect(codes(result)).toEqual(['BAD_USER_INPUT']);
  expect(result.data ?? null).toBeNull();
});

// HTTP

test('forwards and returns the request id of the client, and replaces an unsafe one', async () => {
  const valid = await execute('{ ticket(id: 1) { id } }', {
    headers: {
      'x-request-id': 'web-42',
      'accept-language': 'sl',
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    },
  });
  expect(valid.headers.get('x-request-id')).toBe('web-42');
  expect(tickets.receivedHeaders[0]).toMatchObject({
    'x-request-id': 'web-42',
    'accept-language': 'sl',
    traceparent: expect.stringContaining('aaaa'),
  });
  const unsafe = await execute('{ __typename }', { headers: { 'x-request-id': '"><script>' } });
  expect(unsafe.headers.get('x-request-id')).toMatch(/^req_[0-9a-z]{26}$/);
});

test('reports the cost and its limit in every response', async () => {
  expect((await execute(LIST)).extensions).toEqual({ cost: { requested: 7, limit: 50_000 } });
  const query = 'query($n: Int) { tickets(first: $n) { nodes { id } } }';
  expect((await execute(query, { variables: { n: 100 } })).extensions).toEqual({
    cost: { requested: 101, limit: 50_000 },
  });
  tickets.receivedHeaders = [];
  const result = await execute(query, { variables: { n: 50_000 } });
  expect(result).toMatchObject({
    extensions: { cost: { requested: 50_001, limit: 50_000 } },
    errors: [{ extensions: { code: 'COST_EXCEEDED' } }],
  });
  expect(tickets.receivedHeaders).toEqual([]);
});

test('refuses a body over 256 KB with JSON, with or without content-length', async () => {
  const body = JSON.stringify({
    query: '{ __typename }',
    variables: { text: 'x'.repeat(256 * 1024) },
  });
  const withLength = await http('/graphql', { method: 'POST', headers: JSON_TYPE, body });
  expect(withLength).toMatchObject({
    status: 413,
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
  const chunked = await http('/graphql', {
    method: 'POST',
    headers: JSON_TYPE,
    body: new Blob([body]).stream(),
    duplex: 'half',
  } as RequestInit);
  expect(chunked).toMatchObject({
    status: 413,
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
});

test.each([
  [
    'a form',
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'query={__typename}',
    },
  ],
  [
    'plain text',
    {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{"query":"{ __typename }"}',
    },
  ],
  ['no content type', { method: 'POST', body: new Blob(['{"query":"{ __typename }"}']) }],
  ['GET without a header that forces a preflight', { method: 'GET' }],
])('refuses a request that a page of another origin could forge (%s)', async (_, init) => {
  const result = await http(
    init.method === 'GET' ? '/graphql?query={__typename}' : '/graphql',
    init,
  );
  expect(result.status).toBe(400);
  expect(codes(result)).toEqual(['BAD_USER_INPUT']);
});

test('refuses a mutation by GET', async () => {
  const query = encodeURIComponent('mutation { ticketCreate(subject: "x") { id } }');
  const result = await http(`/graphql?query=${query}`, {
    headers: { authorization: `Bearer ${ana}` },
  });
  expect(result.status).toBe(405);
  expect(tickets.receivedHeaders).toEqual([]);
});

test('lets only pages of the listed origins read responses', async () => {
  const preflight = (origin: string): Promise<HttpResult> =>
    http('/graphql', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
  const allowed = await preflight(ORIGIN);
  expect(allowed.status).toBe(204);
  expect(allowed.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  expect(allowed.headers.get('access-control-allow-headers')).toContain('authorization');
  expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
  for (const origin of ['https://evil.example', 'null', `${ORIGIN}.evil.example`]) {
    expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
    expect(
      (await execute('{ __typename }', { headers: { origin } })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBeNull();
  }
});

test('forbids sniffing, framing and caching of responses', async () => {
  const { headers } = await execute('{ __typename }');
  expect(Object.fromEntries(headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
  });
  expect(headers.get('x-powered-by')).toBeNull();
});

test('aborts the fetches of a query when the client disconnects', async () => {
  Object.assign(customers, {
    fault: 'hangs',
    requestReceived: Promise.withResolvers(),
    clientDisconnected: Promise.withResolvers(),
  });
  const agent = new Agent();
  const request = send(gateway.url, {
    method: 'POST',
    agent,
    headers: { ...JSON_TYPE, authorization: `Bearer ${ana}` },
  });
  request.on('error', () => {}).end(JSON.stringify({ query: '{ customer(id: 1) { name } }' }));
  await customers.requestReceived.promise;
  request.destroy();
  await customers.clientDisconnected.promise;
  expect(customers.receivedHeaders).toHaveLength(1);
});

test('is alive and ready while no subgraph runs', async () => {
  expect((await http('/livez')).text).toBe('{"alive":true}');
  expect((await http('/readyz')).text).toBe('{"ready":true}');
});

test('disables the telemetry of Apollo', async () => {
  await import('./subgraphs/federation.ts');
  expect(env['APOLLO_TELEMETRY_DISABLED']).toBe('true');
});
