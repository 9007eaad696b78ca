import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { type TestClient, countStatements } from '@deskgraph/common/testing/client';
import {
  type Desk,
  type Result,
  mutate,
  openDesk,
  reply,
  startTickets,
} from '../../../testing/desk.ts';
import { waitForEventLog } from '../../../testing/event-log.ts';

const BASES = ['OPEN', 'PENDING', 'ON_HOLD', 'SOLVED'] as const;
type Base = (typeof BASES)[number];

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
});
beforeEach(async () => {
  desk = await openDesk(service);
  await mutate(desk, desk.admin, 'settingsUpdate', { onHoldEnabled: true });
});
afterAll(() => service.stop());

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const STATUS = 'customStatus { id base label requesterLabel version }';
const create = (input: object, actor = desk.admin) =>
  mutate(desk, actor, 'customStatusCreate', input, STATUS);
async function define(
  base: Base,
  label: string,
  requesterLabel = `${label} for you`,
): Promise<string> {
  const made = await create({ base, label, requesterLabel });
  expect(codes(made)).toEqual([]);
  return (made['customStatus'] as { id: string }).id;
}
const move = (id: string, more: object, actor = desk.agent) =>
  mutate(
    desk,
    actor,
    'ticketStatusChange',
    { id, ...more },
    'ticket { status customStatus { id } }',
  );
const moveOrFail = async (id: string, more: object): Promise<void> =>
  expect(codes(await move(id, more))).toEqual([]);

interface TicketView {
  status: string;
  version: number;
  cursor: string;
  customStatus: { id: string; base: string; label: string; version: number } | null;
  timeline: { nodes: { type: string; changes: { field: string; from: unknown; to: unknown }[] }[] };
}
const read = async (id: string, actor: Actor = desk.agent): Promise<TicketView> =>
  (
    await desk.ask<{ ticket: TicketView }>(
      actor,
      'query ($id: ID!) { ticket(id: $id) { status version cursor customStatus { id base label version } timeline { nodes { type changes { field from to } } } } }',
      { id },
    )
  ).ticket;
const statusOf = async (id: string): Promise<[string, string | null]> => {
  const { status, customStatus } = await read(id);
  return [status, customStatus?.id ?? null];
};
const findTickets = async (filter: object, actor: Actor = desk.agent): Promise<string[]> =>
  (
    await desk.ask<{ tickets: { nodes: { id: string }[] } }>(
      actor,
      'query ($filter: TicketFilter) { tickets(filter: $filter) { nodes { id } } }',
      { filter },
    )
  ).tickets.nodes.map(({ id }) => id);
/** A ticket with any status. */
const importTicket = async (status: string): Promise<string> => {
  const input = {
    externalId: `${status} ${Math.random()}`,
    subject: 'Old',
    body: 'Old.',
    requester: { email: 'old@post.example' },
    assigneeId: desk.agent.id,
    status,
    createdAt: new Date(),
  };
  const { ticket } = await mutate(desk, desk.partner, 'ticketImport', input, 'ticket { id }');
  return (ticket as { id: string }).id;
};

