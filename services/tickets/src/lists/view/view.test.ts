import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import { buildSubgraph } from '@deskgraph/common/graphql/federation';
import { newId } from '@deskgraph/common/core/id';
import {
  type TestClient,
  appActor,
  countStatements,
  userActor,
} from '@deskgraph/common/testing/client';
import { type GraphQLObjectType } from 'graphql';
import { Client } from 'pg';
import {
  type Desk,
  type Result,
  mutate,
  openDesk,
  reply,
  startTickets,
} from '../../../testing/desk.ts';
import { subgraph } from '../../subgraph.ts';
import { DEFAULT_VIEW_COLUMNS, VIEW_COLUMN_FIELDS, viewColumnBounds } from './columns.ts';

let service: TestClient;
let desk: Desk;
let member: Actor;
let memberLead: Actor;

beforeAll(async () => {
  service = await startTickets();
});
beforeEach(async () => {
  desk = await openDesk(service);
  member = { ...desk.agent, departments: [desk.departmentId] };
  memberLead = { ...desk.lead, departments: [desk.departmentId] };
});
afterAll(() => service.stop());

interface ViewFields {
  id: string;
  name: string;
  sharing: string;
  version: number;
  isDefault: boolean;
  count: number;
  filter: object;
  orderBy: object[];
  columns: string[];
  groupBy: string | null;
  owner: { id: string } | null;
  department: { id: string } | null;
}
const VIEW_FIELDS =
  'id name sharing version isDefault count filter orderBy columns groupBy owner { id } department { id }';
const BUILT_IN_COUNT = 8;

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const createView = (actor: Actor, input: object = {}) =>
  mutate(
    desk,
    actor,
    'viewCreate',
    { name: 'Late', filter: { status: { eq: 'OPEN' } }, ...input },
    `view { ${VIEW_FIELDS} }`,
  );
const updateView = (actor: Actor, input: object) =>
  mutate(desk, actor, 'viewUpdate', input, `view { ${VIEW_FIELDS} }`);
const deleteView = (actor: Actor, id: string) =>
  mutate(desk, actor, 'viewDelete', { id }, 'deletedId');
const viewIn = (payload: Result): ViewFields => {
  expect(codes(payload)).toEqual([]);
  return payload['view'] as ViewFields;
};
const readViews = async (actor: Actor): Promise<ViewFields[]> =>
  (await desk.ask<{ views: ViewFields[] }>(actor, `{ views { ${VIEW_FIELDS} } }`)).views;
const storedViewNames = async (actor: Actor): Promise<string[]> =>
  (await readViews(actor)).slice(BUILT_IN_COUNT).map(({ name }) => name);
const builtInView = async (actor: Actor, name: string): Promise<ViewFields> =>
  (await readViews(actor)).find((view) => view.name === name)!;

test('stores the input of a view, and returns the tickets and count of its filter and order', async () => {
  const ids = [
    await desk.ticket({ subject: 'one' }),
    await desk.ticket({ subject: 'two' }),
    await desk.ticket({ subject: 'three' }),
  ];
  const filter = {
    or: [
      { text: 'two' },
      {
        createdAt: { gte: '2026-01-01T00:00:00.000Z', lt: '2999-01-01T00:00:00.000Z' },
        not: { text: 'one' },
      },
    ],
    createdAt: { within: 'PT1H' },
    assigneeId: { isNull: true },
  };
  const orderBy = [{ field: 'NUMBER', direction: 'DESC' }];
  const view = viewIn(
    await createView(desk.agent, {
      filter,
      orderBy,
      columns: ['number', 'subject'],
      groupBy: 'status',
    }),
  );
  expect(view).toMatchObject({
    sharing: 'PRIVATE',
    filter,
    orderBy,
    columns: ['number', 'subject'],
    groupBy: 'status',
    count: 2,
    version: 1,
  });
  expect(view.owner).toEqual({ id: desk.agent.id });
  const { node, tickets } = await desk.ask<Record<'node' | 'tickets', { tickets: object }>>(
    desk.agent,
    `query ($id: ID!, $filter: TicketFilter, $orderBy: [TicketOrder!]) {
      node(id: $id) { ... on View { tickets(first: 1) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } } }
      tickets(filter: $filter, orderBy: $orderBy, first: 1) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`,
    { id: view.id, filter, orderBy },
  );
  expect(node.tickets).toEqual(tickets);
  expect(tickets).toMatchObject({
    totalCount: 2,
    nodes: [{ id: ids[2]!.id }],
    pageInfo: { hasNextPage: true },
  });
  const { endCursor } = (tickets as unknown as { pageInfo: { endCursor: string } }).pageInfo;
  const next = await desk.ask(
    desk.agent,
    'query ($id: ID!, $after: String) { node(id: $id) { ... on View { tickets(after: $after) { nodes { id } pageInfo { hasNextPage } } } } }',
    { id: view.id, after: endCursor },
  );
  expect(next).toEqual({
    node: { tickets: { nodes: [{ id: ids[1]!.id }], pageInfo: { hasNextPage: false } } },
  });
});

