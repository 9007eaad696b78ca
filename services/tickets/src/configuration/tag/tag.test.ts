import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import { type TestClient, countStatements } from '@deskgraph/common/testing/client';
import { Client } from 'pg';
import { type Desk, type Result, mutate, openDesk, startTickets } from '../../../testing/desk.ts';
import { waitForEventLog } from '../../../testing/event-log.ts';

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
});
beforeEach(async () => {
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface TagView {
  id: string;
  name: string;
  color: string | null;
  version: number;
  ticketCount: number;
}
const TAG = 'id name color version ticketCount';

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const tagOf = (payload: Result): TagView => {
  expect(codes(payload)).toEqual([]);
  return payload['tag'] as TagView;
};
const create = (input: object, actor: Actor = desk.lead) =>
  mutate(desk, actor, 'tagCreate', input, `tag { ${TAG} }`);
const update = (input: object) => mutate(desk, desk.lead, 'tagUpdate', input, `tag { ${TAG} }`);
const remove = (input: object) => mutate(desk, desk.lead, 'tagDelete', input, 'deletedId');
const createTaggedTicket = async (...names: string[]): Promise<string> => {
  const { id } = await desk.ticket();
  expect(codes(await mutate(desk, desk.agent, 'ticketUpdate', { id, addTags: names }))).toEqual([]);
  return id;
};
const ticketOf = async (id: string) =>
  (
    await desk.ask<{
      ticket: {
        version: number;
        tags: { name: string }[];
        timeline: { nodes: { type: string; version: number; changes: object[] }[] };
      };
    }>(
      desk.agent,
      'query ($id: ID!) { ticket(id: $id) { version tags { name } timeline { nodes { type version changes { field from to } } } } }',
      {
        id,
      },
    )
  ).ticket;
const tagNamesOf = async (id: string): Promise<string[]> =>
  (await ticketOf(id)).tags.map(({ name }) => name);
const countTickets = async (tag: object): Promise<number> =>
  (
    await desk.ask<{ tickets: { totalCount: number } }>(
      desk.agent,
      'query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount } }',
      { filter: { tag } },
    )
  ).tickets.totalCount;

test('a tag keeps its text, even when it looks like array syntax of the database', async () => {
  const names = ['"quoted"', '\\', 'a\tb;c"', 'null', '{}'];
  expect(await tagNamesOf(await createTaggedTicket(...names))).toEqual(names.toSorted());
  const input = {
    subject: 'x',
    body: 'x',
    requester: { email: 'eva@x.example' },
    externalId: '1',
    createdAt: '2026-01-01T00:00:00Z',
  };
  const imported = await mutate(
    desk,
    desk.partner,
    'ticketImport',
    { ...input, tags: names },
    'ticket { tags { name } }',
  );
  expect(imported).toEqual({
    ticket: { tags: names.toSorted().map((name) => ({ name })) },
    userErrors: [],
  });
});

test('tag names are stored in lower case and NFC', async () => {
  const made = tagOf(await create({ name: '  E\u0301LAN Vital ', color: '#AABB0c' }));
  expect(made).toMatchObject({ name: 'élan vital', color: '#aabb0c', version: 1, ticketCount: 0 });
  expect(codes(await create({ name: 'Élan vital' }))).toEqual(['TAKEN input.name']);
  const id = await createTaggedTicket('E\u0301lan VITAL', 'élan vital');
  expect(await tagNamesOf(id)).toEqual(['élan vital']);
  expect(await countTickets({ any: [' E\u0301LAN vital'] })).toBe(1);
  const result = await desk.ask<{ tags: { nodes: TagView[] } }>(
    desk.agent,
    `query ($text: String) { tags(text: $text) { nodes { ${TAG} } } }`,
    {
      text: 'E\u0301la',
    },
  );
  expect(result.tags.nodes).toEqual([{ ...made, ticketCount: 1 }]);
  expect(tagOf(await update({ id: made.id, color: null }))).toMatchObject({
    color: null,
    version: 2,
  });
  expect(tagOf(await update({ id: made.id, name: 'Élan Vital' })).version).toBe(2);
});

test('invalid values are refused at the field that has them', async () => {
  const { id, version } = tagOf(await create({ name: 'first' }));
  await create({ name: 'second' });
  const refused = async (input: object): Promise<string[]> => codes(await update({ id, ...input }));
  expect(codes(await create({ name: ' ' }))).toEqual(['REQUIRED input.name']);
  expect(codes(await create({ name: 'a,b' }))).toEqual(['INVALID input.name']);
  expect(codes(await create({ name: 'x'.repeat(51) }))).toEqual(['TOO_LONG input.name']);
  expect(codes(await create({ name: 'third', color: 'red' }))).toEqual(['INVALID input.color']);
  expect(await refused({ name: null })).toEqual(['REQUIRED input.name']);
  expect(await refused({ name: 'SECOND' })).toEqual(['TAKEN input.name']);
  expect(await refused({ name: 'other', expectedVersion: version + 1 })).toEqual([
    'CONFLICT input.expectedVersion',
  ]);
  expect(await refused({ id: newId('tag'), name: 'other' })).toEqual(['NOT_FOUND input.id']);
  const other = await openDesk(service);
  const { tag } = await mutate(other, other.lead, 'tagCreate', { name: 'first' }, 'tag { id }');
  expect(await refused({ id: (tag as TagView).id, name: 'other' })).toEqual(['NOT_FOUND input.id']);
  for (const name of ['tagUpdate', 'tagDelete']) {
    const { errors } = await desk.answer(
      desk.agent,
      `mutation ($id: ID!) { ${name}(input: { id: $id }) { userErrors { code } } }`,
      { id },
    );
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  }
});

describe('renaming a tag', () => {
  test('renames it on all its tickets, at its position and with an event each, invisibly to requesters', async () => {
    const [tagFirst, tagSecond, untagged] = [
      await createTaggedTicket('refund', 'vip'),
      await createTaggedTicket('vip', 'refund', 'late'),
      await createTaggedTicket('refunds'),
    ];
    const before = await ticketOf(tagSecond);
    const readAsCustomer = async (): Promise<unknown> =>
      desk.ask(
        desk.customer,
        'query ($id: ID!) { ticket(id: $id) { version updatedAt cursor timeline { totalCount } } }',
        { id: tagSecond },
      );
    await waitForEventLog(desk);
    const customerView = await readAsCustomer();
    const id = (
      await desk.ask<{ tags: { nodes: TagView[] } }>(
        desk.agent,
        '{ tags(text: "refund") { nodes { id name } } }',
      )
    ).tags.nodes.find(({ name }) => name === 'refund')!.id;
    expect(tagOf(await update({ id, name: 'Money back' }))).toMatchObject({
      name: 'money back',
      ticketCount: 2,
    });
    expect(await tagNamesOf(tagFirst)).toEqual(['money back', 'vip']);
    expect(await tagNamesOf(tagSecond)).toEqual(['vip', 'money back', 'late']);
    expect(await tagNamesOf(untagged)).toEqual(['refunds']);
    expect(await countTickets({ any: ['refund'] })).toBe(0);
    expect(await countTickets({ all: ['money back', 'vip'] })).toBe(2);
    const after = await ticketOf(tagSecond);
    expect(after.version).toBe(before.version + 1);
    expect(after.timeline.nodes.at(-1)).toEqual({
      type: 'ticket.updated',
      version: after.version,
      changes: [
        { field: 'tags', from: ['vip', 'refund', 'late'], to: ['vip', 'money back', 'late'] },
      ],
    });
    expect(await readAsCustomer()).toEqual(customerView);
    expect(await tagNamesOf(await createTaggedTicket('refund'))).toEqual(['refund']);
  });

  test('renames it in views, access roles, escalation paths, forms and macros', async () => {
    const { id } = tagOf(await create({ name: 'refund' }));
    const filter = {
      or: [
        { tag: { any: ['REFUND', 'vip'], none: ['refunds'] } },
        { not: { tag: { all: ['refund'] } } },
      ],
    };
    const renamed = {
      or: [
        { tag: { any: ['money', 'vip'], none: ['refunds'] } },
        { not: { tag: { all: ['money'] } } },
      ],
    };
    const createAsAdmin = (name: string, input: object, selection: string): Promise<Result> =>
      mutate(desk, desk.admin, name, input, selection);
    const { ticketField } = await createAsAdmin(
      'ticketFieldCreate',
      { key: 'iban', label: 'IBAN', kind: 'TEXT' },
      'ticketField { id }',
    );
    const fieldId = (ticketField as TagView).id;
    const showWhen = { tag: { any: ['refund'] } };
    const payloads = [
      await createAsAdmin(
        'viewCreate',
        { name: 'Money', sharing: 'PUBLIC', filter },
        'view { id }',
      ),
      await createAsAdmin(
        'accessRoleCreate',
        { name: 'Money', base: 'AGENT', scopes: ['tickets:read'], filter },
        'accessRole { id }',
      ),
      await createAsAdmin(
        'escalationPathCreate',
        { name: 'Money', filter, steps: [{ departmentId: desk.departmentId, after: 'PT1H' }] },
        'escalationPath { id }',
      ),
      await createAsAdmin(
        'ticketFormCreate',
        { name: 'Money', fields: [{ fieldId, showWhen }] },
        'ticketForm { id }',
      ),
      await createAsAdmin(
        'macroCreate',
        { name: 'Money', actions: [{ addTags: ['Refund', 'vip'] }, { removeTags: ['refunds'] }] },
        'macro { id }',
      ),
      await createAsAdmin(
        'viewCreate',
        { name: 'Other', sharing: 'PUBLIC', filter: { tag: { any: ['refunds'] }, text: 'refund' } },
        'view { id }',
      ),
    ];
    for (const payload of payloads) expect(codes(payload)).toEqual([]);
    tagOf(await update({ id, name: 'Money' }));
    const query = `{ views { name version filter } accessRoles { name version filter } escalationPaths { name version filter }
      ticketForms { name version fields { showWhen } } macros { name version actions { addTags removeTags } } }`;
    const stored = await desk.ask<Record<string, unknown[]>>(desk.admin, query);
    expect(stored['views']).toEqual(
      expect.arrayContaining([
        { name: 'Money', version: 2, filter: renamed },
        { name: 'Other', version: 1, filter: { tag: { any: ['refunds'] }, text: 'refund' } },
      ]),
    );
    expect(stored['accessRoles']).toEqual([{ name: 'Money', version: 2, filter: renamed }]);
    expect(stored['escalationPaths']).toEqual([{ name: 'Money', version: 2, filter: renamed }]);
    expect(stored['ticketForms']).toEqual([
      { name: 'Money', version: 2, fields: [{ showWhen: { tag: { any: ['money'] } } }] },
    ]);
    expect(stored['macros']).toEqual([
      {
        name: 'Money',
        version: 2,
        actions: [
          { addTags: ['money', 'vip'], removeTags: null },
          { addTags: null, removeTags: ['refunds'] },
        ],
      },
    ]);
  });

  test('takes as many statements for 40 tickets as for 2', async () => {
    const cost = async (name: string, tickets: number): Promise<number> => {
      const { id } = tagOf(await create({ name }));
      for (let index = 0; index < tickets; index++) await createTaggedTicket(name);
      return (await countStatements(() => update({ id, name: `${name} 2` }))).length;
    };
    expect(await cost('many', 40)).toBe(await cost('few', 2));
  });

  test('is refused for more than 5,000 tickets, and changes none of them', async () => {
    const { id } = tagOf(await create({ name: 'crowded' }));
    const ticket = await createTaggedTicket('crowded');
    const client = new Client({ connectionString: service.database.ownerUrl });
    await client.connect();
    await client.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
    const { rows } = await client.query<{ columns: string }>(
      `select string_agg(column_name, ', ') as columns from information_schema.columns
       where table_schema = 'public' and table_name = 'ticket' and is_generated = 'NEVER'`,
    );
    const { columns } = rows[0]!;
    await client.query(
      `insert into ticket (${columns}) select ${columns.replace(/\b(id|number)\b(?=,|$)/g, (name) => ({ id: 'gen_random_uuid()', number: 'copy' })[name]!)}
       from ticket, generate_series(1000001, 1005000) copy where workspace_id = $1`,
      [desk.workspace],
    );
    await client.end();
    expect(codes(await update({ id, name: 'roomy' }))).toEqual(['LIMIT_REACHED input.name']);
    expect(await tagNamesOf(ticket)).toEqual(['crowded']);
  });

  test('never leaves a ticket with a tag that does not exist, even when tickets get the tag concurrently', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = tagOf(await create({ name: `race ${round}` }));
      const tickets = await Promise.all(Array.from({ length: 6 }, () => desk.ticket()));
      const addTag = (targets: { id: string }[]) =>
        targets.map((ticket) =>
          mutate(desk, desk.agent, 'ticketUpdate', { id: ticket.id, addTags: [`race ${round}`] }),
        );
      await Promise.all([
        ...addTag(tickets.slice(0, 3)),
        update({ id, name: `raced ${round}` }),
        ...addTag(tickets.slice(3)),
      ]);
      for (const ticket of tickets)
        expect(await tagNamesOf(ticket.id)).toEqual([
          expect.stringMatching(new RegExp(`^raced? ${round}$`)),
        ]);
      const counts = await Promise.all([
        countTickets({ any: [`race ${round}`] }),
        countTickets({ any: [`raced ${round}`] }),
      ]);
      expect(counts[0]! + counts[1]!).toBe(6);
    }
  });
});

