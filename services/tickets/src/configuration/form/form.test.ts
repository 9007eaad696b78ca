import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import { type TestClient, countStatements } from '@deskgraph/common/testing/client';
import { setTimeout as sleep } from 'node:timers/promises';
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

const createTicket = (
  formId: string,
  fields: object[] = [],
  more: object = {},
  actor = desk.customer,
) =>
  mutate(
    desk,
    actor,
    'ticketCreate',
    { subject: 'A', body: 'B', formId, fields, ...more },
    'ticket { id form { id } }',
  );
const byStaff = (actor: Actor = desk.agent) =>
  [{ requester: { email: 'a@post.example' }, channel: 'EMAIL' }, actor] as const;
const createTicketId = async (formId: string, fields: object[] = []): Promise<string> =>
  idOf(await createTicket(formId, fields), 'ticket');
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
  ).ticketForms.map(({ name, fields }) =>
    [name].concat(fields.map((formField) => formField.field.key)),
  );

test('administrators create forms of existing fields, each once, with conditions that can be evaluated before the ticket is stored', async () => {
  const [size, color] = [await field('size', 'NUMBER'), await field('color', 'TEXT')];
  expect(
    codes(await create([{ fieldId: newId('fld') }, { fieldId: size }, { fieldId: size }])),
  ).toEqual(['NOT_FOUND input.fields.0.fieldId', 'TAKEN input.fields.2.fieldId']);
  const refusedCondition = async (showWhen: object) =>
    codes(await create([{ fieldId: size, showWhen }]));
  expect(await refusedCondition({ text: 'x', or: [{ createdAt: { within: 'P1D' } }] })).toEqual([
    'INVALID input.fields.0.showWhen.text',
    'INVALID input.fields.0.showWhen.or.0.createdAt',
  ]);
  expect(await refusedCondition({ field: [{ fieldId: color }] })).toEqual([
    'INVALID input.fields.0.showWhen',
  ]);
  expect(await refusedCondition({ not: { not: { not: { not: { not: {} } } } } })).toEqual([
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
  const unchanged = (await update(id, { name: 'Return' }))['ticketForm'] as { fields: object[] };
  expect(unchanged).toMatchObject({ public: true, version: 1 });
  expect(unchanged.fields).toEqual([
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

test('callers get the forms and fields of their role; requesters get no field whose condition uses hidden values', async () => {
  const [open, shown, internal] = [
    await field('open', 'TEXT'),
    await field('shown', 'TEXT', { visibleToRequester: true }),
    await field('inner', 'TEXT', {}),
  ];
  const fields = [
    { fieldId: open },
    { fieldId: shown, roles: ['LEAD'] },
    { fieldId: internal, roles: ['AGENT'] },
  ];
  await form(fields, { name: 'A' });
  await form(
    [
      { fieldId: open, showWhen: { tag: { any: ['vip'] } } },
      { fieldId: shown, showWhen: { field: [{ fieldId: internal, text: { eq: 'x' } }] } },
    ],
    {
      name: 'B',
    },
  );
  const staffForm = await form(fields, { name: 'C', public: false });
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
  expect(codes(await createTicket(staffForm))).toEqual(['NOT_FOUND input.formId']);
  const id = idOf(await createTicket(staffForm, [], ...byStaff()), 'ticket');
  const { ticket } = await desk.ask<{ ticket: object }>(
    desk.light,
    'query ($id: ID!) { ticket(id: $id) { form { name } } }',
    { id },
  );
  expect(ticket).toEqual({ form: { name: 'C' } });
  expect(
    await desk.ask(desk.customer, 'query ($id: ID!) { node(id: $id) { id } }', { id: staffForm }),
  ).toEqual({ node: null });
});

test('the creator of a ticket must fill the required fields that are visible to and editable by them', async () => {
  const order = await field('order', 'TEXT');
  const damage = await field('damage', 'CHOICE', {
    ...OPEN,
    options: ['Kratzer', 'Größe', '退货'],
  });
  const shown = await field('seen', 'TEXT', { visibleToRequester: true });
  const internal = await field('inner', 'TEXT', {});
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
    { fieldId: internal, required: 'CREATE', roles: ['AGENT'] },
  ]);
  const valueFor = (fieldId: string, value: unknown) => ({ fieldId, value });
  expect(codes(await createTicket(returned))).toEqual(['FIELD_REQUIRED input.fields.order']);
  expect(codes(await createTicket(returned, [valueFor(order, ' ')]))).toEqual([
    'FIELD_REQUIRED input.fields.order',
  ]);
  expect(
    codes(await createTicket(returned, [valueFor(order, '1'), valueFor(damage, 'Kratzer')])),
  ).toEqual([]);
  for (const option of ['退货', 'Größe'])
    expect(
      codes(await createTicket(returned, [valueFor(order, '1'), valueFor(damage, option)])),
    ).toEqual(['FIELD_REQUIRED input.fields.photo']);
  expect(
    codes(
      await createTicket(returned, [
        valueFor(order, '1'),
        valueFor(damage, '退货'),
        valueFor(photo, 'p'),
      ]),
    ),
  ).toEqual([]);
  expect(codes(await createTicket(returned, [valueFor(order, '1')], ...byStaff()))).toEqual([
    'FIELD_REQUIRED input.fields.seen',
    'FIELD_REQUIRED input.fields.inner',
  ]);
  expect(
    codes(
      await createTicket(
        returned,
        [valueFor(order, '1'), valueFor(shown, 's'), valueFor(internal, 'i')],
        ...byStaff(),
      ),
    ),
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
  expect(codes(await createTicket(urgent, [], { ...more, priority: 'URGENT' }, agent))).toEqual([]);
  expect(
    codes(await createTicket(urgent, [], { ...more, priority: 'URGENT', assigneeId: 'me' }, agent)),
  ).toEqual(['FIELD_REQUIRED input.fields.photo']);
});

test('no manual way of solving bypasses the fields that the form requires', async () => {
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
  const ticket = await createTicketId(id);
  expect(codes(await solve(ticket))).toEqual(missing);
  const customStatus = await mutate(
    desk,
    desk.admin,
    'customStatusCreate',
    { base: 'SOLVED', label: 'Refunded', requesterLabel: 'R' },
    'customStatus { id }',
  );
  const customStatusId = idOf(customStatus, 'customStatus');
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
  // No one could be asked when a ticket is solved together with another one.
  const [problem, incident, double, into] = [
    await createTicketId(id),
    await createTicketId(id),
    await createTicketId(id),
    await createTicketId(id),
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

/** The error codes of a bulk job, per ticket. */
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

test('an action sets custom fields under the rules of the fields, and returns their values', async () => {
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
  const created = await macro([
    { fieldId: size, value: 4 },
    { fieldId: cause, value: null },
  ]);
  const id = idOf(created, 'macro');
  expect((created['macro'] as { actions: object[] }).actions).toEqual([
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

test('a form with unsolved tickets and a field that a form contains or uses in a condition are not deleted', async () => {
  const [cause, size, free] = [
    await field('cause', 'TEXT'),
    await field('size', 'NUMBER'),
    await field('free', 'TEXT'),
  ];
  const id = await form([
    { fieldId: cause, showWhen: { or: [{ field: [{ fieldId: size, number: { gte: 1 } }] }] } },
  ]);
  const remove = async (mutation: string, entityId: string) =>
    codes(await mutate(desk, desk.admin, mutation, { id: entityId }, 'deletedId'));
  for (const used of [cause, size])
    expect(await remove('ticketFieldDelete', used)).toEqual(['IN_USE input.id']);
  expect(await remove('ticketFieldDelete', free)).toEqual([]);
  const ticket = await createTicketId(id);
  expect(await remove('ticketFormDelete', id)).toEqual(['IN_USE input.id']);
  await solve(ticket);
  expect(await remove('ticketFormDelete', id)).toEqual([]);
  expect(codes(await createTicket(id))).toEqual(['NOT_FOUND input.formId']);
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

test('staff find tickets by their form; the forms of a page are loaded with a constant number of statements', async () => {
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
  const first = await createTicketId(id);
  const statements = await count();
  const second = await createTicketId(id);
  await desk.ticket();
  expect(await count()).toBe(statements);
  const findByForm = async (actor: Actor): Promise<string[]> =>
    (
      await desk.ask<{ tickets: { nodes: { id: string }[] } }>(
        actor,
        'query ($filter: TicketFilter) { tickets(filter: $filter, orderBy: [{ field: NUMBER }]) { nodes { id } } }',
        { filter: { formId: { eq: id } } },
      )
    ).tickets.nodes.map((node) => node.id);
  expect([await findByForm(desk.light), await findByForm(desk.customer)]).toEqual([
    [first, second],
    [],
  ]);
});