test('updates and deletes a view, with an event for each change', async () => {
  const { id } = viewIn(await createView(desk.agent));
  const updated = viewIn(
    await updateView(desk.agent, {
      id,
      name: ' Later ',
      orderBy: null,
      columns: null,
      groupBy: 'assignee',
      expectedVersion: 1,
    }),
  );
  expect(updated).toMatchObject({
    name: 'Later',
    version: 2,
    columns: DEFAULT_VIEW_COLUMNS,
    groupBy: 'assignee',
    orderBy: [{ field: 'QUEUE', direction: 'ASC' }],
  });
  expect(viewIn(await updateView(desk.agent, { id, name: 'Later' })).version).toBe(2);
  expect(codes(await updateView(desk.agent, { id, name: 'x', expectedVersion: 1 }))).toEqual([
    'CONFLICT input.expectedVersion',
  ]);
  expect(await deleteView(desk.agent, id)).toMatchObject({ deletedId: id, userErrors: [] });
  expect(codes(await deleteView(desk.agent, id))).toEqual(['NOT_FOUND input.id']);
  const owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  await owner.query(`select set_config('desk.workspace', '*', false)`);
  const { rows } = await owner.query<{ type: string; version: number; changes: object | null }>(
    `select type, version, data -> 'changes' as changes from event_log where subject = $1
     union all select type, version, data -> 'changes' from outbox where subject = $1 order by version`,
    [id],
  );
  await owner.end();
  expect(rows.map(({ type, version }) => `${type} ${version}`)).toEqual([
    'view.created 1',
    'view.updated 2',
    'view.deleted 3',
  ]);
  expect(rows[1]!.changes).toEqual({ name: ['Late', 'Later'], groupBy: [null, 'assignee'] });
});

test('accepts an existing custom field as a column by its key, and refuses unknown keys', async () => {
  const field = { key: 'damage', label: 'Damage', kind: 'TEXT' };
  await mutate(desk, desk.admin, 'ticketFieldCreate', field);
  const view = viewIn(
    await createView(desk.agent, { columns: ['number', 'field:damage'], groupBy: 'field:damage' }),
  );
  expect(view).toMatchObject({ columns: ['number', 'field:damage'], groupBy: 'field:damage' });
  for (const change of [
    (input: object) => createView(desk.agent, input),
    (input: object) => updateView(desk.agent, { id: view.id, ...input }),
  ]) {
    expect(codes(await change({ columns: ['number', 'field:other'] }))).toEqual([
      'INVALID input.columns.1',
    ]);
    expect(codes(await change({ groupBy: 'field:other' }))).toEqual(['INVALID input.groupBy']);
  }
});

