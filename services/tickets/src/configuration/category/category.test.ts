import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import { type TestClient, appActor, countStatements } from '@deskgraph/common/testing/client';
import { Client } from 'pg';
import { type Desk, type Result, mutate, openDesk, startTickets } from '../../../testing/desk.ts';
import { nameForLocales } from './names.ts';

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
});
beforeEach(async () => {
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface CategoryView {
  id: string;
  name: string;
  version: number;
  priority: string | null;
  parent: { id: string } | null;
  department: { id: string } | null;
}
const CATEGORY = 'id name version priority parent { id } department { id }';

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const categoryOf = (payload: Result): CategoryView => {
  expect(codes(payload)).toEqual([]);
  return payload['ticketCategory'] as CategoryView;
};
const attemptCreate = (input: object) =>
  mutate(desk, desk.admin, 'ticketCategoryCreate', input, `ticketCategory { ${CATEGORY} }`);
const create = async (name: string, more: object = {}): Promise<CategoryView> =>
  categoryOf(await attemptCreate({ name, ...more }));
const update = (input: object) =>
  mutate(desk, desk.admin, 'ticketCategoryUpdate', input, `ticketCategory { ${CATEGORY} }`);
const remove = (input: object) =>
  mutate(desk, desk.admin, 'ticketCategoryDelete', input, 'deletedId');
const department = async (name: string): Promise<string> => {
  const { department: created } = await mutate(
    desk,
    desk.admin,
    'departmentCreate',
    { name },
    'department { id }',
  );
  return (created as { id: string }).id;
};
const categoryNames = async (actor: Actor, language = ''): Promise<string[]> => {
  const { data } = await service.query<{ ticketCategories: { name: string }[] }>(
    actor,
    '{ ticketCategories { name } }',
    {},
    { 'accept-language': language },
  );
  return data!.ticketCategories.map(({ name }) => name);
};

interface Ticket {
  id: string;
  version: number;
  status: string;
  priority: string;
  transferCount: number;
  category: { id: string; name: string } | null;
  department: { id: string } | null;
  timeline: {
    nodes: {
      type: string;
      version: number;
      changes: { field: string; from: unknown; to: unknown }[];
    }[];
  };
}
const TICKET = `id version status priority transferCount category { id name } department { id }
  timeline { nodes { type version changes { field from to } } }`;
const ticketOf = async (id: string, actor: Actor = desk.agent): Promise<Ticket> =>
  (
    await desk.ask<{ ticket: Ticket }>(
      actor,
      `query ($id: ID!) { ticket(id: $id) { ${TICKET} } }`,
      { id },
    )
  ).ticket;
const set = (id: string, input: object, actor: Actor = desk.agent) =>
  mutate(desk, actor, 'ticketUpdate', { id, ...input });
const runSql = async (statement: string, values: unknown[]): Promise<void> => {
  const client = new Client({ connectionString: service.database.ownerUrl });
  await client.connect();
  await client.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
  await client.query(statement, values);
  await client.end();
};

describe('categories', () => {
  test('form a tree and return names in the language of the caller', async () => {
    const billing = await create('Billing', {
      names: { PT: 'Faturas', 'zh-hant': '帳單' },
      priority: 'HIGH',
      departmentId: desk.departmentId,
    });
    expect(billing).toMatchObject({
      name: 'Billing',
      priority: 'HIGH',
      parent: null,
      department: { id: desk.departmentId },
      version: 1,
    });
    const refunds = await create('Refunds', { parentId: billing.id, names: { pt: 'Reembolsos' } });
    expect(refunds).toMatchObject({ parent: { id: billing.id }, priority: null, department: null });
    expect(await categoryNames(desk.customer)).toEqual(['Billing', 'Refunds']);
    expect(await categoryNames(desk.agent, 'de, pt-BR;q=0.9')).toEqual(['Faturas', 'Reembolsos']);
    expect(await categoryNames(desk.analyst, 'zh-Hant-TW')).toEqual(['帳單', 'Refunds']);
    const cleared = categoryOf(
      await update({ id: billing.id, names: null, priority: null, departmentId: null }),
    );
    expect(cleared).toMatchObject({ priority: null, department: null, version: 2 });
    expect(categoryOf(await update({ id: billing.id, name: 'Billing' })).version).toBe(2);
    expect(await categoryNames(desk.agent, 'pt')).toEqual(['Billing', 'Reembolsos']);
  });

  test('a locale falls back to its parents, then to the default name', () => {
    const category = {
      name: 'Bills',
      names: { pt: 'Faturas', 'pt-PT': 'Facturas', 'zh-Hans': '账单' },
    };
    expect(nameForLocales(category, ['pt-PT'])).toBe('Facturas');
    expect(nameForLocales(category, ['PT-br'])).toBe('Faturas');
    expect(nameForLocales(category, ['zh-Hant', 'zh-Hans-CN'])).toBe('账单');
    expect(nameForLocales(category, ['*', 'sl'])).toBe('Bills');
    expect(nameForLocales(category, [])).toBe('Bills');
  });

  test('are at most 5 levels deep, form no cycle, and siblings have different names', async () => {
    const path: CategoryView[] = [];
    for (let level = 1; level <= 5; level++)
      path.push(await create(`Level ${level}`, { parentId: path.at(-1)?.id }));
    expect(codes(await attemptCreate({ name: 'Level 6', parentId: path[4]!.id }))).toEqual([
      'LIMIT_REACHED input.parentId',
    ]);
    expect(codes(await update({ id: path[1]!.id, parentId: path[3]!.id }))).toEqual([
      'CIRCLE input.parentId',
    ]);
    expect(codes(await update({ id: path[1]!.id, parentId: path[1]!.id }))).toEqual([
      'CIRCLE input.parentId',
    ]);
    const apart = await create('Apart');
    expect(codes(await update({ id: path[0]!.id, parentId: apart.id }))).toEqual([
      'LIMIT_REACHED input.parentId',
    ]);
    expect(categoryOf(await update({ id: path[1]!.id, parentId: apart.id })).parent).toEqual({
      id: apart.id,
    });
    expect(codes(await attemptCreate({ name: 'APART' }))).toEqual(['TAKEN input.name']);
    expect(codes(await attemptCreate({ name: 'Apart', parentId: apart.id }))).toEqual([]);
    const twin = await create('Level 2');
    expect(codes(await update({ id: twin.id, parentId: apart.id }))).toEqual([
      'TAKEN input.parentId',
    ]);
    expect(codes(await update({ id: twin.id, name: 'apart' }))).toEqual(['TAKEN input.name']);
  });

  test('two concurrent moves can’t form a cycle together', async () => {
    const [left, right] = [await create('Left'), await create('Right')];
    const both = await Promise.all([
      update({ id: left.id, parentId: right.id }),
      update({ id: right.id, parentId: left.id }),
    ]);
    expect(both.flatMap(codes)).toEqual(['CIRCLE input.parentId']);
  });

  test('invalid values are refused at the field that has them', async () => {
    const { id } = await create('Own');
    const refused = async (input: object): Promise<string[]> =>
      codes(await update({ id, ...input }));
    expect(codes(await attemptCreate({ name: ' ' }))).toEqual(['REQUIRED input.name']);
    expect(codes(await attemptCreate({ name: 'x'.repeat(101) }))).toEqual(['TOO_LONG input.name']);
    expect(codes(await attemptCreate({ name: 'Other', names: { 'no locale': 'x' } }))).toEqual([
      'INVALID input.names.no locale',
    ]);
    expect(codes(await attemptCreate({ name: 'Other', names: { pt: ' ' } }))).toEqual([
      'REQUIRED input.names.pt',
    ]);
    expect(codes(await attemptCreate({ name: 'Other', names: ['pt'] }))).toEqual([
      'INVALID input.names',
    ]);
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`x-a${index}`, 'x']));
    expect(codes(await attemptCreate({ name: 'Other', names: many }))).toEqual([
      'TOO_LONG input.names',
    ]);
    expect(await refused({ name: null })).toEqual(['REQUIRED input.name']);
    expect(await refused({ name: 'Late', expectedVersion: 7 })).toEqual([
      'CONFLICT input.expectedVersion',
    ]);
    expect(await refused({ parentId: newId('cat') })).toEqual(['NOT_FOUND input.parentId']);
    const other = await openDesk(service);
    expect(await refused({ departmentId: other.departmentId })).toEqual([
      'NOT_FOUND input.departmentId',
    ]);
    const { ticketCategory } = await mutate(
      other,
      other.admin,
      'ticketCategoryCreate',
      { name: 'Theirs' },
      'ticketCategory { id }',
    );
    const foreign = (ticketCategory as CategoryView).id;
    expect(await refused({ id: foreign, name: 'Ours' })).toEqual(['NOT_FOUND input.id']);
    expect(await refused({ parentId: foreign })).toEqual(['NOT_FOUND input.parentId']);
    expect(codes(await set((await desk.ticket()).id, { categoryId: foreign }))).toEqual([
      'NOT_FOUND input.categoryId',
    ]);
    for (const name of ['ticketCategoryUpdate', 'ticketCategoryDelete']) {
      const { errors } = await desk.answer(
        desk.lead,
        `mutation ($id: ID!) { ${name}(input: { id: $id }) { userErrors { code } } }`,
        {
          id,
        },
      );
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });
});

