import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import { type TestService, appActor, countStatements } from '@deskgraph/common/testing/testing';
import { Client } from 'pg';
import {
  type Desk,
  type Result,
  mutate,
  openDesk,
  reply,
  startTickets,
} from '../../../testing/desk.ts';

let service: TestService;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface Shown {
  id: string;
  name: string;
  version: number;
  agents: { totalCount: number; nodes: { id: string }[] };
}
const DEPARTMENT = 'id name version agents { totalCount nodes { id } }';

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const departmentOf = (payload: Result): Shown => {
  expect(codes(payload)).toEqual([]);
  return payload['department'] as Shown;
};
const create = async (name: string, more: object = {}): Promise<Shown> =>
  departmentOf(
    await mutate(
      desk,
      desk.admin,
      'departmentCreate',
      { name, ...more },
      `department { ${DEPARTMENT} }`,
    ),
  );
const update = (input: object, actor: Actor = desk.admin) =>
  mutate(desk, actor, 'departmentUpdate', input, `department { ${DEPARTMENT} }`);
const remove = (input: object) => mutate(desk, desk.admin, 'departmentDelete', input, 'deletedId');
const idsOf = ({ agents }: Shown): Set<string> => new Set(agents.nodes.map(({ id }) => id));
const ticketIn = async (departmentId: string, more: object = {}): Promise<string> => {
  const { id } = await desk.ticket();
  expect(
    codes(await mutate(desk, desk.lead, 'ticketAssign', { id, departmentId, ...more })),
  ).toEqual([]);
  return id;
};
const ticketOf = async (id: string) =>
  (
    await desk.ask<{
      ticket: {
        status: string;
        version: number;
        department: { id: string; name: string } | null;
        timeline: { nodes: { type: string; changes: object[] }[] };
      };
    }>(
      desk.lead,
      'query ($id: ID!) { ticket(id: $id) { status version department { id name } timeline { nodes { type changes { field from to } } } } }',
      { id },
    )
  ).ticket;
const listed = async (): Promise<string[]> =>
  (
    await desk.ask<{ departments: { name: string }[] }>(desk.customer, '{ departments { name } }')
  ).departments.map(({ name }) => name);

async function factsOf(
  ...subjects: string[]
): Promise<{ type: string; subject: string; version: number; data: object }[]> {
  const client = new Client({ connectionString: service.database.ownerUrl });
  await client.connect();
  await client.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
  const { rows } = await client.query<{
    type: string;
    subject: string;
    version: number;
    data: object;
  }>(
    `select type, subject, version, data from (
       select type, subject, version, data from event_log union all select type, subject, version, data from outbox) e
     where subject = any ($1) order by subject, version`,
    [subjects],
  );
  await client.end();
  return rows;
}

