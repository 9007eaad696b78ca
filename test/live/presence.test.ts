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
  const states: string[] = [];
  const client = createClient({
    url: platform.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${desk.tokens[who]}` },
  });
  clients.push(client);
  const recordEnd = (reason?: unknown): void => void states.push(`ended ${JSON.stringify(reason)}`);
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
        if (String(state) !== states.at(-1)) states.push(String(state));
      },
      error: recordEnd,
      complete: recordEnd,
    },
  );
  return states;
}

test('publishes who types, with the name that each reader may see, across restarts of the service', async () => {
  const { id } = await desk.ticket();
  const [staff, customer] = [listen('light', id), listen('customer', id)];
  const waitForState = (states: string[], state: string) =>
    waitFor(`the state is “${state}”: ${states.join('; ')}`, async () => states.at(-1) === state);
  const setPresence = (who: Persona, activity: string, visibility = 'PRIVATE') =>
    mutateUntilAnswered(desk, who, 'presenceSet', { ticketId: id, activity, visibility });
  await Promise.all([waitForState(staff, ''), waitForState(customer, '')]);
  await setPresence('customer', 'VIEWING');
  await waitForState(staff, 'Marta Customer VIEWING');
  await setPresence('agent', 'TYPING', 'PUBLIC');
  await Promise.all([
    waitForState(staff, 'Marta Customer VIEWING,Ana Agent TYPING'),
    waitForState(customer, 'Ana Agent TYPING'),
  ]);

  const tickets = platform.services['tickets']!;
  await tickets.kill();
  await tickets.start();
  // The restart may have taken longer than a presence lasts.
  await setPresence('agent', 'TYPING', 'PUBLIC');
  await setPresence('customer', 'AWAY');
  await waitForState(staff, 'Ana Agent TYPING');

  await tickets.stop();
  await tickets.start();
  await setPresence('agent', 'TYPING');
  await Promise.all([waitForState(staff, 'Ana Agent TYPING'), waitForState(customer, '')]);
  await setPresence('agent', 'AWAY');
  await waitForState(staff, '');
  expect([...staff, ...customer].filter((state) => state.startsWith('ended'))).toEqual([]);
  expect(new Set(customer)).toEqual(new Set(['', 'Ana Agent TYPING']));
}, 120_000);
