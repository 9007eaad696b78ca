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
import { type Desk, type Result, mutate, openDesk, reply } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { staffActorsByEmail } from './actors.ts';

let service: TestService;
let desk: Desk;

beforeAll(async () => {
  service = await startOwnTickets();
});
afterAll(() => service.stop());

const openNewDesk = async (): Promise<void> => {
  desk = await openDesk(service);
};

interface AgentView {
  id: string;
  name: string;
  role: string;
  locale: string | null;
  active: boolean;
  version: number;
  departments: { id: string }[];
}
const AGENT_FIELDS = 'id name role locale active version departments { id }';

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const agentIn = (payload: Result): AgentView => {
  expect(codes(payload)).toEqual([]);
  return payload['agent'] as AgentView;
};
const updateAgent = (actor: Actor, input: object) =>
  mutate(desk, actor, 'agentUpdate', input, `agent { ${AGENT_FIELDS} }`);
const deactivateAgent = (actor: Actor, { id }: { id: string }) =>
  mutate(desk, actor, 'agentDeactivate', { id }, `agent { ${AGENT_FIELDS} }`);
const inviteAgent = async (email: string, role: string, more: object = {}): Promise<AgentView> =>
  agentIn(
    await mutate(
      desk,
      desk.admin,
      'agentInvite',
      { email, name: email, role, ...more },
      `agent { ${AGENT_FIELDS} }`,
    ),
  );
const createDepartment = async (name: string, more: object = {}): Promise<string> => {
  const { department: created } = await mutate(
    desk,
    desk.admin,
    'departmentCreate',
    { name, ...more },
    'department { id }',
  );
  return (created as { id: string }).id;
};

interface TicketView {
  status: string;
  version: number;
  assignee: { id: string; name: string } | null;
  department: { id: string } | null;
  solvedBy: { name: string; active: boolean } | null;
  timeline: {
    nodes: {
      type: string;
      version: number;
      actor: { id: string };
      changes: { field: string; from: unknown; to: unknown }[];
    }[];
  };
}
const readTicket = async (id: string): Promise<TicketView> =>
  (
    await desk.ask<{ ticket: TicketView }>(
      desk.lead,
      `query ($id: ID!) { ticket(id: $id) { status version assignee { id name } department { id } solvedBy { name active }
        timeline { nodes { type version actor { id } changes { field from to } } } } }`,
      { id },
    )
  ).ticket;
const assignNewTicket = async (
  to: { id: string },
  departmentId: string | null = desk.departmentId,
): Promise<string> => {
  const { id } = await desk.ticket();
  expect(
    codes(await mutate(desk, desk.lead, 'ticketAssign', { id, assigneeId: to.id, departmentId })),
  ).toEqual([]);
  return id;
};
const countTickets = async (filter: object): Promise<number> =>
  (
    await desk.ask<{ tickets: { totalCount: number } }>(
      desk.lead,
      'query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount } }',
      {
        filter,
      },
    )
  ).tickets.totalCount;
const actorByEmail = async (email: string): Promise<Actor | null> =>
  (await staffActorsByEmail(service.service.orm)(desk.workspace, [email]))[0]!;