describe('changing a department', () => {
  test('name and team change as far as they are given; the list stands in the order of the names', async () => {
    const made = await create('Zeta', { agentIds: [desk.agent.id] });
    expect(idsOf(made)).toEqual(new Set([desk.agent.id]));
    const changed = departmentOf(
      await update({
        id: made.id,
        name: 'alpha',
        agentIds: [desk.colleague.id, desk.lead.id, desk.lead.id],
      }),
    );
    expect(changed).toMatchObject({
      name: 'alpha',
      version: made.version + 1,
      agents: { totalCount: 2 },
    });
    expect(idsOf(changed)).toEqual(new Set([desk.colleague.id, desk.lead.id]));
    expect(await listed()).toEqual(['alpha', 'Sales']);
    const again = departmentOf(
      await update({ id: made.id, name: 'alpha', agentIds: [desk.lead.id, desk.colleague.id] }),
    );
    expect(again.version).toBe(changed.version);
    expect(departmentOf(await update({ id: made.id, name: 'Alpha' })).name).toBe('Alpha');
    expect(departmentOf(await update({ id: made.id, agentIds: null }))).toMatchObject({
      agents: { totalCount: 0 },
    });
    expect(codes(await remove({ id: made.id }))).toEqual([]);
  });

  test('each agent whose departments change has a fact of it, and the department too', async () => {
    const first = await create('First');
    await mutate(desk, desk.admin, 'agentUpdate', { id: desk.light.id, departmentIds: [first.id] });
    const second = await create('Second', { agentIds: [desk.light.id] });
    await update({ id: second.id, agentIds: [] });
    await remove({ id: first.id });
    const facts = await factsOf(desk.light.id);
    const both = [first.id, second.id].sort();
    expect(
      facts.map(({ type, version, data }) => [
        type,
        version,
        (data as { changes: object }).changes,
      ]),
    ).toEqual([
      ['agent.updated', 2, { departmentIds: [[], [first.id]] }],
      ['agent.updated', 3, { departmentIds: [[first.id], both] }],
      ['agent.updated', 4, { departmentIds: [both, [first.id]] }],
      ['agent.updated', 5, { departmentIds: [[first.id], []] }],
    ]);
    expect(facts.at(-1)!.data).toMatchObject({
      state: { role: 'LIGHT', active: true, departmentIds: [] },
    });
    expect(await factsOf(second.id)).toEqual([
      {
        type: 'department.created',
        subject: second.id,
        version: 1,
        data: { state: { name: 'Second' } },
      },
      {
        type: 'department.updated',
        subject: second.id,
        version: 2,
        data: { state: { name: 'Second' }, changes: { agentIds: [[desk.light.id], []] } },
      },
    ]);
    expect((await factsOf(first.id)).at(-1)).toMatchObject({
      type: 'department.deleted',
      version: 2,
      data: { state: { name: 'First' } },
    });
  });

  test('what can’t be is refused by name', async () => {
    const { id, version } = await create('Own name');
    const refused = async (input: object): Promise<string[]> =>
      codes(await update({ id, ...input }));
    expect(await refused({ name: null })).toEqual(['REQUIRED input.name']);
    expect(await refused({ name: 'x'.repeat(101) })).toEqual(['TOO_LONG input.name']);
    expect(await refused({ name: ' SALES ' })).toEqual(['TAKEN input.name']);
    expect(await refused({ agentIds: [desk.agent.id, newId('agt')] })).toEqual([
      'NOT_FOUND input.agentIds.1',
    ]);
    expect(await refused({ agentIds: Array.from({ length: 1001 }, () => desk.agent.id) })).toEqual([
      'TOO_LONG input.agentIds',
    ]);
    expect(await refused({ name: 'Late', expectedVersion: version + 1 })).toEqual([
      'CONFLICT input.expectedVersion',
    ]);
    const other = await openDesk(service);
    expect(await refused({ id: other.departmentId, name: 'Not ours' })).toEqual([
      'NOT_FOUND input.id',
    ]);
    expect(await refused({ agentIds: [other.agent.id] })).toEqual(['NOT_FOUND input.agentIds.0']);
    const { agent } = await mutate(
      desk,
      desk.admin,
      'agentInvite',
      { email: 'gone@desk.example', name: 'Gone', role: 'AGENT' },
      'agent { id }',
    );
    const gone = (agent as { id: string }).id;
    await mutate(desk, desk.admin, 'agentDeactivate', { id: gone });
    expect(await refused({ agentIds: [gone] })).toEqual(['NOT_FOUND input.agentIds.0']);
  });

  test('a team of 6 costs as many statements as one of 1', async () => {
    const { id } = await create('Counted');
    const everybody = [
      desk.admin,
      desk.lead,
      desk.agent,
      desk.colleague,
      desk.light,
      desk.analyst,
    ].map((actor) => actor.id);
    const cost = async (agentIds: string[]): Promise<number> =>
      (await countStatements(() => update({ id, agentIds }))).length;
    expect(await cost(everybody)).toBe(await cost([desk.agent.id]));
  });
});

