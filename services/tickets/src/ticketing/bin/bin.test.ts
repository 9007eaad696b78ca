import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import { type TestService, appActor, countStatements } from '@deskgraph/common/testing/testing';
import { Client } from 'pg';
import { stopClock } from '../../../testing/clock.ts';
import { fetchUnloggedChanges } from '../../../testing/event-log.ts';
import { type Desk, mutate, openDesk, reply } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { runDueTasks, waitFor } from '../../../testing/scheduler.ts';
import { subscriptionClientOf, LiveListClient } from '../../../testing/live-list-client.ts';

const DAY = 24 * 3_600_000;

let service: TestService;
let desk: Desk;
let clock: ReturnType<typeof stopClock>;

beforeAll(async () => {
  service = await startOwnTickets();
  clock = stopClock(service);
  desk = await openDesk(service);
});
afterAll(async () => {
  jest.useRealTimers();
  await service.stop();
});

const act = (actor: Actor, name: string, id: string, more: object = {}) =>
  mutate(desk, actor, name, { id, ...more });
const codes = (payload: { userErrors: { code: string; field: string[] | null }[] }) =>
  payload.userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);

/** The ways by which the actor can read the ticket. */
async function visibleBy(
  actor: Actor,
  { id, number, tag, message }: TaggedTicket,
  filter: object | null = null,
): Promise<string[]> {
  const staff = actor.role !== 'REQUESTER';
  type Ids = { nodes: { id: string }[]; totalCount: number };
  const data = await desk.ask<{
    byId: { id: string } | null;
    byNumber: { id: string } | null;
    node: { id: string } | null;
    message: { id: string } | null;
    list: Ids;
    search: Ids;
    mine: { tickets: Ids | null }[];
    events: { nodes: { ticket: { id: string } | null }[] };
    tags?: { nodes: { ticketCount: number }[] };
  }>(
    actor,
    `query ($id: ID!, $number: Int!, $filter: TicketFilter, $words: TicketFilter, $message: ID!, $customers: [_Any!]!, $of: TicketFilter) {
      byId: ticket(id: $id) { id } byNumber: ticket(number: $number) { id } node(id: $id) { id } message: node(id: $message) { id }
      list: tickets(filter: $filter, first: 100) { nodes { id } totalCount } search: tickets(filter: $words, first: 100) { nodes { id } totalCount }
      mine: _entities(representations: $customers) { ... on Customer { tickets(filter: $filter, first: 100) { nodes { id } totalCount } } }
      events: ticketEvents(filter: $of, first: 100) { nodes { ticket { id } } }
      ${staff ? `tags(text: "${tag}") { nodes { ticketCount } }` : ''} }`,
    {
      id,
      number,
      message,
      filter,
      words: { text: tag, ...filter },
      of: { id: { eq: id }, ...filter },
      customers: [{ __typename: 'Customer', id: desk.customer.id }],
    },
  );
  const has = ({ nodes }: Ids): boolean => nodes.some((ticket) => ticket.id === id);
  const isVisible = {
    byId: data.byId !== null,
    byNumber: data.byNumber !== null,
    node: data.node !== null,
    message: data.message !== null,
    list: has(data.list),
    search: has(data.search),
    customer: has(data.mine[0]!.tickets!),
    events: data.events.nodes.length > 0,
    tag: Boolean(data.tags?.nodes[0]?.ticketCount),
  };
  return Object.entries(isVisible).flatMap(([way, visible]) => (visible ? [way] : []));
}

interface TaggedTicket {
  id: string;
  number: number;
  tag: string;
  message: string;
}
let ticketCount = 0;
async function createTagged(): Promise<TaggedTicket> {
  const tag = `canary${++ticketCount}x`;
  const ticket = await desk.ticket({ subject: tag });
  await mutate(desk, desk.agent, 'ticketUpdate', { id: ticket.id, addTags: [tag] });
  const { message } = (await reply(desk, desk.agent, ticket.id)) as unknown as {
    message: { id: string };
  };
  return { ...ticket, tag, message: message.id };
}
/** The ways to find a ticket in a list, and those to read a known ticket. */
const LISTED = ['list', 'search', 'customer', 'events', 'tag'];
const BY_ID = ['byId', 'byNumber', 'node', 'message'];

