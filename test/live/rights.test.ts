import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type GraphQLObjectType, getNamedType } from 'graphql';
import type { Desk } from '../fixtures/desk.ts';
import type { PlatformHandle } from '../platform/platform-handle.ts';
import { sharedPlatform } from '../platform/shared.ts';
import { CALLERS, type Caller } from '../rights/callers.ts';
import { apiSchema, selectFields } from '../fixtures/schema.ts';
import { waitFor } from '../platform/wait-for.ts';
import { Listener } from './listener.ts';
import { SECRET_WORD, SECRET_TAG, Scenario } from './scenario.ts';
import { type ByteRecorder, startByteRecorder } from './wiretap.ts';

/** Tickets of each requester of each desk. */
const TICKETS = 20;
const SOON_MS = 5_000;

const STAFF: readonly Caller[] = ['light', 'agent', 'lead', 'admin'];
const FOLLOWERS: readonly Caller[] = [...STAFF, 'customer', 'partner', 'reader'];
/** The permissions of each subscription. A root field without an entry fails the tests. */
const PERMISSIONS: Record<
  string,
  { allowed: readonly Caller[]; resumes: boolean; ofTicket?: true; ends?: true }
> = {
  ticketEvents: { allowed: FOLLOWERS, resumes: true },
  ticketCreated: { allowed: FOLLOWERS, resumes: true },
  ticketStatusChanged: { allowed: FOLLOWERS, resumes: true },
  messageAdded: { allowed: FOLLOWERS, resumes: true, ofTicket: true },
  ticketChanges: { allowed: FOLLOWERS, resumes: false },
  notificationAdded: { allowed: [...STAFF, 'customer'], resumes: true },
  presenceChanged: { allowed: FOLLOWERS, resumes: false, ofTicket: true },
  // It completes with its job; a separate test covers it.
  bulkJobChanged: {
    allowed: ['agent', 'lead', 'admin', 'partner', 'reader'],
    resumes: false,
    ends: true,
  },
};
const SUBSCRIPTIONS = Object.keys(PERMISSIONS);
const hasResync = (root: string): boolean => {
  const { type } = roots.find(({ name }) => name === root)!;
  return 'resync' in (getNamedType(type) as GraphQLObjectType).getFields();
};
const ENDLESS_SUBSCRIPTIONS = SUBSCRIPTIONS.filter((root) => !PERMISSIONS[root]!.ends);

let platform: PlatformHandle;
let desk: Desk;
let foreignDesk: Desk;
let recorder: ByteRecorder;
const listeners: Listener[] = [];
beforeAll(async () => {
  platform = await sharedPlatform();
  [desk, foreignDesk] = await Promise.all([platform.desk(), platform.desk()]);
  for (const each of [desk, foreignDesk])
    await each.mutate('admin', 'settingsUpdate', { onHoldEnabled: true });
  recorder = await startByteRecorder(platform.url);
}, 120_000);
afterAll(async () => {
  await Promise.all(listeners.map((listener) => listener.close()));
  recorder?.close();
});

const roots = Object.values(apiSchema.getSubscriptionType()!.getFields());
/** The events of their tickets of which requesters are notified. */
const NOTIFIED_EVENTS = /^(?:ticket\.status_changed|message\.added (?!Words))/;
const EVENT = 'event { id type changes { field from to } message { text } ticket { id status } }';

interface ListenOptions {
  at?: Desk;
  after?: string | undefined;
  ticketId?: string;
  selection?: string;
}
/** Opens a subscription. Customers of `desk` connect through the byte recorder. */
function listen(
  who: Caller | 'agent2' | 'customer2',
  root: string,
  { at = desk, after, ticketId, selection }: ListenOptions = {},
): Listener {
  const { resumes, ofTicket } = PERMISSIONS[root]!;
  const declared = [resumes && '$after: Cursor', ofTicket && '$ticketId: ID!']
    .filter(Boolean)
    .join(', ');
  const given = [resumes && 'after: $after', ofTicket && 'ticketId: $ticketId']
    .filter(Boolean)
    .join(', ');
  const type = getNamedType(roots.find(({ name }) => name === root)!.type);
  const shown = selection ?? selectFields(type, 1, { page: 2 });
  const query = `subscription ${declared && `(${declared})`} { ${root}${given && `(${given})`} { ${shown} } }`;
  const listener = new Listener({
    url: who.startsWith('customer') && at === desk ? recorder.url : platform.url,
    token: async () => at.tokens[who] ?? 'none',
    query,
    variables: { ...(ofTicket && { ticketId }) },
    after,
  });
  listeners.push(listener);
  return listener;
}

