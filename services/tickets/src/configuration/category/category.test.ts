import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import { type TestService, appActor, countStatements } from '@deskgraph/common/testing/testing';
import { Client } from 'pg';
import { type Desk, type Result, mutate, openDesk, startTickets } from '../../../testing/desk.ts';
import { nameForLocales } from './names.ts';

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
  version: number;
  priority: string | null;
  parent: { id: string } | null;
  department: { id: string } | null;
}
const CATEGORY = 'id name version priority parent { id } department { id }';

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const categoryOf = (payload: Result): Shown => {
  expect(codes(payload)).toEqual([]);
  return payload['ticketCategory'] as Shown;
};
const attempt = (input: object) =>
  mutate(desk, desk.admin, 'ticketCategoryCreate', input, `ticketCategory { ${CATEGORY} }`);
const create = async (name: string, more: object = {}): Promise<Shown> =>
  categoryOf(await attempt({ name, ...more }));
const update = (input: object) =>
  mutate(desk, desk.admin, 'ticketCategoryUpdate', input, `ticketCategory { ${CATEGORY} }`);
const remove = (input: object) =>
  mutate(desk, desk.admin, 'ticketCategoryDelete', input, 'deletedId');
const department = async (name: string): Promise<string> => {
  const { department: made } = await mutate(
    desk,
    desk.admin,
    'departmentCreate',
    { name },
    'department { id }',
  );
  return (made as { id: string }).id;
};
const listed = async (actor: Actor, language = ''): Promise<string[]> => {
  const { data } = await service.ask<{ ticketCategories: { name: string }[] }>(
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
const inDatabase = async (statement: string, values: unknown[]): Promise<void> => {
  const client = new Client({ connectionString: service.database.ownerUrl });
  await client.connect();
  await client.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
  await client.query(statement, values);
  await client.end();
};

describe('categories', () => {
  test('stand in a tree, and read in the language of the reader', async () => {
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
    expect(await listed(desk.customer)).toEqual(['Billing', 'Refunds']);
    expect(await listed(desk.agent, 'de, pt-BR;q=0.9')).toEqual(['Faturas', 'Reembolsos']);
    expect(await listed(desk.analyst, 'zh-Hant-TW')).toEqual(['帳單', 'Refunds']);
    const cleared = categoryOf(
      await update({ id: billing.id, names: null, priority: null, departmentId: null }),
    );
    expect(cleared).toMatchObject({ priority: null, department: null, version: 2 });
    expect(categoryOf(await update({ id: billing.id, name: 'Billing' })).version).toBe(2);
    expect(await listed(desk.agent, 'pt')).toEqual(['Billing', 'Reembolsos']);
  });

  test('the nearest language is read: the whole tag, then what is before its last part', () => {
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

  test('are at most 5 deep, make no circle, and two at one place have two names', async () => {
    const path: Shown[] = [];
    for (let level = 1; level <= 5; level++)
      path.push(await create(`Level ${level}`, { parentId: path.at(-1)?.id }));
    expect(codes(await attempt({ name: 'Level 6', parentId: path[4]!.id }))).toEqual([
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
    expect(codes(await attempt({ name: 'APART' }))).toEqual(['TAKEN input.name']);
    expect(codes(await attempt({ name: 'Apart', parentId: apart.id }))).toEqual([]);
    const twin = await create('Level 2');
    expect(codes(await update({ id: twin.id, parentId: apart.id }))).toEqual([
      'TAKEN input.parentId',
    ]);
    expect(codes(await update({ id: twin.id, name: 'apart' }))).toEqual(['TAKEN input.name']);
  });

  test('two moves at once make no circle together', async () => {
    const [left, right] = [await create('Left'), await create('Right')];
    const both = await Promise.all([
      update({ id: left.id, parentId: right.id }),
      update({ id: right.id, parentId: left.id }),
    ]);
    expect(both.flatMap(codes)).toEqual(['CIRCLE input.parentId']);
  });

  test('what can’t be is refused by name', async () => {
    const { id } = await create('Own');
    const refused = async (input: object): Promise<string[]> =>
      codes(await update({ id, ...input }));
    expect(codes(await attempt({ name: ' ' }))).toEqual(['REQUIRED input.name']);
    expect(codes(await attempt({ name: 'x'.repeat(101) }))).toEqual(['TOO_LONG input.name']);
    expect(codes(await attempt({ name: 'Other', names: { 'no locale': 'x' } }))).toEqual([
      'INVALID input.names.no locale',
    ]);
    expect(codes(await attempt({ name: 'Other', names: { pt: ' ' } }))).toEqual([
      'REQUIRED input.names.pt',
    ]);
    expect(codes(await attempt({ name: 'Other', names: ['pt'] }))).toEqual(['INVALID input.names']);
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`x-a${at}`, 'x']));
    expect(codes(await attempt({ name: 'Other', names: many }))).toEqual(['TOO_LONG input.names']);
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
    const theirs = (ticketCategory as Shown).id;
    expect(await refused({ id: theirs, name: 'Ours' })).toEqual(['NOT_FOUND input.id']);
    expect(await refused({ parentId: theirs })).toEqual(['NOT_FOUND input.parentId']);
    expect(codes(await set((await desk.ticket()).id, { categoryId: theirs }))).toEqual([
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

describe('a ticket with a category', () => {
  test('is born in its department and with its priority, unless others are given', async () => {
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
    // What it has not itself the one above it gives.
    expect(await ticketOf((await desk.ticket({ categoryId: device.id })).id)).toMatchObject({
      department: { id: support },
      priority: 'URGENT',
    });
    expect(await ticketOf((await desk.ticket({ categoryId: plain.id })).id)).toMatchObject({
      department: null,
      priority: 'NORMAL',
    });
    const given = await mutate(
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
    expect(given['ticket']).toMatchObject({
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

  test('goes where another one sends it, and says so in its timeline; the same one again sends it nowhere', async () => {
    const support = await department('Support');
    const technical = await create('Technical', { departmentId: support, priority: 'HIGH' });
    const { id } = await desk.ticket({ departmentId: desk.departmentId });
    expect(codes(await set(id, { categoryId: technical.id }))).toEqual([]);
    const sent = await ticketOf(id, desk.customer);
    expect(sent).toMatchObject({
      category: { id: technical.id },
      department: { id: support },
      priority: 'HIGH',
      transferCount: 1,
    });
    expect(sent.timeline.nodes.slice(-2)).toEqual([
      {
        type: 'ticket.updated',
        version: sent.version - 1,
        changes: [
          { field: 'priority', from: 'NORMAL', to: 'HIGH' },
          { field: 'category', from: null, to: technical.id },
        ],
      },
      {
        type: 'ticket.assigned',
        version: sent.version,
        changes: [{ field: 'department', from: desk.departmentId, to: support }],
      },
    ]);
    await mutate(desk, desk.lead, 'ticketAssign', { id, departmentId: desk.departmentId });
    await set(id, { categoryId: technical.id, subject: 'Same matter' });
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

  test('that is closed keeps its department and priority; its follow-up has its category while there is one', async () => {
    const technical = await create('Technical', {
      departmentId: await department('Support'),
      priority: 'HIGH',
    });
    const { id } = await desk.ticket();
    await inDatabase(
      `update ticket set status = 'CLOSED', closed_at = now(), solved_at = now() where id = $1`,
      [uuidOf('tkt', id)],
    );
    expect(codes(await set(id, { categoryId: technical.id }))).toEqual([]);
    expect(await ticketOf(id)).toMatchObject({
      category: { name: 'Technical' },
      department: null,
      priority: 'NORMAL',
    });
    const late = async () => {
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
    const followUp = await late();
    expect(followUp.category).toMatchObject({ name: 'Technical' });
    await set(followUp.id, { categoryId: null });
    expect(codes(await remove({ id: technical.id }))).toEqual([]);
    expect((await late()).category).toBeNull();
    expect((await ticketOf(id)).category).toMatchObject({ name: 'Technical' });
  });

  test('is found by it', async () => {
    const [one, two] = [await create('One'), await create('Two')];
    await Promise.all([
      desk.ticket({ categoryId: one.id }),
      desk.ticket({ categoryId: two.id }),
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
    expect(await count({ eq: one.id })).toBe(1);
    expect(await count({ in: [one.id, two.id] })).toBe(2);
    expect(await count({ notIn: [one.id] })).toBe(2);
    expect(await count({ isNull: true })).toBe(1);
  });

  test('an app that is bound to departments gets no ticket out of them by a category', async () => {
    const support = await department('Support');
    const [theirs, own] = [
      await create('Theirs', { departmentId: support }),
      await create('Own', { departmentId: desk.departmentId }),
    ];
    const bound = { ...appActor(desk.workspace), departments: [desk.departmentId] };
    const { id } = await desk.ticket({ departmentId: desk.departmentId });
    expect(codes(await set(id, { categoryId: theirs.id }, bound))).toEqual([
      'NOT_FOUND input.categoryId',
    ]);
    expect(codes(await set(id, { categoryId: own.id }, bound))).toEqual([]);
  });

  test('20 tickets with their categories cost as many statements as 2', async () => {
    const above = await create('Above', { departmentId: desk.departmentId });
    for (let at = 0; at < 10; at++) {
      const { id } = await create(`Kind ${at}`, { parentId: above.id });
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
  test('is refused while others are below it or unsolved tickets have it; what was solved goes on naming it', async () => {
    const above = await create('Above');
    const below = await create('Below', { parentId: above.id });
    const { id } = await desk.ticket({ categoryId: below.id });
    expect(codes(await remove({ id: above.id }))).toEqual(['IN_USE input.id']);
    expect(codes(await remove({ id: below.id }))).toEqual(['IN_USE input.id']);
    await mutate(desk, desk.agent, 'ticketStatusChange', {
      id,
      status: 'SOLVED',
      resolutionCode: 'ANSWERED',
    });
    expect(codes(await remove({ id: below.id, expectedVersion: 2 }))).toEqual([
      'CONFLICT input.expectedVersion',
    ]);
    expect(await remove({ id: below.id, expectedVersion: 1 })).toEqual({
      deletedId: below.id,
      userErrors: [],
    });
    expect(codes(await remove({ id: below.id }))).toEqual(['NOT_FOUND input.id']);
    expect((await ticketOf(id)).category).toMatchObject({ name: 'Below' });
    expect(await listed(desk.agent)).toEqual(['Above']);
    const next = await desk.ticket();
    expect(codes(await set(next.id, { categoryId: below.id }))).toEqual([
      'NOT_FOUND input.categoryId',
    ]);
    expect(codes(await attempt({ name: 'Below', parentId: above.id }))).toEqual([]);
  });

  test('a department that a category gives to tickets is needed', async () => {
    const support = await department('Support');
    const technical = await create('Technical', { departmentId: support });
    const close = () => mutate(desk, desk.admin, 'departmentDelete', { id: support });
    expect(codes(await close())).toEqual(['IN_USE input.id']);
    await remove({ id: technical.id });
    expect(codes(await close())).toEqual([]);
  });

  test('one that a macro gives or a view asks for is needed', async () => {
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

  test('no unsolved ticket is left with it, also when it got it in the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await create(`Race ${round}`);
      const ask = () =>
        mutate(desk, desk.customer, 'ticketCreate', { subject: 'In', body: 'In', categoryId: id });
      const all = await Promise.all([ask(), ask(), remove({ id }), ask(), ask()]);
      const created = all.filter((payload, at) => at !== 2 && !payload.userErrors.length).length;
      expect(codes(all[2]!)).toEqual(created ? ['IN_USE input.id'] : []);
    }
  });
});