test('administrators create custom statuses over OPEN, PENDING, ON_HOLD and SOLVED, and staff list them by base', async () => {
  const refused = async (input: object): Promise<string[]> =>
    codes(await create({ label: 'X', requesterLabel: 'x', ...input }));
  expect(await refused({ base: 'CLOSED' })).toEqual(['CLOSE_BY_HAND input.base']);
  expect(await refused({ base: 'NEW' })).toEqual(['STATUS_NOT_ALLOWED input.base']);
  expect(await refused({ base: 'OPEN', label: ' ' })).toEqual(['REQUIRED input.label']);
  expect(await refused({ base: 'OPEN', requesterLabel: 'x'.repeat(51) })).toEqual([
    'TOO_LONG input.requesterLabel',
  ]);
  const refunded = await define('SOLVED', 'Refunded');
  const waiting = await define('PENDING', 'Waits for papers');
  const checking = await define('OPEN', 'In the lab');
  expect(await refused({ base: 'PENDING', label: 'refunded' })).toEqual(['TAKEN input.label']);
  const all = async (actor: Actor) =>
    (
      await desk.ask<{ customStatuses: { id: string }[] }>(actor, '{ customStatuses { id } }')
    ).customStatuses.map(({ id }) => id);
  for (const actor of [desk.light, desk.analyst, desk.partner])
    expect(await all(actor)).toEqual([checking, waiting, refunded]);
  const update = (input: object) =>
    mutate(desk, desk.admin, 'customStatusUpdate', { id: waiting, ...input }, STATUS);
  expect(codes(await update({ label: 'REFUNDED' }))).toEqual(['TAKEN input.label']);
  expect(codes(await update({ requesterLabel: null }))).toEqual(['REQUIRED input.requesterLabel']);
  expect((await update({ label: 'Waits for Papers' }))['customStatus']).toMatchObject({
    label: 'Waits for Papers',
    version: 2,
  });
  expect((await update({ label: 'Waits for Papers' }))['customStatus']).toMatchObject({
    version: 2,
  });
  expect(codes(await update({ label: 'Y', expectedVersion: 1 }))).toEqual([
    'CONFLICT input.expectedVersion',
  ]);
  for (const actor of [desk.lead, desk.customer]) {
    const query =
      'mutation ($input: CustomStatusCreateInput!) { customStatusCreate(input: $input) { userErrors { code } } }';
    const { errors } = await desk.answer(actor, query, {
      input: { base: 'OPEN', label: 'Z', requesterLabel: 'z' },
    });
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  }
  expect(
    (await desk.answer(desk.customer, '{ customStatuses { id } }')).errors?.[0]?.extensions.code,
  ).toBe('FORBIDDEN');
});

test('a custom status of a ticket, even in the bin, or of a macro is not deleted; past events keep naming a deleted one', async () => {
  const id = await define('PENDING', 'Waits');
  const remove = async (): Promise<string[]> =>
    codes(await mutate(desk, desk.admin, 'customStatusDelete', { id }, 'deletedId'));
  const ticket = (await desk.ticket()).id;
  await moveOrFail(ticket, { customStatusId: id });
  await mutate(desk, desk.lead, 'ticketDelete', { id: ticket });
  expect(await remove()).toEqual(['IN_USE input.id']);
  await mutate(desk, desk.lead, 'ticketRestore', { id: ticket });
  await moveOrFail(ticket, { status: 'PENDING' });
  const made = await mutate(
    desk,
    desk.lead,
    'macroCreate',
    { name: 'M', actions: [{ customStatusId: id }] },
    'macro { id }',
  );
  expect(await remove()).toEqual(['IN_USE input.id']);
  await mutate(desk, desk.lead, 'macroDelete', { id: (made['macro'] as { id: string }).id });
  expect(await remove()).toEqual([]);
  expect(await remove()).toEqual(['NOT_FOUND input.id']);
  expect(codes(await move(ticket, { customStatusId: id }))).toEqual([
    'NOT_FOUND input.customStatusId',
  ]);
  const node = 'query ($id: ID!) { node(id: $id) { ... on CustomStatus { label } } }';
  expect(await desk.ask(desk.light, node, { id })).toEqual({ node: { label: 'Waits' } });
  expect(await desk.ask(desk.customer, node, { id })).toEqual({ node: null });
  expect(await define('PENDING', 'Waits')).not.toBe(id);
});

