import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestClient, countStatements } from '@deskgraph/common/testing/client';
import {
  type Desk,
  type Result,
  mutate,
  openDesk,
  reply,
  startTickets,
} from '../../../testing/desk.ts';
import { waitForEventLog } from '../../../testing/event-log.ts';

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface TicketView {
  status: string;
  links: { kind: string; ticket: { id: string } }[];
  problem: { id: string } | null;
  incidents: { nodes: { id: string }[]; totalCount: number };
  timeline: {
    nodes: { type: string; summary: string; changes: { field: string; to: unknown }[] }[];
  };
}
const TICKET_FIELDS = `status links { kind ticket { id } } problem { id } incidents { nodes { id } totalCount }
  timeline(last: 1) { nodes { type summary changes { field to } } }`;
const read = async (id: string): Promise<TicketView> =>
  (
    await desk.ask<{ ticket: TicketView }>(
      desk.agent,
      `query ($id: ID!) { ticket(id: $id) { ${TICKET_FIELDS} } }`,
      { id },
    )
  ).ticket;
const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const link = async (id: string, otherId: string, kind: string): Promise<string[]> =>
  codes(await mutate(desk, desk.agent, 'ticketLink', { id, otherId, kind }, 'ticket { id }'));
const unlink = async (id: string, otherId: string, kind: string): Promise<string[]> =>
  codes(await mutate(desk, desk.agent, 'ticketUnlink', { id, otherId, kind }, 'ticket { id }'));
const tickets = async (count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push((await desk.ticket()).id);
  return ids;
};
const solve = async (id: string): Promise<string[]> =>
  codes(
    await mutate(desk, desk.agent, 'ticketStatusChange', {
      id,
      status: 'SOLVED',
      resolutionCode: 'NO_REPLY',
    }),
  );

test.each([
  ['PARENT', 'CHILD'],
  ['CHILD', 'PARENT'],
  ['RELATED', 'RELATED'],
  ['DUPLICATE', 'DUPLICATE'],
  ['PROBLEM', 'INCIDENT'],
  ['INCIDENT', 'PROBLEM'],
])(
  'a %s link is a %s link of the other ticket, is in both timelines, and is added and removed once',
  async (kind, inverse) => {
    const [a, b] = (await tickets(2)) as [string, string];
    expect(await link(a, b, kind)).toEqual([]);
    expect(await link(a, b, kind)).toEqual([]);
    expect(await link(b, a, inverse)).toEqual([]);
    const linksOf = ({ links }: TicketView): object[] =>
      links.map(({ kind: linkKind, ticket }) => ({ kind: linkKind, id: ticket.id }));
    const [ticket, other] = [await read(a), await read(b)];
    expect(linksOf(ticket)).toEqual([{ kind, id: b }]);
    expect(linksOf(other)).toEqual([{ kind: inverse, id: a }]);
    expect(ticket.problem).toEqual(kind === 'PROBLEM' ? { id: b } : null);
    expect(ticket.incidents.nodes).toEqual(kind === 'INCIDENT' ? [{ id: b }] : []);
    expect(ticket.timeline.nodes).toEqual([
      {
        type: 'ticket.linked',
        summary: 'Ana linked the ticket to another one',
        changes: [{ field: 'links', to: { kind, ticketId: b } }],
      },
    ]);
    expect(other.timeline.nodes).toMatchObject([
      { type: 'ticket.linked', changes: [{ field: 'links', to: { kind: inverse, ticketId: a } }] },
    ]);
    expect(await unlink(b, a, inverse)).toEqual([]);
    expect(await unlink(a, b, kind)).toEqual(['NOT_FOUND input.otherId']);
    expect(linksOf(await read(a))).toEqual([]);
    expect((await read(b)).timeline.nodes).toMatchObject([{ type: 'ticket.unlinked' }]);
  },
);

