import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import {
  type SubscriptionClient,
  TEST_SECRET,
  type TestService,
  appActor,
  countStatements,
  userActor,
  createSubscriptionClient,
} from '@deskgraph/common/testing/testing';
import { signActor } from '@deskgraph/common/auth/token';
import { type Desk, mutate, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { TicketPriority } from '@deskgraph/common/contract/ticket-enums';

const REQUESTERS = 200;
const AGENTS = 50;
const TICKETS = 10;

let service: TestService;
let desk: Desk;
const clients: SubscriptionClient[] = [];

beforeAll(async () => {
  service = await startOwnTickets();
  desk = await openDesk(service);
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await service.stop();
});

interface EventView {
  type: string;
  version: number;
  message: { text: string } | null;
  ticket: { id: string; priority: string };
}

/** Starts a subscription. Returns the list to which its events are added. */
async function subscribe(actor: Actor, filter: TicketFilter | null = null): Promise<EventView[]> {
  const client = createSubscriptionClient(
    service.url,
    async () => `Bearer ${await signActor(actor, TEST_SECRET)}`,
  );
  clients.push(client);
  const events: EventView[] = [];
  const { promise: started, resolve, reject } = Promise.withResolvers<void>();
  client.subscribe<{ ticketEvents: { event: EventView } }>(
    {
      query: `subscription ($filter: TicketFilter) {
        ticketEvents(filter: $filter) { cursor event { id cursor type version at summary changes { field } message { text } ticket { id number subject status priority } } } }`,
      variables: { filter },
    },
    {
      next: ({ data }) => (data ? events.push(data.ticketEvents.event) : resolve()),
      error: reject,
      complete: () => {},
    },
  );
  await started;
  return events;
}

const waitForCount = async (events: readonly EventView[], count: number): Promise<void> => {
  while (events.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
};

/**
 * Changes each ticket in a way that its requester sees and in one that they do not. Waits until the
 * witness, who sees everything, has received both events.
 */
async function changeTickets(
  tickets: string[],
  priority: TicketPriority,
  witness: EventView[],
): Promise<void> {
  for (const id of tickets) {
    const before = witness.length;
    await mutate(desk, desk.agent, 'ticketUpdate', { id, priority });
    await waitForCount(witness, before + 1);
    await mutate(desk, desk.light, 'messageAdd', {
      ticketId: id,
      visibility: 'PRIVATE',
      body: 'canary',
    });
    await waitForCount(witness, before + 2);
  }
}

const createTicket = async (requester: Actor): Promise<string> => {
  const result = await mutate(
    desk,
    requester,
    'ticketCreate',
    { subject: 'Mine', body: 'own words' },
    'ticket { id }',
  );
  return (result['ticket'] as { id: string }).id;
};

test('an event needs the same number of statements for any number of subscribers, and each receives exactly its own events', async () => {
  const requesters = Array.from({ length: REQUESTERS }, () =>
    userActor(Role.REQUESTER, desk.workspace),
  );
  const tickets: string[] = [];
  for (const requester of requesters.slice(0, TICKETS)) tickets.push(await createTicket(requester));
  const witness = await subscribe(desk.lead);
  await changeTickets(tickets, TicketPriority.LOW, witness);
  const few = await countStatements(() => changeTickets(tickets, TicketPriority.HIGH, witness));

  const filters: TicketFilter[] = Array.from({ length: AGENTS }, (_, index) => ({
    id: { in: tickets.slice(0, index % (TICKETS + 1)) },
    requesterId: { notIn: [requesters[index % TICKETS]!.id] },
    createdAt: { within: 'PT1H' },
    or: [{ priority: { eq: TicketPriority.URGENT } }, { tag: { any: ['canary'] } }],
  }));
  const agentStreams = await Promise.all(
    filters.map((filter) => subscribe(userActor(Role.AGENT, desk.workspace), filter)),
  );
  const appStream = await subscribe({
    ...appActor(desk.workspace),
    departments: [desk.departmentId],
  });
  const requesterStreams = await Promise.all(requesters.map((requester) => subscribe(requester)));
  const lastRequester = userActor(Role.REQUESTER, desk.workspace);
  const lastStream = await subscribe(lastRequester);
  const many = await countStatements(() => changeTickets(tickets, TicketPriority.URGENT, witness));

  // When the events of a last ticket have arrived, all earlier events were delivered.
  await createTicket(lastRequester);
  await waitForCount(lastStream, 2);
  await waitForCount(witness, 6 * TICKETS + 2);

  const withoutEventLog = (statements: string[]) =>
    statements.filter((statement) => !statement.includes('event_log')).length;
  expect(withoutEventLog(many)).toBeLessThan(withoutEventLog(few) + TICKETS);
  expect(witness).toHaveLength(6 * TICKETS + 2);
  expect(appStream).toEqual([]);
  for (const [index, events] of agentStreams.entries()) {
    const ticketIds = tickets
      .slice(0, index % (TICKETS + 1))
      .filter((_, ticketIndex) => ticketIndex !== index % TICKETS);
    await waitForCount(events, 2 * ticketIds.length);
    expect(events.map(({ type, ticket }) => `${type} ${ticket.id}`)).toEqual(
      ticketIds.flatMap((id) => [`ticket.updated ${id}`, `message.added ${id}`]),
    );
  }
  for (const [index, events] of requesterStreams.entries()) {
    const expected =
      index < TICKETS
        ? [{ type: 'ticket.updated', ticket: { id: tickets[index], priority: 'URGENT' } }]
        : [];
    await waitForCount(events, expected.length);
    expect(events).toMatchObject(expected);
  }
}, 120_000);