test('a custom status that a macro, form, view, access role or escalation path names is not deleted, and the message lists them', async () => {
  const id = await define('PENDING', 'Waits');
  const filter = { not: { customStatusId: { notIn: [id] } } };
  const field = { key: 'f', label: 'F', kind: 'TEXT' };
  const { ticketField } = await mutate(
    desk,
    desk.admin,
    'ticketFieldCreate',
    field,
    'ticketField { id }',
  );
  const fields = [{ fieldId: (ticketField as { id: string }).id, showWhen: filter }];
  const view = { name: 'Papers', filter };
  const steps = [{ agentId: desk.lead.id, after: 'PT1H' }];
  const referrers: [entity: string, input: object, name: string, actor?: Actor][] = [
    ['macro', { name: 'Ask', actions: [{ note: 'x' }, { customStatusId: id }] }, 'the macro “Ask”'],
    ['ticketForm', { name: 'Return', fields }, 'the form “Return”'],
    ['view', { ...view, sharing: 'PUBLIC' }, 'the view “Papers”'],
    ['view', { ...view, sharing: 'PRIVATE' }, 'the view “Papers”'],
    ['view', { ...view, sharing: 'PRIVATE' }, 'a private view of Bor', desk.colleague],
    [
      'accessRole',
      { name: 'Clerks', base: 'AGENT', scopes: ['tickets:read'], filter },
      'the access role “Clerks”',
    ],
    ['escalationPath', { name: 'Up', filter, steps }, 'the escalation path “Up”'],
  ];
  const remove =
    'mutation ($id: ID!) { customStatusDelete(input: { id: $id }) { deletedId userErrors { code message } } }';
  const refused = async () =>
    (await desk.ask<{ customStatusDelete: Result }>(desk.admin, remove, { id })).customStatusDelete
      .userErrors;
  for (const [entity, input, name, actor = desk.admin] of referrers) {
    const created = await mutate(desk, actor, `${entity}Create`, input, `${entity} { id }`);
    expect(codes(created)).toEqual([]);
    expect(await refused()).toEqual([
      { code: 'IN_USE', message: `This is still named by ${name}.` },
    ]);
    await mutate(desk, actor, `${entity}Delete`, { id: (created[entity] as { id: string }).id });
  }
  await mutate(desk, desk.colleague, 'viewCreate', { ...view, sharing: 'PRIVATE' });
  await mutate(desk, desk.admin, 'macroCreate', { name: 'Ask', actions: [{ customStatusId: id }] });
  expect(await refused()).toEqual([
    {
      code: 'IN_USE',
      message: 'This is still named by the macro “Ask” and a private view of Bor.',
    },
  ]);
  await mutate(desk, desk.admin, 'agentDeactivate', { id: desk.colleague.id });
  expect(await refused()).toEqual([
    { code: 'IN_USE', message: 'This is still named by the macro “Ask”.' },
  ]);
});

test('a move to a custom status is allowed exactly when a move to its base is', async () => {
  const customs = Object.fromEntries(
    await Promise.all(BASES.map(async (base) => [base, await define(base, base)] as const)),
  );
  const other = Object.fromEntries(
    await Promise.all(
      BASES.map(async (base) => [base, await define(base, `Other ${base}`)] as const),
    ),
  );
  for (const from of ['NEW', ...BASES, 'CLOSED'])
    for (const to of BASES) {
      const ticket = await importTicket(from);
      const expected = from === 'CLOSED' ? ['TICKET_CLOSED input.customStatusId'] : [];
      expect([
        from,
        to,
        codes(await move(ticket, { customStatusId: customs[to], resolutionCode: 'ANSWERED' })),
      ]).toEqual([from, to, expected]);
      expect(await statusOf(ticket)).toEqual(expected.length ? [from, null] : [to, customs[to]]);
      if (expected.length) continue;
      await moveOrFail(ticket, { customStatusId: other[to] });
      expect(await statusOf(ticket)).toEqual([to, other[to]]);
      await moveOrFail(ticket, { status: to });
      expect(await statusOf(ticket)).toEqual([to, null]);
    }
  const solved = await importTicket('SOLVED');
  await moveOrFail(solved, { customStatusId: customs['SOLVED'] });
  expect(codes(await move(solved, { customStatusId: other['SOLVED'], reply: 'Done.' }))).toEqual([
    'INVALID input.reply',
  ]);
  expect(codes(await move(solved, {}))).toEqual(['INVALID input.status']);
  expect(codes(await move(solved, { customStatusId: null }))).toEqual([
    'INVALID input.customStatusId',
  ]);
  expect(codes(await move(solved, { customStatusId: '' }))).toEqual([
    'NOT_FOUND input.customStatusId',
  ]);
  expect(codes(await move(solved, { status: 'OPEN', customStatusId: customs['OPEN'] }))).toEqual([
    'INVALID input.customStatusId',
  ]);
  expect(codes(await move(solved, { status: 'NEW' }))).toEqual(['STATUS_NOT_ALLOWED input.status']);
  const plain = await openDesk(service);
  const hold = await mutate(
    plain,
    plain.admin,
    'customStatusCreate',
    { base: 'ON_HOLD', label: 'X', requesterLabel: 'x' },
    STATUS,
  );
  const { id } = await plain.ticket();
  const input = { id, customStatusId: (hold['customStatus'] as { id: string }).id };
  expect(codes(await mutate(plain, plain.agent, 'ticketStatusChange', input))).toEqual([
    'ON_HOLD_DISABLED input.customStatusId',
  ]);
  expect(
    codes(await mutate(desk, desk.agent, 'ticketStatusChange', { ...input, id: solved })),
  ).toEqual(['NOT_FOUND input.customStatusId']);
});