test('a parent cannot be solved before its children, neither by a status change nor by a reply', async () => {
  const [parent, child] = (await tickets(2)) as [string, string];
  expect(await link(parent, child, 'CHILD')).toEqual([]);
  expect(await solve(parent)).toEqual(['CHILDREN_OPEN input.status']);
  expect(codes(await reply(desk, desk.agent, parent, { status: 'SOLVED' }))).toEqual([
    'CHILDREN_OPEN input.status',
  ]);
  expect(await solve(child)).toEqual([]);
  expect(await solve(parent)).toEqual([]);
  const [open] = (await tickets(1)) as [string];
  expect(await link(parent, open, 'CHILD')).toEqual(['CHILDREN_OPEN input.otherId']);
});

test('parent links form no circle, also with concurrent calls, and a child has one parent', async () => {
  const [a, b, c, d] = (await tickets(4)) as [string, string, string, string];
  expect(await link(a, a, 'RELATED')).toEqual(['CIRCLE input.otherId']);
  expect(await link(a, b, 'CHILD')).toEqual([]);
  expect(await link(b, c, 'CHILD')).toEqual([]);
  expect(await link(c, a, 'CHILD')).toEqual(['CIRCLE input.otherId']);
  expect(await link(a, c, 'PARENT')).toEqual(['CIRCLE input.otherId']);
  expect(await link(c, d, 'PARENT')).toEqual(['TAKEN input.otherId']);
  const ring = (await tickets(3)) as [string, string, string];
  const results = await Promise.all(
    [0, 1, 2].map((index) => link(ring[index]!, ring[(index + 1) % 3]!, 'CHILD')),
  );
  expect(results.flat()).toEqual(['CIRCLE input.otherId']);
});

test('an incident has one problem, which is not an incident itself', async () => {
  const [problem, first, second, other] = (await tickets(4)) as [string, string, string, string];
  expect(await link(problem, first, 'INCIDENT')).toEqual([]);
  expect(await link(second, problem, 'PROBLEM')).toEqual([]);
  expect((await read(problem)).incidents).toMatchObject({
    totalCount: 2,
    nodes: [{ id: first }, { id: second }],
  });
  expect(await link(first, other, 'PROBLEM')).toEqual(['TAKEN input.otherId']);
  expect(await link(problem, other, 'PROBLEM')).toEqual(['CIRCLE input.otherId']);
  expect(await link(first, other, 'INCIDENT')).toEqual(['CIRCLE input.otherId']);
});

test('refuses to merge a parent, and to link a merged ticket', async () => {
  const [parent, child, into, from] = (await tickets(4)) as [string, string, string, string];
  await link(parent, child, 'CHILD');
  const merge = async (id: string): Promise<string[]> =>
    codes(await mutate(desk, desk.agent, 'ticketMerge', { ids: [id], intoId: into }));
  expect(await merge(parent)).toEqual(['IN_USE input.ids.0']);
  expect(await merge(from)).toEqual([]);
  expect(await link(from, child, 'RELATED')).toEqual(['ALREADY_MERGED input.id']);
  expect(await link(child, from, 'RELATED')).toEqual(['ALREADY_MERGED input.otherId']);
});

test('requesters do not notice links; a list of tickets with their links takes at most 8 statements', async () => {
  const [a, b] = (await tickets(2)) as [string, string];
  await waitForEventLog(desk);
  const before = await desk.ask<object>(
    desk.customer,
    `query ($id: ID!) { ticket(id: $id) { version updatedAt cursor } }`,
    { id: a },
  );
  await link(a, b, 'RELATED');
  expect(
    await desk.ask<object>(
      desk.customer,
      `query ($id: ID!) { ticket(id: $id) { version updatedAt cursor } }`,
      { id: a },
    ),
  ).toEqual(before);
  const { data } = await desk.answer<{ ticket: object }>(
    desk.customer,
    'query ($id: ID!) { ticket(id: $id) { links { kind } problem { id } } }',
    {
      id: a,
    },
  );
  expect(data!.ticket).toEqual({ links: null, problem: null });
  const query = `{ tickets(first: 100) { nodes { links { kind ticket { id } } problem { id } incidents { nodes { id } }
    operations { id tickets { nodes { id } } } mergedInto { id } splitFrom { id } } } }`;
  expect((await countStatements(() => desk.ask(desk.agent, query))).length).toBeLessThanOrEqual(8);
});

