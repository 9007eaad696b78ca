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
import {
  type Desk,
  type Result,
  mutate,
  openDesk,
  reply,
  startTickets,
} from '../../../testing/desk.ts';
import { staffActorsByEmail } from './actors.ts';

let service: TestService;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
});
afterAll(() => service.stop());

const fresh = async (): Promise<void> => {
  desk = await openDesk(service);
};

interface Shown {
  id: string;
  name: string;
  role: string;
  locale: string | null;
  active: boolean;
  version: number;
  departments: { id: string }[];
}
const AGENT = 'id name role locale active version departments { id }';

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const agentOf = (payload: Result): Shown => {
  expect(codes(payload)).toEqual([]);
  return payload['agent'] as Shown;
};
const update = (actor: Actor, input: object) =>
  mutate(desk, actor, 'agentUpdate', input, `agent { ${AGENT} }`);
const deactivate = (actor: Actor, { id }: { id: string }) =>
  mutate(desk, actor, 'agentDeactivate', { id }, `agent { ${AGENT} }`);
const invite = async (email: string, role: string, more: object = {}): Promise<Shown> =>
  agentOf(
    await mutate(
      desk,
      desk.admin,
      'agentInvite',
      { email, name: email, role, ...more },
      `agent { ${AGENT} }`,
    ),
  );
const department = async (name: string, more: object = {}): Promise<string> => {
  const { department: made } = await mutate(
    desk,
    desk.admin,
    'departmentCreate',
    { name, ...more },
    'department { id }',
  );
  return (made as { id: string }).id;
};