test('refuses invalid input at the path of the field', async () => {
  const refused = async (input: object, actor = desk.agent): Promise<string[]> =>
    codes(await createView(actor, input));
  const { id } = viewIn(await createView(desk.agent));
  expect(await refused({ name: ' ' })).toEqual(['REQUIRED input.name']);
  expect(await refused({ name: 'x'.repeat(101) })).toEqual(['TOO_LONG input.name']);
  expect(await refused({ columns: ['secret'] })).toEqual(['INVALID input.columns.0']);
  expect(await refused({ columns: [] })).toEqual(['INVALID input.columns']);
  expect(await refused({ columns: Array.from({ length: 31 }, () => 'number') })).toEqual([
    'TOO_LONG input.columns',
  ]);
  expect(await refused({ groupBy: '__proto__' })).toEqual(['INVALID input.groupBy']);
  expect(await refused({ filter: { text: 'x'.repeat(201) } })).toEqual([
    'TOO_LONG input.filter.text',
  ]);
  expect(await refused({ filter: { not: { not: { not: { not: { not: {} } } } } } })).toEqual([
    'TOO_LONG input.filter',
  ]);
  const long = { filter: { assigneeId: { eq: 'x'.repeat(16_000) } } };
  expect(await refused(long)).toEqual(['TOO_LONG input.filter']);
  expect(codes(await updateView(desk.agent, { id, ...long }))).toEqual(['TOO_LONG input.filter']);
  expect(
    await refused({ orderBy: Array.from({ length: 4 }, () => ({ field: 'NUMBER' })) }),
  ).toEqual(['TOO_LONG input.orderBy']);
  expect(await refused({ departmentId: desk.departmentId })).toEqual([
    'INVALID input.departmentId',
  ]);
  expect(await refused({ sharing: 'DEPARTMENT' }, desk.admin)).toEqual([
    'REQUIRED input.departmentId',
  ]);
  expect(await refused({ sharing: 'DEPARTMENT', departmentId: newId('dep') }, desk.admin)).toEqual([
    'NOT_FOUND input.departmentId',
  ]);
  for (const field of ['name', 'sharing', 'filter'])
    expect(codes(await updateView(desk.agent, { id, [field]: null }))).toEqual([
      `REQUIRED input.${field}`,
    ]);
  const [first] = await readViews(desk.admin);
  expect(codes(await updateView(desk.admin, { id: first!.id, name: 'x' }))).toEqual([
    'FORBIDDEN input.id',
  ]);
  expect(codes(await deleteView(desk.admin, first!.id))).toEqual(['FORBIDDEN input.id']);
});

