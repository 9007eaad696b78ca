import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import {
  type StreamClient,
  type StreamResult,
  type TestService,
  userActor,
} from '@deskgraph/common/testing/testing';
import { seed, sizeOf } from '@deskgraph/common/testing/sizes';
import { type Desk, mutate, openDesk, startTickets } from '../../../testing/desk.ts';
import { dice } from '../../../testing/dice.ts';
import { Watch, clientOf } from '../../../testing/watch.ts';

const TICKETS = 16;
const WORD = 'parcel';
const LABELS = ['vip', 'late', 'abroad'];
const PRIORITIES = ['LOW', 'NORMAL', 'HIGH'];
/** Everybody in this test sees what has this label. */
const SIGN = 'sign';

let service: TestService;
let desk: Desk;
let categories: string[];
let field: string;
let tickets: string[];
const clients: StreamClient[] = [];

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
  const { one, some, roll } = dice(seed);
  categories = await Promise.all(
    ['Returns', 'Bills'].map(async (name) => {
      const made = await mutate(
        desk,
        desk.admin,
        'ticketCategoryCreate',
        { name },
        'ticketCategory { id }',
      );
      return (made['ticketCategory'] as { id: string }).id;
    }),
  );
  const defined = { key: 'tier', label: 'Tier', kind: 'CHOICE', options: ['Gold', 'Süd'] };
  field = (
    (await mutate(desk, desk.admin, 'ticketFieldCreate', defined, 'ticketField { id }'))[
      'ticketField'
    ] as { id: string }
  ).id;
  tickets = [];
  for (let at = 0; at < TICKETS; at++) {
    const { id } = await desk.ticket({
      subject: `A ${WORD}`,
      categoryId: one([...categories, null]),
    });
    tickets.push(id);
    const fields = roll(2) ? [{ fieldId: field, value: one(defined.options) }] : [];
    await mutate(desk, desk.lead, 'ticketUpdate', {
      id,
      priority: one(PRIORITIES),
      addTags: some(LABELS),
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

/** A filter as an administrator may give it to somebody. */
function rights({ one, some, roll }: ReturnType<typeof dice>): object {
  const leaf = (): object =>
    one<() => object>([
      () => ({ departmentId: one([{ eq: desk.departmentId }, { isNull: true }]) }),
      () => ({
        assigneeId: one([{ in: [desk.agent.id] }, { notIn: [desk.agent.id, desk.colleague.id] }]),
      }),
      () => ({ tag: { [one(['any', 'all', 'none'])]: some(LABELS, 2) } }),
      () => ({ priority: { in: some(PRIORITIES, 2) } }),
      () => ({ categoryId: one([{ in: categories.slice(0, 1) }, { isNull: true }]) }),
      () => ({ status: { notIn: ['NEW'] }, channel: { eq: 'PORTAL' } }),
      () => ({ requesterId: { eq: desk.customer.id } }),
      () => ({
        field: [{ fieldId: field, choices: { [one(['any', 'none'])]: [one(['Gold', 'Süd'])] } }],
      }),
      () => ({ field: [{ fieldId: field, text: { isNull: Boolean(roll(2)) } }] }),
    ])();
  const tree = one<() => object>([
    leaf,
    () => ({ ...leaf(), ...leaf() }),
    () => ({ not: leaf() }),
    () => ({ or: [leaf(), { and: [leaf(), leaf()] }] }),
  ]);
  return { or: [tree(), { tag: { any: [SIGN] } }] };
}

interface Listed {
  nodes: { id: string }[];
  totalCount?: number;
}
type Heard = StreamResult<
  Record<
    string,
    { ticketId?: string; event?: { ticket: { id: string } | null }; viewers?: object[] }
  >
>;

/** What somebody finds, by every way that leads to tickets. */
async function ways(actor: Actor): Promise<Record<string, Set<string>>> {
  const filter = { text: WORD };
  const of = (...ids: string[]): Set<string> => new Set(ids);
  const data = await desk.ask<
    Record<string, Listed> & {
      nodes: ({ id: string } | null)[];
      ticketEvents: { nodes: { ticket: { id: string } | null }[] };
      views: { name: string; count: number; tickets: Listed }[];
    }
  >(
    actor,
    `query ($ids: [ID!]!, $filter: TicketFilter) {
      tickets(first: 100) { nodes { id } totalCount } found: tickets(first: 100, filter: $filter) { nodes { id } totalCount }
      nodes(ids: $ids) { id } ticketEvents(first: 100) { nodes { ticket { id } } } views { name count tickets(first: 100) { nodes { id } } }
      people: agents { nodes { tickets(first: 100) { nodes { id } totalCount } } } departments { tickets(first: 100) { nodes { id } } } }`,
    { ids: tickets, filter },
  );
  const { tickets: list, found, nodes, ticketEvents, views } = data;
  expect([list!.totalCount, found!.totalCount]).toEqual([list!.nodes.length, found!.nodes.length]);
  const unsolved = views.find(({ name }) => name === 'All unsolved')!;
  expect(unsolved.count).toBe(unsolved.tickets.nodes.length);
  const pages = await Promise.all(
    tickets.map((id) =>
      desk.ask<{ ticket: { id: string; timeline: { totalCount: number } } | null }>(
        actor,
        'query ($id: ID!) { ticket(id: $id) { id timeline { totalCount } } }',
        { id },
      ),
    ),
  );
  const written = await Promise.all(
    tickets.map(
      async (id) =>
        [
          id,
          (await mutate(desk, actor, 'presenceSet', { ticketId: id, activity: 'VIEWING' }))
            .userErrors,
        ] as const,
    ),
  );
  return {
    list: of(...list!.nodes.map(({ id }) => id)),
    search: of(...found!.nodes.map(({ id }) => id)),
    node: of(...nodes.flatMap((each) => each?.id ?? [])),
    events: of(...ticketEvents.nodes.flatMap(({ ticket }) => ticket?.id ?? [])),
    view: of(...unsolved.tickets.nodes.map(({ id }) => id)),
    timeline: of(...pages.flatMap(({ ticket }) => (ticket?.timeline.totalCount ? ticket.id : []))),
    presence: of(...written.flatMap(([id, errors]) => (errors.length ? [] : id))),
  };
}

test.each(Array.from({ length: sizeOf(3, 30) }, (_, at) => seed + at))(
  'whoever sees some of the tickets sees the same ones on every way (seed %i)',
  async (each) => {
    const filter = rights(dice(each));
    const actor = userActor(Role.LEAD, desk.workspace, { filter });
    const all = await desk.ask<{ tickets: Listed }>(
      desk.lead,
      'query ($filter: TicketFilter) { tickets(first: 100, filter: $filter) { nodes { id } } }',
      { filter },
    );
    const expected = new Set(all.tickets.nodes.map(({ id }) => id));
    for (const [way, seen] of Object.entries(await ways(actor)))
      expect([way, seen]).toEqual([way, expected]);

    const client = clientOf(desk, actor);
    clients.push(client);
    const list = new Watch(desk, actor, { first: 100, filter: { tag: { none: [SIGN] } } }, client);
    const { eventCursor } = await desk.ask<{ eventCursor: string }>(desk.lead, '{ eventCursor }');
    const told = new Set<string>();
    const present = new Set<string>();
    let heard = (): void => {};
    const end = new Promise<void>((resolve) => (heard = resolve));
    const { id: last } = await desk.ticket({ subject: 'The end' });
    const stops = [
      client.subscribe(
        {
          query:
            'subscription ($after: Cursor) { ticketEvents(after: $after) { event { type ticket { id } } } }',
          variables: { after: eventCursor },
        },
        {
          next: ({ data }: Heard) => {
            const id = data?.['ticketEvents']?.event?.ticket?.id;
            if (id) told.add(id);
            if (id === last) heard();
          },
          error: () => heard(),
          complete: () => heard(),
        },
      ),
      ...tickets.map((id) =>
        client.subscribe(
          {
            query: 'subscription ($id: ID!) { presenceChanged(ticketId: $id) { ticketId } }',
            variables: { id },
          },
          {
            next: ({ data }: Heard) => void (data && present.add(id)),
            error: () => {},
            complete: () => {},
          },
        ),
      ),
    ];
    for (const id of tickets)
      await mutate(desk, desk.admin, 'messageAdd', {
        ticketId: id,
        body: 'A note',
        visibility: 'PRIVATE',
      });
    await mutate(desk, desk.admin, 'ticketUpdate', { id: last, addTags: [SIGN] });
    await end;
    for (const stop of stops) stop();
    told.delete(last);
    expect(told).toEqual(expected);
    expect([...present].filter((id) => !expected.has(id))).toEqual([]);
    await list.until(({ shown }) => shown !== undefined);
    expect(await list.settled()).toBeUndefined();
    expect(new Set(list.shown!.tickets.map(({ id }) => id))).toEqual(expected);
    list.stop();
    await mutate(desk, desk.admin, 'ticketDelete', { id: last });
    await mutate(desk, desk.admin, 'ticketPurge', { id: last }, 'deletedId');
  },
  60_000,
);