describe('deleting a department', () => {
  test('is refused while unsolved tickets are in it', async () => {
    const made = await create('Busy');
    const id = await ticketIn(made.id);
    expect(codes(await remove({ id: made.id }))).toEqual(['IN_USE input.id']);
    expect(codes(await remove({ id: made.id, expectedVersion: 9 }))).toEqual([
      'CONFLICT input.expectedVersion',
    ]);
    await mutate(desk, desk.lead, 'ticketAssign', { id, departmentId: desk.departmentId });
    expect(await remove({ id: made.id, expectedVersion: 1 })).toEqual({
      deletedId: made.id,
      userErrors: [],
    });
    expect(codes(await remove({ id: made.id }))).toEqual(['NOT_FOUND input.id']);
  });

  test('is refused while a macro leads into it or a view asks for it', async () => {
    const { id } = await create('Repairs');
    const close = async (): Promise<string[]> => codes(await remove({ id }));
    const { macro } = await mutate(
      desk,
      desk.lead,
      'macroCreate',
      { name: 'Repair', actions: [{ departmentId: id }] },
      'macro { id }',
    );
    expect(await close()).toEqual(['IN_USE input.id']);
    await mutate(desk, desk.lead, 'macroDelete', { id: (macro as { id: string }).id });
    const { view } = await mutate(
      desk,
      desk.agent,
      'viewCreate',
      { name: 'Mine', filter: { departmentId: { eq: id } } },
      'view { id }',
    );
    expect(await close()).toEqual(['IN_USE input.id']);
    await mutate(desk, desk.agent, 'viewDelete', { id: (view as { id: string }).id });
    expect(await close()).toEqual([]);
  });

  test('what was solved in it goes on naming it; nothing new comes in, and its name is free', async () => {
    const made = await create('Old shop', { agentIds: [desk.agent.id] });
    const id = await ticketIn(made.id, { assigneeId: desk.agent.id });
    await reply(desk, desk.agent, id, { status: 'SOLVED' });
    await remove({ id: made.id });
    expect((await ticketOf(id)).department).toEqual({ id: made.id, name: 'Old shop' });
    expect(await listed()).not.toContain('Old shop');
    const fresh = await desk.ticket();
    expect(
      codes(await mutate(desk, desk.lead, 'ticketAssign', { id: fresh.id, departmentId: made.id })),
    ).toEqual(['NOT_FOUND input.departmentId']);
    expect(
      codes(
        await mutate(desk, desk.admin, 'agentUpdate', {
          id: desk.agent.id,
          departmentIds: [made.id],
        }),
      ),
    ).toEqual(['NOT_FOUND input.departmentIds.0']);
    const { node } = await desk.ask<{ node: { departments: object[] } }>(
      desk.lead,
      'query ($id: ID!) { node(id: $id) { ... on Agent { departments { id } } } }',
      { id: desk.agent.id },
    );
    expect(node.departments).not.toContainEqual({ id: made.id });
    expect((await create('old SHOP')).id).not.toBe(made.id);
  });

  test('a ticket that comes back from SOLVED leaves it, and a follow-up never gets into it', async () => {
    const made = await create('Brief');
    const [back, closed] = [await ticketIn(made.id), await ticketIn(made.id)];
    for (const id of [back, closed])
      await mutate(desk, desk.agent, 'ticketStatusChange', {
        id,
        status: 'SOLVED',
        resolutionCode: 'ANSWERED',
      });
    await remove({ id: made.id });
    await reply(desk, desk.customer, back);
    const ticket = await ticketOf(back);
    expect(ticket).toMatchObject({ status: 'OPEN', department: null });
    expect(ticket.timeline.nodes.at(-1)).toMatchObject({
      type: 'ticket.assigned',
      changes: [{ field: 'department', from: made.id, to: null }],
    });
    const client = new Client({ connectionString: service.database.ownerUrl });
    await client.connect();
    await client.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
    await client.query(
      `update ticket set status = 'CLOSED', closed_at = now(), closes_at = null where id = $1`,
      [uuidOf('tkt', closed)],
    );
    await client.end();
    const late = await mutate(
      desk,
      desk.customer,
      'messageAdd',
      { ticketId: closed, visibility: 'PUBLIC', body: 'Still broken' },
      'ticket { origin department { id } }',
    );
    expect(late['ticket']).toEqual({ origin: 'FOLLOW_UP', department: null });
  });

  test('no unsolved ticket is left in it, also when it came in the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await create(`Race ${round}`);
      const inside = { subject: 'In', body: 'In', departmentId: id };
      const all = await Promise.all([
        ...Array.from({ length: 3 }, () => mutate(desk, desk.customer, 'ticketCreate', inside)),
        remove({ id }),
        ...Array.from({ length: 3 }, () => mutate(desk, desk.customer, 'ticketCreate', inside)),
      ]);
      const created = [...all.slice(0, 3), ...all.slice(4)].filter(
        ({ userErrors }) => !userErrors.length,
      ).length;
      if (created) expect(codes(all[3]!)).toEqual(['IN_USE input.id']);
      else expect(codes(all[3]!)).toEqual([]);
    }
  });

  test('administrators and apps with the scope may, others not', async () => {
    const { id } = await create('Guarded');
    expect(codes(await update({ id, name: 'By an app' }, appActor(desk.workspace)))).toEqual([]);
    for (const name of ['departmentUpdate', 'departmentDelete']) {
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

test('an app that is bound to departments knows of no other one, on no way', async () => {
  const [own, other] = [await create('Bound'), await create('Beyond')];
  const bound: Actor = { ...appActor(desk.workspace), departments: [own.id] };
  const asked = 'query ($ids: [ID!]!) { departments { id } nodes(ids: $ids) { id } }';
  expect(await desk.ask(bound, asked, { ids: [own.id, other.id] })).toEqual({
    departments: [{ id: own.id }],
    nodes: [{ id: own.id }, null],
  });
  expect(codes(await update({ id: other.id, name: 'Mine' }, bound))).toEqual([
    'NOT_FOUND input.id',
  ]);
  expect(codes(await mutate(desk, bound, 'departmentDelete', { id: other.id }))).toEqual([
    'NOT_FOUND input.id',
  ]);
  expect(codes(await update({ id: own.id, name: 'Bound still' }, bound))).toEqual([]);
});
