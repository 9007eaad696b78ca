import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import {
  type TestService,
  appActor,
  countStatements,
  userActor,
} from '@deskgraph/common/testing/testing';
import { buildSubgraph } from '@deskgraph/common/graphql/federation';
import { mappingErrors } from '@deskgraph/common/testing/mapping-errors';
import { Client } from 'pg';
import { subgraph } from '../subgraph.ts';
import { type Desk, mutate, openDesk, reply as replyAt } from '../../testing/desk.ts';
import { startOwnTickets } from '../../testing/own-service.ts';

let service: TestService;
let desk: Desk;
let other: Desk;

beforeAll(async () => {
  service = await startOwnTickets();
  desk = await openDesk(service);
  other = await openDesk(service);
});
afterAll(() => service.stop());

interface TicketView {
  id: string;
  status: string;
  version: number;
  updatedAt: string;
  waitingSince: string | null;
  handled: boolean;
  firstReplyAt: string | null;
  solvedAt: string | null;
  closesAt: string | null;
  reopenCount: number;
  assignee: { id: string; name: string } | null;
  tags: { name: string }[] | null;
}
const FIELDS =
  'id status version updatedAt waitingSince handled firstReplyAt solvedAt closesAt reopenCount assignee { id name } tags { name }';

const read = async (actor: Actor, id: string): Promise<TicketView> =>
  (
    await desk.ask<{ ticket: TicketView }>(
      actor,
      `query ($id: ID!) { ticket(id: $id) { ${FIELDS} } }`,
      {
        id,
      },
    )
  ).ticket;
/** Reads as the requester, without the fields for staff. */
const readAsCustomer = async (id: string): Promise<TicketView> =>
  (
    await desk.ask<{ ticket: TicketView }>(
      desk.customer,
      `query ($id: ID!) { ticket(id: $id) { ${FIELDS.replace('tags { name }', '')} } }`,
      {
        id,
      },
    )
  ).ticket;
const reply = (actor: Actor, ticketId: string, more: object = {}) =>
  replyAt(desk, actor, ticketId, more);
const move = (actor: Actor, id: string, status: string, more: object = {}) =>
  mutate(desk, actor, 'ticketStatusChange', { id, status, ...more }, 'ticket { status }');
const codes = (payload: { userErrors: { code: string; field: string[] | null }[] }) =>
  payload.userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);

async function inDatabase(
  statement: string,
  values: unknown[] = [],
  workspace = desk.workspace,
): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: service.database.ownerUrl });
  await client.connect();
  await client.query(`select set_config('desk.workspace', $1, false)`, [workspace]);
  const { rows } = await client.query<Record<string, unknown>>(statement, values);
  await client.end();
  return rows;
}