describe('agentUpdate', () => {
  beforeAll(openNewDesk);

  test('updates name, role, departments and language; omitted fields stay and null clears', async () => {
    const [first, second] = [await createDepartment('One'), await createDepartment('Two')];
    const agent = await inviteAgent('eva@desk.example', 'AGENT', { departmentIds: [first] });
    const changed = agentIn(
      await updateAgent(desk.admin, {
        id: agent.id,
        name: ' Eva ',
        role: 'LEAD',
        departmentIds: [second, first, second],
        locale: 'pt-br',
      }),
    );
    expect(changed).toMatchObject({
      name: 'Eva',
      role: 'LEAD',
      locale: 'pt-BR',
      version: agent.version + 1,
    });
    expect(new Set(changed.departments.map(({ id }) => id))).toEqual(new Set([first, second]));
    expect(agentIn(await updateAgent(desk.admin, { id: agent.id, name: 'Eva' })).version).toBe(
      changed.version,
    );
    expect(
      agentIn(
        await updateAgent(desk.admin, { id: agent.id, departmentIds: [second], locale: null }),
      ),
    ).toMatchObject({
      locale: null,
      departments: [{ id: second }],
      role: 'LEAD',
    });
    expect(
      agentIn(await updateAgent(desk.admin, { id: agent.id, departmentIds: null })).departments,
    ).toEqual([]);
  });

  test('applies the new role and departments from the next request on', async () => {
    const agent = await inviteAgent('fil@desk.example', 'AGENT');
    await updateAgent(desk.admin, {
      id: agent.id,
      role: 'ANALYST',
      departmentIds: [desk.departmentId],
    });
    expect(await actorByEmail('fil@desk.example')).toMatchObject({
      id: agent.id,
      role: 'ANALYST',
      departments: [desk.departmentId],
    });
  });

  test('refuses invalid input at the path of the field', async () => {
    const { id, version } = await inviteAgent('gal@desk.example', 'AGENT');
    const refused = async (input: object): Promise<string[]> =>
      codes(await updateAgent(desk.admin, { id, ...input }));
    expect(await refused({ name: null })).toEqual(['REQUIRED input.name']);
    expect(await refused({ name: ' ' })).toEqual(['REQUIRED input.name']);
    expect(await refused({ name: 'x'.repeat(101) })).toEqual(['TOO_LONG input.name']);
    expect(await refused({ role: null })).toEqual(['REQUIRED input.role']);
    expect(await refused({ role: 'REQUESTER' })).toEqual(['INVALID input.role']);
    expect(await refused({ departmentIds: [desk.departmentId, newId('dep')] })).toEqual([
      'NOT_FOUND input.departmentIds.1',
    ]);
    expect(
      await refused({ departmentIds: Array.from({ length: 101 }, () => desk.departmentId) }),
    ).toEqual(['TOO_LONG input.departmentIds']);
    expect(await refused({ name: 'Late', expectedVersion: version + 1 })).toEqual([
      'CONFLICT input.expectedVersion',
    ]);
    expect(await refused({ id: newId('agt'), name: 'Unknown' })).toEqual(['NOT_FOUND input.id']);
    const other = await openDesk(service);
    expect(await refused({ id: other.agent.id, name: 'Not ours' })).toEqual(['NOT_FOUND input.id']);
    expect(await refused({ departmentIds: [other.departmentId] })).toEqual([
      'NOT_FOUND input.departmentIds.0',
    ]);
  });

  test('lets leads update agents except for roles, apps with the scope update roles, and agents update no one', async () => {
    const { id } = await inviteAgent('hana@desk.example', 'LIGHT');
    expect(codes(await updateAgent(desk.lead, { id, name: 'Hana' }))).toEqual([]);
    expect(codes(await updateAgent(desk.lead, { id, role: 'ADMIN' }))).toEqual([
      'FORBIDDEN input.role',
    ]);
    expect(codes(await updateAgent(appActor(desk.workspace), { id, role: 'AGENT' }))).toEqual([]);
    for (const [actor, name] of [
      [desk.agent, 'agentUpdate'],
      [desk.lead, 'agentDeactivate'],
    ] as const) {
      const { errors } = await desk.answer(
        actor,
        `mutation ($id: ID!) { ${name}(input: { id: $id }) { userErrors { code } } }`,
        { id },
      );
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });

  test('unassigns unsolved tickets when the new role does not answer tickets', async () => {
    const agent = await inviteAgent('ivo@desk.example', 'AGENT');
    const id = await assignNewTicket(agent);
    await updateAgent(desk.admin, { id: agent.id, role: 'LEAD' });
    expect((await readTicket(id)).assignee).toMatchObject({ id: agent.id });
    await updateAgent(desk.admin, { id: agent.id, role: 'LIGHT' });
    expect(await readTicket(id)).toMatchObject({
      status: 'OPEN',
      assignee: null,
      department: { id: desk.departmentId },
    });
  });
});

describe('agentDeactivate', () => {
  beforeAll(openNewDesk);

  test('ends sign-in, returns each unsolved ticket to its queue with an event, and keeps the name on past work', async () => {
    const agent = await inviteAgent('jan@desk.example', 'AGENT', {
      name: 'Jan',
      departmentIds: [desk.departmentId],
    });
    const jan = userActor(Role.AGENT, desk.workspace, { id: agent.id, name: 'Jan' });
    const [open, pending, solved, withoutDepartment] = [
      await assignNewTicket(jan),
      await assignNewTicket(jan),
      await assignNewTicket(jan),
      await assignNewTicket(jan, null),
    ];
    await mutate(desk, jan, 'ticketStatusChange', { id: pending, status: 'PENDING' });
    await reply(desk, jan, solved, { status: 'SOLVED' });
    const before = await readTicket(open);
    const deactivated = agentIn(await deactivateAgent(desk.admin, agent));
    expect(deactivated).toMatchObject({
      active: false,
      departments: [],
      version: agent.version + 1,
    });
    expect(await actorByEmail('jan@desk.example')).toBeNull();
    expect(await readTicket(open)).toMatchObject({
      status: 'OPEN',
      assignee: null,
      department: { id: desk.departmentId },
    });
    expect(await readTicket(pending)).toMatchObject({ status: 'PENDING', assignee: null });
    expect(await readTicket(withoutDepartment)).toMatchObject({ assignee: null, department: null });
    expect(await readTicket(solved)).toMatchObject({
      status: 'SOLVED',
      assignee: { name: 'Jan' },
      solvedBy: { name: 'Jan', active: false },
    });
    expect((await readTicket(open)).timeline.nodes.at(-1)).toEqual({
      type: 'ticket.assigned',
      version: before.version + 1,
      actor: { id: desk.admin.id },
      changes: [{ field: 'assignee', from: agent.id, to: null }],
    });
    expect((await readTicket(open)).version).toBe(before.version + 1);
    expect(
      await countTickets({ assigneeId: { isNull: true }, status: { notIn: ['SOLVED', 'CLOSED'] } }),
    ).toBe(3);
    expect(agentIn(await deactivateAgent(desk.admin, agent)).version).toBe(deactivated.version);
    expect(
      codes(await mutate(desk, desk.lead, 'ticketAssign', { id: open, assigneeId: agent.id })),
    ).toEqual(['NOT_FOUND input.assigneeId']);
  });

  test('removes the agent from lists but keeps it readable by id', async () => {
    const agent = await inviteAgent('karl@desk.example', 'AGENT', {
      departmentIds: [desk.departmentId],
    });
    await deactivateAgent(desk.admin, agent);
    const query = `query ($id: ID!, $dep: ID!) { agents(first: 100) { totalCount nodes { id } } ofDepartment: agents(departmentIds: [$dep]) { nodes { id } }
      node(id: $id) { ... on Agent { name active } } }`;
    const result = await desk.ask<{
      agents: { totalCount: number; nodes: object[] };
      ofDepartment: { nodes: object[] };
      node: object;
    }>(desk.agent, query, { id: agent.id, dep: desk.departmentId });
    expect(result.agents.nodes).not.toContainEqual({ id: agent.id });
    expect(result.agents.totalCount).toBe(result.agents.nodes.length);
    expect(result.ofDepartment.nodes).not.toContainEqual({ id: agent.id });
    expect(result.node).toEqual({ name: 'karl@desk.example', active: false });
  });

  test('unassigns a ticket that is reopened after its agent was deactivated', async () => {
    const agent = await inviteAgent('lea@desk.example', 'AGENT');
    const lea = userActor(Role.AGENT, desk.workspace, { id: agent.id, name: 'Lea' });
    const [byRequester, byHand] = [await assignNewTicket(lea), await assignNewTicket(lea)];
    for (const id of [byRequester, byHand]) await reply(desk, lea, id, { status: 'SOLVED' });
    await deactivateAgent(desk.admin, agent);
    await reply(desk, desk.customer, byRequester);
    await mutate(desk, desk.agent, 'ticketStatusChange', { id: byHand, status: 'OPEN' });
    for (const id of [byRequester, byHand]) {
      const ticket = await readTicket(id);
      expect(ticket).toMatchObject({ status: 'OPEN', assignee: null });
      expect(ticket.timeline.nodes.slice(-2).map(({ type }) => type)).toEqual([
        'ticket.status_changed',
        'ticket.assigned',
      ]);
      expect(ticket.timeline.nodes.at(-1)!.version).toBe(ticket.version);
    }
  });

  test('runs as many statements with 40 tickets as with 2', async () => {
    const cost = async (tickets: number): Promise<number> => {
      const agent = await inviteAgent(`n${tickets}@desk.example`, 'AGENT');
      for (let index = 0; index < tickets; index++) await assignNewTicket(agent);
      return (await countStatements(() => deactivateAgent(desk.admin, agent))).length;
    };
    expect(await cost(40)).toBe(await cost(2));
  });

  test('leaves no ticket assigned to a deactivated agent when assignments run concurrently', async () => {
    for (let round = 0; round < 5; round++) {
      const agent = await inviteAgent(`race${round}@desk.example`, 'AGENT');
      const tickets = await Promise.all(Array.from({ length: 6 }, () => desk.ticket()));
      await Promise.all([
        ...tickets
          .slice(0, 3)
          .map(({ id }) => mutate(desk, desk.lead, 'ticketAssign', { id, assigneeId: agent.id })),
        deactivateAgent(desk.admin, agent),
        ...tickets
          .slice(3)
          .map(({ id }) => mutate(desk, desk.lead, 'ticketAssign', { id, assigneeId: agent.id })),
      ]);
      expect(await countTickets({ assigneeId: { eq: agent.id } })).toBe(0);
    }
  });

  test('reactivates the same agent exactly once when the address is invited again concurrently', async () => {
    const agent = await inviteAgent('mia@desk.example', 'LEAD', {
      departmentIds: [desk.departmentId],
    });
    const deactivated = agentIn(await deactivateAgent(desk.admin, agent));
    const invitations = await Promise.all(
      Array.from({ length: 5 }, () =>
        mutate(
          desk,
          desk.admin,
          'agentInvite',
          { email: ' MIA@desk.example', name: 'Mia', role: 'LIGHT' },
          `agent { ${AGENT_FIELDS} }`,
        ),
      ),
    );
    const [accepted, ...more] = invitations.filter(({ userErrors }) => userErrors.length === 0);
    expect(more).toEqual([]);
    expect(accepted!['agent']).toEqual({
      ...deactivated,
      name: 'Mia',
      role: 'LIGHT',
      active: true,
      version: deactivated.version + 1,
    });
    expect(new Set(invitations.flatMap(codes))).toEqual(new Set(['TAKEN input.email']));
    expect(await actorByEmail('mia@desk.example')).toMatchObject({
      id: agent.id,
      role: 'LIGHT',
      departments: [],
    });
  });
});

describe('the last administrator', () => {
  beforeAll(openNewDesk);

  test('is neither deactivated nor given another role, also when the last two leave concurrently', async () => {
    expect(codes(await deactivateAgent(desk.admin, desk.admin))).toEqual(['LAST_ADMIN input.id']);
    expect(codes(await updateAgent(desk.admin, { id: desk.admin.id, role: 'LEAD' }))).toEqual([
      'LAST_ADMIN input.role',
    ]);
    expect(
      codes(await updateAgent(desk.admin, { id: desk.admin.id, role: 'ADMIN', name: 'Boss' })),
    ).toEqual([]);
    const second = await inviteAgent('second@desk.example', 'ADMIN');
    await deactivateAgent(desk.admin, await inviteAgent('third@desk.example', 'ADMIN'));
    const results = await Promise.all([
      deactivateAgent(desk.admin, desk.admin),
      updateAgent(desk.admin, { id: second.id, role: 'AGENT' }),
    ]);
    const refusals = results.flatMap(codes);
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toMatch(/^LAST_ADMIN /);
  });
});

test('events carry the state of the agent after the change, and the changed fields', async () => {
  await openNewDesk();
  const agent = await inviteAgent('nina@desk.example', 'AGENT', {
    name: 'Nina',
    departmentIds: [desk.departmentId],
  });
  await updateAgent(desk.admin, { id: agent.id, name: 'Nina K.', departmentIds: [] });
  await deactivateAgent(desk.admin, agent);
  await inviteAgent('nina@desk.example', 'LEAD', { name: 'Nina' });
  const em = service.service.orm.em.fork();
  await em.begin();
  await em.execute(`select set_config('desk.workspace', ?, true)`, [desk.workspace]);
  const events: { type: string; version: number; data: { state: object; changes?: object } }[] =
    await em.execute(
      `select type, version, data from (select * from event_log union all select null, event_id, workspace_id, type, subject, version, actor, at, data, now() from outbox) e
     where subject = ? order by version`,
      [agent.id],
    );
  await em.rollback();
  const state = {
    name: 'Nina',
    email: 'nina@desk.example',
    role: 'AGENT',
    accessRoleId: null,
    locale: null,
    active: true,
    departmentIds: [desk.departmentId],
  };
  expect(events).toEqual([
    { type: 'agent.invited', version: 1, data: { state } },
    {
      type: 'agent.updated',
      version: 2,
      data: {
        state: { ...state, name: 'Nina K.', departmentIds: [] },
        changes: { name: ['Nina', 'Nina K.'], departmentIds: [[desk.departmentId], []] },
      },
    },
    {
      type: 'agent.deactivated',
      version: 3,
      data: {
        state: { ...state, name: 'Nina K.', departmentIds: [], active: false },
        changes: { active: [true, false] },
      },
    },
    {
      type: 'agent.invited',
      version: 4,
      data: { state: { ...state, role: 'LEAD', departmentIds: [] } },
    },
  ]);
});