test('requesters read the requester label, can’t distinguish statuses with the same one, and never see those over ON_HOLD', async () => {
  const shelf = await define('OPEN', 'At the warehouse', 'In progress');
  const lab = await define('OPEN', 'In the lab', 'In progress');
  const packed = await define('OPEN', 'Packed', 'On its way');
  const maker = await define('ON_HOLD', 'With the maker', 'Secret');
  const { id } = await desk.ticket();
  await moveOrFail(id, { customStatusId: lab });
  await waitForEventLog(desk);
  const asCustomer = await read(id, desk.customer);
  expect(asCustomer).toMatchObject({
    status: 'OPEN',
    customStatus: { base: 'OPEN', label: 'In progress', version: 1 },
  });
  expect((await read(id)).customStatus).toMatchObject({ id: lab, label: 'In the lab' });
  await moveOrFail(id, { customStatusId: shelf });
  expect(await read(id, desk.customer)).toEqual(asCustomer);
  expect((await read(id)).timeline.nodes.at(-1)).toEqual({
    type: 'ticket.status_changed',
    changes: [{ field: 'customStatus', from: lab, to: shelf }],
  });
  await moveOrFail(id, { customStatusId: packed });
  const later = await read(id, desk.customer);
  expect(later.version).toBe(asCustomer.version + 1);
  expect(later.timeline.nodes.at(-1)).toEqual({
    type: 'ticket.status_changed',
    changes: [{ field: 'customStatus', from: asCustomer.customStatus!.id, to: packed }],
  });
  await moveOrFail(id, { status: 'OPEN' });
  await waitForEventLog(desk);
  const whileOpen = await read(id, desk.customer);
  expect(whileOpen).toMatchObject({ status: 'OPEN', customStatus: null });
  await moveOrFail(id, { customStatusId: maker });
  expect(await read(id, desk.customer)).toEqual(whileOpen);
  await moveOrFail(id, { status: 'ON_HOLD' });
  await moveOrFail(id, { customStatusId: maker });
  expect(await read(id, desk.customer)).toEqual(whileOpen);
  // From a visible label to ON_HOLD: for the requester it is the same as a move to OPEN.
  await moveOrFail(id, { customStatusId: packed });
  await moveOrFail(id, { customStatusId: maker });
  const last = (await read(id, desk.customer)).timeline.nodes.at(-1);
  expect(last).toEqual({
    type: 'ticket.status_changed',
    changes: [{ field: 'customStatus', from: packed, to: null }],
  });
  expect(await findTickets({ customStatusId: { eq: maker } })).toEqual([id]);
  for (const filter of [{ customStatusId: { eq: maker } }, { customStatusId: { isNull: true } }])
    expect(await findTickets(filter, desk.customer)).toEqual([]);
});

test('an automatic move keeps the custom status when the base stays the same, and clears it otherwise', async () => {
  const [open, waiting, done] = [
    await define('OPEN', 'Lab'),
    await define('PENDING', 'Papers'),
    await define('SOLVED', 'Refunded'),
  ];
  const { id } = await desk.ticket();
  await moveOrFail(id, { customStatusId: open });
  await reply(desk, desk.customer, id);
  await reply(desk, desk.agent, id);
  await mutate(desk, desk.agent, 'ticketAssign', { id, assigneeId: desk.colleague.id });
  expect(await statusOf(id)).toEqual(['OPEN', open]);
  await reply(desk, desk.agent, id, { status: 'OPEN' });
  expect(await statusOf(id)).toEqual(['OPEN', null]);
  for (const [custom, from] of [
    [waiting, 'PENDING'],
    [done, 'SOLVED'],
  ] as const) {
    await moveOrFail(id, { customStatusId: custom });
    expect(await statusOf(id)).toEqual([from, custom]);
    await reply(desk, desk.customer, id);
    expect(await statusOf(id)).toEqual(['OPEN', null]);
  }
});

