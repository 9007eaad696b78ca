import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Actor, USER_SCOPES, Role } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import { type TestService, countStatements, userActor } from '@deskgraph/common/testing/testing';
import { type Desk, type Result, mutate, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { staffActorsByEmail } from '../agent/actors.ts';
import { RIGHTS_FILTER_FIELDS } from '@deskgraph/common/contract/ticket-filter-fields';

let service: TestService;
let desk: Desk;

beforeAll(async () => {
  service = await startOwnTickets();
});
beforeEach(async () => {
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface AccessRoleView {
  id: string;
  name: string;
  base: Role;
  scopes: string[];
  filter: object | null;
  version: number;
}
interface InputField {
  name: string;
  type: { name: string | null; ofType: { ofType: { name: string } } | null };
}
const ACCESS_ROLE = 'accessRole { id name base scopes filter version }';
const READ_SCOPES = ['tickets:read', 'customers:read'];

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const createAccessRole = (input: object = {}, actor = desk.admin) =>
  mutate(
    desk,
    actor,
    'accessRoleCreate',
    { name: 'Sales only', base: 'AGENT', scopes: USER_SCOPES, ...input },
    ACCESS_ROLE,
  );
const updateAccessRole = (input: object) =>
  mutate(desk, desk.admin, 'accessRoleUpdate', input, ACCESS_ROLE);
const updateAgent = (agent: Actor, input: object, actor = desk.admin) =>
  mutate(
    desk,
    actor,
    'agentUpdate',
    { id: agent.id, ...input },
    'agent { role accessRole { id } }',
  );
const createValidAccessRole = async (input: object = {}): Promise<AccessRoleView> => {
  const payload = await createAccessRole(input);
  expect(codes(payload)).toEqual([]);
  return payload['accessRole'] as AccessRoleView;
};
const actorByEmail = async (email: string): Promise<Actor | null> =>
  (await staffActorsByEmail(service.service.orm)(desk.workspace, [email]))[0]!;

describe('an access role', () => {
  test('is created, listed, updated and deleted by administrators, with scopes of agents in canonical order', async () => {
    const filter = { departmentId: { in: [desk.departmentId] } };
    const role = await createValidAccessRole({
      scopes: ['customers:read', 'tickets:read'],
      filter,
    });
    expect(role).toMatchObject({
      name: 'Sales only',
      base: 'AGENT',
      scopes: ['tickets:read', 'customers:read'],
      filter,
      version: 1,
    });
    const updated = (
      await updateAccessRole({ id: role.id, name: 'Reads', filter: null, expectedVersion: 1 })
    )['accessRole'];
    expect(updated).toMatchObject({
      id: role.id,
      name: 'Reads',
      filter: null,
      scopes: role.scopes,
      version: 2,
    });
    expect((await updateAccessRole({ id: role.id, name: 'Reads' }))['accessRole']).toMatchObject({
      version: 2,
    });
    expect(
      codes(await updateAccessRole({ id: role.id, name: 'Late', expectedVersion: 1 })),
    ).toEqual(['CONFLICT input.expectedVersion']);
    const query = '{ accessRoles { name } }';
    expect(await desk.ask(desk.admin, query)).toEqual({ accessRoles: [{ name: 'Reads' }] });
    expect((await desk.answer(desk.lead, query)).errors![0]!.extensions.code).toBe('FORBIDDEN');
    expect(
      codes(await mutate(desk, desk.admin, 'accessRoleDelete', { id: role.id }, 'deletedId')),
    ).toEqual([]);
    expect(await desk.ask(desk.admin, query)).toEqual({ accessRoles: [] });
  });

  test('refuses the bases ADMIN and REQUESTER, scopes of apps, and filters that rights can’t depend on', async () => {
    const refused = async (input: object): Promise<string[]> =>
      codes(await createAccessRole(input));
    expect(await refused({ base: 'ADMIN' })).toEqual(['INVALID input.base']);
    expect(await refused({ base: 'REQUESTER' })).toEqual(['INVALID input.base']);
    expect(await refused({ scopes: ['tickets:read', 'tickets:import'] })).toEqual([
      'INVALID input.scopes.1',
    ]);
    const fields = await Promise.all(
      [{ kind: 'TEXT' }, { kind: 'CHOICE', options: ['Süd', 'Nord'] }].map(({ kind, ...more }) =>
        mutate(
          desk,
          desk.admin,
          'ticketFieldCreate',
          { key: kind.toLowerCase(), label: kind, kind, ...more },
          'ticketField { id }',
        ),
      ),
    );
    const [text, choice] = fields.map(({ ticketField }) => (ticketField as { id: string }).id);
    const unsupported: [object, string][] = [
      [{ text: 'parcel' }, 'filter.text'],
      [
        { or: [{ tag: { any: ['a'] } }, { not: { createdAt: { olderThan: 'P1D' } } }] },
        'filter.or.1.not.createdAt',
      ],
      [{ snoozed: true }, 'filter.snoozed'],
      [{ spam: false }, 'filter.spam'],
      [{ field: [{ fieldId: text, text: { eq: 'a' } }] }, 'filter.field.0.text.eq'],
      [{ field: [{ fieldId: choice, choices: { any: ['süd'] } }] }, 'filter.field.0.choices.any'],
    ];
    const ids = Array.from({ length: 99 }, () => newId('dep'));
    const manyIds = { or: [{ departmentId: { in: ids } }, { departmentId: { notIn: ids } }] };
    const longTags = {
      tag: { any: Array.from({ length: 30 }, (_, index) => `${'顧'.repeat(48)}${index}`) },
    };
    const manyMe = { assigneeId: { in: Array.from({ length: 100 }, () => 'me') } };
    for (const filter of [manyIds, longTags, { or: [manyMe, manyMe] }])
      expect(await refused({ filter })).toEqual(['TOO_LONG input.filter']);
    for (const [filter, path] of unsupported)
      expect(await refused({ filter })).toEqual([`INVALID input.${path}`]);
    await createValidAccessRole({
      filter: {
        field: [
          { fieldId: text, text: { isNull: true } },
          { fieldId: choice, choices: { none: ['Süd'] } },
        ],
      },
    });
  });

  test('accepts every filter condition that ticket events can answer, and refuses each other one by its name', async () => {
    const { ticketField } = await mutate(
      desk,
      desk.admin,
      'ticketFieldCreate',
      { key: 'vip', label: 'VIP', kind: 'CHECKBOX' },
      'ticketField { id }',
    );
    const values: Record<string, unknown> = {
      IdFilter: { isNull: true },
      NumberFilter: { gte: 1 },
      StringFilter: { eq: 'sl' },
      DateTimeFilter: { gte: '2026-01-01T00:00:00Z' },
      TagFilter: { any: ['vip'] },
      TicketStatusFilter: { eq: 'OPEN' },
      TicketPriorityFilter: { eq: 'HIGH' },
      ChannelKindFilter: { eq: 'EMAIL' },
      FieldFilter: [{ fieldId: (ticketField as { id: string }).id, checked: true }],
      String: 'parcel',
      Boolean: true,
    };
    const query =
      '{ __type(name: "TicketFilter") { inputFields { name type { name ofType { ofType { name } } } } } }';
    const { __type: type } = await desk.ask<{ __type: { inputFields: InputField[] } }>(
      desk.admin,
      query,
    );
    for (const { name, type: of } of type.inputFields.filter(
      (field) => !['and', 'or', 'not'].includes(field.name),
    )) {
      const filter = { [name]: values[of.name ?? of.ofType!.ofType!.name] };
      const refusals = RIGHTS_FILTER_FIELDS.some((field) => field === name)
        ? []
        : [`INVALID input.filter.${name}`];
      expect({ name, refusals: codes(await createAccessRole({ name, filter })) }).toEqual({
        name,
        refusals,
      });
    }
  });

  test('is given only to agents with its base role, and keeps its base and is not deleted while in use', async () => {
    const role = await createValidAccessRole();
    expect(codes(await updateAgent(desk.lead, { accessRoleId: role.id }))).toEqual([
      'INVALID input.accessRoleId',
    ]);
    expect(codes(await updateAgent(desk.agent, { accessRoleId: newId('rol') }))).toEqual([
      'NOT_FOUND input.accessRoleId',
    ]);
    expect(codes(await updateAgent(desk.agent, { accessRoleId: role.id }, desk.lead))).toEqual([
      'FORBIDDEN input.accessRoleId',
    ]);
    expect((await updateAgent(desk.agent, { accessRoleId: role.id }))['agent']).toEqual({
      role: 'AGENT',
      accessRole: { id: role.id },
    });
    expect(codes(await updateAgent(desk.agent, { role: 'LEAD' }))).toEqual(['INVALID input.role']);
    expect(codes(await updateAccessRole({ id: role.id, base: 'LEAD' }))).toEqual([
      'IN_USE input.base',
    ]);
    expect(
      codes(await mutate(desk, desk.admin, 'accessRoleDelete', { id: role.id }, 'deletedId')),
    ).toEqual(['IN_USE input.id']);
    expect((await updateAgent(desk.agent, { role: 'LEAD', accessRoleId: null }))['agent']).toEqual({
      role: 'LEAD',
      accessRole: null,
    });
    expect(codes(await updateAccessRole({ id: role.id, base: 'LEAD' }))).toEqual([]);
  });

  test('gives the gateway an actor with its scopes and with a filter in which `me` is the agent', async () => {
    const filter = { or: [{ assigneeId: { in: ['me'] } }, { tag: { any: ['me'] } }] };
    const role = await createValidAccessRole({ scopes: READ_SCOPES, filter });
    await updateAgent(desk.agent, { accessRoleId: role.id });
    const resolved = { or: [{ assigneeId: { in: [desk.agent.id] } }, { tag: { any: ['me'] } }] };
    expect(await actorByEmail('agent@desk.example')).toMatchObject({
      id: desk.agent.id,
      scopes: READ_SCOPES,
      filter: resolved,
    });
    await updateAgent(desk.agent, { accessRoleId: null });
    expect(await actorByEmail('agent@desk.example')).not.toHaveProperty('filter');
    const invited = {
      email: 'eva@desk.example',
      name: 'Eva',
      role: 'AGENT',
      accessRoleId: role.id,
    };
    expect(
      codes(
        await mutate(
          desk,
          desk.admin,
          'agentInvite',
          { ...invited, role: 'LIGHT' },
          'agent { id }',
        ),
      ),
    ).toEqual(['INVALID input.accessRoleId']);
    const { id } = (await mutate(desk, desk.admin, 'agentInvite', invited, 'agent { id }'))[
      'agent'
    ] as { id: string };
    expect(await actorByEmail(invited.email)).toMatchObject({ id, scopes: READ_SCOPES });
    await mutate(desk, desk.admin, 'agentDeactivate', { id });
    expect(
      codes(await mutate(desk, desk.admin, 'accessRoleDelete', { id: role.id }, 'deletedId')),
    ).toEqual([]);
  });
});

describe('an agent with an access role', () => {
  test('may do only what the scopes allow', async () => {
    const { id } = await desk.ticket();
    const reader = userActor(Role.AGENT, desk.workspace, { scopes: READ_SCOPES });
    const ticket = 'query ($id: ID!) { ticket(id: $id) { id } }';
    expect(await desk.ask(reader, ticket, { id })).toEqual({ ticket: { id } });
    const updateTicket =
      'mutation ($id: ID!) { ticketUpdate(input: { id: $id, subject: "Other" }) { userErrors { code } } }';
    expect((await desk.answer(reader, updateTicket, { id })).errors![0]!.extensions.code).toBe(
      'FORBIDDEN',
    );
    const withoutTickets = userActor(Role.AGENT, desk.workspace, { scopes: ['customers:read'] });
    expect((await desk.answer(withoutTickets, ticket, { id })).errors![0]!.extensions.code).toBe(
      'FORBIDDEN',
    );
    expect(
      await desk.ask(withoutTickets, 'query ($id: ID!) { node(id: $id) { id } }', { id }),
    ).toEqual({
      node: null,
    });
  });

  test('can’t change tickets outside the filter, but may move a ticket out of it', async () => {
    const [visible, hidden] = [
      await desk.ticket({ departmentId: desk.departmentId }),
      await desk.ticket(),
    ];
    const restricted = userActor(Role.AGENT, desk.workspace, {
      id: desk.agent.id,
      filter: { departmentId: { eq: desk.departmentId } },
    });
    const writes: [string, object, string][] = [
      ['ticketUpdate', { id: hidden.id, subject: 'Other' }, 'id'],
      ['ticketAssign', { id: hidden.id, assigneeId: 'me' }, 'id'],
      ['ticketStatusChange', { id: hidden.id, status: 'OPEN' }, 'id'],
      ['ticketSnooze', { id: hidden.id }, 'id'],
      ['ticketMerge', { intoId: visible.id, ids: [hidden.id] }, 'ids'],
      ['ticketLink', { id: visible.id, otherId: hidden.id, kind: 'RELATED' }, 'otherId'],
      ['messageAdd', { ticketId: hidden.id, body: 'A note', visibility: 'PRIVATE' }, 'ticketId'],
    ];
    for (const [name, input, field] of writes) {
      const [refusal] = (await mutate(desk, restricted, name, input)).userErrors;
      expect([name, refusal?.code, refusal?.field?.[1]]).toEqual([name, 'NOT_FOUND', field]);
    }
    expect(
      (
        await mutate(
          desk,
          restricted,
          'ticketNext',
          { departmentId: desk.departmentId },
          'ticket { id }',
        )
      )['ticket'],
    ).toEqual({
      id: visible.id,
    });
    const moved = await mutate(
      desk,
      restricted,
      'ticketAssign',
      { id: visible.id, departmentId: null },
      'ticket { id }',
    );
    expect(moved).toEqual({ ticket: { id: visible.id }, userErrors: [] });
    expect(
      codes(await mutate(desk, restricted, 'ticketUpdate', { id: visible.id, subject: 'Other' })),
    ).toEqual(['NOT_FOUND input.id']);
  });

  test('needs no more statements than an agent without one', async () => {
    for (let count = 0; count < 3; count++) await desk.ticket({ departmentId: desk.departmentId });
    const query =
      '{ tickets { totalCount nodes { id department { name } timeline(first: 1) { nodes { id } } } } views { count } }';
    const restricted = userActor(Role.AGENT, desk.workspace, {
      filter: { departmentId: { eq: desk.departmentId }, tag: { none: ['secret'] } },
    });
    const statementsFor = (actor: Actor) => countStatements(() => desk.ask(actor, query));
    await statementsFor(desk.agent);
    expect(await statementsFor(restricted)).toHaveLength((await statementsFor(desk.agent)).length);
  });
});