interface ReceivedEvent {
  type: string;
  changes: { field: string; from: unknown; to: unknown }[];
  message: { text: string } | null;
  ticket: { id: string };
}
/** The received events of a listener, by ticket. */
function receivedEvents({ messages }: Listener): Record<string, string[]> {
  const received: Record<string, string[]> = {};
  for (const { data } of messages) {
    const { type, changes, message, ticket } = data!['ticketEvents']!
      .event as unknown as ReceivedEvent;
    const fields = changes.map(({ field, from, to }) =>
      field === 'status' ? `${String(from)}>${String(to)}` : field,
    );
    (received[ticket.id] ??= []).push(`${type} ${message?.text ?? fields.toSorted().join(',')}`);
  }
  return received;
}
/**
 * The reason why a stream ended, from its last message or the end itself. Undefined while it is
 * open.
 */
function endReason({ messages, end }: Listener): unknown {
  const last = messages.at(-1);
  const resync = Object.values(last?.data ?? {})[0]?.resync;
  const errors = (Array.isArray(end) ? end : last?.errors) as
    | { extensions: { code: string } }[]
    | undefined;
  return end && (resync?.reason ?? errors?.[0]?.extensions.code ?? end);
}
const cursorOf = async (at: Desk): Promise<string> =>
  (await at.data<{ eventCursor: string }>('agent', '{ eventCursor }')).eventCursor;

test('every field of Subscription has an expectation, and every expectation has a field', () => {
  expect(SUBSCRIPTIONS.toSorted()).toEqual(roots.map(({ name }) => name).toSorted());
});

test('a subscription is allowed for the expected callers and refused to all others', async () => {
  const { id } = await desk.ticket();
  const tries = ENDLESS_SUBSCRIPTIONS.flatMap((root) =>
    CALLERS.map((who) => ({ root, who, listener: listen(who, root, { ticketId: id }) })),
  );
  for (const { root, who, listener } of tries) {
    if (who === 'anonymous')
      await waitFor('the socket is closed', async () => listener.closes.includes(4403));
    else if (!PERMISSIONS[root]!.allowed.includes(who))
      await waitFor(`${root} is refused to ${who}`, async () => listener.end !== undefined);
  }
  // Every allowed stream gets an event, or sends a snapshot at once.
  await desk.mutate('light', 'ticketFollow', { id });
  const { id: next } = await desk.ticket();
  await desk.mutate('partner', 'ticketStatusChange', { id: next, status: 'OPEN' });
  await desk.mutate('agent', 'messageAdd', {
    ticketId: id,
    body: 'An answer.',
    visibility: 'PUBLIC',
    override: true,
  });
  for (const { root, who, listener } of tries) {
    const isAllowed = PERMISSIONS[root]!.allowed.includes(who);
    if (isAllowed)
      await waitFor(`${root} sends to ${who}`, async () => listener.messages.length > 0);
    const expected = isAllowed || who === 'anonymous' ? undefined : 'FORBIDDEN';
    expect({ root, who, why: endReason(listener) }).toEqual({ root, who, why: expected });
    if (!isAllowed) expect(listener.messages.flatMap(({ data }) => data ?? [])).toEqual([]);
    await listener.close();
  }
}, 60_000);