describe('the category of a ticket', () => {
  test('gives a new ticket its department and priority, unless the input sets them', async () => {
    const support = await department('Support');
    const technical = await create('Technical', { departmentId: support, priority: 'HIGH' });
    const device = await create('Device', { parentId: technical.id, priority: 'URGENT' });
    const plain = await create('Plain');
    expect(
      await ticketOf((await desk.ticket({ categoryId: technical.id })).id, desk.customer),
    ).toMatchObject({
      category: { name: 'Technical' },
      department: { id: support },
      priority: 'HIGH',
      status: 'NEW',
    });
    // Values that a category does not set are inherited from its parent.
    expect(await ticketOf((await desk.ticket({ categoryId: device.id })).id)).toMatchObject({
      department: { id: support },
      priority: 'URGENT',
    });
    expect(await ticketOf((await desk.ticket({ categoryId: plain.id })).id)).toMatchObject({
      department: null,
      priority: 'NORMAL',
    });
    const withOwnValues = await mutate(
      desk,
      desk.partner,
      'ticketCreate',
      {
        subject: 'a',
        body: 'b',
        requester: { email: 'a@b.example' },
        categoryId: technical.id,
        priority: 'LOW',
        departmentId: desk.departmentId,
      },
      `ticket { ${TICKET} }`,
    );
    expect(withOwnValues['ticket']).toMatchObject({
      category: { id: technical.id },
      priority: 'LOW',
      department: { id: desk.departmentId },
    });
    for (const categoryId of ['cat_none', ''])
      expect(
        codes(
          await mutate(desk, desk.customer, 'ticketCreate', {
            subject: 'a',
            body: 'b',
            categoryId,
          }),
        ),
      ).toEqual(['NOT_FOUND input.categoryId']);
  });

  test('moves the ticket to its department with timeline events when it is set, but not when it is set again', async () => {
    const support = await department('Support');
    const technical = await create('Technical', { departmentId: support, priority: 'HIGH' });
    const { id } = await desk.ticket({ departmentId: desk.departmentId });
    expect(codes(await set(id, { categoryId: technical.id }))).toEqual([]);
    const moved = await ticketOf(id, desk.customer);
    expect(moved).toMatchObject({
      category: { id: technical.id },
      department: { id: support },
      priority: 'HIGH',
      transferCount: 1,
    });
    expect(moved.timeline.nodes.slice(-2)).toEqual([
      {
        type: 'ticket.updated',
        version: moved.version - 1,
        changes: [
          { field: 'priority', from: 'NORMAL', to: 'HIGH' },
          { field: 'category', from: null, to: technical.id },
        ],
      },
      {
        type: 'ticket.assigned',
        version: moved.version,
        changes: [{ field: 'department', from: desk.departmentId, to: support }],
      },
    ]);
    await mutate(desk, desk.lead, 'ticketAssign', { id, departmentId: desk.departmentId });
    await set(id, { categoryId: technical.id, subject: 'Same subject' });
    expect(await ticketOf(id)).toMatchObject({ department: { id: desk.departmentId } });
    const urgent = await create('Fire', { priority: 'URGENT' });
    await set(id, { categoryId: urgent.id, priority: 'LOW' });
    expect(await ticketOf(id)).toMatchObject({
      category: { name: 'Fire' },
      priority: 'LOW',
      department: { id: desk.departmentId },
    });
    await set(id, { categoryId: null });
    expect(await ticketOf(id)).toMatchObject({ category: null, priority: 'LOW' });
  });

  test('does not change department and priority of a closed ticket; a follow-up inherits it unless it is deleted', async () => {
    const technical = await create('Technical', {
      departmentId: await department('Support'),
      priority: 'HIGH',
    });
    const { id } = await desk.ticket();
    await runSql(
      `update ticket set status = 'CLOSED', closed_at = now(), solved_at = now() where id = $1`,
      [uuidOf('tkt', id)],
    );
    expect(codes(await set(id, { categoryId: technical.id }))).toEqual([]);
    expect(await ticketOf(id)).toMatchObject({
      category: { name: 'Technical' },
      department: null,
      priority: 'NORMAL',
    });
    const replyToClosed = async () => {
      const input = { ticketId: id, visibility: 'PUBLIC', body: 'Still broken' };
      const { ticket } = await mutate(
        desk,
        desk.customer,
        'messageAdd',
        input,
        `ticket { ${TICKET} }`,
      );
      return ticket as Ticket;
    };
    const followUp = await replyToClosed();
    expect(followUp.category).toMatchObject({ name: 'Technical' });
    await set(followUp.id, { categoryId: null });
    expect(codes(await remove({ id: technical.id }))).toEqual([]);
    expect((await replyToClosed()).category).toBeNull();
    expect((await ticketOf(id)).category).toMatchObject({ name: 'Technical' });
  });

  test('can be used in ticket filters', async () => {
    const [first, second] = [await create('One'), await create('Two')];
    await Promise.all([
      desk.ticket({ categoryId: first.id }),
      desk.ticket({ categoryId: second.id }),
      desk.ticket(),
    ]);
    const count = async (categoryId: object): Promise<number> =>
      (
        await desk.ask<{ tickets: { totalCount: number } }>(
          desk.customer,
          'query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount } }',
          { filter: { categoryId } },
        )
      ).tickets.totalCount;
    expect(await count({ eq: first.id })).toBe(1);
    expect(await count({ in: [first.id, second.id] })).toBe(2);
    expect(await count({ notIn: [first.id] })).toBe(2);
    expect(await count({ isNull: true })).toBe(1);
  });

  test('does not let an app that is bound to departments move tickets out of them', async () => {
    const support = await department('Support');
    const [foreign, own] = [
      await create('Theirs', { departmentId: support }),
      await create('Own', { departmentId: desk.departmentId }),
    ];
    const bound = { ...appActor(desk.workspace), departments: [desk.departmentId] };
    const { id } = await desk.ticket({ departmentId: desk.departmentId });
    expect(codes(await set(id, { categoryId: foreign.id }, bound))).toEqual([
      'NOT_FOUND input.categoryId',
    ]);
    expect(codes(await set(id, { categoryId: own.id }, bound))).toEqual([]);
  });

  test('is loaded for 20 tickets with as many statements as for 2', async () => {
    const parent = await create('Above', { departmentId: desk.departmentId });
    for (let index = 0; index < 10; index++) {
      const { id } = await create(`Kind ${index}`, { parentId: parent.id });
      await Promise.all([desk.ticket({ categoryId: id }), desk.ticket({ categoryId: id })]);
    }
    const cost = async (first: number): Promise<number> =>
      (
        await countStatements(() =>
          desk.ask(
            desk.agent,
            `{ tickets(first: ${first}) { nodes { category { name department { name } parent { name department { name } } } } } }`,
          ),
        )
      ).length;
    expect(await cost(20)).toBe(await cost(2));
  });
});