describe('creating', () => {
  test('a customer’s ticket is NEW, has a number, a first message and waits for an answer', async () => {
    const { id } = await desk.ticket();
    const { ticket } = await desk.ask<{ ticket: object }>(
      desk.agent,
      `query ($id: ID!) { ticket(id: $id) { status priority channel origin number subject description handled waitingSince
        requester { id } requesterName createdBy { id name } messages { totalCount nodes { text html visibility author { name } } } } }`,
      { id },
    );
    expect(ticket).toMatchObject({
      status: 'NEW',
      priority: 'NORMAL',
      channel: 'PORTAL',
      origin: 'CUSTOMER',
      number: expect.any(Number),
      handled: false,
      waitingSince: expect.any(String),
      requester: { id: desk.customer.id },
      messages: {
        totalCount: 1,
        nodes: [
          {
            text: 'It should have come on Monday.',
            visibility: 'PUBLIC',
            author: { name: 'Marta' },
          },
        ],
      },
    });
  });

  test('64 concurrently created tickets have 64 different numbers', async () => {
    const tickets = await Promise.all(Array.from({ length: 64 }, () => desk.ticket()));
    expect(new Set(tickets.map(({ number }) => number)).size).toBe(64);
  });

  test('the same idempotency key returns the same ticket, also in 50 concurrent calls; another input is refused', async () => {
    const input = { subject: 'Once', body: 'Only once', idempotencyKey: 'key-1' };
    const ids = await Promise.all(
      Array.from({ length: 50 }, async () => (await desk.ticket(input)).id),
    );
    expect(new Set(ids).size).toBe(1);
    expect(
      codes(await mutate(desk, desk.customer, 'ticketCreate', { ...input, subject: 'Twice' })),
    ).toEqual(['IDEMPOTENCY_MISMATCH input.idempotencyKey']);
  });

  test('refuses a requester who sets another requester or fields for staff', async () => {
    const payload = await mutate(desk, desk.customer, 'ticketCreate', {
      subject: 'a',
      body: 'b',
      requester: { email: 'a@b.example' },
      priority: 'URGENT',
    });
    expect(codes(payload)).toEqual(['FORBIDDEN input.requester', 'FORBIDDEN input.priority']);
  });

  test('an unknown address becomes one requester, also in concurrent calls', async () => {
    const create = () =>
      mutate(
        desk,
        desk.partner,
        'ticketCreate',
        { subject: 'Hello', body: 'World', requester: { email: ' Eva@Shop.example ' } },
        'ticket { requester { id } requesterName }',
      );
    const payloads = await Promise.all([create(), create(), create()]);
    expect(new Set(payloads.map((payload) => JSON.stringify(payload))).size).toBe(1);
    expect(payloads[0]).toMatchObject({
      ticket: {
        requesterName: 'eva@shop.example',
        requester: { id: expect.stringMatching(/^cus_/) },
      },
    });
  });

  test('reports all errors of an input at once, each with its field', async () => {
    const payload = await mutate(desk, desk.customer, 'ticketCreate', {
      subject: ' ',
      body: 'x'.repeat(65_537),
      product: 'p'.repeat(256),
    });
    expect(codes(payload).sort()).toEqual([
      'REQUIRED input.subject',
      'TOO_LONG input.body',
      'TOO_LONG input.product',
    ]);
  });

  test('refuses NUL characters, which PostgreSQL cannot store, and names the field', async () => {
    expect(
      codes(await mutate(desk, desk.customer, 'ticketCreate', { subject: 'a\u0000b', body: 'b' })),
    ).toEqual(['INVALID input.subject']);
  });
});

