import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import { type TestService, countStatements } from '@deskgraph/common/testing/testing';
import { setTimeout as sleep } from 'node:timers/promises';
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
});
beforeEach(async () => {
  desk = await openDesk(service);
});
afterAll(() => service.stop());

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const idOf = (payload: Result, name: string): string => {
  expect(codes(payload)).toEqual([]);
  return (payload[name] as { id: string }).id;
};
const FORM =
  'ticketForm { id name public version fields { field { key } showWhen required roles } }';
const OPEN = { visibleToRequester: true, editableByRequester: true };

const field = async (key: string, kind: string, more: object = OPEN): Promise<string> =>
  idOf(
    await mutate(
      desk,
      desk.admin,
      'ticketFieldCreate',
      { key, label: key, kind, ...more },
      'ticketField { id }',
    ),
    'ticketField',
  );
const create = (fields: object[], more: object = {}) =>
  mutate(desk, desk.admin, 'ticketFormCreate', { name: 'Return', fields, ...more }, FORM);
const form = async (fields: object[], more: object = {}): Promise<string> =>
  idOf(await create(fields, more), 'ticketForm');
const update = (id: string, more: object) =>
  mutate(desk, desk.admin, 'ticketFormUpdate', { id, ...more }, FORM);

const opening = (formId: string, fields: object[] = [], more: object = {}, actor = desk.customer) =>
  mutate(
    desk,
    actor,
    'ticketCreate',
    { subject: 'A', body: 'B', formId, fields, ...more },
    'ticket { id form { id } }',
  );
const byStaff = (actor: Actor = desk.agent) =>
  [{ requester: { email: 'a@post.example' }, channel: 'EMAIL' }, actor] as const;
const opened = async (formId: string, fields: object[] = []): Promise<string> =>
  idOf(await opening(formId, fields), 'ticket');
const solve = (id: string, more: object = {}, actor = desk.agent) =>
  mutate(
    desk,
    actor,
    'ticketStatusChange',
    { id, status: 'SOLVED', resolutionCode: 'ANSWERED', ...more },
    'ticket { status }',
  );
const fill = (id: string, fieldId: string, value: unknown) =>
  mutate(desk, desk.agent, 'ticketUpdate', { id, fields: [{ fieldId, value }] });

const statusOf = async (id: string): Promise<string> =>
  (
    await desk.ask<{ ticket: { status: string } }>(
      desk.agent,
      'query ($id: ID!) { ticket(id: $id) { status } }',
      { id },
    )
  ).ticket.status;
const formsOf = async (actor: Actor) =>
  (
    await desk.ask<{ ticketForms: { name: string; fields: { field: { key: string } }[] }[] }>(
      actor,
      '{ ticketForms { name fields { field { key } showWhen } } }',
    )
  ).ticketForms.map(({ name, fields }) => [name].concat(fields.map((each) => each.field.key)));

test('administrators make forms of fields that there are, each once, with conditions that can be answered of a ticket not yet written', async () => {
  const [size, color] = [await field('size', 'NUMBER'), await field('color', 'TEXT')];
  expect(
    codes(await create([{ fieldId: newId('fld') }, { fieldId: size }, { fieldId: size }])),
  ).toEqual(['NOT_FOUND input.fields.0.fieldId', 'TAKEN input.fields.2.fieldId']);
  const asking = async (showWhen: object) => codes(await create([{ fieldId: size, showWhen }]));
  expect(await asking({ text: 'x', or: [{ createdAt: { within: 'P1D' } }] })).toEqual([
    'INVALID input.fields.0.showWhen.text',
    'INVALID input.fields.0.showWhen.or.0.createdAt',
  ]);
  expect(await asking({ field: [{ fieldId: color }] })).toEqual([
    'INVALID input.fields.0.showWhen',
  ]);
  expect(await asking({ not: { not: { not: { not: { not: {} } } } } })).toEqual([
    'TOO_LONG input.fields.0.showWhen',
  ]);
  const id = await form([
    { fieldId: color },
    {
      fieldId: size,
      required: 'SOLVE',
      roles: ['AGENT', 'AGENT'],
      showWhen: { priority: { eq: 'HIGH' } },
    },
  ]);
  expect(codes(await create([], { name: 'RETURN' }))).toEqual(['TAKEN input.name']);
  const kept = (await update(id, { name: 'Return' }))['ticketForm'] as { fields: object[] };
  expect(kept).toMatchObject({ public: true, version: 1 });
  expect(kept.fields).toEqual([
    { field: { key: 'color' }, showWhen: null, required: 'NEVER', roles: [] },
    {
      field: { key: 'size' },
      showWhen: { priority: { eq: 'HIGH' } },
      required: 'SOLVE',
      roles: ['AGENT'],
    },
  ]);
  expect((await update(id, { fields: [] }))['ticketForm']).toMatchObject({
    version: 2,
    fields: [],
  });
  expect(codes(await update(id, { fields: null }))).toEqual(['REQUIRED input.fields']);
  expect(codes(await update(id, { name: 'X', expectedVersion: 1 }))).toEqual([
    'CONFLICT input.expectedVersion',
  ]);
  const query =
    'mutation ($input: TicketFormCreateInput!) { ticketFormCreate(input: $input) { userErrors { code } } }';
  const { errors } = await desk.answer(desk.lead, query, { input: { name: 'Y', fields: [] } });
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});

