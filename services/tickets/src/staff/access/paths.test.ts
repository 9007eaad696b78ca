import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import {
  type SubscriptionClient,
  type SubscriptionResult,
  type TestClient,
  userActor,
} from '@deskgraph/common/testing/client';
import { seed, sizeOf } from '@deskgraph/common/testing/sizes';
import { type Desk, mutate, openDesk, startTickets } from '../../../testing/desk.ts';
import { dice } from '../../../testing/dice.ts';
import { LiveListClient, subscriptionClientOf } from '../../../testing/live-list-client.ts';

const TICKETS = 16;
const WORD = 'parcel';
const TAGS = ['vip', 'late', 'abroad'];
const PRIORITIES = ['LOW', 'NORMAL', 'HIGH'];
/** Every filter in this test includes the tickets with this tag. */
const VISIBLE_TAG = 'sign';

let service: TestClient;
let desk: Desk;
let categoryIds: string[];
let fieldId: string;
let ticketIds: string[];
const clients: SubscriptionClient[] = [];

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
  const { one, some, roll } = dice(seed);
  categoryIds = await Promise.all(
    ['Returns', 'Bills'].map(async (name) => {
      const created = await mutate(
        desk,
        desk.admin,
        'ticketCategoryCreate',
        { name },
        'ticketCategory { id }',
      );
      return (created['ticketCategory'] as { id: string }).id;
    }),
  );
  const definition = { key: 'tier', label: 'Tier', kind: 'CHOICE', options: ['Gold', 'Süd'] };
  fieldId = (
    (await mutate(desk, desk.admin, 'ticketFieldCreate', definition, 'ticketField { id }'))[
      'ticketField'
    ] as { id: string }
  ).id;
  ticketIds = [];
  for (let index = 0; index < TICKETS; index++) {
    const { id } = await desk.ticket({
      subject: `A ${WORD}`,
      categoryId: one([...categoryIds, null]),
    });
    ticketIds.push(id);
    const fields = roll(2) ? [{ fieldId, value: one(definition.options) }] : [];
    await mutate(desk, desk.lead, 'ticketUpdate', {
      id,
      priority: one(PRIORITIES),
      addTags: some(TAGS),
      fields,
    });
    await mutate(desk, desk.lead, 'ticketAssign', {
      id,
      departmentId: one([desk.departmentId, null]),
      assigneeId: one([desk.agent.id, desk.colleague.id, null]),
    });
  }
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await service.stop();
});

/** A random filter that an access role can have. */
function randomRightsFilter({ one, some, roll }: ReturnType<typeof dice>): object {
  const leaf = (): object =>
    one<() => object>([
      () => ({ departmentId: one([{ eq: desk.departmentId }, { isNull: true }]) }),
      () => ({
        assigneeId: one([{ in: [desk.agent.id] }, { notIn: [desk.agent.id, desk.colleague.id] }]),
      }),
      () => ({ tag: { [one(['any', 'all', 'none'])]: some(TAGS, 2) } }),
      () => ({ priority: { in: some(PRIORITIES, 2) } }),
      () => ({ categoryId: one([{ in: categoryIds.slice(0, 1) }, { isNull: true }]) }),
      () => ({ status: { notIn: ['NEW'] }, channel: { eq: 'PORTAL' } }),
      () => ({ requesterId: { eq: desk.customer.id } }),
      () => ({
        field: [{ fieldId, choices: { [one(['any', 'none'])]: [one(['Gold', 'Süd'])] } }],
      }),
      () => ({ field: [{ fieldId, text: { isNull: Boolean(roll(2)) } }] }),
    ])();
  const tree = one<() => object>([
    leaf,
    () => ({ ...leaf(), ...leaf() }),
    () => ({ not: leaf() }),
    () => ({ or: [leaf(), { and: [leaf(), leaf()] }] }),
  ]);
  return { or: [tree(), { tag: { any: [VISIBLE_TAG] } }] };
}

interface TicketList {
  nodes: { id: string }[];
  totalCount?: number;
}
type StreamEvent = SubscriptionResult<
  Record<string, { ticketId?: string; event?: { type: string; ticket: { id: string } | null } }>
>;