describe('with a thousand events in two workspaces', () => {
  let scenario: Scenario;
  let foreign: Scenario;
  let startCursors: { own: string; foreign: string };
  let own: string;
  let others: string;
  const staff = new Map<Caller, Listener>();
  const customerListeners: Record<string, Listener> = {};
  let second: Listener;
  let stranger: Listener;
  let foreigner: Listener;

  beforeAll(async () => {
    scenario = new Scenario(desk);
    foreign = new Scenario(foreignDesk);
    startCursors = { own: await cursorOf(desk), foreign: await cursorOf(foreignDesk) };
    own = await scenario.open('customer');
    others = await scenario.open('customer2');
    for (const who of [...STAFF, 'partner', 'reader'] as const)
      staff.set(who, listen(who, 'ticketEvents', { after: startCursors.own, selection: EVENT }));
    for (const root of ENDLESS_SUBSCRIPTIONS)
      customerListeners[root] = listen('customer', root, {
        after: startCursors.own,
        ticketId: own,
      });
    customerListeners['events'] = listen('customer', 'ticketEvents', {
      after: startCursors.own,
      selection: EVENT,
    });
    customerListeners['moves'] = listen('customer', 'ticketStatusChanged', {
      after: startCursors.own,
      selection: 'from to ticket { id }',
    });
    customerListeners['list'] = listen('customer', 'ticketChanges', {
      selection: 'kind ticket { id messages(last: 1) { nodes { text } } }',
    });
    customerListeners['others'] = listen('customer', 'messageAdded', {
      after: startCursors.own,
      ticketId: others,
      selection: 'event { id }',
    });
    customerListeners['presence of others'] = listen('customer', 'presenceChanged', {
      ticketId: others,
    });
    second = listen('customer2', 'ticketEvents', { after: startCursors.own, selection: EVENT });
    foreigner = listen('agent', 'ticketEvents', {
      at: foreignDesk,
      after: startCursors.foreign,
      selection: EVENT,
    });
    stranger = listen('customer', 'ticketEvents', {
      at: foreignDesk,
      after: startCursors.foreign,
      selection: EVENT,
    });

    const desks = [scenario, foreign].flatMap((each) =>
      (['customer', 'customer2'] as const).map((who) => ({ each, who })),
    );
    await Promise.all([
      scenario.runLifecycle(own),
      scenario.runLifecycle(others),
      ...desks.map(async ({ each, who }) => {
        for (let index = 1; index < TICKETS; index++) await each.runLifecycle(await each.open(who));
      }),
    ]);
    await scenario.reply(own, 'The first end.');
    await scenario.reply(others, 'The first end of others.');
  }, 300_000);

  const isWhole =
    (listener: Listener, expected: Record<string, string[]>) => async (): Promise<boolean> =>
      listener.messages.length >= Object.values(expected).flat().length;

  test('each caller receives exactly the visible events, in order', async () => {
    const cases = [
      ...[...staff].map(([who, listener]) => [who, listener, scenario.eventsFor(who)] as const),
      ['customer', customerListeners['events']!, scenario.eventsFor('customer')] as const,
      ['customer2', second, scenario.eventsFor('customer2')] as const,
      ['foreign agent', foreigner, foreign.eventsFor('agent')] as const,
      ['foreign customer', stranger, foreign.eventsFor('customer')] as const,
    ];
    expect(
      [...scenario.tickets.values(), ...foreign.tickets.values()].flatMap(({ events }) => events)
        .length,
    ).toBeGreaterThan(1_000);
    for (const [who, listener, expected] of cases) {
      await waitFor(`${who} receives all events`, isWhole(listener, expected)).catch(() => {});
      expect({ who, end: listener.end, received: receivedEvents(listener) }).toEqual({
        who,
        end: undefined,
        received: expected,
      });
    }
    const statusChanges = Object.values(scenario.eventsFor('customer')).flatMap((events) =>
      events.filter((each) => each.startsWith('ticket.status_changed')),
    );
    await waitFor(
      'all status changes are received',
      async () => customerListeners['moves']!.messages.length >= statusChanges.length,
    );
    const received = customerListeners['moves']!.messages.map(
      ({ data }) => data!['ticketStatusChanged']!,
    );
    expect(
      received
        .map(({ from, to }) => `ticket.status_changed ${String(from)}>${String(to)}`)
        .toSorted(),
    ).toEqual(statusChanges.toSorted());
    const words = scenario
      .eventsFor('customer')
      [own]!.filter((each) => each.startsWith('message.added'));
    await waitFor(
      'all messages are received',
      async () => customerListeners['messageAdded']!.messages.length >= words.length,
    );
    expect(customerListeners['messageAdded']!.messages).toHaveLength(words.length);
    expect(customerListeners['others']!.messages).toEqual([]);
  }, 60_000);

  test('an event that a requester may not see sends no message on any stream', async () => {
    const lastOf = (text: string) => async (): Promise<boolean> =>
      customerListeners['events']!.messages.some(
        ({ data }) =>
          (data!['ticketEvents']!.event as unknown as ReceivedEvent).message?.text === text,
      ) &&
      customerListeners['list']!.messages.some(({ data }) => JSON.stringify(data).includes(text));
    await waitFor('the requester receives the first end', lastOf('The first end.'));
    const notified = Object.values(scenario.eventsFor('customer')).flatMap((events) =>
      events.filter((each) => NOTIFIED_EVENTS.test(each)),
    );
    await waitFor(
      'the requester is notified of all',
      async () => customerListeners['notificationAdded']!.messages.length >= notified.length,
    );
    const settled = Object.fromEntries(
      Object.entries(customerListeners).map(([name, { messages }]) => [name, messages.length]),
    );
    for (let round = 0; round < 5; round++)
      await Promise.all([
        scenario.makeStaffOnlyChanges(own),
        scenario.makeStaffOnlyChanges(others),
      ]);
    await scenario.reply(others, 'The second end of others.');
    await scenario.reply(own, 'The second end.');
    await waitFor('the requester receives the second end', lastOf('The second end.'));
    await waitFor('every stream has received it', async () =>
      ['ticketEvents', 'messageAdded', 'ticketChanges', 'notificationAdded'].every(
        (root) => customerListeners[root]!.messages.length > settled[root]!,
      ),
    );
    const more = Object.entries(customerListeners).map(([name, { messages }]) => [
      name,
      messages.length - settled[name]!,
    ]);
    const one = new Set([
      'ticketEvents',
      'messageAdded',
      'ticketChanges',
      'notificationAdded',
      'events',
      'list',
    ]);
    expect(Object.fromEntries(more)).toEqual(
      Object.fromEntries(
        Object.keys(customerListeners).map((name) => [name, one.has(name) ? 1 : 0]),
      ),
    );
  }, 60_000);

  test('no byte sent to a requester contains private notes, tags, ON_HOLD or data of others', () => {
    const heard = recorder.received();
    expect(heard).toContain('The second end.');
    expect(heard).toContain('Words of customer ');
    const words = [SECRET_WORD, SECRET_TAG, 'ON_HOLD', ...foreign.tickets.keys()];
    expect(words.filter((word) => heard.includes(word))).toEqual([]);
  });

  test('a cursor reveals no position and is valid only in its own workspace', async () => {
    const cursors = staff.get('agent')!.messages.map(({ extensions }) => extensions!.cursor!);
    expect(new Set(cursors).size).toBe(cursors.length);
    for (const cursor of cursors) expect(cursor).toMatch(/^[\w-]{22}$/);
    const rising = cursors.filter(
      (cursor, index) => index > 0 && cursor > cursors[index - 1]!,
    ).length;
    expect(Math.abs(rising / cursors.length - 0.5)).toBeLessThan(0.15);
    const thief = listen('agent', 'ticketEvents', {
      at: foreignDesk,
      after: cursors.at(-1),
      selection: EVENT,
    });
    await waitFor('the subscription is refused', async () => thief.end !== undefined);
    expect(endReason(thief)).toBe('BAD_USER_INPUT');
  });
});

