import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Desk, Persona } from '../fixtures/desk.ts';
import type { PlatformHandle } from '../platform/platform-handle.ts';
import { sharedPlatform } from '../platform/shared.ts';
import { apiSchema, selectFields } from '../fixtures/schema.ts';
import { waitFor } from '../platform/wait-for.ts';
import { Listener, type Message } from './listener.ts';

// Every field of a subscription event equals the result of a query for the same entity, data and
// errors alike.

let platform: PlatformHandle;
let desk: Desk;
const listeners: Listener[] = [];
beforeAll(async () => {
  platform = await sharedPlatform();
  desk = await platform.desk();
}, 120_000);
afterAll(async () => {
  await Promise.all(listeners.map((listener) => listener.close()));
});

const allFields = (type: string, depth = 1): string =>
  selectFields(apiSchema.getType(type)!, depth, { page: 2 });
const TICKET = allFields('Ticket');
const EVENT = allFields('TicketEvent');
const MESSAGE = allFields('Message');

interface Answer {
  data?: unknown;
  errors?: readonly unknown[] | undefined;
}
interface Fault {
  path?: readonly (string | number)[];
  extensions: { code: string };
}

/** Returns the value at a path of a response, with the errors below that path. */
function valueAt({ data, errors = [] }: Answer, ...path: (string | number)[]) {
  const value = path.reduce<unknown>(
    (inner, key) => (inner as Record<string | number, unknown> | null | undefined)?.[key],
    data,
  );
  const inside = (errors as Fault[]).filter((fault) =>
    path.every((key, index) => fault.path?.[index] === key),
  );
  return {
    value,
    text: JSON.stringify(value),
    faults: inside
      .map((fault) => `${fault.path!.slice(path.length).join('.')} ${fault.extensions.code}`)
      .toSorted(),
  };
}

function assertOpen(listener: Listener): Listener {
  if (listener.end) throw new Error(`The stream is over: ${JSON.stringify(listener.end)}`);
  return listener;
}

async function listen(
  who: Persona,
  field: string,
  selection: string,
  declared = '',
  variables = {},
): Promise<Listener> {
  const query = `subscription ${declared} { ${field} { ${selection} } }`;
  const listener = new Listener({
    url: platform.url,
    token: async () => desk.tokens[who]!,
    query,
    variables,
  });
  listeners.push(listener);
  await waitFor(`${who} is subscribed to ${field}`, async () => assertOpen(listener).isConnected);
  return listener;
}

/** Waits for a message that matches, and returns the last one. */
const waitForMessage = (
  listener: Listener,
  is: (data: Record<string, Record<string, unknown> | null>) => boolean,
): Promise<Message> =>
  waitFor(
    'the event',
    async () => assertOpen(listener).messages.findLast(({ data }) => data && is(data as never)),
    20_000,
  );

const ask = (who: Persona, query: string, variables: object): Promise<Answer> =>
  desk.ask(who, query, variables);
const idOf = (
  data: Record<string, Record<string, unknown> | null>,
  root: string,
  name: string,
): unknown => (data[root]?.[name] as { id?: string } | null)?.id;

async function follow(who: Persona, root: string, selection: string): Promise<Listener> {
  const listener = await listen(who, root, selection);
  await waitFor(`${who} receives tickets`, async () => {
    await desk.ticket();
    return assertOpen(listener).messages.length > 0;
  });
  return listener;
}

/** Queries the ticket. Nothing changes it any more, so that the event shows the same state. */
const ticketOf = async (who: Persona, id: string) =>
  valueAt(await ask(who, `query ($id: ID!) { ticket(id: $id) { ${TICKET} } }`, { id }), 'ticket');
