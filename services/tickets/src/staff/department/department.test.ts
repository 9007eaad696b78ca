import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import { type TestClient, appActor, countStatements } from '@deskgraph/common/testing/client';
import { Client } from 'pg';
import {
  type Desk,
  type Result,
  mutate,
  openDesk,
  reply,
  startTickets,
} from '../../../testing/desk.ts';

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface DepartmentView {
  id: string;
  name: string;
  version: number;
  agents: { totalCount: number; nodes: { id: string }[] };
}
const DEPARTMENT_FIELDS = 'id name version agents { totalCount nodes { id } }';

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const departmentIn = (payload: Result): DepartmentView => {
  expect(codes(payload)).toEqual([]);
  return payload['department'] as DepartmentView;
};
const createDepartment = async (name: string, more: object = {}): Promise<DepartmentView> =>
  departmentIn(
    await mutate(
      desk,
      desk.admin,
      'departmentCreate',
      { name, ...more },
      `department { ${DEPARTMENT_FIELDS} }`,
    ),
  );
const updateDepartment = (input: object, actor: Actor = desk.admin) =>
  mutate(desk, actor, 'departmentUpdate', input, `department { ${DEPARTMENT_FIELDS} }`);
const deleteDepartment = (input: object) =>
  mutate(desk, desk.admin, 'departmentDelete', input, 'deletedId');
const agentIdsOf = ({ agents }: DepartmentView): Set<string> =>
  new Set(agents.nodes.map(({ id }) => id));
const assignNewTicket = async (departmentId: string, more: object = {}): Promise<string> => {
  const { id } = await desk.ticket();
  expect(
    codes(await mutate(desk, desk.lead, 'ticketAssign', { id, departmentId, ...more })),
  ).toEqual([]);
  return id;
};
const readTicket = async (id: string) =>
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
const departmentNames = async (): Promise<string[]> =>
  (
    await desk.ask<{ departments: { name: string }[] }>(desk.customer, '{ departments { name } }')
  ).departments.map(({ name }) => name);

