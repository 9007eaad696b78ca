import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, expect, jest, test } from '@jest/globals';
import { createLog } from '@deskgraph/common/core/log';
import { type LookupQuery, MAX_LOOKUPS_PER_REQUEST } from '@deskgraph/common/auth/identity-lookup';
import { SECRET, actorsBySubject, startTokenIssuer } from '../../testing/people.ts';
import { Authenticator } from './identity.ts';
import { ActorLookupClient } from './actor-lookup.ts';

const log = createLog('lookup', 'silent');
/** The queries of each request, by service. */
const requests: Record<'staff' | 'customers', LookupQuery[][]> = { staff: [], customers: [] };
let customersResponds = true;

/** The staff service knows the users of `actorsBySubject`; the customers service knows none. */
const handle =
  (service: keyof typeof requests) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = JSON.parse((await request.toArray()).join('')) as { people: LookupQuery[] };
    requests[service].push(body.people);
    if (service === 'customers' && !customersResponds) return;
    const actors = body.people.map(({ subject }) =>
      service === 'staff' ? (actorsBySubject[subject] ?? null) : null,
    );
    response.end(JSON.stringify({ actors }));
  };
const servers = await Promise.all(
  (['staff', 'customers'] as const).map(async (service) => {
    const server = createServer((request, response) => void handle(service)(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }),
);
const urls = servers.map(
  (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/who`,
);
const client = new ActorLookupClient(urls, SECRET, log);
const issuer = await startTokenIssuer();

beforeEach(() => {
  requests.staff.length = requests.customers.length = 0;
  customersResponds = true;
});
afterAll(async () => {
  await client.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

const queryFor = (subject: string): LookupQuery => ({
  workspace: 'wsp_1',
  subject,
  email: undefined,
});

test('batches concurrent lookups and returns each actor to its caller', async () => {
  const queries = Array.from({ length: 2 * MAX_LOOKUPS_PER_REQUEST + 1 }, (_, index) =>
    queryFor(index % 2 ? 'ana' : `unknown ${index}`),
  );
  const actors = await Promise.all(queries.map((query) => client.lookup(query)));
  expect(actors).toEqual(queries.map(({ subject }) => actorsBySubject[subject] ?? null));
  expect(requests.staff.map((batch) => batch.length)).toEqual([
    MAX_LOOKUPS_PER_REQUEST,
    MAX_LOOKUPS_PER_REQUEST,
    1,
  ]);
});

test('finds a user of the first service while another hangs; unknown users are UNAVAILABLE', async () => {
  customersResponds = false;
  const [ana, unknown] = [client.lookup(queryFor('ana')), client.lookup(queryFor('unknown'))];
  await expect(Promise.race([ana, unknown])).resolves.toEqual(actorsBySubject['ana']);
  await expect(unknown).rejects.toMatchObject({ extensions: { code: 'UNAVAILABLE' } });
});

test('refreshes cached callers with one batched lookup, without verifying or signing again', async () => {
  const { identify } = new Authenticator({
    verifyToken: issuer.readToken,
    lookupActor: client.lookup,
    secret: SECRET,
    log,
  });
  const tokens = await Promise.all(
    Array.from({ length: 50 }, (_, index) => issuer.person('ana', { device: index })),
  );
  const identifyAll = (maxAgeMs?: number) =>
    Promise.all(tokens.map((token) => identify(`Bearer ${token}`, maxAgeMs)));
  const first = await identifyAll();
  const requestCount = requests.staff.length;
  expect(await identifyAll()).toEqual(first);
  expect(requests.staff).toHaveLength(requestCount);
  const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 1000);
  const second = await identifyAll(500);
  now.mockRestore();
  expect(requests.staff).toHaveLength(requestCount + 1);
  for (const [index, caller] of second.entries()) expect(caller).toBe(first[index]);
  expect(issuer.reads).toHaveLength(50);
});