const eventOf = async (who: Persona, ticketId: string, id: unknown) => {
  const query = `query ($filter: TicketFilter) { ticketEvents(filter: $filter, first: 100) { nodes { ${EVENT} } } }`;
  const answer = await ask(who, query, { filter: { id: { eq: ticketId } } });
  const nodes = (answer.data as { ticketEvents: { nodes: { id: string }[] } }).ticketEvents.nodes;
  return valueAt(
    answer,
    'ticketEvents',
    'nodes',
    nodes.findIndex((node) => node.id === id),
  );
};

const CALLERS: Persona[] = ['agent', 'customer', 'partner'];

test.each(CALLERS)('ticketCreated, as %s', async (who) => {
  const listener = await follow(who, 'ticketCreated', `event { ${EVENT} } ticket { ${TICKET} }`);
  const { id } = await desk.ticket();
  const message = await waitForMessage(
    listener,
    (data) => idOf(data, 'ticketCreated', 'ticket') === id,
  );
  expect(valueAt(message, 'ticketCreated', 'ticket')).toEqual(await ticketOf(who, id));
  expect(valueAt(message, 'ticketCreated', 'event')).toEqual(
    await eventOf(who, id, idOf(message.data as never, 'ticketCreated', 'event')),
  );
});

test.each(CALLERS)('ticketStatusChanged and ticketEvents, as %s', async (who) => {
  const moved = await follow(who, 'ticketEvents', `event { ${EVENT} }`);
  const status = await listen(
    who,
    'ticketStatusChanged',
    `from to event { ${EVENT} } ticket { ${TICKET} }`,
  );
  const message = await waitFor('a status change is received', async () => {
    const { id } = await desk.ticket();
    await desk.mutate('agent', 'ticketStatusChange', { id, status: 'PENDING' });
    return status.messages.at(-1);
  });
  const id = String(idOf(message.data as never, 'ticketStatusChanged', 'ticket'));
  const event = idOf(message.data as never, 'ticketStatusChanged', 'event');
  expect(valueAt(message, 'ticketStatusChanged', 'ticket')).toEqual(await ticketOf(who, id));
  const logged = await eventOf(who, id, event);
  expect(valueAt(message, 'ticketStatusChanged', 'event')).toEqual(logged);
  const same = await waitForMessage(moved, (data) => idOf(data, 'ticketEvents', 'event') === event);
  expect(valueAt(same, 'ticketEvents', 'event')).toEqual(logged);
});

test.each(CALLERS)('messageAdded, as %s', async (who) => {
  const { id } = await desk.ticket();
  const listener = await listen(
    who,
    'messageAdded(ticketId: $id)',
    `message { ${MESSAGE} }`,
    '($id: ID!)',
    { id },
  );
  await waitFor('a reply is received', async () => {
    await desk.mutate('agent', 'messageAdd', {
      ticketId: id,
      visibility: 'PUBLIC',
      body: 'It is on its way.',
      override: true,
    });
    return assertOpen(listener).messages.length > 0;
  });
  await desk.mutate('customer', 'messageAdd', {
    ticketId: id,
    visibility: 'PUBLIC',
    body: 'Thank you.',
  });
  const answered = valueAt(
    await ask(
      who,
      `query ($id: ID!) { ticket(id: $id) { messages(last: 1) { nodes { ${MESSAGE} } } } }`,
      { id },
    ),
    'ticket',
    'messages',
    'nodes',
    0,
  );
  const last = (answered.value as { id: string }).id;
  const message = await waitForMessage(
    listener,
    (data) => idOf(data, 'messageAdded', 'message') === last,
  );
  expect(valueAt(message, 'messageAdded', 'message')).toEqual(answered);
});

