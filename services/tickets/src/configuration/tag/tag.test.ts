import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import { type TestService, countStatements } from '@deskgraph/common/testing/testing';
import { Client } from 'pg';
import { type Desk, type Result, mutate, openDesk, startTickets } from '../../../testing/desk.ts';
import { placed } from '../../../testing/log.ts';

let service: TestService;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
});
beforeEach(async () => {
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface Shown {
  id: string;
  name: string;
  color: string | null;
  version: number;
  ticketCount: number;
}
const TAG = 'id name color version ticketCount';

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const tagOf = (payload: Result): Shown => {
  expect(codes(payload)).toEqual([]);
  return payload['tag'] as Shown;
};
const create = (input: object, actor: Actor = desk.lead) =>
  mutate(desk, actor, 'tagCreate', input, `tag { ${TAG} }`);
const update = (input: object) => mutate(desk, desk.lead, 'tagUpdate', input, `tag { ${TAG} }`);
const remove = (input: object) => mutate(desk, desk.lead, 'tagDelete', input, 'deletedId');
const labelled = async (...names: string[]): Promise<string> => {
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
const namesOf = async (id: string): Promise<string[]> =>
  (await ticketOf(id)).tags.map(({ name }) => name);
const find = async (tag: object): Promise<number> =>
  (
    await desk.ask<{ tickets: { totalCount: number } }>(
      desk.agent,
      'query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount } }',
      { filter: { tag } },
    )
  ).tickets.totalCount;

test('a label is what was written, also where that is a word of the database', async () => {
  const words = ['"quoted"', '\\', 'a\tb;c"', 'null', '{}'];
  expect(await namesOf(await labelled(...words))).toEqual(words.toSorted());
  const input = {
    subject: 'x',
    body: 'x',
    requester: { email: 'eva@x.example' },
    externalId: '1',
    createdAt: '2026-01-01T00:00:00Z',
  };
  const taken = await mutate(
    desk,
    desk.partner,
    'ticketImport',
    { ...input, tags: words },
    'ticket { tags { name } }',
  );
  expect(taken).toEqual({
    ticket: { tags: words.toSorted().map((name) => ({ name })) },
    userErrors: [],
  });
});

test('labels are made and changed under names in lower case, whose letters are composed', async () => {
  const made = tagOf(await create({ name: '  E\u0301LAN Vital ', color: '#AABB0c' }));
  expect(made).toMatchObject({ name: 'élan vital', color: '#aabb0c', version: 1, ticketCount: 0 });
  expect(codes(await create({ name: 'Élan vital' }))).toEqual(['TAKEN input.name']);
  const id = await labelled('E\u0301lan VITAL', 'élan vital');
  expect(await namesOf(id)).toEqual(['élan vital']);
  expect(await find({ any: [' E\u0301LAN vital'] })).toBe(1);
  const seen = await desk.ask<{ tags: { nodes: Shown[] } }>(
    desk.agent,
    `query ($text: String) { tags(text: $text) { nodes { ${TAG} } } }`,
    {
      text: 'E\u0301la',
    },
  );
  expect(seen.tags.nodes).toEqual([{ ...made, ticketCount: 1 }]);
  expect(tagOf(await update({ id: made.id, color: null }))).toMatchObject({
    color: null,
    version: 2,
  });
  expect(tagOf(await update({ id: made.id, name: 'Élan Vital' })).version).toBe(2);
});

test('what can’t be is refused by name', async () => {
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
  expect(await refused({ id: (tag as Shown).id, name: 'other' })).toEqual(['NOT_FOUND input.id']);
  for (const name of ['tagUpdate', 'tagDelete']) {
    const { errors } = await desk.answer(
      desk.agent,
      `mutation ($id: ID!) { ${name}(input: { id: $id }) { userErrors { code } } }`,
      { id },
    );
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  }
});

describe('a new name', () => {
  test('is carried by all tickets that have the label, each with a fact, in its old place; requesters notice nothing', async () => {
    const [both, one, none] = [
      await labelled('refund', 'vip'),
      await labelled('vip', 'refund', 'late'),
      await labelled('refunds'),
    ];
    const before = await ticketOf(one);
    const asCustomer = async (): Promise<unknown> =>
      desk.ask(
        desk.customer,
        'query ($id: ID!) { ticket(id: $id) { version updatedAt cursor timeline { totalCount } } }',
        { id: one },
      );
    await placed(desk);
    const publicly = await asCustomer();
    const id = (
      await desk.ask<{ tags: { nodes: Shown[] } }>(
        desk.agent,
        '{ tags(text: "refund") { nodes { id name } } }',
      )
    ).tags.nodes.find(({ name }) => name === 'refund')!.id;
    expect(tagOf(await update({ id, name: 'Money back' }))).toMatchObject({
      name: 'money back',
      ticketCount: 2,
    });
    expect(await namesOf(both)).toEqual(['money back', 'vip']);
    expect(await namesOf(one)).toEqual(['vip', 'money back', 'late']);
    expect(await namesOf(none)).toEqual(['refunds']);
    expect(await find({ any: ['refund'] })).toBe(0);
    expect(await find({ all: ['money back', 'vip'] })).toBe(2);
    const after = await ticketOf(one);
    expect(after.version).toBe(before.version + 1);
    expect(after.timeline.nodes.at(-1)).toEqual({
      type: 'ticket.updated',
      version: after.version,
      changes: [
        { field: 'tags', from: ['vip', 'refund', 'late'], to: ['vip', 'money back', 'late'] },
      ],
    });
    expect(await asCustomer()).toEqual(publicly);
    expect(await namesOf(await labelled('refund'))).toEqual(['refund']);
  });

  test('goes wherever the label is named: a view, a role, a path, a form and a macro mean the same as before', async () => {
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
    const make = (name: string, input: object, selection: string): Promise<Result> =>
      mutate(desk, desk.admin, name, input, selection);
    const { ticketField } = await make(
      'ticketFieldCreate',
      { key: 'iban', label: 'IBAN', kind: 'TEXT' },
      'ticketField { id }',
    );
    const fieldId = (ticketField as Shown).id;
    const showWhen = { tag: { any: ['refund'] } };
    const made = [
      await make('viewCreate', { name: 'Money', sharing: 'PUBLIC', filter }, 'view { id }'),
      await make(
        'accessRoleCreate',
        { name: 'Money', base: 'AGENT', scopes: ['tickets:read'], filter },
        'accessRole { id }',
      ),
      await make(
        'escalationPathCreate',
        { name: 'Money', filter, steps: [{ departmentId: desk.departmentId, after: 'PT1H' }] },
        'escalationPath { id }',
      ),
      await make(
        'ticketFormCreate',
        { name: 'Money', fields: [{ fieldId, showWhen }] },
        'ticketForm { id }',
      ),
      await make(
        'macroCreate',
        { name: 'Money', actions: [{ addTags: ['Refund', 'vip'] }, { removeTags: ['refunds'] }] },
        'macro { id }',
      ),
      await make(
        'viewCreate',
        { name: 'Other', sharing: 'PUBLIC', filter: { tag: { any: ['refunds'] }, text: 'refund' } },
        'view { id }',
      ),
    ];
    for (const each of made) expect(codes(each)).toEqual([]);
    tagOf(await update({ id, name: 'Money' }));
    const query = `{ views { name version filter } accessRoles { name version filter } escalationPaths { name version filter }
      ticketForms { name version fields { showWhen } } macros { name version actions { addTags removeTags } } }`;
    const shown = await desk.ask<Record<string, unknown[]>>(desk.admin, query);
    expect(shown['views']).toEqual(
      expect.arrayContaining([
        { name: 'Money', version: 2, filter: renamed },
        { name: 'Other', version: 1, filter: { tag: { any: ['refunds'] }, text: 'refund' } },
      ]),
    );
    expect(shown['accessRoles']).toEqual([{ name: 'Money', version: 2, filter: renamed }]);
    expect(shown['escalationPaths']).toEqual([{ name: 'Money', version: 2, filter: renamed }]);
    expect(shown['ticketForms']).toEqual([
      { name: 'Money', version: 2, fields: [{ showWhen: { tag: { any: ['money'] } } }] },
    ]);
    expect(shown['macros']).toEqual([
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

  test('costs as many statements for 40 tickets as for 2', async () => {
    const cost = async (name: string, tickets: number): Promise<number> => {
      const { id } = tagOf(await create({ name }));
      for (let at = 0; at < tickets; at++) await labelled(name);
      return (await countStatements(() => update({ id, name: `${name} 2` }))).length;
    };
    expect(await cost('many', 40)).toBe(await cost('few', 2));
  });

  test('is refused for more tickets than change at once, and none has changed', async () => {
    const { id } = tagOf(await create({ name: 'crowded' }));
    const ticket = await labelled('crowded');
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
    expect(await namesOf(ticket)).toEqual(['crowded']);
  });

  test('never leaves a ticket with a name that no label has, also when it gets the label in the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = tagOf(await create({ name: `race ${round}` }));
      const tickets = await Promise.all(Array.from({ length: 6 }, () => desk.ticket()));
      const add = (some: { id: string }[]) =>
        some.map((ticket) =>
          mutate(desk, desk.agent, 'ticketUpdate', { id: ticket.id, addTags: [`race ${round}`] }),
        );
      await Promise.all([
        ...add(tickets.slice(0, 3)),
        update({ id, name: `raced ${round}` }),
        ...add(tickets.slice(3)),
      ]);
      for (const ticket of tickets)
        expect(await namesOf(ticket.id)).toEqual([
          expect.stringMatching(new RegExp(`^raced? ${round}$`)),
        ]);
      const found = await Promise.all([
        find({ any: [`race ${round}`] }),
        find({ any: [`raced ${round}`] }),
      ]);
      expect(found[0]! + found[1]!).toBe(6);
    }
  });
});

test('a label is deleted when no ticket has it, solved or not', async () => {
  const { id } = tagOf(await create({ name: 'spare' }));
  const ticket = await labelled('spare');
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
  expect(await namesOf(await labelled('spare'))).toEqual(['spare']);
});

test('100 labels a ticket, 50 at once', async () => {
  const { id } = await desk.ticket();
  const add = async (from: number, to: number): Promise<string[]> => {
    const addTags = Array.from({ length: to - from }, (_, at) => `label ${from + at}`);
    return codes(await mutate(desk, desk.agent, 'ticketUpdate', { id, addTags }));
  };
  expect(await add(0, 51)).toEqual(['TOO_LONG input.addTags']);
  expect([await add(0, 50), await add(50, 100)]).toEqual([[], []]);
  expect(await add(100, 101)).toEqual(['LIMIT_REACHED input.addTags']);
  expect(await add(0, 50)).toEqual([]);
  expect(await namesOf(id)).toHaveLength(100);
});