test('each caller has the forms and fields that are for him; a requester none whose condition asks for what he does not see', async () => {
  const [open, shown, inner] = [
    await field('open', 'TEXT'),
    await field('shown', 'TEXT', { visibleToRequester: true }),
    await field('inner', 'TEXT', {}),
  ];
  const fields = [
    { fieldId: open },
    { fieldId: shown, roles: ['LEAD'] },
    { fieldId: inner, roles: ['AGENT'] },
  ];
  await form(fields, { name: 'A' });
  await form(
    [
      { fieldId: open, showWhen: { tag: { any: ['vip'] } } },
      { fieldId: shown, showWhen: { field: [{ fieldId: inner, text: { eq: 'x' } }] } },
    ],
    {
      name: 'B',
    },
  );
  const desks = await form(fields, { name: 'C', public: false });
  const everything = [
    ['A', 'open', 'shown', 'inner'],
    ['B', 'open', 'shown'],
    ['C', 'open', 'shown', 'inner'],
  ];
  expect(await formsOf(desk.customer)).toEqual([['A', 'open'], ['B']]);
  expect(await formsOf(desk.light)).toEqual([
    ['A', 'open'],
    ['B', 'open', 'shown'],
    ['C', 'open'],
  ]);
  expect(await formsOf(desk.agent)).toEqual([
    ['A', 'open', 'inner'],
    ['B', 'open', 'shown'],
    ['C', 'open', 'inner'],
  ]);
  for (const actor of [desk.lead, desk.admin, desk.partner])
    expect(await formsOf(actor)).toEqual(everything);
  expect(codes(await opening(desks))).toEqual(['NOT_FOUND input.formId']);
  const id = idOf(await opening(desks, [], ...byStaff()), 'ticket');
  const { ticket } = await desk.ask<{ ticket: object }>(
    desk.light,
    'query ($id: ID!) { ticket(id: $id) { form { name } } }',
    { id },
  );
  expect(ticket).toEqual({ form: { name: 'C' } });
  expect(
    await desk.ask(desk.customer, 'query ($id: ID!) { node(id: $id) { id } }', { id: desks }),
  ).toEqual({ node: null });
});

test('who makes a ticket fills what the form demands of him, and nothing that is not shown to him', async () => {
  const order = await field('order', 'TEXT');
  const damage = await field('damage', 'CHOICE', {
    ...OPEN,
    options: ['Kratzer', 'Größe', '退货'],
  });
  const shown = await field('seen', 'TEXT', { visibleToRequester: true });
  const inner = await field('inner', 'TEXT', {});
  const photo = await field('photo', 'TEXT');
  const returned = await form([
    { fieldId: order, required: 'CREATE' },
    { fieldId: damage, required: 'NEVER' },
    {
      fieldId: photo,
      required: 'CREATE',
      showWhen: { field: [{ fieldId: damage, choices: { any: ['退货', 'größe'] } }] },
    },
    { fieldId: shown, required: 'CREATE' },
    { fieldId: inner, required: 'CREATE', roles: ['AGENT'] },
  ]);
  const of = (fieldId: string, value: unknown) => ({ fieldId, value });
  expect(codes(await opening(returned))).toEqual(['FIELD_REQUIRED input.fields.order']);
  expect(codes(await opening(returned, [of(order, ' ')]))).toEqual([
    'FIELD_REQUIRED input.fields.order',
  ]);
  expect(codes(await opening(returned, [of(order, '1'), of(damage, 'Kratzer')]))).toEqual([]);
  for (const option of ['退货', 'Größe'])
    expect(codes(await opening(returned, [of(order, '1'), of(damage, option)]))).toEqual([
      'FIELD_REQUIRED input.fields.photo',
    ]);
  expect(
    codes(await opening(returned, [of(order, '1'), of(damage, '退货'), of(photo, 'p')])),
  ).toEqual([]);
  expect(codes(await opening(returned, [of(order, '1')], ...byStaff()))).toEqual([
    'FIELD_REQUIRED input.fields.seen',
    'FIELD_REQUIRED input.fields.inner',
  ]);
  expect(
    codes(await opening(returned, [of(order, '1'), of(shown, 's'), of(inner, 'i')], ...byStaff())),
  ).toEqual([]);
  const urgent = await form(
    [
      {
        fieldId: photo,
        required: 'CREATE',
        showWhen: { priority: { eq: 'URGENT' }, status: { eq: 'OPEN' } },
      },
    ],
    {
      name: 'U',
    },
  );
  const [more, agent] = byStaff();
  expect(codes(await opening(urgent, [], { ...more, priority: 'URGENT' }, agent))).toEqual([]);
  expect(
    codes(await opening(urgent, [], { ...more, priority: 'URGENT', assigneeId: 'me' }, agent)),
  ).toEqual(['FIELD_REQUIRED input.fields.photo']);
});

