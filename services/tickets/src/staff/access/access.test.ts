import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Actor, USER_SCOPES, Role } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import { type TestService, countStatements, userActor } from '@deskgraph/common/testing/testing';
import { type Desk, type Result, mutate, openDesk, startTickets } from '../../../testing/desk.ts';
import { staffActorsByEmail } from '../agent/actors.ts';
import { RIGHTS_FILTER_FIELDS } from '@deskgraph/common/contract/ticket-filter-fields';

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
  base: Role;
  scopes: string[];
  filter: object | null;
  version: number;
}
interface InputField {
  name: string;
  type: { name: string | null; ofType: { ofType: { name: string } } | null };
}
const ROLE = 'accessRole { id name base scopes filter version }';
const READS = ['tickets:read', 'customers:read'];

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const create = (input: object = {}, actor = desk.admin) =>
  mutate(
    desk,
    actor,
    'accessRoleCreate',
    { name: 'Sales only', base: 'AGENT', scopes: USER_SCOPES, ...input },
    ROLE,
  );
const update = (input: object) => mutate(desk, desk.admin, 'accessRoleUpdate', input, ROLE);
const give = (agent: Actor, input: object, actor = desk.admin) =>
  mutate(
    desk,
    actor,
    'agentUpdate',
    { id: agent.id, ...input },
    'agent { role accessRole { id } }',
  );
const made = async (input: object = {}): Promise<Shown> => {
  const payload = await create(input);
  expect(codes(payload)).toEqual([]);
  return payload['accessRole'] as Shown;
};
const behind = async (email: string): Promise<Actor | null> =>
  (await staffActorsByEmail(service.service.orm)(desk.workspace, [email]))[0]!;