interface Held {
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
const ticketOf = async (id: string): Promise<Held> =>
  (
    await desk.ask<{ ticket: Held }>(
      desk.lead,
      `query ($id: ID!) { ticket(id: $id) { status version assignee { id name } department { id } solvedBy { name active }
        timeline { nodes { type version actor { id } changes { field from to } } } } }`,
      { id },
    )
  ).ticket;
const assigned = async (
  to: { id: string },
  departmentId: string | null = desk.departmentId,
): Promise<string> => {
  const { id } = await desk.ticket();
  expect(
    codes(await mutate(desk, desk.lead, 'ticketAssign', { id, assigneeId: to.id, departmentId })),
  ).toEqual([]);
  return id;
};
const count = async (filter: object): Promise<number> =>
  (
    await desk.ask<{ tickets: { totalCount: number } }>(
      desk.lead,
      'query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount } }',
      {
        filter,
      },
    )
  ).tickets.totalCount;
const behind = async (email: string): Promise<Actor | null> =>
  (await staffActorsByEmail(service.service.orm)(desk.workspace, [email]))[0]!;

describe('changing a colleague', () => {
  beforeAll(fresh);

  test('name, role, departments and language change as far as they are given; null clears', async () => {
    const [sales, support] = [await department('One'), await department('Two')];
    const made = await invite('eva@desk.example', 'AGENT', { departmentIds: [sales] });
    const changed = agentOf(
      await update(desk.admin, {
        id: made.id,
        name: ' Eva ',
        role: 'LEAD',
        departmentIds: [support, sales, support],
        locale: 'pt-br',
      }),
    );
    expect(changed).toMatchObject({
      name: 'Eva',
      role: 'LEAD',
      locale: 'pt-BR',
      version: made.version + 1,
    });
    expect(new Set(changed.departments.map(({ id }) => id))).toEqual(new Set([sales, support]));
    expect(agentOf(await update(desk.admin, { id: made.id, name: 'Eva' })).version).toBe(
      changed.version,
    );
    expect(
      agentOf(await update(desk.admin, { id: made.id, departmentIds: [support], locale: null })),
    ).toMatchObject({
      locale: null,
      departments: [{ id: support }],
      role: 'LEAD',
    });
    expect(
      agentOf(await update(desk.admin, { id: made.id, departmentIds: null })).departments,
    ).toEqual([]);
  });

  test('the next request is made under the new role and departments', async () => {
    const made = await invite('fil@desk.example', 'AGENT');
    await update(desk.admin, { id: made.id, role: 'ANALYST', departmentIds: [desk.departmentId] });
    expect(await behind('fil@desk.example')).toMatchObject({
      id: made.id,
      role: 'ANALYST',
      departments: [desk.departmentId],
    });
  });

  test('what can’t be is refused by name', async () => {
    const { id, version } = await invite('gal@desk.example', 'AGENT');
    const refused = async (input: object): Promise<string[]> =>
      codes(await update(desk.admin, { id, ...input }));
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
    expect(await refused({ id: newId('agt'), name: 'Nobody' })).toEqual(['NOT_FOUND input.id']);
    const other = await openDesk(service);
    expect(await refused({ id: other.agent.id, name: 'Not ours' })).toEqual(['NOT_FOUND input.id']);
    expect(await refused({ departmentIds: [other.departmentId] })).toEqual([
      'NOT_FOUND input.departmentIds.0',
    ]);
  });

  test('leads change colleagues but give no roles; agents change nobody; an app with the scope may', async () => {
    const { id } = await invite('hana@desk.example', 'LIGHT');
    expect(codes(await update(desk.lead, { id, name: 'Hana' }))).toEqual([]);
    expect(codes(await update(desk.lead, { id, role: 'ADMIN' }))).toEqual(['FORBIDDEN input.role']);
    expect(codes(await update(appActor(desk.workspace), { id, role: 'AGENT' }))).toEqual([]);
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

  test('who does not answer any more gives the unsolved tickets back', async () => {
    const made = await invite('ivo@desk.example', 'AGENT');
    const id = await assigned(made);
    await update(desk.admin, { id: made.id, role: 'LEAD' });
    expect((await ticketOf(id)).assignee).toMatchObject({ id: made.id });
    await update(desk.admin, { id: made.id, role: 'LIGHT' });
    expect(await ticketOf(id)).toMatchObject({
      status: 'OPEN',
      assignee: null,
      department: { id: desk.departmentId },
    });
  });
});

describe('deactivating', () => {
  beforeAll(fresh);

  test('ends signing in, gives unsolved tickets back to their queues with a fact each, and leaves the name on past work', async () => {
    const made = await invite('jan@desk.example', 'AGENT', {
      name: 'Jan',
      departmentIds: [desk.departmentId],
    });
    const jan = userActor(Role.AGENT, desk.workspace, { id: made.id, name: 'Jan' });
    const [open, pending, solved, nowhere] = [
      await assigned(jan),
      await assigned(jan),
      await assigned(jan),
      await assigned(jan, null),
    ];
    await mutate(desk, jan, 'ticketStatusChange', { id: pending, status: 'PENDING' });
    await reply(desk, jan, solved, { status: 'SOLVED' });
    const before = await ticketOf(open);
    const agent = agentOf(await deactivate(desk.admin, made));
    expect(agent).toMatchObject({ active: false, departments: [], version: made.version + 1 });
    expect(await behind('jan@desk.example')).toBeNull();
    expect(await ticketOf(open)).toMatchObject({
      status: 'OPEN',
      assignee: null,
      department: { id: desk.departmentId },
    });
    expect(await ticketOf(pending)).toMatchObject({ status: 'PENDING', assignee: null });
    expect(await ticketOf(nowhere)).toMatchObject({ assignee: null, department: null });
    expect(await ticketOf(solved)).toMatchObject({
      status: 'SOLVED',
      assignee: { name: 'Jan' },
      solvedBy: { name: 'Jan', active: false },
    });
    expect((await ticketOf(open)).timeline.nodes.at(-1)).toEqual({
      type: 'ticket.assigned',
      version: before.version + 1,
      actor: { id: desk.admin.id },
      changes: [{ field: 'assignee', from: made.id, to: null }],
    });
    expect((await ticketOf(open)).version).toBe(before.version + 1);
    expect(
      await count({ assigneeId: { isNull: true }, status: { notIn: ['SOLVED', 'CLOSED'] } }),
    ).toBe(3);
    expect(agentOf(await deactivate(desk.admin, made)).version).toBe(agent.version);
    expect(
      codes(await mutate(desk, desk.lead, 'ticketAssign', { id: open, assigneeId: made.id })),
    ).toEqual(['NOT_FOUND input.assigneeId']);
  });

  test('is not shown among the staff any more, but is found by id', async () => {
    const made = await invite('karl@desk.example', 'AGENT', { departmentIds: [desk.departmentId] });
    await deactivate(desk.admin, made);
    const query = `query ($id: ID!, $dep: ID!) { agents(first: 100) { totalCount nodes { id } } of: agents(departmentIds: [$dep]) { nodes { id } }
      node(id: $id) { ... on Agent { name active } } }`;
    const seen = await desk.ask<{
      agents: { totalCount: number; nodes: object[] };
      of: { nodes: object[] };
      node: object;
    }>(desk.agent, query, { id: made.id, dep: desk.departmentId });
    expect(seen.agents.nodes).not.toContainEqual({ id: made.id });
    expect(seen.agents.totalCount).toBe(seen.agents.nodes.length);
    expect(seen.of.nodes).not.toContainEqual({ id: made.id });
    expect(seen.node).toEqual({ name: 'karl@desk.example', active: false });
  });

  test('a ticket that comes back from SOLVED later goes to the queue, not to who has gone', async () => {
    const made = await invite('lea@desk.example', 'AGENT');
    const lea = userActor(Role.AGENT, desk.workspace, { id: made.id, name: 'Lea' });
    const [byRequester, byHand] = [await assigned(lea), await assigned(lea)];
    for (const id of [byRequester, byHand]) await reply(desk, lea, id, { status: 'SOLVED' });
    await deactivate(desk.admin, made);
    await reply(desk, desk.customer, byRequester);
    await mutate(desk, desk.agent, 'ticketStatusChange', { id: byHand, status: 'OPEN' });
    for (const id of [byRequester, byHand]) {
      const ticket = await ticketOf(id);
      expect(ticket).toMatchObject({ status: 'OPEN', assignee: null });
      expect(ticket.timeline.nodes.slice(-2).map(({ type }) => type)).toEqual([
        'ticket.status_changed',
        'ticket.assigned',
      ]);
      expect(ticket.timeline.nodes.at(-1)!.version).toBe(ticket.version);
    }
  });

  test('costs as many statements with 40 tickets as with 2', async () => {
    const cost = async (tickets: number): Promise<number> => {
      const made = await invite(`n${tickets}@desk.example`, 'AGENT');
      for (let at = 0; at < tickets; at++) await assigned(made);
      return (await countStatements(() => deactivate(desk.admin, made))).length;
    };
    expect(await cost(40)).toBe(await cost(2));
  });

  test('no ticket stays with who has gone, also when it was assigned in the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const made = await invite(`race${round}@desk.example`, 'AGENT');
      const tickets = await Promise.all(Array.from({ length: 6 }, () => desk.ticket()));
      await Promise.all([
        ...tickets
          .slice(0, 3)
          .map(({ id }) => mutate(desk, desk.lead, 'ticketAssign', { id, assigneeId: made.id })),
        deactivate(desk.admin, made),
        ...tickets
          .slice(3)
          .map(({ id }) => mutate(desk, desk.lead, 'ticketAssign', { id, assigneeId: made.id })),
      ]);
      expect(await count({ assigneeId: { eq: made.id } })).toBe(0);
    }
  });

  test('an invitation to the same address brings the same agent back, once', async () => {
    const made = await invite('mia@desk.example', 'LEAD', { departmentIds: [desk.departmentId] });
    const gone = agentOf(await deactivate(desk.admin, made));
    const again = await Promise.all(
      Array.from({ length: 5 }, () =>
        mutate(
          desk,
          desk.admin,
          'agentInvite',
          { email: ' MIA@desk.example', name: 'Mia', role: 'LIGHT' },
          `agent { ${AGENT} }`,
        ),
      ),
    );
    const [back, ...more] = again.filter(({ userErrors }) => userErrors.length === 0);
    expect(more).toEqual([]);
    expect(back!['agent']).toEqual({
      ...gone,
      name: 'Mia',
      role: 'LIGHT',
      active: true,
      version: gone.version + 1,
    });
    expect(new Set(again.flatMap(codes))).toEqual(new Set(['TAKEN input.email']));
    expect(await behind('mia@desk.example')).toMatchObject({
      id: made.id,
      role: 'LIGHT',
      departments: [],
    });
  });
});

describe('the last administrator', () => {
  beforeAll(fresh);

  test('can neither be deactivated nor get another role, and of the last two who leave at once one stays', async () => {
    expect(codes(await deactivate(desk.admin, desk.admin))).toEqual(['LAST_ADMIN input.id']);
    expect(codes(await update(desk.admin, { id: desk.admin.id, role: 'LEAD' }))).toEqual([
      'LAST_ADMIN input.role',
    ]);
    expect(
      codes(await update(desk.admin, { id: desk.admin.id, role: 'ADMIN', name: 'Boss' })),
    ).toEqual([]);
    const second = await invite('second@desk.example', 'ADMIN');
    await deactivate(desk.admin, await invite('third@desk.example', 'ADMIN'));
    const both = await Promise.all([
      deactivate(desk.admin, desk.admin),
      update(desk.admin, { id: second.id, role: 'AGENT' }),
    ]);
    const refusals = both.flatMap(codes);
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toMatch(/^LAST_ADMIN /);
  });
});

test('facts carry the agent as it stands after them, and what changed', async () => {
  await fresh();
  const made = await invite('nina@desk.example', 'AGENT', {
    name: 'Nina',
    departmentIds: [desk.departmentId],
  });
  await update(desk.admin, { id: made.id, name: 'Nina K.', departmentIds: [] });
  await deactivate(desk.admin, made);
  await invite('nina@desk.example', 'LEAD', { name: 'Nina' });
  const em = service.service.orm.em.fork();
  await em.begin();
  await em.execute(`select set_config('desk.workspace', ?, true)`, [desk.workspace]);
  const facts: { type: string; version: number; data: { state: object; changes?: object } }[] =
    await em.execute(
      `select type, version, data from (select * from event_log union all select null, event_id, workspace_id, type, subject, version, actor, at, data, now() from outbox) e
     where subject = ? order by version`,
      [made.id],
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
  expect(facts).toEqual([
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