test('no way by hand into SOLVED goes past what the form demands before it', async () => {
  const cause = await field('cause', 'TEXT', {});
  const checked = await field('checked', 'CHECKBOX', {});
  const id = await form([
    { fieldId: cause, required: 'SOLVE' },
    {
      fieldId: checked,
      required: 'SOLVE',
      showWhen: { status: { eq: 'SOLVED' }, priority: { eq: 'HIGH' } },
    },
  ]);
  const missing = ['FIELD_REQUIRED input.fields.cause'];
  const ticket = await opened(id);
  expect(codes(await solve(ticket))).toEqual(missing);
  const own = await mutate(
    desk,
    desk.admin,
    'customStatusCreate',
    { base: 'SOLVED', label: 'Refunded', requesterLabel: 'R' },
    'customStatus { id }',
  );
  const customStatusId = idOf(own, 'customStatus');
  expect(codes(await solve(ticket, { status: undefined, customStatusId }))).toEqual(missing);
  expect(codes(await reply(desk, desk.agent, ticket, { status: 'SOLVED' }))).toEqual(missing);
  const macro = async (action: object) =>
    idOf(
      await mutate(
        desk,
        desk.lead,
        'macroCreate',
        { name: 'M', actions: [action] },
        'macro { id }',
      ),
      'macro',
    );
  const apply = async (action: object) =>
    mutate(desk, desk.agent, 'macroApply', { id: await macro(action), ticketId: ticket });
  await reply(desk, desk.agent, ticket);
  expect(codes(await apply({ status: 'SOLVED' }))).toEqual(missing);
  expect(codes(await apply({ customStatusId }))).toEqual(missing);
  expect(await results([ticket], { status: 'SOLVED' })).toEqual([missing]);
  await mutate(desk, desk.agent, 'ticketUpdate', { id: ticket, priority: 'HIGH' });
  expect(codes(await solve(ticket))).toEqual([...missing, 'FIELD_REQUIRED input.fields.checked']);
  expect(await statusOf(ticket)).toBe('OPEN');
  expect(
    codes(
      await apply({
        status: 'SOLVED',
        fields: [
          { fieldId: cause, value: 'Age' },
          { fieldId: checked, value: false },
        ],
      }),
    ),
  ).toEqual([]);
  // A ticket that is solved with another one has nobody who could be asked.
  const [problem, incident, double, into] = [
    await opened(id),
    await opened(id),
    await opened(id),
    await opened(id),
  ];
  await mutate(desk, desk.agent, 'ticketLink', {
    id: problem,
    otherId: incident,
    kind: 'INCIDENT',
  });
  expect(codes(await solve(problem))).toEqual(missing);
  await fill(problem, cause, 'Age');
  expect(codes(await solve(problem))).toEqual([]);
  expect(
    codes(await mutate(desk, desk.agent, 'ticketMerge', { ids: [double], intoId: into })),
  ).toEqual([]);
  expect([await statusOf(incident), await statusOf(double)]).toEqual(['SOLVED', 'SOLVED']);
});

/** What a job says of each ticket. */
async function results(ids: string[], action: object): Promise<string[][]> {
  const id = idOf(
    await mutate(desk, desk.agent, 'ticketsUpdate', { ids, action }, 'job { id }'),
    'job',
  );
  for (;;) {
    const { bulkJob } = await desk.ask<{
      bulkJob: { state: string; results: { nodes: Result[] } };
    }>(
      desk.agent,
      'query ($id: ID!) { bulkJob(id: $id) { state results { nodes { userErrors { code field } } } } }',
      { id },
    );
    if (bulkJob.state === 'DONE') return bulkJob.results.nodes.map(codes);
    await sleep(50);
  }
}