/** The ids of the tickets that an actor can reach, by each way to read tickets. */
async function readTicketIds(actor: Actor): Promise<Record<string, Set<string>>> {
  const filter = { text: WORD };
  const setOf = (...ids: string[]): Set<string> => new Set(ids);
  const data = await desk.ask<
    Record<string, TicketList> & {
      nodes: ({ id: string } | null)[];
      ticketEvents: { nodes: { ticket: { id: string } | null }[] };
      views: { name: string; count: number; tickets: TicketList }[];
    }
  >(
    actor,
    `query ($ids: [ID!]!, $filter: TicketFilter) {
      tickets(first: 100) { nodes { id } totalCount } found: tickets(first: 100, filter: $filter) { nodes { id } totalCount }
      nodes(ids: $ids) { id } ticketEvents(first: 100) { nodes { ticket { id } } } views { name count tickets(first: 100) { nodes { id } } }
      people: agents { nodes { tickets(first: 100) { nodes { id } totalCount } } } departments { tickets(first: 100) { nodes { id } } } }`,
    { ids: ticketIds, filter },
  );
  const { tickets: list, found, nodes, ticketEvents, views } = data;
  expect([list!.totalCount, found!.totalCount]).toEqual([list!.nodes.length, found!.nodes.length]);
  const unsolved = views.find(({ name }) => name === 'All unsolved')!;
  expect(unsolved.count).toBe(unsolved.tickets.nodes.length);
  const details = await Promise.all(
    ticketIds.map((id) =>
      desk.ask<{ ticket: { id: string; timeline: { totalCount: number } } | null }>(
        actor,
        'query ($id: ID!) { ticket(id: $id) { id timeline { totalCount } } }',
        { id },
      ),
    ),
  );
  const presenceErrors = await Promise.all(
    ticketIds.map(
      async (id) =>
        [
          id,
          (await mutate(desk, actor, 'presenceSet', { ticketId: id, activity: 'VIEWING' }))
            .userErrors,
        ] as const,
    ),
  );
  return {
    list: setOf(...list!.nodes.map(({ id }) => id)),
    search: setOf(...found!.nodes.map(({ id }) => id)),
    node: setOf(...nodes.flatMap((node) => node?.id ?? [])),
    events: setOf(...ticketEvents.nodes.flatMap(({ ticket }) => ticket?.id ?? [])),
    view: setOf(...unsolved.tickets.nodes.map(({ id }) => id)),
    timeline: setOf(
      ...details.flatMap(({ ticket }) => (ticket?.timeline.totalCount ? ticket.id : [])),
    ),
    presence: setOf(...presenceErrors.flatMap(([id, errors]) => (errors.length ? [] : id))),
  };
}

test.each(Array.from({ length: sizeOf(3, 30) }, (_, index) => seed + index))(
  'shows an agent with a rights filter the same tickets on every way to read tickets (seed %i)',
  async (testSeed) => {
    const filter = randomRightsFilter(dice(testSeed));
    const actor = userActor(Role.LEAD, desk.workspace, { filter });
    const all = await desk.ask<{ tickets: TicketList }>(
      desk.lead,
      'query ($filter: TicketFilter) { tickets(first: 100, filter: $filter) { nodes { id } } }',
      { filter },
    );
    const expected = new Set(all.tickets.nodes.map(({ id }) => id));
    for (const [way, ids] of Object.entries(await readTicketIds(actor)))
      expect([way, ids]).toEqual([way, expected]);

    const client = subscriptionClientOf(desk, actor);
    clients.push(client);
    const list = new LiveListClient(
      desk,
      actor,
      { first: 100, filter: { tag: { none: [VISIBLE_TAG] } } },
      client,
    );
    const { eventCursor } = await desk.ask<{ eventCursor: string }>(desk.lead, '{ eventCursor }');
    const eventTicketIds = new Set<string>();
    const presenceTicketIds = new Set<string>();
    let finish = (): void => {};
    const end = new Promise<void>((resolve) => (finish = resolve));
    const { id: lastId } = await desk.ticket({ subject: 'The end' });
    const stops = [
      client.subscribe(
        {
          query:
            'subscription ($after: Cursor) { ticketEvents(after: $after) { event { type ticket { id } } } }',
          variables: { after: eventCursor },
        },
        {
          next: ({ data }: StreamEvent) => {
            const event = data?.['ticketEvents']?.event;
            const id = event?.ticket?.id;
            if (id) eventTicketIds.add(id);
            // The filter may also match the ticket before it is tagged, when it is created.
            if (id === lastId && event?.type === 'ticket.updated') finish();
          },
          error: () => finish(),
          complete: () => finish(),
        },
      ),
      ...ticketIds.map((id) =>
        client.subscribe(
          {
            query: 'subscription ($id: ID!) { presenceChanged(ticketId: $id) { ticketId } }',
            variables: { id },
          },
          {
            next: ({ data }: StreamEvent) => void (data && presenceTicketIds.add(id)),
            error: () => {},
            complete: () => {},
          },
        ),
      ),
    ];
    for (const id of ticketIds)
      await mutate(desk, desk.admin, 'messageAdd', {
        ticketId: id,
        body: 'A note',
        visibility: 'PRIVATE',
      });
    await mutate(desk, desk.admin, 'ticketUpdate', { id: lastId, addTags: [VISIBLE_TAG] });
    await end;
    for (const stop of stops) stop();
    eventTicketIds.delete(lastId);
    expect(eventTicketIds).toEqual(expected);
    expect([...presenceTicketIds].filter((id) => !expected.has(id))).toEqual([]);
    await list.until(({ view }) => view !== undefined);
    expect(await list.waitForConvergence()).toBeUndefined();
    expect(new Set(list.view!.tickets.map(({ id }) => id))).toEqual(expected);
    list.stop();
    await mutate(desk, desk.admin, 'ticketDelete', { id: lastId });
    await mutate(desk, desk.admin, 'ticketPurge', { id: lastId }, 'deletedId');
  },
  60_000,
);