describe('life cycle', () => {
  test('assigning opens a NEW ticket, a reply of an agent handles it, a reply of the requester reopens it', async () => {
    const { id } = await desk.ticket();
    await mutate(desk, desk.lead, 'ticketAssign', {
      id,
      assigneeId: desk.agent.id,
      departmentId: desk.departmentId,
    });
    expect(await read(desk.agent, id)).toMatchObject({
      status: 'OPEN',
      handled: false,
      assignee: { name: 'Ana' },
    });
    await reply(desk.agent, id, { status: 'PENDING' });
    const answered = await read(desk.agent, id);
    expect(answered).toMatchObject({
      status: 'PENDING',
      handled: true,
      waitingSince: null,
      firstReplyAt: expect.any(String),
    });
    await reply(desk.customer, id);
    expect(await read(desk.agent, id)).toMatchObject({
      status: 'OPEN',
      waitingSince: expect.any(String),
      firstReplyAt: answered.firstReplyAt,
    });
  });

  test('a SOLVED ticket has a closing time; a reply reopens it and increments reopenCount', async () => {
    const { id } = await desk.ticket();
    await reply(desk.agent, id);
    await move(desk.agent, id, 'SOLVED');
    const solved = await read(desk.agent, id);
    expect(solved).toMatchObject({ status: 'SOLVED', assignee: { id: desk.agent.id } });
    expect(new Date(solved.closesAt!).getTime() - new Date(solved.solvedAt!).getTime()).toBe(
      28 * 86_400_000,
    );
    await reply(desk.customer, id);
    expect(await read(desk.agent, id)).toMatchObject({
      status: 'OPEN',
      solvedAt: null,
      closesAt: null,
      reopenCount: 1,
    });
  });

  test('solving a ticket without a reply requires a resolution code', async () => {
    const { id } = await desk.ticket();
    expect(codes(await move(desk.agent, id, 'SOLVED'))).toEqual(['REQUIRED input.resolutionCode']);
    expect(codes(await move(desk.partner, id, 'SOLVED'))).toEqual([
      'ASSIGNEE_REQUIRED input.status',
    ]);
    expect(codes(await move(desk.agent, id, 'SOLVED', { resolutionCode: 'SPAM' }))).toEqual([]);
  });

  test('refuses NEW as a target, also for a NEW ticket: it would hide that the ticket was handled', async () => {
    const { id } = await desk.ticket();
    expect(codes(await move(desk.agent, id, 'NEW'))).toEqual(['STATUS_NOT_ALLOWED input.status']);
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    for (const more of [{}, { sendAt }])
      expect(codes(await reply(desk.agent, id, { status: 'NEW', ...more }))).toEqual([
        'STATUS_NOT_ALLOWED input.status',
      ]);
  });

  test('refuses CLOSED as a target, and ON_HOLD until it is enabled', async () => {
    const { id } = await desk.ticket();
    expect(codes(await move(desk.admin, id, 'CLOSED'))).toEqual(['CLOSE_BY_HAND input.status']);
    expect(codes(await move(desk.agent, id, 'ON_HOLD'))).toEqual(['ON_HOLD_DISABLED input.status']);
  });

  test('a late reply to a CLOSED ticket creates a follow-up that refers to it', async () => {
    const imported = await importTicket(desk, {
      history: [{ at: '2026-01-02T00:00:00Z', status: 'CLOSED' }],
      requester: { customerId: null, email: 'late@shop.example' },
    });
    const closed = imported['ticket'] as { id: string; requester: { id: string } };
    const writer = userActor(Role.REQUESTER, desk.workspace, {
      id: closed.requester.id,
      name: 'Late',
    });
    const payload = await mutate(
      desk,
      writer,
      'messageAdd',
      { ticketId: closed.id, visibility: 'PUBLIC', body: 'Still broken' },
      'ticket { id origin status followUpOf { id status } }',
    );
    expect(payload['ticket']).toMatchObject({
      origin: 'FOLLOW_UP',
      status: 'NEW',
      followUpOf: { id: closed.id, status: 'CLOSED' },
    });
    expect((payload['ticket'] as { id: string }).id).not.toBe(closed.id);
  });

  test('refuses a stale version and changes nothing', async () => {
    const { id, version } = await desk.ticket();
    await mutate(desk, desk.agent, 'ticketUpdate', { id, priority: 'HIGH' });
    expect(
      codes(
        await mutate(desk, desk.agent, 'ticketUpdate', {
          id,
          subject: 'Mine',
          expectedVersion: version,
        }),
      ),
    ).toEqual(['CONFLICT input.expectedVersion']);
    const { ticket } = await desk.ask<{ ticket: object }>(
      desk.agent,
      `query ($id: ID!) { ticket(id: $id) { subject priority } }`,
      { id },
    );
    expect(ticket).toEqual({ subject: 'Where is my parcel?', priority: 'HIGH' });
  });

  test('of two concurrent updates with the same version exactly one succeeds', async () => {
    const { id } = await desk.ticket();
    const { version } = await read(desk.agent, id);
    const both = await Promise.all(
      ['A', 'B'].map((subject) =>
        mutate(desk, desk.agent, 'ticketUpdate', { id, subject, expectedVersion: version }),
      ),
    );
    expect(both.flatMap(codes)).toEqual(['CONFLICT input.expectedVersion']);
  });

  test('adds and removes tags by name', async () => {
    const { id } = await desk.ticket();
    await mutate(desk, desk.agent, 'ticketUpdate', { id, addTags: ['Refund', 'vip', 'refund'] });
    await mutate(desk, desk.agent, 'ticketUpdate', { id, removeTags: ['vip'] });
    expect((await read(desk.agent, id)).tags).toEqual([{ name: 'refund' }]);
  });
});