test('an action sets custom fields by the rules of the fields, and reads back with their values', async () => {
  const [size, cause] = [await field('size', 'NUMBER', {}), await field('cause', 'TEXT', {})];
  const macro = (fields: object[]) =>
    mutate(
      desk,
      desk.lead,
      'macroCreate',
      { name: 'M', actions: [{ note: 'n' }, { fields }] },
      'macro { id actions { fields { fieldId key value text } } }',
    );
  expect(
    codes(
      await macro([
        { fieldId: size, value: 'x' },
        { fieldId: newId('fld'), value: 1 },
      ]),
    ),
  ).toEqual(['INVALID input.actions.1.fields.size', 'NOT_FOUND input.actions.1.fields.1.fieldId']);
  const made = await macro([
    { fieldId: size, value: 4 },
    { fieldId: cause, value: null },
  ]);
  const id = idOf(made, 'macro');
  expect((made['macro'] as { actions: object[] }).actions).toEqual([
    { fields: null },
    {
      fields: [
        { fieldId: cause, key: 'cause', value: null, text: null },
        { fieldId: size, key: 'size', value: 4, text: '4' },
      ],
    },
  ]);
  const ticket = (await desk.ticket()).id;
  await fill(ticket, cause, 'old');
  expect(codes(await mutate(desk, desk.agent, 'macroApply', { id, ticketId: ticket }))).toEqual([]);
  const read = await desk.ask(
    desk.agent,
    'query ($id: ID!) { ticket(id: $id) { fields { key value } } }',
    { id: ticket },
  );
  expect(read).toEqual({ ticket: { fields: [{ key: 'size', value: 4 }] } });
  expect(await results([ticket], { fields: [{ fieldId: size, value: 5 }] })).toEqual([[]]);
  expect(codes(await mutate(desk, desk.admin, 'ticketFieldDelete', { id: size }))).toEqual([
    'IN_USE input.id',
  ]);
});

test('what is needed is not deleted: a form by unsolved tickets, a field by forms that ask for it or by it', async () => {
  const [cause, size, free] = [
    await field('cause', 'TEXT'),
    await field('size', 'NUMBER'),
    await field('free', 'TEXT'),
  ];
  const id = await form([
    { fieldId: cause, showWhen: { or: [{ field: [{ fieldId: size, number: { gte: 1 } }] }] } },
  ]);
  const remove = async (name: string, of: string) =>
    codes(await mutate(desk, desk.admin, name, { id: of }, 'deletedId'));
  for (const needed of [cause, size])
    expect(await remove('ticketFieldDelete', needed)).toEqual(['IN_USE input.id']);
  expect(await remove('ticketFieldDelete', free)).toEqual([]);
  const ticket = await opened(id);
  expect(await remove('ticketFormDelete', id)).toEqual(['IN_USE input.id']);
  await solve(ticket);
  expect(await remove('ticketFormDelete', id)).toEqual([]);
  expect(codes(await opening(id))).toEqual(['NOT_FOUND input.formId']);
  expect(await formsOf(desk.admin)).toEqual([]);
  for (const actor of [desk.agent, desk.customer])
    expect(
      await desk.ask(actor, 'query ($id: ID!) { ticket(id: $id) { form { name } } }', {
        id: ticket,
      }),
    ).toEqual({
      ticket: { form: { name: 'Return' } },
    });
  expect(await remove('ticketFieldDelete', cause)).toEqual([]);
});

test('tickets are found by their form, by staff; a late reply to a closed one keeps it; a page reads its forms with the same statements', async () => {
  const size = await field('size', 'NUMBER');
  const id = await form([{ fieldId: size }]);
  const count = async () =>
    (
      await countStatements(() =>
        desk.ask(
          desk.customer,
          '{ tickets(first: 50) { nodes { form { name fields { field { key } } } } } }',
        ),
      )
    ).length;
  const first = await opened(id);
  const few = await count();
  const second = await opened(id);
  await desk.ticket();
  expect(await count()).toBe(few);
  const found = async (actor: Actor): Promise<string[]> =>
    (
      await desk.ask<{ tickets: { nodes: { id: string }[] } }>(
        actor,
        'query ($filter: TicketFilter) { tickets(filter: $filter, orderBy: [{ field: NUMBER }]) { nodes { id } } }',
        { filter: { formId: { eq: id } } },
      )
    ).tickets.nodes.map((node) => node.id);
  expect([await found(desk.light), await found(desk.customer)]).toEqual([[first, second], []]);
});