describe('the bin (trash)', () => {
  test('a deleted ticket is visible only to callers who may restore it, and in lists only when they ask for deleted tickets', async () => {
    const ticket = await createTagged();
    expect(await visibleBy(desk.agent, ticket)).toEqual([...BY_ID, ...LISTED]);
    expect(codes(await act(desk.lead, 'ticketDelete', ticket.id))).toEqual([]);
    for (const actor of [
      desk.agent,
      desk.light,
      desk.analyst,
      desk.customer,
      appActor(desk.workspace, ['tickets:read']),
    ])
      for (const filter of [
        null,
        { deleted: true },
        { deleted: false },
        { or: [{ deleted: true }] },
      ])
        expect([actor.name, filter, await visibleBy(actor, ticket, filter)]).toEqual([
          actor.name,
          filter,
          [],
        ]);
    for (const actor of [desk.lead, desk.admin, desk.partner]) {
      expect(await visibleBy(actor, ticket)).toEqual(BY_ID);
      expect(await visibleBy(actor, ticket, { deleted: false })).toEqual(BY_ID);
      expect(await visibleBy(actor, ticket, { deleted: true })).toEqual([
        ...BY_ID,
        ...LISTED.filter((way) => way !== 'tag'),
      ]);
      expect(
        await visibleBy(actor, ticket, { or: [{ deleted: true }, { number: { eq: -1 } }] }),
      ).toContain('list');
    }
  });

  test('refuses mutations of a deleted ticket: with NOT_FOUND, or with TICKET_DELETED for callers who may restore it', async () => {
    const { id } = await createTagged();
    await act(desk.lead, 'ticketDelete', id);
    const inputs: [string, object][] = [
      ['ticketUpdate', { id, subject: 'x' }],
      ['ticketAssign', { id, assigneeId: 'me' }],
      ['ticketStatusChange', { id, status: 'OPEN' }],
      ['ticketSnooze', { id }],
      ['ticketWake', { id }],
      ['ticketSpamMark', { id, spam: true }],
      ['messageAdd', { ticketId: id, visibility: 'PUBLIC', body: 'x', override: true }],
    ];
    for (const [name, input] of inputs) {
      const field = name === 'messageAdd' ? 'ticketId' : 'id';
      expect(codes(await mutate(desk, desk.agent, name, input))).toEqual([
        `NOT_FOUND input.${field}`,
      ]);
      expect(codes(await mutate(desk, desk.admin, name, input))).toEqual([
        `TICKET_DELETED input.${field}`,
      ]);
    }
    expect(
      codes(
        await mutate(desk, desk.customer, 'messageAdd', {
          ticketId: id,
          visibility: 'PUBLIC',
          body: 'x',
        }),
      ),
    ).toEqual(['NOT_FOUND input.ticketId']);
  });

  test('a restored ticket is unchanged, and its requester does not notice that it was deleted', async () => {
    const ticket = await createTagged();
    const query =
      'query ($id: ID!) { ticket(id: $id) { version updatedAt subject status timeline { totalCount } } }';
    const before = await desk.ask(desk.customer, query, { id: ticket.id });
    await act(desk.lead, 'ticketDelete', ticket.id);
    expect(codes(await act(desk.lead, 'ticketDelete', ticket.id))).toEqual([]);
    clock.advance(29 * DAY);
    await act(desk.lead, 'ticketRestore', ticket.id);
    expect(codes(await act(desk.lead, 'ticketRestore', ticket.id))).toEqual([]);
    clock.advance(2 * DAY);
    await runDueTasks(desk, clock);
    expect(await desk.ask(desk.customer, query, { id: ticket.id })).toEqual(before);
    expect(await visibleBy(desk.agent, ticket)).toEqual([...BY_ID, ...LISTED]);
    const { ticket: read } = await desk.ask<{ ticket: { timeline: { nodes: object[] } } }>(
      desk.agent,
      'query ($id: ID!) { ticket(id: $id) { timeline(last: 2) { nodes { type summary actor { id } } } } }',
      { id: ticket.id },
    );
    expect(read.timeline.nodes).toEqual([
      {
        type: 'ticket.deleted',
        summary: 'lead moved the ticket to the bin',
        actor: { id: desk.lead.id },
      },
      {
        type: 'ticket.restored',
        summary: 'lead restored the ticket from the bin',
        actor: { id: desk.lead.id },
      },
    ]);
  });

  test('a SOLVED ticket is closed in time while it is deleted', async () => {
    const { id } = await createTagged();
    await mutate(desk, desk.agent, 'ticketStatusChange', { id, status: 'SOLVED' });
    clock.advance(20 * DAY);
    await act(desk.lead, 'ticketDelete', id);
    clock.advance(9 * DAY);
    await waitFor(async () => (await statusOf(id)) === 'CLOSED');
    expect(codes(await act(desk.lead, 'ticketRestore', id))).toEqual([]);
    expect(await statusOf(id)).toBe('CLOSED');
  });

  test('live lists remove a deleted ticket at once, and add a restored one', async () => {
    const { id } = await createTagged();
    const client = subscriptionClientOf(desk, desk.agent);
    const list = new LiveListClient(desk, desk.agent, { filter: { id: { eq: id } } }, client);
    await list.until(({ view }) => view?.totalCount === 1);
    await act(desk.lead, 'ticketDelete', id);
    await list.until(({ view }) => view?.totalCount === 0);
    expect(list.last).toMatchObject({ kind: 'LEAVE', ticketId: id, ticket: null });
    await act(desk.lead, 'ticketRestore', id);
    await list.until(({ view }) => view?.totalCount === 1);
    list.stop();
    await client.dispose();
  });
});