describe('sharing', () => {
  test('shows private views to their owner, department views to its agents and administrators, and public views to all staff', async () => {
    viewIn(await createView(desk.light, { name: 'own' }));
    viewIn(
      await createView(memberLead, {
        name: 'sales',
        sharing: 'DEPARTMENT',
        departmentId: desk.departmentId,
      }),
    );
    viewIn(await createView(desk.lead, { name: 'all', sharing: 'PUBLIC' }));
    const boundApp = { ...appActor(desk.workspace), departments: [newId('dep')] };
    expect(await storedViewNames(desk.light)).toEqual(['all', 'own']);
    expect(await storedViewNames(member)).toEqual(['all', 'sales']);
    expect(await storedViewNames(desk.agent)).toEqual(['all']);
    expect(await storedViewNames(desk.admin)).toEqual(['all', 'sales']);
    expect(await storedViewNames(desk.partner)).toEqual(['all', 'sales']);
    expect(await storedViewNames(boundApp)).toEqual(['all']);
    const other = await openDesk(service);
    expect(
      (await other.ask<{ views: object[] }>(other.admin, '{ views { id } }')).views,
    ).toHaveLength(BUILT_IN_COUNT);
    for (const actor of [desk.customer, desk.analyst])
      expect((await desk.answer(actor, '{ views { id } }')).errors?.[0]?.extensions.code).toBe(
        'FORBIDDEN',
      );
    const [builtin] = await readViews(desk.agent);
    for (const [actor, id] of [
      [desk.customer, builtin!.id],
      [other.admin, builtin!.id],
      [desk.agent, (await readViews(desk.light)).at(-1)!.id],
    ] as const)
      expect(await desk.ask(actor, 'query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({
        node: null,
      });
  });

  test('lets leads and administrators share and change shared views, and others change only their own', async () => {
    expect(codes(await createView(desk.agent, { sharing: 'PUBLIC' }))).toEqual([
      'FORBIDDEN input.sharing',
    ]);
    expect(
      codes(await createView(member, { sharing: 'DEPARTMENT', departmentId: desk.departmentId })),
    ).toEqual(['FORBIDDEN input.sharing']);
    expect(
      codes(
        await createView(desk.lead, { sharing: 'DEPARTMENT', departmentId: desk.departmentId }),
      ),
    ).toEqual(['FORBIDDEN input.departmentId']);
    const own = viewIn(await createView(desk.agent, { name: 'own' }));
    expect(codes(await updateView(desk.agent, { id: own.id, sharing: 'PUBLIC' }))).toEqual([
      'FORBIDDEN input.sharing',
    ]);
    for (const actor of [desk.colleague, desk.admin, desk.partner]) {
      expect(codes(await updateView(actor, { id: own.id, name: 'x' }))).toEqual([
        'NOT_FOUND input.id',
      ]);
      expect(codes(await deleteView(actor, own.id))).toEqual(['NOT_FOUND input.id']);
    }
    const shared = viewIn(await createView(desk.lead, { name: 'shared', sharing: 'PUBLIC' }));
    expect(codes(await updateView(desk.agent, { id: shared.id, name: 'x' }))).toEqual([
      'FORBIDDEN input.id',
    ]);
    expect(codes(await deleteView(desk.agent, shared.id))).toEqual(['FORBIDDEN input.id']);
    expect(codes(await updateView(desk.admin, { id: shared.id, sharing: 'PRIVATE' }))).toEqual([
      'FORBIDDEN input.sharing',
    ]);
    const sales = viewIn(
      await updateView(desk.admin, {
        id: shared.id,
        sharing: 'DEPARTMENT',
        departmentId: desk.departmentId,
      }),
    );
    expect(sales).toMatchObject({ sharing: 'DEPARTMENT', department: { id: desk.departmentId } });
    expect(
      viewIn(await updateView(memberLead, { id: shared.id, name: 'renamed' })).department,
    ).toEqual({ id: desk.departmentId });
    expect(
      viewIn(await updateView(memberLead, { id: shared.id, sharing: 'PRIVATE' })),
    ).toMatchObject({
      sharing: 'PRIVATE',
      department: null,
    });
  });

  test('limits the private views of an owner to 100, also when created concurrently', async () => {
    const owner = userActor(Role.LIGHT, desk.workspace);
    const payloads: Result[] = [];
    for (let count = 0; count < 104; count += 8)
      payloads.push(...(await Promise.all(Array.from({ length: 8 }, () => createView(owner)))));
    expect(payloads.flatMap(codes)).toEqual(
      Array.from({ length: 4 }, () => 'LIMIT_REACHED input.sharing'),
    );
  });
});

test('lets each caller set a default view, including built-in views and views they can’t change', async () => {
  const defaultNames = async (actor: Actor): Promise<string[]> =>
    (await readViews(actor)).filter(({ isDefault }) => isDefault).map(({ name }) => name);
  expect(await defaultNames(desk.agent)).toEqual(['All unsolved']);
  viewIn(await createView(desk.agent, { name: 'own', isDefault: true }));
  const shared = viewIn(await createView(desk.lead, { name: 'shared', sharing: 'PUBLIC' }));
  expect([await defaultNames(desk.agent), await defaultNames(desk.lead)]).toEqual([
    ['own'],
    ['All unsolved'],
  ]);
  expect(viewIn(await updateView(desk.agent, { id: shared.id, isDefault: true }))).toMatchObject({
    isDefault: true,
    version: 1,
  });
  expect(await defaultNames(desk.agent)).toEqual(['shared']);
  const mine = await builtInView(desk.agent, 'Mine');
  viewIn(await updateView(desk.agent, { id: mine.id, isDefault: true }));
  expect([await defaultNames(desk.agent), await defaultNames(desk.lead)]).toEqual([
    ['Mine'],
    ['All unsolved'],
  ]);
  viewIn(await updateView(desk.agent, { id: mine.id, isDefault: false }));
  expect(await defaultNames(desk.agent)).toEqual(['All unsolved']);
  viewIn(await updateView(desk.agent, { id: shared.id, isDefault: true }));
  await deleteView(desk.lead, shared.id);
  expect(await defaultNames(desk.agent)).toEqual(['All unsolved']);
});