interface SolvedTicket {
  status: string;
  handled: boolean;
  waitingSince: string | null;
  resolution: { code: string; counted: boolean } | null;
  messages: { nodes: { text: string; author: { id: string } }[] };
  timeline: { nodes: { type: string }[] };
}
const readSolved = async (id: string): Promise<SolvedTicket> =>
  (
    await desk.ask<{ ticket: SolvedTicket }>(
      desk.agent,
      `query ($id: ID!) { ticket(id: $id) { status handled waitingSince resolution { code counted }
        messages { nodes { text author { id } } } timeline(last: 2) { nodes { type } } } }`,
      { id },
    )
  ).ticket;

test('solving a problem solves its incidents and replies to each requester, with a constant number of statements; incidents do not count as handled', async () => {
  const [problem, solved, withChild, child] = (await tickets(4)) as [
    string,
    string,
    string,
    string,
  ];
  const incidents = await tickets(12);
  for (const id of [...incidents, solved, withChild]) await link(problem, id, 'INCIDENT');
  await link(withChild, child, 'CHILD');
  await solve(solved);
  const input = {
    id: problem,
    status: 'SOLVED',
    reply: 'Fixed, see {{ticket.number}} wiederhergestellt',
  };
  const statements = await countStatements(async () =>
    expect(
      codes(await mutate(desk, desk.agent, 'ticketStatusChange', input, 'ticket { id }')),
    ).toEqual([]),
  );
  expect(statements.length).toBeLessThanOrEqual(20);
  expect(await readSolved(problem)).toMatchObject({
    status: 'SOLVED',
    handled: true,
    resolution: { code: 'ANSWERED', counted: true },
  });
  for (const id of incidents) {
    const { number } = (
      await desk.ask<{ ticket: { number: number } }>(
        desk.agent,
        'query ($id: ID!) { ticket(id: $id) { number } }',
        { id },
      )
    ).ticket;
    expect(await readSolved(id)).toMatchObject({
      status: 'SOLVED',
      handled: false,
      waitingSince: null,
      resolution: { code: 'INCIDENT', counted: false },
      messages: {
        nodes: [
          {},
          { text: `Fixed, see ${number} wiederhergestellt`, author: { id: desk.agent.id } },
        ],
      },
      timeline: { nodes: [{ type: 'message.added' }, { type: 'ticket.status_changed' }] },
    });
  }
  expect(await readSolved(solved)).toMatchObject({
    resolution: { code: 'NO_REPLY' },
    messages: { nodes: [{}] },
  });
  expect(await readSolved(withChild)).toMatchObject({
    status: 'NEW',
    resolution: null,
    messages: { nodes: [{}] },
  });
  const searchResult = await desk.ask<{ tickets: { totalCount: number } }>(
    desk.agent,
    '{ tickets(filter: { text: "wiederhergestellt" }) { totalCount } }',
  );
  expect(searchResult.tickets.totalCount).toBe(13);
});

test('solveIncidents: false leaves the incidents unsolved, and a reply is accepted for SOLVED only', async () => {
  const [problem, incident] = (await tickets(2)) as [string, string];
  await link(problem, incident, 'INCIDENT');
  const change = async (more: object): Promise<string[]> =>
    codes(
      await mutate(
        desk,
        desk.agent,
        'ticketStatusChange',
        { id: problem, ...more },
        'ticket { id }',
      ),
    );
  expect(await change({ status: 'OPEN', reply: 'Hello' })).toEqual(['INVALID input.reply']);
  expect(await change({ status: 'SOLVED', reply: ' ' })).toEqual(['REQUIRED input.reply']);
  expect(
    await change({ status: 'SOLVED', resolutionCode: 'SELF_SERVICE', solveIncidents: false }),
  ).toEqual([]);
  expect(await readSolved(incident)).toMatchObject({ status: 'NEW' });
});