describe('purging', () => {
  test('an administrator purges a deleted ticket: only its events remain, and its number is not used again', async () => {
    const ticket = await createTagged();
    expect(codes(await act(desk.admin, 'ticketPurge', ticket.id))).toEqual([
      'NOT_DELETED input.id',
    ]);
    await act(desk.lead, 'ticketDelete', ticket.id);
    const purge = () => mutate(desk, desk.admin, 'ticketPurge', { id: ticket.id }, 'deletedId');
    expect(await purge()).toEqual({ deletedId: ticket.id, userErrors: [] });
    expect(codes(await purge())).toEqual(['NOT_FOUND input.id']);
    for (const actor of [desk.admin, desk.customer])
      expect(await visibleBy(actor, ticket, { deleted: true })).toEqual([]);
    expect(await rowsOf(ticket.id)).toEqual({
      ticket: 0,
      message: 0,
      ticket_text: 0,
      ticket_tag: 0,
    });
    expect(await eventTypes(ticket.id)).toEqual(
      expect.arrayContaining([
        'ticket.created',
        'message.added',
        'ticket.deleted',
        'ticket.purged',
      ]),
    );
    expect((await desk.ticket()).number).toBeGreaterThan(ticket.number);
  });

  test('the system purges a ticket 30 days after its deletion, not a millisecond earlier', async () => {
    const { id } = await createTagged();
    await act(desk.lead, 'ticketDelete', id);
    clock.advance(30 * DAY - 2);
    await runDueTasks(desk, clock);
    expect((await rowsOf(id))['ticket']).toBe(1);
    clock.advance(1);
    await waitFor(async () => (await rowsOf(id))['ticket'] === 0);
    expect((await eventTypes(id)).at(-1)).toBe('ticket.purged');
  });

  test('purging forty messages takes as many statements as purging two', async () => {
    const deleted = async (replies: number): Promise<string> => {
      const { id } = await desk.ticket();
      for (let n = 0; n < replies; n++)
        await mutate(desk, desk.customer, 'messageAdd', {
          ticketId: id,
          visibility: 'PUBLIC',
          body: `${n}`,
        });
      await act(desk.lead, 'ticketDelete', id);
      return id;
    };
    const [short, long] = [await deleted(1), await deleted(39)];
    const counts = [];
    for (const id of [short, long]) {
      const statements = await countStatements(() => act(desk.admin, 'ticketPurge', id));
      // The scheduled erasure of the other ticket’s events may run in between.
      counts.push(
        statements.filter((text) => !/removed_ticket|redact_ticket_events|from outbox/.test(text))
          .length,
      );
    }
    expect(counts[1]).toBe(counts[0]);
  });

  test('purging a ticket removes the links and merges of other tickets to it, with events', async () => {
    const fresh = await openDesk(service);
    const [problem, into] = [await fresh.ticket(), await fresh.ticket()];
    const [incident, related, merged] = [
      await fresh.ticket(),
      await fresh.ticket(),
      await fresh.ticket(),
    ];
    const run = async (actor: Actor, name: string, input: object) =>
      expect(codes(await mutate(fresh, actor, name, input))).toEqual([]);
    await run(fresh.agent, 'ticketLink', {
      id: problem.id,
      otherId: incident.id,
      kind: 'INCIDENT',
    });
    await run(fresh.agent, 'ticketLink', { id: problem.id, otherId: related.id, kind: 'RELATED' });
    await run(fresh.agent, 'ticketMerge', { ids: [merged.id], intoId: into.id });
    for (const { id } of [problem, into]) {
      await run(fresh.lead, 'ticketDelete', { id });
      await run(fresh.admin, 'ticketPurge', { id });
    }
    const query =
      'query ($id: ID!) { ticket(id: $id) { problem { id } mergedInto { id } links { kind } timeline(last: 1) { nodes { type } } } }';
    const unlinked = { problem: null, mergedInto: null, links: [] };
    for (const { id } of [incident, related])
      expect(await fresh.ask(fresh.agent, query, { id })).toEqual({
        ticket: { ...unlinked, timeline: { nodes: [{ type: 'ticket.unlinked' }] } },
      });
    expect(await fresh.ask(fresh.agent, query, { id: merged.id })).toMatchObject({
      ticket: unlinked,
    });
    expect(await fetchUnloggedChanges(fresh)).toEqual([]);
  });

  test('a follow-up remains when the ticket that it follows is purged', async () => {
    const { id } = await createTagged();
    await mutate(desk, desk.agent, 'ticketStatusChange', { id, status: 'SOLVED' });
    clock.advance(28 * DAY);
    await waitFor(async () => (await statusOf(id)) === 'CLOSED');
    const late = await mutate(
      desk,
      desk.customer,
      'messageAdd',
      { ticketId: id, visibility: 'PUBLIC', body: 'Late' },
      'ticket { id }',
    );
    await act(desk.lead, 'ticketDelete', id);
    await act(desk.admin, 'ticketPurge', id);
    const followUp = (late['ticket'] as { id: string }).id;
    const data = await desk.ask(
      desk.customer,
      'query ($id: ID!) { ticket(id: $id) { subject followUpOf { id } } }',
      { id: followUp },
    );
    expect(data).toMatchObject({ ticket: { followUpOf: null } });
  });
});

