import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, expect, jest, test } from '@jest/globals';
import { createLog } from '@deskgraph/common/core/log';
import { MAX_LOOKUPS_PER_REQUEST, type LookupQuery } from '@deskgraph/common/auth/identity-lookup';
import { SECRET, actorsBySubject, startTokenIssuer } from '../../testing/people.ts';
import { Authenticator } from './identity.ts';
import { ActorLookupClient } from './actor-lookup.ts';

const log = createLog('who', 'silent');
const asked: Record<'staff' | 'customers', LookupQuery[][]> = { staff: [], customers: [] };
let customersAnswer = true;

const room =
  (name: keyof typeof asked) => async (request: IncomingMessage, response: ServerResponse) => {
    const body = JSON.parse((await request.toArray()).join('')) as { people: LookupQuery[] };
    asked[name].push(body.people);
    if (name === 'customers' && !customersAnswer) return;
    const actors = body.people.map(({ subject }) =>
      name === 'staff' ? (actorsBySubject[subject] ?? null) : null,
    );
    response.end(JSON.stringify({ actors }));
  };
const servers = await Promise.all(
  (['staff', 'customers'] as const).map(async (name) => {
    const server = createServer((request, response) => void room(name)(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }),
);
const urls = servers.map(
  (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/who`,
);
const doors = new ActorLookupClient(urls, SECRET, log);
const issuer = await startTokenIssuer();

beforeEach(() => {
  asked.staff.length = asked.customers.length = 0;
  customersAnswer = true;
});
afterAll(async () => {
  await doors.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

const person = (subject: string): LookupQuery => ({
  workspace: 'wsp_1',
  subject,
  email: undefined,
});

test('everybody who is asked for at one moment is asked for together, and gets the own answer', async () => {
  const many = Array.from({ length: 2 * MAX_LOOKUPS_PER_REQUEST + 1 }, (_, at) =>
    person(at % 2 ? 'ana' : `nobody ${at}`),
  );
  const actors = await Promise.all(many.map((each) => doors.lookup(each)));
  expect(actors).toEqual(many.map(({ subject }) => actorsBySubject[subject] ?? null));
  expect(asked.staff.map((each) => each.length)).toEqual([
    MAX_LOOKUPS_PER_REQUEST,
    MAX_LOOKUPS_PER_REQUEST,
    1,
  ]);
});

test('whom the first room knows waits for no other, and a room that hangs leaves only the others open', async () => {
  customersAnswer = false;
  const [ana, nobody] = [doors.lookup(person('ana')), doors.lookup(person('nobody'))];
  await expect(Promise.race([ana, nobody])).resolves.toEqual(actorsBySubject['ana']);
  await expect(nobody).rejects.toMatchObject({ extensions: { code: 'UNAVAILABLE' } });
});

test('who stays is verified and signed for once, and found out again with one question for all', async () => {
  const { identify } = new Authenticator({
    verifyToken: issuer.readToken,
    lookupActor: doors.lookup,
    secret: SECRET,
    log,
  });
  const tokens = await Promise.all(
    Array.from({ length: 50 }, (_, at) => issuer.person('ana', { device: at })),
  );
  const look = (maxAgeMs?: number) =>
    Promise.all(tokens.map((token) => identify(`Bearer ${token}`, maxAgeMs)));
  const first = await look();
  const questions = asked.staff.length;
  expect(await look()).toEqual(first);
  expect(asked.staff).toHaveLength(questions);
  const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 1000);
  const second = await look(500);
  now.mockRestore();
  expect(asked.staff).toHaveLength(questions + 1);
  for (const [at, caller] of second.entries()) expect(caller).toBe(first[at]);
  expect(issuer.reads).toHaveLength(50);
});