describe('visibility', () => {
  test('a ticket that is opened with a note does not show the note to its requester', async () => {
    const input = {
      subject: 'Call back',
      body: 'canaryfirst: owes us money',
      channel: 'CALL',
      visibility: 'PRIVATE',
      requester: { email: 'called@x.example' },
    };
    const created = await mutate(
      desk,
      desk.agent,
      'ticketCreate',
      input,
      'ticket { id requester { id } }',
    );
    const ticket = created['ticket'] as { id: string; requester: { id: string } };
    const response = await desk.answer(
      userActor(Role.REQUESTER, desk.workspace, { id: ticket.requester.id }),
      `query ($id: ID!) { ticket(id: $id) { subject description messages { totalCount nodes { text } } timeline { nodes { summary } } } }`,
      { id: ticket.id },
    );
    expect(response.data).toMatchObject({
      ticket: { subject: 'Call back', description: '', messages: { totalCount: 0 } },
    });
    expect(JSON.stringify(response)).not.toContain('canary');
  });

  test('hides notes and ON_HOLD from requesters: in text, count, version, time, search and filter', async () => {
    await mutate(desk, desk.admin, 'settingsUpdate', { onHoldEnabled: true });
    const { id } = await desk.ticket({ subject: 'Kettle leaks' });
    await mutate(desk, desk.lead, 'ticketAssign', { id, assigneeId: desk.agent.id });
    const before = await readAsCustomer(id);
    await mutate(desk, desk.light, 'messageAdd', {
      ticketId: id,
      visibility: 'PRIVATE',
      body: 'canarynote about the supplier',
    });
    await move(desk.agent, id, 'ON_HOLD');
    await mutate(desk, desk.agent, 'ticketUpdate', { id, addTags: ['canarytag'] });
    expect(await readAsCustomer(id)).toEqual(before);
    const response = await desk.answer(
      desk.customer,
      `query ($id: ID!, $held: TicketFilter, $note: TicketFilter, $tag: TicketFilter, $open: TicketFilter) {
        ticket(id: $id) { status tags { name } messages { totalCount nodes { text } } }
        held: tickets(filter: $held) { totalCount } note: tickets(filter: $note) { totalCount } tag: tickets(filter: $tag) { totalCount }
        open: tickets(filter: $open) { totalCount } }`,
      {
        id,
        held: { status: { eq: 'ON_HOLD' } },
        note: { text: 'canarynote' },
        tag: { tag: { any: ['canarytag'] } },
        open: { id: { eq: id }, status: { eq: 'OPEN' } },
      },
    );
    expect(response.data).toMatchObject({
      ticket: { status: 'OPEN', tags: null, messages: { totalCount: 1 } },
      held: { totalCount: 0 },
      note: { totalCount: 0 },
      tag: { totalCount: 0 },
      open: { totalCount: 1 },
    });
    expect(
      response.errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code]),
    ).toEqual([['ticket.tags', 'FORBIDDEN']]);
    expect(JSON.stringify(response)).not.toMatch(/canary|ON_HOLD/);
    const staff = await desk.ask<{ tickets: { totalCount: number } }>(
      desk.agent,
      `{ tickets(filter: { text: "canarynote" }) { totalCount } }`,
    );
    expect(staff.tickets.totalCount).toBe(1);
  });

  test('hides the ticket of another customer on every path', async () => {
    const { id, number } = await desk.ticket({ subject: 'Secret matter' });
    const data = await desk.ask<object>(
      desk.stranger,
      `query ($id: ID!, $number: Int!) { ticket(id: $id) { id } byNumber: ticket(number: $number) { id } node(id: $id) { id }
        tickets { totalCount nodes { id } } searched: tickets(filter: { text: "secret" }) { totalCount }
        _entities(representations: [{ __typename: "Ticket", id: $id }]) { ... on Ticket { subject } } }`,
      { id, number },
    );
    expect(data).toEqual({
      ticket: null,
      byNumber: null,
      node: null,
      tickets: { totalCount: 0, nodes: [] },
      searched: { totalCount: 0 },
      _entities: [null],
    });
    expect(codes(await reply(desk.stranger, id))).toEqual(['NOT_FOUND input.ticketId']);
  });

  test('hides the entities of another workspace from every role', async () => {
    const { id } = await desk.ticket();
    for (const actor of [other.admin, other.agent, other.analyst, other.customer, other.partner]) {
      const data = await desk.ask<object>(
        actor,
        `query ($id: ID!, $dep: ID!, $agent: ID!) { ticket(id: $id) { id } nodes(ids: [$id, $dep, $agent]) { id } tickets { totalCount } departments { id } }`,
        { id, dep: desk.departmentId, agent: desk.agent.id },
      );
      expect(data).toEqual({
        ticket: null,
        nodes: [null, null, null],
        tickets: { totalCount: 0 },
        departments: [{ id: other.departmentId }],
      });
    }
    expect(
      codes(await mutate(desk, other.admin, 'ticketUpdate', { id, subject: 'Mine now' })),
    ).toEqual(['NOT_FOUND input.id']);
    expect(
      codes(await mutate(desk, desk.agent, 'ticketAssign', { id, assigneeId: other.agent.id })),
    ).toEqual(['NOT_FOUND input.assigneeId']);
    expect(
      codes(
        await mutate(desk, desk.agent, 'ticketAssign', { id, departmentId: other.departmentId }),
      ),
    ).toEqual(['NOT_FOUND input.departmentId']);
  });

  test('row security protects statements without a workspace condition', async () => {
    await desk.ticket();
    const client = new Client({ connectionString: service.database.url });
    await client.connect();
    const count = async () =>
      Number((await client.query('select count(*) from ticket')).rows[0].count);
    expect(await count()).toBe(0);
    await client.query(`select set_config('desk.workspace', $1, false)`, [other.workspace]);
    expect(await count()).toBe(0);
    await expect(
      client.query(
        `insert into tag (id, workspace_id, name, version, created_at, updated_at) values (gen_random_uuid(), $1, 'x', 1, now(), now())`,
        [desk.workspace],
      ),
    ).rejects.toThrow('row-level security');
    await client.end();
  });

  test('light agents write notes only, and an app needs the scope', async () => {
    const { id } = await desk.ticket();
    expect(codes(await reply(desk.light, id))).toEqual(['FORBIDDEN input.visibility']);
    const reader = appActor(desk.workspace, ['tickets:read']);
    const refused = await desk.answer(
      reader,
      `mutation { messageAdd(input: { ticketId: "${id}", visibility: PRIVATE, body: "x" }) { userErrors { code } } }`,
    );
    expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('an app that is bound to departments reads and changes no other tickets', async () => {
    const { id } = await desk.ticket();
    const mine = await desk.ticket();
    await mutate(desk, desk.lead, 'ticketAssign', { id: mine.id, departmentId: desk.departmentId });
    const bound = { ...appActor(desk.workspace), departments: [desk.departmentId] };
    const { tickets } = await desk.ask<{
      tickets: { nodes: { department: { id: string } }[]; totalCount: number };
    }>(bound, `{ tickets(first: 100) { totalCount nodes { department { id } } } }`);
    expect(new Set(tickets.nodes.map(({ department }) => department.id))).toEqual(
      new Set([desk.departmentId]),
    );
    expect(tickets.totalCount).toBe(tickets.nodes.length);
    expect(codes(await reply(bound, id))).toEqual(['NOT_FOUND input.ticketId']);
  });
});

