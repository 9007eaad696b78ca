import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { Desk, Persona } from '../fixtures/desk.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { waitFor } from '../platform/wait-for.ts';
import { mutateUntilAnswered } from './events.ts';

let platform: Platform;
let desk: Desk;
const clients: Client[] = [];
beforeAll(async () => {
  platform = await startPlatform();
  desk = await platform.desk();
}, 120_000);
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await platform?.stop();
});

interface Message {
  presenceChanged: { viewers: { actor: { name: string }; activity: string }[] };
}

/**
 * Collects the received states as `Ana Agent TYPING,…`. A repeated state, as after a reconnect,
 * counts once.
 */
function listen(who: Persona, id: string): string[] {
  const told: string[] = [];
  const client = createClient({
    url: platform.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${desk.tokens[who]}` },
  });
  clients.push(client);
  const over = (reason?: unknown): void => void told.push(`over ${JSON.stringify(reason)}`);
  client.subscribe<Message>(
    {
      query:
        'subscription ($id: ID!) { presenceChanged(ticketId: $id) { viewers { actor { name } activity } } }',
      variables: { id },
    },
    {
      next: ({ data, errors }) => {
        const state = errors
          ? JSON.stringify(errors)
          : data!.presenceChanged.viewers.map((each) => `${each.actor.name} ${each.activity}`);
        if (String(state) !== told.at(-1)) told.push(String(state));
      },
      error: over,
      complete: over,
    },
  );
  return told;
}

test('publishes who types, with the name that each reader may see, across restarts of the service', async () => {
  const { id } = await desk.ticket();
  const [staff, asker] = [listen('light', id), listen('customer', id)];
  const is = (told: string[], state: string) =>
    waitFor(`it is “${state}”: ${told.join('; ')}`, async () => told.at(-1) === state);
  const says = (who: Persona, activity: string, visibility = 'PRIVATE') =>
    mutateUntilAnswered(desk, who, 'presenceSet', { ticketId: id, activity, visibility });
  await Promise.all([is(staff, ''), is(asker, '')]);
  await says('customer', 'VIEWING');
  await is(staff, 'Marta Customer VIEWING');
  await says('agent', 'TYPING', 'PUBLIC');
  await Promise.all([
    is(staff, 'Marta Customer VIEWING,Ana Agent TYPING'),
    is(asker, 'Ana Agent TYPING'),
  ]);

  const tickets = platform.services['tickets']!;
  await tickets.kill();
  await tickets.start();
  // The restart may have taken longer than a presence lasts.
  await says('agent', 'TYPING', 'PUBLIC');
  await says('customer', 'AWAY');
  await is(staff, 'Ana Agent TYPING');

  await tickets.stop();
  await tickets.start();
  await says('agent', 'TYPING');
  await Promise.all([is(staff, 'Ana Agent TYPING'), is(asker, '')]);
  await says('agent', 'AWAY');
  await is(staff, '');
  expect([...staff, ...asker].filter((state) => state.startsWith('over'))).toEqual([]);
  expect(new Set(asker)).toEqual(new Set(['', 'Ana Agent TYPING']));
}, 120_000);