async function eventsOf(
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

describe('departmentUpdate', () => {
  test('updates name and team; omitted fields stay, and departments are listed by name', async () => {
    const department = await createDepartment('Zeta', { agentIds: [desk.agent.id] });
    expect(agentIdsOf(department)).toEqual(new Set([desk.agent.id]));
    const updated = departmentIn(
      await updateDepartment({
        id: department.id,
        name: 'alpha',
        agentIds: [desk.colleague.id, desk.lead.id, desk.lead.id],
      }),
    );
    expect(updated).toMatchObject({
      name: 'alpha',
      version: department.version + 1,
      agents: { totalCount: 2 },
    });
    expect(agentIdsOf(updated)).toEqual(new Set([desk.colleague.id, desk.lead.id]));
    expect(await departmentNames()).toEqual(['alpha', 'Sales']);
    const unchanged = departmentIn(
      await updateDepartment({
        id: department.id,
        name: 'alpha',
        agentIds: [desk.lead.id, desk.colleague.id],
      }),
    );
    expect(unchanged.version).toBe(updated.version);
    expect(departmentIn(await updateDepartment({ id: department.id, name: 'Alpha' })).name).toBe(
      'Alpha',
    );
    expect(
      departmentIn(await updateDepartment({ id: department.id, agentIds: null })),
    ).toMatchObject({
      agents: { totalCount: 0 },
    });
    expect(codes(await deleteDepartment({ id: department.id }))).toEqual([]);
  });

  test('appends an event for the department and for each agent whose departments change', async () => {
    const first = await createDepartment('First');
    await mutate(desk, desk.admin, 'agentUpdate', { id: desk.light.id, departmentIds: [first.id] });
    const second = await createDepartment('Second', { agentIds: [desk.light.id] });
    await updateDepartment({ id: second.id, agentIds: [] });
    await deleteDepartment({ id: first.id });
    const events = await eventsOf(desk.light.id);
    const both = [first.id, second.id].sort();
    expect(
      events.map(({ type, version, data }) => [
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
    expect(events.at(-1)!.data).toMatchObject({
      state: { role: 'LIGHT', active: true, departmentIds: [] },
    });
    expect(await eventsOf(second.id)).toEqual([
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
    expect((await eventsOf(first.id)).at(-1)).toMatchObject({
      type: 'department.deleted',
      version: 2,
      data: { state: { name: 'First' } },
    });
  });

  test('refuses invalid input at the path of the field', async () => {
    const { id, version } = await createDepartment('Own name');
    const refused = async (input: object): Promise<string[]> =>
      codes(await updateDepartment({ id, ...input }));
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
    const deactivatedId = (agent as { id: string }).id;
    await mutate(desk, desk.admin, 'agentDeactivate', { id: deactivatedId });
    expect(await refused({ agentIds: [deactivatedId] })).toEqual(['NOT_FOUND input.agentIds.0']);
  });

  test('runs as many statements for a team of 6 as for a team of 1', async () => {
    const { id } = await createDepartment('Counted');
    const allAgents = [
      desk.admin,
      desk.lead,
      desk.agent,
      desk.colleague,
      desk.light,
      desk.analyst,
    ].map((actor) => actor.id);
    const cost = async (agentIds: string[]): Promise<number> =>
      (await countStatements(() => updateDepartment({ id, agentIds }))).length;
    expect(await cost(allAgents)).toBe(await cost([desk.agent.id]));
  });
});

describe('departmentDelete', () => {
  test('is refused while the department has unsolved tickets', async () => {
    const department = await createDepartment('Busy');
    const id = await assignNewTicket(department.id);
    expect(codes(await deleteDepartment({ id: department.id }))).toEqual(['IN_USE input.id']);
    expect(codes(await deleteDepartment({ id: department.id, expectedVersion: 9 }))).toEqual([
      'CONFLICT input.expectedVersion',
    ]);
    await mutate(desk, desk.lead, 'ticketAssign', { id, departmentId: desk.departmentId });
    expect(await deleteDepartment({ id: department.id, expectedVersion: 1 })).toEqual({
      deletedId: department.id,
      userErrors: [],
    });
    expect(codes(await deleteDepartment({ id: department.id }))).toEqual(['NOT_FOUND input.id']);
  });

  test('is refused while a macro or a view names the department', async () => {
    const { id } = await createDepartment('Repairs');
    const refusals = async (): Promise<string[]> => codes(await deleteDepartment({ id }));
    const { macro } = await mutate(
      desk,
      desk.lead,
      'macroCreate',
      { name: 'Repair', actions: [{ departmentId: id }] },
      'macro { id }',
    );
    expect(await refusals()).toEqual(['IN_USE input.id']);
    await mutate(desk, desk.lead, 'macroDelete', { id: (macro as { id: string }).id });
    const { view } = await mutate(
      desk,
      desk.agent,
      'viewCreate',
      { name: 'Mine', filter: { departmentId: { eq: id } } },
      'view { id }',
    );
    expect(await refusals()).toEqual(['IN_USE input.id']);
    await mutate(desk, desk.agent, 'viewDelete', { id: (view as { id: string }).id });
    expect(await refusals()).toEqual([]);
  });

  test('keeps the department on solved tickets, refuses new tickets and agents, and frees the name', async () => {
    const department = await createDepartment('Old shop', { agentIds: [desk.agent.id] });
    const id = await assignNewTicket(department.id, { assigneeId: desk.agent.id });
    await reply(desk, desk.agent, id, { status: 'SOLVED' });
    await deleteDepartment({ id: department.id });
    expect((await readTicket(id)).department).toEqual({ id: department.id, name: 'Old shop' });
    expect(await departmentNames()).not.toContain('Old shop');
    const newTicket = await desk.ticket();
    expect(
      codes(
        await mutate(desk, desk.lead, 'ticketAssign', {
          id: newTicket.id,
          departmentId: department.id,
        }),
      ),
    ).toEqual(['NOT_FOUND input.departmentId']);
    expect(
      codes(
        await mutate(desk, desk.admin, 'agentUpdate', {
          id: desk.agent.id,
          departmentIds: [department.id],
        }),
      ),
    ).toEqual(['NOT_FOUND input.departmentIds.0']);
    const { node } = await desk.ask<{ node: { departments: object[] } }>(
      desk.lead,
      'query ($id: ID!) { node(id: $id) { ... on Agent { departments { id } } } }',
      { id: desk.agent.id },
    );
    expect(node.departments).not.toContainEqual({ id: department.id });
    expect((await createDepartment('old SHOP')).id).not.toBe(department.id);
  });

  test('is cleared from a reopened ticket and not copied to a follow-up', async () => {
    const department = await createDepartment('Brief');
    const [reopened, closed] = [
      await assignNewTicket(department.id),
      await assignNewTicket(department.id),
    ];
    for (const id of [reopened, closed])
      await mutate(desk, desk.agent, 'ticketStatusChange', {
        id,
        status: 'SOLVED',
        resolutionCode: 'ANSWERED',
      });
    await deleteDepartment({ id: department.id });
    await reply(desk, desk.customer, reopened);
    const ticket = await readTicket(reopened);
    expect(ticket).toMatchObject({ status: 'OPEN', department: null });
    expect(ticket.timeline.nodes.at(-1)).toMatchObject({
      type: 'ticket.assigned',
      changes: [{ field: 'department', from: department.id, to: null }],
    });
    const client = new Client({ connectionString: service.database.ownerUrl });
    await client.connect();
    await client.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
    await client.query(
      `update ticket set status = 'CLOSED', closed_at = now(), closes_at = null where id = $1`,
      [uuidOf('tkt', closed)],
    );
    await client.end();
    const followUp = await mutate(
      desk,
      desk.customer,
      'messageAdd',
      { ticketId: closed, visibility: 'PUBLIC', body: 'Still broken' },
      'ticket { origin department { id } }',
    );
    expect(followUp['ticket']).toEqual({ origin: 'FOLLOW_UP', department: null });
  });

  test('leaves no unsolved ticket in the department when tickets are created concurrently', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await createDepartment(`Race ${round}`);
      const input = { subject: 'In', body: 'In', departmentId: id };
      const results = await Promise.all([
        ...Array.from({ length: 3 }, () => mutate(desk, desk.customer, 'ticketCreate', input)),
        deleteDepartment({ id }),
        ...Array.from({ length: 3 }, () => mutate(desk, desk.customer, 'ticketCreate', input)),
      ]);
      const created = [...results.slice(0, 3), ...results.slice(4)].filter(
        ({ userErrors }) => !userErrors.length,
      ).length;
      if (created) expect(codes(results[3]!)).toEqual(['IN_USE input.id']);
      else expect(codes(results[3]!)).toEqual([]);
    }
  });

  test('is allowed for administrators and apps with the scope only', async () => {
    const { id } = await createDepartment('Guarded');
    expect(
      codes(await updateDepartment({ id, name: 'By an app' }, appActor(desk.workspace))),
    ).toEqual([]);
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

test('hides other departments from an app with departments, in reads and mutations', async () => {
  const [visible, hidden] = [await createDepartment('Visible'), await createDepartment('Hidden')];
  const app: Actor = { ...appActor(desk.workspace), departments: [visible.id] };
  const query = 'query ($ids: [ID!]!) { departments { id } nodes(ids: $ids) { id } }';
  expect(await desk.ask(app, query, { ids: [visible.id, hidden.id] })).toEqual({
    departments: [{ id: visible.id }],
    nodes: [{ id: visible.id }, null],
  });
  expect(codes(await updateDepartment({ id: hidden.id, name: 'Mine' }, app))).toEqual([
    'NOT_FOUND input.id',
  ]);
  expect(codes(await mutate(desk, app, 'departmentDelete', { id: hidden.id }))).toEqual([
    'NOT_FOUND input.id',
  ]);
  expect(codes(await updateDepartment({ id: visible.id, name: 'Renamed' }, app))).toEqual([]);
});
