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

interface Told {
  type: string;
  version: number;
  message: { text: string } | null;
  ticket: { id: string; priority: string };
}

/** Resolves with what the actor is told from now on, once the stream has begun. */
async function listen(actor: Actor, filter: TicketFilter | null = null): Promise<Told[]> {
  const client = createSubscriptionClient(
    service.url,
    async () => `Bearer ${await signActor(actor, TEST_SECRET)}`,
  );
  clients.push(client);
  const told: Told[] = [];
  const { promise: begun, resolve, reject } = Promise.withResolvers<void>();
  client.subscribe<{ ticketEvents: { event: Told } }>(
    {
      query: `subscription ($filter: TicketFilter) {
        ticketEvents(filter: $filter) { cursor event { id cursor type version at summary changes { field } message { text } ticket { id number subject status priority } } } }`,
      variables: { filter },
    },
    {
      next: ({ data }) => (data ? told.push(data.ticketEvents.event) : resolve()),
      error: reject,
      complete: () => {},
    },
  );
  await begun;
  return told;
}

/** A fact that the requester sees and one that he does not, for each ticket; resolves once the witness has heard of both. */
async function happen(tickets: string[], priority: TicketPriority, witness: Told[]): Promise<void> {
  const heard = async (count: number): Promise<void> => {
    while (witness.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  for (const id of tickets) {
    const before = witness.length;
    await mutate(desk, desk.agent, 'ticketUpdate', { id, priority });
    await heard(before + 1);
    await mutate(desk, desk.light, 'messageAdd', {
      ticketId: id,
      visibility: 'PRIVATE',
      body: 'canary',
    });
    await heard(before + 2);
  }
}

test('however many listen, a fact costs the same statements, and everybody gets exactly what is for him', async () => {
  const requesters = Array.from({ length: REQUESTERS }, () =>
    userActor(Role.REQUESTER, desk.workspace),
  );
  const tickets: string[] = [];
  for (const requester of requesters.slice(0, TICKETS)) {
    const made = await mutate(
      desk,
      requester,
      'ticketCreate',
      { subject: 'Mine', body: 'own words' },
      'ticket { id }',
    );
    tickets.push((made['ticket'] as { id: string }).id);
  }
  const witness = await listen(desk.lead);
  await happen(tickets, TicketPriority.LOW, witness);
  const few = await countStatements(() => happen(tickets, TicketPriority.HIGH, witness));

  const filters: TicketFilter[] = Array.from({ length: AGENTS }, (_, at) => ({
    id: { in: tickets.slice(0, at % (TICKETS + 1)) },
    requesterId: { notIn: [requesters[at % TICKETS]!.id] },
    createdAt: { within: 'PT1H' },
    or: [{ priority: { eq: TicketPriority.URGENT } }, { tag: { any: ['canary'] } }],
  }));
  const agents = await Promise.all(
    filters.map((filter) => listen(userActor(Role.AGENT, desk.workspace), filter)),
  );
  const bound = await listen({ ...appActor(desk.workspace), departments: [desk.departmentId] });
  const asking = await Promise.all(requesters.map((requester) => listen(requester)));
  const many = await countStatements(() => happen(tickets, TicketPriority.URGENT, witness));

  // Whoever should hear nothing would hear it by now.
  await new Promise((resolve) => setTimeout(resolve, 250));

  const ofStreams = (statements: string[]) =>
    statements.filter((statement) => !statement.includes('event_log')).length;
  expect(ofStreams(many)).toBeLessThan(ofStreams(few) + TICKETS);
  expect(witness).toHaveLength(6 * TICKETS);
  expect(bound).toEqual([]);
  for (const [at, told] of agents.entries()) {
    const theirs = tickets
      .slice(0, at % (TICKETS + 1))
      .filter((_, index) => index !== at % TICKETS);
    expect(told.map(({ type, ticket }) => `${type} ${ticket.id}`)).toEqual(
      theirs.flatMap((id) => [`ticket.updated ${id}`, `message.added ${id}`]),
    );
  }
  for (const [at, told] of asking.entries())
    expect(told).toMatchObject(
      at < TICKETS
        ? [{ type: 'ticket.updated', ticket: { id: tickets[at], priority: 'URGENT' } }]
        : [],
    );
}, 120_000);