test('offers the built-in views in every workspace, in the caller’s language and with the right tickets', async () => {
  const ids: string[] = [];
  for (const subject of ['mine', 'free', 'asleep', 'answered', 'done'])
    ids.push((await desk.ticket({ subject })).id);
  const [mine, , asleep, answered, done] = ids as [string, string, string, string, string];
  await mutate(desk, desk.agent, 'ticketAssign', { id: mine, assigneeId: 'me' });
  await mutate(desk, desk.agent, 'ticketSnooze', { id: asleep });
  await reply(desk, desk.agent, answered, { status: 'PENDING' });
  await reply(desk, desk.agent, done, { status: 'SOLVED' });
  const readSubjects = async (): Promise<Record<string, string[]>> => {
    const { views } = await desk.ask<{
      views: { name: string; count: number; tickets: { nodes: { subject: string }[] } }[];
    }>(desk.agent, '{ views { name count tickets { nodes { subject } } } }');
    for (const { count, tickets } of views) expect(tickets.nodes).toHaveLength(count);
    return Object.fromEntries(
      views.map(({ name, tickets }) => [name, tickets.nodes.map(({ subject }) => subject)]),
    );
  };
  expect(await readSubjects()).toEqual({
    'All unsolved': ['mine', 'free', 'asleep', 'answered'],
    Mine: ['mine'],
    Unassigned: ['free', 'answered'],
    Postponed: ['asleep'],
    'Waiting longest': ['mine', 'free', 'asleep'],
    'Unanswered for more than 4 hours': [],
    'Recently solved': ['done'],
    Spam: [],
  });
  const slovene = await service.query<{ views: { name: string }[] }>(
    desk.agent,
    '{ views { name } }',
    {},
    { 'accept-language': 'sl-SI,en' },
  );
  expect(slovene.data!.views.map(({ name }) => name)).toContain('Brez odgovorne osebe');
});

test('every possible column of a view is a field of Ticket', () => {
  const fields = (
    buildSubgraph(subgraph).schema.getType('Ticket') as GraphQLObjectType
  ).getFields();
  for (const name of DEFAULT_VIEW_COLUMNS)
    expect(viewColumnBounds.safeParse(name).success).toBe(true);
  expect([...VIEW_COLUMN_FIELDS].filter((name) => !fields[name])).toEqual([]);
});

test('reads 40 views with counts and tickets with as many statements as 10', async () => {
  for (let count = 0; count < 3; count++) await desk.ticket();
  const readAll = (): Promise<unknown> =>
    desk.ask(
      desk.agent,
      '{ views { name count owner { id } isDefault tickets(first: 2) { totalCount nodes { id } } } }',
    );
  // Background consumers of the event log run statements at any time; they do not count.
  const statements = async (): Promise<string[]> =>
    (await countStatements(readAll)).filter((statement) =>
      /from (ticket|agent|default_view)/.test(statement),
    );
  const add = async (from: number, to: number): Promise<void> => {
    for (let index = from; index < to; index++)
      await createView(desk.agent, {
        name: `view ${index}`,
        filter: { number: { gte: index }, ...(index % 2 && { text: `word ${index}` }) },
        orderBy: [{ field: index % 3 ? 'NUMBER' : 'QUEUE', direction: index % 2 ? 'ASC' : 'DESC' }],
      });
  };
  await add(0, 2);
  const few = await statements();
  await add(2, 32);
  const many = await statements();
  expect(many).toHaveLength(few.length);
  expect(many.length).toBeLessThanOrEqual(6);
});