describe('search and lists', () => {
  test('finds words and beginnings of words in each of the five languages', async () => {
    const texts = {
      'zh-Hans': '我的包裹没有到',
      'zh-Hant': '我想退貨並取得退款',
      pt: 'Não consigo trocar a encomenda',
      sl: 'Rad bi vrnil čevlje',
      en: 'The refunds never arrived',
    };
    const ids: Record<string, string> = {};
    for (const [locale, body] of Object.entries(texts))
      ids[locale] = (await desk.ticket({ subject: `Matter ${locale}`, body, locale })).id;
    const search = async (text: string) =>
      (
        await desk.ask<{ tickets: { nodes: { id: string }[] } }>(
          desk.agent,
          `query ($text: String!) { tickets(filter: { text: $text }) { nodes { id } } }`,
          { text },
        )
      ).tickets.nodes.map(({ id }) => id);
    expect(await search('包裹')).toEqual([ids['zh-Hans']]);
    expect(await search('退款')).toEqual([ids['zh-Hant']]);
    expect(await search('nao encomenda')).toEqual([ids['pt']]);
    expect(await search('cevlje')).toEqual([ids['sl']]);
    expect(await search('refund')).toEqual([ids['en']]);
    expect(await search('’ -- & | ! ( ) : *')).toEqual([]);
  });

  test.each(['QUEUE', 'CREATED_AT', 'UPDATED_AT', 'PRIORITY', 'NUMBER', 'WAITING_SINCE'])(
    'pages by %s contain every ticket once, forwards and backwards',
    async (field) => {
      const fresh = await openDesk(service);
      for (let index = 0; index < 12; index++) {
        const { id } = await fresh.ticket();
        if (index % 3 === 0) await replyAt(fresh, fresh.agent, id);
        if (index % 4 === 0)
          await mutate(fresh, fresh.agent, 'ticketUpdate', { id, priority: 'HIGH' });
      }
      for (const direction of ['ASC', 'DESC']) {
        const all = await pageThrough(fresh, field, direction, false);
        expect(all).toHaveLength(12);
        expect(new Set(all).size).toBe(12);
        expect(await pageThrough(fresh, field, direction, true)).toEqual([...all].reverse());
      }
    },
  );

  test('refuses a page larger than 100, an invalid cursor and a negative count, and names the argument', async () => {
    for (const [args, field] of [
      ['first: 101', 'first'],
      ['first: -1', 'first'],
      ['after: "bogus"', 'after'],
      ['last: 1000', 'last'],
    ]) {
      const { errors } = await desk.answer(desk.agent, `{ tickets(${args}) { totalCount } }`);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: [field] });
    }
  });

  test('`me` is the caller, and an unknown id matches no ticket', async () => {
    const { id } = await desk.ticket();
    await mutate(desk, desk.colleague, 'ticketAssign', { id, assigneeId: 'me' });
    const count = async (filter: object) =>
      (
        await desk.ask<{ tickets: { totalCount: number } }>(
          desk.colleague,
          `query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount } }`,
          { filter },
        )
      ).tickets.totalCount;
    expect(await count({ assigneeId: { eq: 'me' } })).toBe(1);
    expect(await count({ assigneeId: { eq: newId('agt') } })).toBe(0);
    expect(await count({ assigneeId: { eq: 'agt_nonsense' } })).toBe(0);
    const { number } = await desk.ticket();
    expect(await count({ number: { eq: number } })).toBe(1);
    expect(await count({ number: { gte: number - 0.5, lte: number + 0.5 } })).toBe(1);
    expect(await count({ number: { eq: number + 0.5 } })).toBe(0);
    expect(await count({ number: { gte: 1e300 } })).toBe(0);
    expect(await count({ not: { assigneeId: { eq: 'me' } } })).toBe((await count({})) - 1);
  });
});

