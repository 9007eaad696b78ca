import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestService, countStatements } from '@deskgraph/common/testing/testing';
import {
  type Desk,
  type Result,
  mutate,
  openDesk,
  reply,
  startTickets,
} from '../../../testing/desk.ts';
import { placed } from '../../../testing/log.ts';

let service: TestService;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface Shown {
  status: string;
  links: { kind: string; ticket: { id: string } }[];
  problem: { id: string } | null;
  incidents: { nodes: { id: string }[]; totalCount: number };
  timeline: {
    nodes: { type: string; summary: string; changes: { field: string; to: unknown }[] }[];
  };
}
const SHOWN = `status links { kind ticket { id } } problem { id } incidents { nodes { id } totalCount }
  timeline(last: 1) { nodes { type summary changes { field to } } }`;
const read = async (id: string): Promise<Shown> =>
  (
    await desk.ask<{ ticket: Shown }>(
      desk.agent,
      `query ($id: ID!) { ticket(id: $id) { ${SHOWN} } }`,
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
  'a link to a %s is one to a %s from the other side, in both timelines, made once and taken away once',
  async (kind, inverse) => {
    const [a, b] = (await tickets(2)) as [string, string];
    expect(await link(a, b, kind)).toEqual([]);
    expect(await link(a, b, kind)).toEqual([]);
    expect(await link(b, a, inverse)).toEqual([]);
    const seen = ({ links }: Shown): object[] =>
      links.map((each) => ({ kind: each.kind, id: each.ticket.id }));
    const [one, other] = [await read(a), await read(b)];
    expect(seen(one)).toEqual([{ kind, id: b }]);
    expect(seen(other)).toEqual([{ kind: inverse, id: a }]);
    expect(one.problem).toEqual(kind === 'PROBLEM' ? { id: b } : null);
    expect(one.incidents.nodes).toEqual(kind === 'INCIDENT' ? [{ id: b }] : []);
    expect(one.timeline.nodes).toEqual([
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
    expect(seen(await read(a))).toEqual([]);
    expect((await read(b)).timeline.nodes).toMatchObject([{ type: 'ticket.unlinked' }]);
  },
);

test('a parent is not solved before its children, by whatever way', async () => {
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

test('a family has no circles, and a child one parent', async () => {
  const [a, b, c, d] = (await tickets(4)) as [string, string, string, string];
  expect(await link(a, a, 'RELATED')).toEqual(['CIRCLE input.otherId']);
  expect(await link(a, b, 'CHILD')).toEqual([]);
  expect(await link(b, c, 'CHILD')).toEqual([]);
  expect(await link(c, a, 'CHILD')).toEqual(['CIRCLE input.otherId']);
  expect(await link(a, c, 'PARENT')).toEqual(['CIRCLE input.otherId']);
  expect(await link(c, d, 'PARENT')).toEqual(['TAKEN input.otherId']);
  const ring = (await tickets(3)) as [string, string, string];
  const at = [0, 1, 2] as const;
  const results = await Promise.all(at.map((n) => link(ring[n]!, ring[(n + 1) % 3]!, 'CHILD')));
  expect(results.flat()).toEqual(['CIRCLE input.otherId']);
});

test('an incident has one problem, which is no incident', async () => {
  const [problem, one, two, other] = (await tickets(4)) as [string, string, string, string];
  expect(await link(problem, one, 'INCIDENT')).toEqual([]);
  expect(await link(two, problem, 'PROBLEM')).toEqual([]);
  expect((await read(problem)).incidents).toMatchObject({
    totalCount: 2,
    nodes: [{ id: one }, { id: two }],
  });
  expect(await link(one, other, 'PROBLEM')).toEqual(['TAKEN input.otherId']);
  expect(await link(problem, other, 'PROBLEM')).toEqual(['CIRCLE input.otherId']);
  expect(await link(one, other, 'INCIDENT')).toEqual(['CIRCLE input.otherId']);
});

test('what others hang on is not folded into another ticket, and what is folded in is not linked', async () => {
  const [parent, child, into, from] = (await tickets(4)) as [string, string, string, string];
  await link(parent, child, 'CHILD');
  const merge = async (id: string): Promise<string[]> =>
    codes(await mutate(desk, desk.agent, 'ticketMerge', { ids: [id], intoId: into }));
  expect(await merge(parent)).toEqual(['IN_USE input.ids.0']);
  expect(await merge(from)).toEqual([]);
  expect(await link(from, child, 'RELATED')).toEqual(['ALREADY_MERGED input.id']);
  expect(await link(child, from, 'RELATED')).toEqual(['ALREADY_MERGED input.otherId']);
});

test('requesters learn nothing of links; a list of tickets with their links takes a handful of statements', async () => {
  const [a, b] = (await tickets(2)) as [string, string];
  await placed(desk);
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

interface Solved {
  status: string;
  handled: boolean;
  waitingSince: string | null;
  resolution: { code: string; counted: boolean } | null;
  messages: { nodes: { text: string; author: { id: string } }[] };
  timeline: { nodes: { type: string }[] };
}
const solvedAs = async (id: string): Promise<Solved> =>
  (
    await desk.ask<{ ticket: Solved }>(
      desk.agent,
      `query ($id: ID!) { ticket(id: $id) { status handled waitingSince resolution { code counted }
        messages { nodes { text author { id } } } timeline(last: 2) { nodes { type } } } }`,
      { id },
    )
  ).ticket;

test('solving a problem solves its incidents and answers each requester, with a constant number of statements; none counts as handled', async () => {
  const [problem, done, held, part] = (await tickets(4)) as [string, string, string, string];
  const incidents = await tickets(12);
  for (const id of [...incidents, done, held]) await link(problem, id, 'INCIDENT');
  await link(held, part, 'CHILD');
  await solve(done);
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
  expect(await solvedAs(problem)).toMatchObject({
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
    expect(await solvedAs(id)).toMatchObject({
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
  expect(await solvedAs(done)).toMatchObject({
    resolution: { code: 'NO_REPLY' },
    messages: { nodes: [{}] },
  });
  expect(await solvedAs(held)).toMatchObject({
    status: 'NEW',
    resolution: null,
    messages: { nodes: [{}] },
  });
  const found = await desk.ask<{ tickets: { totalCount: number } }>(
    desk.agent,
    '{ tickets(filter: { text: "wiederhergestellt" }) { totalCount } }',
  );
  expect(found.tickets.totalCount).toBe(13);
});

test('incidents stay when that is wanted, and an answer goes with a solution only', async () => {
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
  expect(await solvedAs(incident)).toMatchObject({ status: 'NEW' });
});