test.each(CALLERS)('ticketChanges, as %s', async (who) => {
  const { id } = await desk.ticket();
  const filter = { id: { in: [id] } };
  const declared = '($filter: TicketFilter)';
  const list = await listen(
    who,
    'ticketChanges(filter: $filter)',
    `kind totalCount tickets { ${TICKET} } ticket { ${TICKET} }`,
    declared,
    {
      filter,
    },
  );
  const whole = await waitForMessage(
    list,
    (data) => data['ticketChanges']?.['kind'] === 'SNAPSHOT',
  );
  const page = await ask(
    who,
    `query ${declared} { tickets(filter: $filter) { nodes { ${TICKET} } } }`,
    { filter },
  );
  expect(valueAt(whole, 'ticketChanges', 'tickets')).toEqual(valueAt(page, 'tickets', 'nodes'));
  await desk.mutate('agent', 'ticketUpdate', { id, subject: 'The parcel has come' });
  const changed = await waitForMessage(
    list,
    (data) =>
      (data['ticketChanges']?.['ticket'] as { subject?: string } | null)?.subject ===
      'The parcel has come',
  );
  expect(valueAt(changed, 'ticketChanges', 'ticket')).toEqual(await ticketOf(who, id));
});

test('presenceChanged, as staff', async () => {
  const { id } = await desk.ticket();
  const viewers = allFields('Presence');
  const listener = await listen(
    'lead',
    'presenceChanged(ticketId: $id)',
    `viewers { ${viewers} }`,
    '($id: ID!)',
    { id },
  );
  await desk.mutate('agent', 'presenceSet', { ticketId: id, activity: 'VIEWING' });
  const message = await waitForMessage(
    listener,
    (data) => (data['presenceChanged']?.['viewers'] as unknown[] | undefined)?.length === 1,
  );
  const answer = await ask(
    'lead',
    `query ($id: ID!) { ticket(id: $id) { viewers { ${viewers} } } }`,
    { id },
  );
  expect(valueAt(message, 'presenceChanged', 'viewers')).toEqual(
    valueAt(answer, 'ticket', 'viewers'),
  );
});

test.each<Persona>(['agent', 'customer'])('notificationAdded, as %s', async (who) => {
  const notification = allFields('Notification');
  const listener = await listen(who, 'notificationAdded', notification);
  const message = await waitFor('a notification is received', async () => {
    const { id } = await desk.ticket();
    if (who === 'customer')
      await desk.mutate('partner', 'ticketStatusChange', { id, status: 'OPEN' });
    return assertOpen(listener).messages.at(-1);
  });
  const { id } = message.data!['notificationAdded'] as { id: string };
  const answer = await ask(
    who,
    `{ viewer { notifications(first: 100) { nodes { ${notification} } } } }`,
    {},
  );
  const { nodes } = (answer.data as { viewer: { notifications: { nodes: { id: string }[] } } })
    .viewer.notifications;
  const place = nodes.findIndex((node) => node.id === id);
  expect(valueAt(message, 'notificationAdded')).toEqual(
    valueAt(answer, 'viewer', 'notifications', 'nodes', place),
  );
});

test('bulkJobChanged, as the agent who started the job', async () => {
  const { id } = await desk.ticket();
  const { job } = await desk.mutate<{ job: object }>(
    'agent',
    'ticketsUpdate',
    { ids: [id], action: { addTags: ['x'] } },
    'job { id }',
  );
  const selection = allFields('BulkJob');
  const listener = await listen('agent', 'bulkJobChanged(id: $id)', selection, '($id: ID!)', job);
  const message = await waitFor('the job is done', async () =>
    listener.messages.findLast(
      ({ data }) =>
        (data?.['bulkJobChanged'] as { state?: string } | null | undefined)?.state === 'DONE',
    ),
  );
  const answer = await ask('agent', `query ($id: ID!) { bulkJob(id: $id) { ${selection} } }`, job);
  expect(valueAt(message, 'bulkJobChanged')).toEqual(valueAt(answer, 'bulkJob'));
});

test('every stream is compared', () => {
  const compared = [
    'ticketCreated',
    'ticketStatusChanged',
    'ticketEvents',
    'messageAdded',
    'ticketChanges',
    'presenceChanged',
    'notificationAdded',
    'bulkJobChanged',
  ];
  expect(Object.keys(apiSchema.getSubscriptionType()!.getFields()).toSorted()).toEqual(
    compared.toSorted(),
  );
});