async function pageThrough(
  target: Desk,
  field: string,
  direction: string,
  backward: boolean,
): Promise<string[]> {
  const collected: string[] = [];
  let cursor: string | null = null;
  do {
    const {
      tickets,
    }: {
      tickets: {
        nodes: { id: string }[];
        pageInfo: {
          endCursor: string;
          startCursor: string;
          hasNextPage: boolean;
          hasPreviousPage: boolean;
        };
      };
    } = await target.ask(
      target.agent,
      `query ($orderBy: [TicketOrder!], $first: Int, $after: String, $last: Int, $before: String) {
        tickets(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) { nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`,
      {
        orderBy: [{ field, direction }],
        ...(backward ? { last: 5, before: cursor } : { first: 5, after: cursor }),
      },
    );
    const ids = tickets.nodes.map(({ id }) => id);
    collected.push(...(backward ? ids.reverse() : ids));
    cursor = backward
      ? tickets.pageInfo.hasPreviousPage
        ? tickets.pageInfo.startCursor
        : null
      : tickets.pageInfo.hasNextPage
        ? tickets.pageInfo.endCursor
        : null;
  } while (cursor);
  return collected;
}

const importTicket = (target: Desk, more: object) =>
  mutate(
    target,
    target.partner,
    'ticketImport',
    {
      externalId: newId('ext'),
      subject: 'Old',
      body: 'Matter',
      requester: { email: 'old@shop.example' },
      createdAt: '2026-01-01T00:00:00Z',
      ...more,
    },
    'created ticket { id number status createdAt solvedAt closedAt reopenCount transferCount firstReplyAt requester { id } messages { totalCount } }',
  );