test('lists for staff contain spam only on request, and its sender does not notice', async () => {
  const ticket = await createTagged();
  const query =
    'query ($id: ID!) { ticket(id: $id) { spam version updatedAt timeline { totalCount } } }';
  const before = await desk.ask(desk.customer, query, { id: ticket.id });
  expect(codes(await act(desk.agent, 'ticketSpamMark', ticket.id, { spam: true }))).toEqual([]);
  expect(await desk.ask(desk.customer, query, { id: ticket.id })).toEqual(before);
  for (const filter of [null, { deleted: false }])
    expect(await visibleBy(desk.customer, ticket, filter)).toEqual([
      ...BY_ID,
      ...LISTED.slice(0, 4),
    ]);
  expect(await visibleBy(desk.customer, ticket, { spam: true })).toEqual(BY_ID);
  for (const actor of [desk.light, desk.agent, desk.admin, desk.partner]) {
    expect(await visibleBy(actor, ticket)).toEqual(BY_ID);
    expect(await visibleBy(actor, ticket, { spam: true })).toEqual([
      ...BY_ID,
      ...LISTED.slice(0, 4),
    ]);
  }
  await act(desk.agent, 'ticketSpamMark', ticket.id, { spam: false });
  expect(await visibleBy(desk.agent, ticket)).toEqual([...BY_ID, ...LISTED]);
});

const statusOf = async (id: string): Promise<string> =>
  (
    await desk.ask<{ ticket: { status: string } }>(
      desk.lead,
      'query ($id: ID!) { ticket(id: $id) { status } }',
      { id },
    )
  ).ticket.status;

async function inDatabase<Row extends object>(
  statement: string,
  values: unknown[],
): Promise<Row[]> {
  const client = new Client({ connectionString: service.database.ownerUrl });
  await client.connect();
  const { rows } = await client.query<Row>(statement, values);
  await client.end();
  return rows;
}
async function rowsOf(id: string): Promise<Record<string, number>> {
  const [row] = await inDatabase<Record<string, number>>(
    `select (select count(*)::integer from ticket where id = $1) as ticket, (select count(*)::integer from message where ticket_id = $1) as message,
       (select count(*)::integer from ticket_text where ticket_id = $1) as ticket_text, (select count(*)::integer from ticket_tag where ticket_id = $1) as ticket_tag`,
    [uuidOf('tkt', id)],
  );
  return row!;
}
const eventTypes = async (id: string): Promise<string[]> =>
  (
    await inDatabase<{ type: string }>(
      `select type from (select type, version, subject from event_log union all select type, version, subject from outbox) e where subject = $1 order by version`,
      [id],
    )
  ).map(({ type }) => type);

test('every mutation of the bin refuses an unknown ticket', async () => {
  for (const name of ['ticketDelete', 'ticketRestore', 'ticketPurge'])
    expect(codes(await act(desk.admin, name, newId('tkt')))).toEqual(['NOT_FOUND input.id']);
});