describe('deleting a category', () => {
  test('is refused while it has child categories or unsolved tickets; solved tickets keep it', async () => {
    const parent = await create('Above');
    const child = await create('Below', { parentId: parent.id });
    const { id } = await desk.ticket({ categoryId: child.id });
    expect(codes(await remove({ id: parent.id }))).toEqual(['IN_USE input.id']);
    expect(codes(await remove({ id: child.id }))).toEqual(['IN_USE input.id']);
    await mutate(desk, desk.agent, 'ticketStatusChange', {
      id,
      status: 'SOLVED',
      resolutionCode: 'ANSWERED',
    });
    expect(codes(await remove({ id: child.id, expectedVersion: 2 }))).toEqual([
      'CONFLICT input.expectedVersion',
    ]);
    expect(await remove({ id: child.id, expectedVersion: 1 })).toEqual({
      deletedId: child.id,
      userErrors: [],
    });
    expect(codes(await remove({ id: child.id }))).toEqual(['NOT_FOUND input.id']);
    expect((await ticketOf(id)).category).toMatchObject({ name: 'Below' });
    expect(await categoryNames(desk.agent)).toEqual(['Above']);
    const next = await desk.ticket();
    expect(codes(await set(next.id, { categoryId: child.id }))).toEqual([
      'NOT_FOUND input.categoryId',
    ]);
    expect(codes(await attemptCreate({ name: 'Below', parentId: parent.id }))).toEqual([]);
  });

  test('is required before its department can be deleted', async () => {
    const support = await department('Support');
    const technical = await create('Technical', { departmentId: support });
    const close = () => mutate(desk, desk.admin, 'departmentDelete', { id: support });
    expect(codes(await close())).toEqual(['IN_USE input.id']);
    await remove({ id: technical.id });
    expect(codes(await close())).toEqual([]);
  });

  test('is refused while a macro sets it or a view filters by it', async () => {
    const { id } = await create('Refunds');
    const close = async (): Promise<string[]> => codes(await remove({ id }));
    const { macro } = await mutate(
      desk,
      desk.lead,
      'macroCreate',
      { name: 'Refund', actions: [{ categoryId: id }] },
      'macro { id }',
    );
    expect(await close()).toEqual(['IN_USE input.id']);
    await mutate(desk, desk.lead, 'macroDelete', { id: (macro as { id: string }).id });
    const { view } = await mutate(
      desk,
      desk.agent,
      'viewCreate',
      { name: 'Mine', filter: { categoryId: { eq: id } } },
      'view { id }',
    );
    expect(await close()).toEqual(['IN_USE input.id']);
    await mutate(desk, desk.agent, 'viewDelete', { id: (view as { id: string }).id });
    expect(await close()).toEqual([]);
  });

  test('never leaves an unsolved ticket with it, even when tickets get it concurrently', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await create(`Race ${round}`);
      const createTicket = () =>
        mutate(desk, desk.customer, 'ticketCreate', { subject: 'In', body: 'In', categoryId: id });
      const payloads = await Promise.all([
        createTicket(),
        createTicket(),
        remove({ id }),
        createTicket(),
        createTicket(),
      ]);
      const created = payloads.filter(
        (payload, index) => index !== 2 && !payload.userErrors.length,
      ).length;
      expect(codes(payloads[2]!)).toEqual(created ? ['IN_USE input.id'] : []);
    }
  });
});
