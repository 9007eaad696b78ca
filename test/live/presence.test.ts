import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { Desk, Who } from '../fixtures/desk.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { until } from '../platform/wait-for.ts';
import { insisted } from './events.ts';

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

/** Each state that the caller was told, as `Ana Agent TYPING, …`; the same one twice in a row, as after a cut, counts once. */
function listen(who: Who, id: string): string[] {
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

test('who types is told with the name, to each as he may know it, and goes on being told when the service is stopped or killed', async () => {
  const { id } = await desk.ticket();
  const [staff, asker] = [listen('light', id), listen('customer', id)];
  const is = (told: string[], state: string) =>
    until(`it is “${state}”: ${told.join('; ')}`, async () => told.at(-1) === state);
  const says = (who: Who, activity: string, visibility = 'PRIVATE') =>
    insisted(desk, who, 'presenceSet', { ticketId: id, activity, visibility });
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
  // It may have taken longer than a word lasts.
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