describe('import', () => {
  test('the history keeps its times, and the events have them', async () => {
    const payload = await importTicket(desk, {
      departmentId: desk.departmentId,
      history: [
        { at: '2026-01-01T01:00:00Z', assigneeId: desk.agent.id, status: 'OPEN' },
        {
          at: '2026-01-01T02:00:00Z',
          body: 'Try again',
          visibility: 'PUBLIC',
          authorId: desk.agent.id,
          status: 'SOLVED',
        },
        { at: '2026-01-02T00:00:00Z', status: 'OPEN' },
        { at: '2026-01-03T00:00:00Z', status: 'SOLVED' },
        { at: '2026-01-31T00:00:00Z', status: 'CLOSED' },
      ],
    });
    const ticket = payload['ticket'] as { id: string };
    expect(ticket).toMatchObject({
      status: 'CLOSED',
      createdAt: '2026-01-01T00:00:00.000Z',
      firstReplyAt: '2026-01-01T02:00:00.000Z',
      solvedAt: '2026-01-03T00:00:00.000Z',
      closedAt: '2026-01-31T00:00:00.000Z',
      reopenCount: 1,
      messages: { totalCount: 2 },
    });
    const events = await inDatabase(
      `select type, version, at from (select type, version, at, subject, position as sort from event_log union all select type, version, at, subject, 1e9 + id from outbox) f where subject = $1 order by sort`,
      [ticket.id],
    );
    expect(events.map(({ type }) => type)).toEqual([
      'ticket.created',
      'message.added',
      'ticket.assigned',
      'ticket.status_changed',
      'message.added',
      'ticket.status_changed',
      'ticket.status_changed',
      'ticket.status_changed',
      'ticket.status_changed',
    ]);
    expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
    expect((events.at(-1)!['at'] as Date).toISOString()).toBe('2026-01-31T00:00:00.000Z');
  });

  test('importing the same externalId again, also concurrently, changes nothing', async () => {
    const externalId = newId('ext');
    const payloads = await Promise.all(
      Array.from({ length: 5 }, () => importTicket(desk, { externalId })),
    );
    expect(payloads.filter((payload) => payload['created']).length).toBe(1);
    expect(new Set(payloads.map((payload) => (payload['ticket'] as { id: string }).id)).size).toBe(
      1,
    );
  });

  test('an imported ticket may be NEW with an assignee, and its first message may be of an agent', async () => {
    const payload = await importTicket(desk, {
      status: 'NEW',
      assigneeId: desk.agent.id,
      authorId: desk.agent.id,
      channel: 'CALL',
    });
    const { id } = payload['ticket'] as { id: string };
    const { ticket } = await desk.ask<{ ticket: object }>(
      desk.agent,
      `query ($id: ID!) { ticket(id: $id) { status assignee { name } messages { nodes { author { name } } } } }`,
      { id },
    );
    expect(ticket).toEqual({
      status: 'NEW',
      assignee: { name: 'Ana' },
      messages: { nodes: [{ author: { name: 'Ana' } }] },
    });
  });

  test('refuses changes in the wrong order or in the future, and names the field', async () => {
    const late = {
      history: [
        { at: '2026-01-02T00:00:00Z', status: 'OPEN' },
        { at: '2026-01-01T12:00:00Z', status: 'SOLVED' },
      ],
    };
    expect(codes(await importTicket(desk, late))).toEqual(['INVALID input.history.1.at']);
    expect(codes(await importTicket(desk, { createdAt: '2990-01-01T00:00:00Z' }))).toEqual([
      'INVALID input.createdAt',
    ]);
  });

  test('refuses imports by agents', async () => {
    const { errors } = await desk.answer(
      desk.agent,
      `mutation { ticketImport(input: { externalId: "1", subject: "a", body: "b", requester: { email: "a@b.example" }, createdAt: "2026-01-01T00:00:00Z" }) { created } }`,
    );
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

describe('settings', () => {
  test('refuses to disable ON_HOLD while a ticket has that status; only administrators change settings', async () => {
    const fresh = await openDesk(service);
    await mutate(fresh, fresh.admin, 'settingsUpdate', { onHoldEnabled: true, closeAfter: 'P2D' });
    const { id } = await fresh.ticket();
    await mutate(fresh, fresh.agent, 'ticketStatusChange', { id, status: 'ON_HOLD' });
    expect(
      codes(await mutate(fresh, fresh.admin, 'settingsUpdate', { onHoldEnabled: false })),
    ).toEqual(['IN_USE input.onHoldEnabled']);
    expect(
      codes(await mutate(fresh, fresh.admin, 'settingsUpdate', { closeAfter: 'PT1M' })),
    ).toEqual(['INVALID input.closeAfter']);
    const { errors } = await fresh.answer(
      fresh.lead,
      'mutation { settingsUpdate(input: {}) { userErrors { code } } }',
    );
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const { settings } = await fresh.ask<{ settings: object }>(
      fresh.agent,
      '{ settings { onHoldEnabled closeAfter version } }',
    );
    expect(settings).toEqual({ onHoldEnabled: true, closeAfter: 'P2D', version: 2 });
  });
});

describe('statements per operation', () => {
  const LIST = `query ($first: Int!) { tickets(first: $first) { totalCount nodes { number status subject tags { name } department { name }
    assignee { name departments { name } } requester { id tickets(first: 2) { totalCount nodes { number } } } messages(first: 3) { totalCount nodes { text author { name } } } } } }`;

  test('a page of 40 tickets with their relations takes as many statements as a page of 2', async () => {
    const fresh = await openDesk(service);
    for (let index = 0; index < 40; index++) {
      const { id } = await fresh.ticket();
      if (index % 2)
        await mutate(fresh, fresh.agent, 'ticketAssign', {
          id,
          assigneeId: 'me',
          departmentId: fresh.departmentId,
        });
      if (index % 3)
        await mutate(fresh, fresh.agent, 'ticketUpdate', { id, addTags: [`tag ${index}`] });
    }
    const forTwo = await countStatements(() => fresh.ask(fresh.agent, LIST, { first: 2 }));
    const forForty = await countStatements(() => fresh.ask(fresh.agent, LIST, { first: 40 }));
    expect(forForty.length).toBe(forTwo.length);
  });
});

test('classes, tables and graph declare the same columns', async () => {
  expect(await mappingErrors(service, buildSubgraph(subgraph).schema)).toEqual([]);
});

describe('staff', () => {
  test('an address is invited once, also in 10 concurrent calls', async () => {
    const payloads = await Promise.all(
      Array.from({ length: 10 }, () =>
        mutate(
          desk,
          desk.admin,
          'agentInvite',
          { email: 'New@desk.example', name: 'New', role: 'AGENT' },
          'agent { id }',
        ),
      ),
    );
    expect(payloads.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    expect(new Set(payloads.flatMap(codes))).toEqual(new Set(['TAKEN input.email']));
  });
});