test('the progress of a job is sent to the agent who started it', async () => {
  const { id } = await desk.ticket();
  const { job } = await desk.mutate<{ job: { id: string } }>(
    'agent',
    'ticketsUpdate',
    { ids: [id], action: { addTags: ['counted'] } },
    'job { id }',
  );
  const listener = new Listener({
    url: platform.url,
    token: async () => desk.tokens.agent!,
    query: 'subscription ($id: ID!) { bulkJobChanged(id: $id) { state done } }',
    variables: job,
  });
  listeners.push(listener);
  await waitFor('the stream has ended', async () => listener.end !== undefined);
  expect(listener.messages.at(-1)!.data).toEqual({ bulkJobChanged: { state: 'DONE', done: 1 } });
});

describe('a permission that is removed during a subscription', () => {
  test('ends the streams that it allowed within five seconds', async () => {
    const { id } = await desk.ticket();
    const after = await cursorOf(desk);
    const running = ENDLESS_SUBSCRIPTIONS.map((root) => ({
      root,
      listener: listen('agent2', root, { after, ticketId: id }),
    }));
    const unaffected = listen('agent', 'ticketEvents', { after, selection: EVENT });
    await desk.mutate('agent', 'messageAdd', {
      ticketId: id,
      body: 'Both read it.',
      visibility: 'PUBLIC',
      override: true,
    });
    await desk.mutate('agent', 'ticketStatusChange', { id, status: 'OPEN' });
    await desk.ticket();
    for (const { root, listener } of running)
      await waitFor(`${root} sends`, async () => listener.messages.length > 0);

    await desk.mutate('admin', 'agentUpdate', { id: desk.ids.agent2, role: 'ANALYST' });
    await waitFor(
      'all streams have ended',
      async () => running.every(({ listener }) => listener.end !== undefined),
      SOON_MS,
    );
    for (const { root, listener } of running) {
      const reasons =
        PERMISSIONS[root]!.resumes && hasResync(root)
          ? ['RIGHTS_CHANGED']
          : ['RIGHTS_CHANGED', 'FORBIDDEN'];
      expect({
        root,
        why: reasons.includes(String(endReason(listener))) || endReason(listener),
      }).toEqual({ root, why: true });
    }
    const counts = running.map(({ listener }) => listener.messages.length);
    await desk.mutate('agent', 'messageAdd', {
      ticketId: id,
      body: 'One reads it.',
      visibility: 'PUBLIC',
      override: true,
    });
    await waitFor('the other agent receives it', async () =>
      JSON.stringify(unaffected.messages.at(-1)).includes('One reads it.'),
    );
    expect(running.map(({ listener }) => listener.messages.length)).toEqual(counts);
  }, 60_000);

  test('or restricted by an access role ends event streams and restarts lists with the visible tickets', async () => {
    const { department } = await desk.mutate<{ department: { id: string } }>(
      'admin',
      'departmentCreate',
      { name: 'Bounded' },
      'department { id }',
    );
    const [inside, outside] = [await desk.ticket(), await desk.ticket()];
    for (const [{ id }, departmentId] of [
      [inside, department.id],
      [outside, null],
    ] as const)
      await desk.mutate('admin', 'ticketAssign', { id, departmentId });
    const rights = {
      name: 'Bounded',
      base: 'LIGHT',
      scopes: ['tickets:read'],
      filter: { departmentId: { eq: department.id } },
    };
    const { accessRole } = await desk.mutate<{ accessRole: { id: string } }>(
      'admin',
      'accessRoleCreate',
      rights,
      'accessRole { id }',
    );
    const after = await cursorOf(desk);
    const ticketsOf = ({ messages }: Listener): Set<string> =>
      new Set(
        messages.flatMap(
          ({ data }) =>
            (data?.['ticketEvents']?.event as ReceivedEvent | undefined)?.ticket.id ?? [],
        ),
      );
    const [bounded, colleague] = (['light', 'agent'] as const).map((who) =>
      listen(who, 'ticketEvents', { after, selection: `${EVENT} resync { reason }` }),
    );
    const list = listen('light', 'ticketChanges', { selection: 'kind tickets { id }' });
    await desk.mutate('admin', 'ticketUpdate', { id: outside.id, subject: 'Both hear of it' });
    for (const each of [bounded!, colleague!])
      await waitFor('the event is received', async () => ticketsOf(each).has(outside.id), 20_000);

    await desk.mutate('admin', 'agentUpdate', { id: desk.ids.light, accessRoleId: accessRole.id });
    const listed = (): unknown => list.messages.at(-1)!.data!['ticketChanges']!['tickets'];
    await waitFor('the stream has ended', async () => bounded!.end !== undefined, SOON_MS);
    expect(endReason(bounded!)).toBe('RIGHTS_CHANGED');
    // A list sends a new snapshot by itself.
    await waitFor(
      'the list contains the visible tickets',
      async () => isDeepStrictEqual(listed(), [{ id: inside.id }]),
      SOON_MS,
    );
    const again = listen('light', 'ticketEvents', { after: bounded!.cursor, selection: EVENT });
    for (const { id } of [outside, inside])
      await desk.mutate('admin', 'ticketUpdate', { id, subject: 'One hears of both' });
    await waitFor(
      'the agent receives the visible event',
      async () => ticketsOf(again).has(inside.id),
      20_000,
    );
    await waitFor(
      'the colleague receives both events',
      async () => ticketsOf(colleague!).has(inside.id),
      20_000,
    );
    expect([...ticketsOf(again)].filter((id) => id !== inside.id)).toEqual([]);
  }, 60_000);

  test('closes the socket of a deactivated agent', async () => {
    const listener = listen('lead', 'ticketEvents', { selection: EVENT });
    await waitFor('the client is connected', async () => listener.isConnected);
    await desk.mutate('admin', 'agentDeactivate', { id: desk.ids.lead });
    await waitFor('the socket is closed', async () => listener.closes.length > 0, SOON_MS);
    expect(listener.closes[0]).toBe(4403);
  }, 60_000);
});