test('a tag is deleted only when no ticket has it, solved or not', async () => {
  const { id } = tagOf(await create({ name: 'spare' }));
  const ticket = await createTaggedTicket('spare');
  await mutate(desk, desk.agent, 'ticketStatusChange', {
    id: ticket,
    status: 'SOLVED',
    resolutionCode: 'ANSWERED',
  });
  expect(codes(await remove({ id }))).toEqual(['IN_USE input.id']);
  await mutate(desk, desk.agent, 'ticketUpdate', { id: ticket, removeTags: [' SPARE'] });
  expect(codes(await remove({ id, expectedVersion: 2 }))).toEqual([
    'CONFLICT input.expectedVersion',
  ]);
  expect(await remove({ id, expectedVersion: 1 })).toEqual({ deletedId: id, userErrors: [] });
  expect(codes(await remove({ id }))).toEqual(['NOT_FOUND input.id']);
  expect(await tagNamesOf(await createTaggedTicket('spare'))).toEqual(['spare']);
});

test('a ticket has at most 100 tags, and gets at most 50 at once', async () => {
  const { id } = await desk.ticket();
  const add = async (from: number, to: number): Promise<string[]> => {
    const addTags = Array.from({ length: to - from }, (_, index) => `tag ${from + index}`);
    return codes(await mutate(desk, desk.agent, 'ticketUpdate', { id, addTags }));
  };
  expect(await add(0, 51)).toEqual(['TOO_LONG input.addTags']);
  expect([await add(0, 50), await add(50, 100)]).toEqual([[], []]);
  expect(await add(100, 101)).toEqual(['LIMIT_REACHED input.addTags']);
  expect(await add(0, 50)).toEqual([]);
  expect(await tagNamesOf(id)).toHaveLength(100);
});