describe('an access role', () => {
  test('is made, shown, changed and deleted by administrators; its scopes are some of those of people', async () => {
    const filter = { departmentId: { in: [desk.departmentId] } };
    const role = await made({ scopes: ['customers:read', 'tickets:read'], filter });
    expect(role).toMatchObject({
      name: 'Sales only',
      base: 'AGENT',
      scopes: ['tickets:read', 'customers:read'],
      filter,
      version: 1,
    });
    const changed = (
      await update({ id: role.id, name: 'Reads', filter: null, expectedVersion: 1 })
    )['accessRole'];
    expect(changed).toMatchObject({
      id: role.id,
      name: 'Reads',
      filter: null,
      scopes: role.scopes,
      version: 2,
    });
    expect((await update({ id: role.id, name: 'Reads' }))['accessRole']).toMatchObject({
      version: 2,
    });
    expect(codes(await update({ id: role.id, name: 'Late', expectedVersion: 1 }))).toEqual([
      'CONFLICT input.expectedVersion',
    ]);
    const asked = '{ accessRoles { name } }';
    expect(await desk.ask(desk.admin, asked)).toEqual({ accessRoles: [{ name: 'Reads' }] });
    expect((await desk.answer(desk.lead, asked)).errors![0]!.extensions.code).toBe('FORBIDDEN');
    expect(
      codes(await mutate(desk, desk.admin, 'accessRoleDelete', { id: role.id }, 'deletedId')),
    ).toEqual([]);
    expect(await desk.ask(desk.admin, asked)).toEqual({ accessRoles: [] });
  });

  test('can’t be of administrators or requesters, have more than people have, or ask what rights can’t depend on', async () => {
    const refused = async (input: object): Promise<string[]> => codes(await create(input));
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
    const asks: [object, string][] = [
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
    const long = { or: [{ departmentId: { in: ids } }, { departmentId: { notIn: ids } }] };
    const far = { tag: { any: Array.from({ length: 30 }, (_, at) => `${'顧'.repeat(48)}${at}`) } };
    const own = { assigneeId: { in: Array.from({ length: 100 }, () => 'me') } };
    for (const filter of [long, far, { or: [own, own] }])
      expect(await refused({ filter })).toEqual(['TOO_LONG input.filter']);
    for (const [filter, place] of asks)
      expect(await refused({ filter })).toEqual([`INVALID input.${place}`]);
    await made({
      filter: {
        field: [
          { fieldId: text, text: { isNull: true } },
          { fieldId: choice, choices: { none: ['Süd'] } },
        ],
      },
    });
  });

  test('takes every condition that a fact answers by itself, and refuses each other one by its name', async () => {
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
    const asked =
      '{ __type(name: "TicketFilter") { inputFields { name type { name ofType { ofType { name } } } } } }';
    const { __type: type } = await desk.ask<{ __type: { inputFields: InputField[] } }>(
      desk.admin,
      asked,
    );
    for (const { name, type: of } of type.inputFields.filter(
      (each) => !['and', 'or', 'not'].includes(each.name),
    )) {
      const given = { [name]: values[of.name ?? of.ofType!.ofType!.name] };
      const refusals = RIGHTS_FILTER_FIELDS.some((field) => field === name)
        ? []
        : [`INVALID input.filter.${name}`];
      expect({ name, refusals: codes(await create({ name, filter: given })) }).toEqual({
        name,
        refusals,
      });
    }
  });

  test('goes with the role that it refines, and is not deleted or turned while somebody has it', async () => {
    const role = await made();
    expect(codes(await give(desk.lead, { accessRoleId: role.id }))).toEqual([
      'INVALID input.accessRoleId',
    ]);
    expect(codes(await give(desk.agent, { accessRoleId: newId('rol') }))).toEqual([
      'NOT_FOUND input.accessRoleId',
    ]);
    expect(codes(await give(desk.agent, { accessRoleId: role.id }, desk.lead))).toEqual([
      'FORBIDDEN input.accessRoleId',
    ]);
    expect((await give(desk.agent, { accessRoleId: role.id }))['agent']).toEqual({
      role: 'AGENT',
      accessRole: { id: role.id },
    });
    expect(codes(await give(desk.agent, { role: 'LEAD' }))).toEqual(['INVALID input.role']);
    expect(codes(await update({ id: role.id, base: 'LEAD' }))).toEqual(['IN_USE input.base']);
    expect(
      codes(await mutate(desk, desk.admin, 'accessRoleDelete', { id: role.id }, 'deletedId')),
    ).toEqual(['IN_USE input.id']);
    expect((await give(desk.agent, { role: 'LEAD', accessRoleId: null }))['agent']).toEqual({
      role: 'LEAD',
      accessRole: null,
    });
    expect(codes(await update({ id: role.id, base: 'LEAD' }))).toEqual([]);
  });

  test('says to the gateway who a person is: with fewer scopes, and with a filter in which `me` is that person', async () => {
    const filter = { or: [{ assigneeId: { in: ['me'] } }, { tag: { any: ['me'] } }] };
    const role = await made({ scopes: READS, filter });
    await give(desk.agent, { accessRoleId: role.id });
    const named = { or: [{ assigneeId: { in: [desk.agent.id] } }, { tag: { any: ['me'] } }] };
    expect(await behind('agent@desk.example')).toMatchObject({
      id: desk.agent.id,
      scopes: READS,
      filter: named,
    });
    await give(desk.agent, { accessRoleId: null });
    expect(await behind('agent@desk.example')).not.toHaveProperty('filter');
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
    expect(await behind(invited.email)).toMatchObject({ id, scopes: READS });
    await mutate(desk, desk.admin, 'agentDeactivate', { id });
    expect(
      codes(await mutate(desk, desk.admin, 'accessRoleDelete', { id: role.id }, 'deletedId')),
    ).toEqual([]);
  });
});

describe('whoever has one', () => {
  test('does only what its scopes allow', async () => {
    const { id } = await desk.ticket();
    const reader = userActor(Role.AGENT, desk.workspace, { scopes: READS });
    const ticket = 'query ($id: ID!) { ticket(id: $id) { id } }';
    expect(await desk.ask(reader, ticket, { id })).toEqual({ ticket: { id } });
    const write =
      'mutation ($id: ID!) { ticketUpdate(input: { id: $id, subject: "Other" }) { userErrors { code } } }';
    expect((await desk.answer(reader, write, { id })).errors![0]!.extensions.code).toBe(
      'FORBIDDEN',
    );
    const clerk = userActor(Role.AGENT, desk.workspace, { scopes: ['customers:read'] });
    expect((await desk.answer(clerk, ticket, { id })).errors![0]!.extensions.code).toBe(
      'FORBIDDEN',
    );
    expect(await desk.ask(clerk, 'query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({
      node: null,
    });
  });

  test('finds no ticket out of his sight to write to, and may hand one over out of it', async () => {
    const [own, other] = [
      await desk.ticket({ departmentId: desk.departmentId }),
      await desk.ticket(),
    ];
    const seller = userActor(Role.AGENT, desk.workspace, {
      id: desk.agent.id,
      filter: { departmentId: { eq: desk.departmentId } },
    });
    const hidden: [string, object, string][] = [
      ['ticketUpdate', { id: other.id, subject: 'Other' }, 'id'],
      ['ticketAssign', { id: other.id, assigneeId: 'me' }, 'id'],
      ['ticketStatusChange', { id: other.id, status: 'OPEN' }, 'id'],
      ['ticketSnooze', { id: other.id }, 'id'],
      ['ticketMerge', { intoId: own.id, ids: [other.id] }, 'ids'],
      ['ticketLink', { id: own.id, otherId: other.id, kind: 'RELATED' }, 'otherId'],
      ['messageAdd', { ticketId: other.id, body: 'A note', visibility: 'PRIVATE' }, 'ticketId'],
    ];
    for (const [name, input, place] of hidden) {
      const [refusal] = (await mutate(desk, seller, name, input)).userErrors;
      expect([name, refusal?.code, refusal?.field?.[1]]).toEqual([name, 'NOT_FOUND', place]);
    }
    expect(
      (
        await mutate(
          desk,
          seller,
          'ticketNext',
          { departmentId: desk.departmentId },
          'ticket { id }',
        )
      )['ticket'],
    ).toEqual({
      id: own.id,
    });
    const away = await mutate(
      desk,
      seller,
      'ticketAssign',
      { id: own.id, departmentId: null },
      'ticket { id }',
    );
    expect(away).toEqual({ ticket: { id: own.id }, userErrors: [] });
    expect(
      codes(await mutate(desk, seller, 'ticketUpdate', { id: own.id, subject: 'Other' })),
    ).toEqual(['NOT_FOUND input.id']);
  });

  test('costs no statement more than others', async () => {
    for (let at = 0; at < 3; at++) await desk.ticket({ departmentId: desk.departmentId });
    const query =
      '{ tickets { totalCount nodes { id department { name } timeline(first: 1) { nodes { id } } } } views { count } }';
    const bounded = userActor(Role.AGENT, desk.workspace, {
      filter: { departmentId: { eq: desk.departmentId }, tag: { none: ['secret'] } },
    });
    const of = (actor: Actor) => countStatements(() => desk.ask(actor, query));
    await of(desk.agent);
    expect(await of(bounded)).toHaveLength((await of(desk.agent)).length);
  });
});