test('an undo restores a custom status with its base, unless it was deleted since', async () => {
  const [papers, parts] = [await define('PENDING', 'Papers'), await define('PENDING', 'Parts')];
  const statuses: [string, string | null][] = [];
  for (const custom of [papers, parts]) {
    const [into, from] = [(await desk.ticket()).id, (await desk.ticket()).id];
    for (const id of [into, from]) await moveOrFail(id, { customStatusId: custom });
    const { operation } = await mutate(
      desk,
      desk.agent,
      'ticketMerge',
      { ids: [from], intoId: into },
      'operation { id }',
    );
    expect([await statusOf(into), await statusOf(from)]).toEqual([
      ['OPEN', null],
      ['SOLVED', null],
    ]);
    if (custom === parts)
      expect(codes(await mutate(desk, desk.admin, 'customStatusDelete', { id: parts }))).toEqual(
        [],
      );
    expect(
      codes(
        await mutate(desk, desk.agent, 'operationUndo', { id: (operation as { id: string }).id }),
      ),
    ).toEqual([]);
    statuses.push(await statusOf(from));
  }
  expect(statuses).toEqual([
    ['PENDING', papers],
    ['PENDING', null],
  ]);
});

test('macros set a custom status, and an invalid one is refused when the macro is saved', async () => {
  const papers = await define('PENDING', 'Papers');
  const macro = (action: object) =>
    mutate(
      desk,
      desk.lead,
      'macroCreate',
      { name: 'M', actions: [action] },
      'macro { id actions { customStatusId } }',
    );
  expect(codes(await macro({ status: 'PENDING', customStatusId: papers }))).toEqual([
    'INVALID input.actions.0.customStatusId',
  ]);
  expect(codes(await macro({ customStatusId: desk.departmentId }))).toEqual([
    'NOT_FOUND input.actions.0.customStatusId',
  ]);
  const made = (await macro({ customStatusId: papers }))['macro'] as {
    id: string;
    actions: object[];
  };
  expect(made.actions).toEqual([{ customStatusId: papers }]);
  const { id: ticketId } = await desk.ticket();
  expect(codes(await mutate(desk, desk.agent, 'macroApply', { id: made.id, ticketId }))).toEqual(
    [],
  );
  expect(await statusOf(ticketId)).toEqual(['PENDING', papers]);
});

test('tickets of the past are found by the custom status they had then', async () => {
  const papers = await define('PENDING', 'Papers');
  const { id } = await desk.ticket();
  await moveOrFail(id, { customStatusId: papers });
  const time = new Date().toISOString();
  await moveOrFail(id, { status: 'OPEN' });
  const query =
    'query ($time: DateTime!, $filter: TicketFilter) { ticketsAt(time: $time, filter: $filter) { nodes { status ticket { id } } } }';
  const past = await desk.ask(desk.light, query, {
    time,
    filter: { customStatusId: { eq: papers } },
  });
  expect(past).toEqual({ ticketsAt: { nodes: [{ status: 'PENDING', ticket: { id } }] } });
});

test('the custom statuses of a page of tickets are loaded with one statement, for staff and requesters', async () => {
  const statuses = [await define('OPEN', 'Lab'), await define('PENDING', 'Papers')];
  const count = async (actor: Actor) =>
    (
      await countStatements(() =>
        desk.ask(actor, '{ tickets(first: 50) { nodes { customStatus { label } } } }'),
      )
    ).length;
  const addTickets = async () => {
    for (const customStatusId of statuses)
      await moveOrFail((await desk.ticket()).id, { customStatusId });
  };
  await addTickets();
  const before = [await count(desk.agent), await count(desk.customer)];
  await addTickets();
  await addTickets();
  expect([await count(desk.agent), await count(desk.customer)]).toEqual(before);
});
