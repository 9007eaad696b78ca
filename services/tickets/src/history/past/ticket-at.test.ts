import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { type TestService, countStatements } from '@deskgraph/common/testing/testing';
import { Context } from '@deskgraph/common/database/context';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Desk, type Result, mutate, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { ticketsAsOf } from './as-of.ts';

let service: TestService;
let desk: Desk;
beforeAll(async () => {
  service = await startOwnTickets();
});
beforeEach(async () => {
  desk = await openDesk(service);
});
afterAll(() => service.stop());

const act = async (
  name: string,
  input: object,
  selection = '',
  actor = desk.agent,
): Promise<Result> => {
  const result = await mutate(desk, actor, name, input, selection);
  expect(result.userErrors).toEqual([]);
  return result;
};
const hour = (hours: number): string => `2026-01-01T${String(hours).padStart(2, '0')}:00:00.000Z`;
/** Taken over from elsewhere: made at nine, taken at ten, urgent at eleven, solved at twelve, come again at thirteen. */
const taken = async (externalId = '1'): Promise<string> => {
  const history = [
    { at: hour(10), assigneeId: desk.colleague.id, status: 'OPEN' },
    { at: hour(11), priority: 'URGENT' },
    { at: hour(12), status: 'SOLVED' },
    { at: hour(13), status: 'OPEN', departmentId: desk.departmentId },
  ];
  const input = {
    externalId,
    subject: 'Late',
    body: 'Where?',
    requester: { email: 'eva@x.example' },
    createdAt: hour(9),
    history,
  };
  const { ticket } = await act('ticketImport', input, 'ticket { id }', desk.partner);
  return (ticket as { id: string }).id;
};

const STATE = 'status priority tags assignee { id } department { id } fields { key value }';
interface Stood {
  at: string;
  cursor: string;
  subject: string;
  status: string;
  priority: string;
}
const at = async (id: string, time: string, actor: Actor = desk.light): Promise<Stood | null> =>
  (
    await desk.ask<{ ticket: { at: Stood | null } }>(
      actor,
      `query ($id: ID!, $time: DateTime!) { ticket(id: $id) { at(time: $time) { at cursor subject ${STATE} } } }`,
      { id, time },
    )
  ).ticket.at;

const LIST = `query ($time: DateTime!, $filter: TicketFilter, $first: Int, $after: String) {
  ticketsAt(time: $time, filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { ${STATE} ticket { id status } } } }`;
interface Listed {
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string };
  nodes: { status: string; ticket: { id: string; status: string } }[];
}
const listAt = async (
  time: string,
  filter: object | null = null,
  actor: Actor = desk.light,
  page: object = {},
): Promise<Listed> =>
  (await desk.ask<{ ticketsAt: Listed }>(actor, LIST, { time, filter, ...page })).ticketsAt;
const idsAt = async (time: string, filter?: object, actor?: Actor): Promise<string[]> =>
  (await listAt(time, filter, actor)).nodes.map(({ ticket }) => ticket.id);

test('a ticket is read as it stood at any instant, whenever the log learned of it; what happens later changes nothing of that', async () => {
  const id = await taken();
  const read = async (): Promise<unknown[]> =>
    Promise.all(
      [
        '2026-01-01T08:59:59.999Z',
        hour(9),
        '2026-01-01T10:59:59.999Z',
        hour(11),
        hour(12),
        hour(14),
      ].map((time) => at(id, time)),
    );
  const stood = await read();
  const nobody = { assignee: null, department: null, priority: 'NORMAL' };
  const colleague = { assignee: { id: desk.colleague.id }, department: null };
  expect(stood).toMatchObject([
    null,
    { status: 'NEW', ...nobody, at: hour(9) },
    { status: 'OPEN', ...colleague, priority: 'NORMAL', at: '2026-01-01T10:59:59.999Z' },
    { status: 'OPEN', ...colleague, priority: 'URGENT' },
    { status: 'SOLVED', ...colleague },
    { status: 'OPEN', assignee: colleague.assignee, department: { id: desk.departmentId } },
  ]);
  await act('ticketUpdate', { id, subject: 'Later', priority: 'LOW', addTags: ['new'] });
  await act('ticketAssign', { id, assigneeId: desk.agent.id });
  expect(await read()).toEqual(stood);
  expect(await at(id, new Date().toISOString())).toMatchObject({
    subject: 'Later',
    priority: 'LOW',
    tags: ['new'],
  });
  const { ticket } = await desk.ask<{ ticket: { timeline: { nodes: { type: string }[] } } }>(
    desk.light,
    'query ($id: ID!, $after: String) { ticket(id: $id) { timeline(after: $after, first: 1) { nodes { type } } } }',
    { id, after: (stood[2] as Stood).cursor },
  );
  expect(ticket.timeline.nodes).toEqual([{ type: 'ticket.updated' }]);
});

const diff = async (id: string, from: string, to: string): Promise<unknown> => {
  const { data, errors } = await desk.answer<{ ticket: { diff: { field: string }[] | null } }>(
    desk.light,
    'query ($id: ID!, $from: DateTime!, $to: DateTime!) { ticket(id: $id) { diff(from: $from, to: $to) { field from to } } }',
    { id, from, to },
  );
  return errors
    ? errors.map(({ extensions, path }) => [extensions.code, path])
    : data!.ticket.diff!.sort((a, b) => (a.field < b.field ? -1 : 1));
};

test('the difference of two instants tells what changed in all between them, and nothing of what was changed back', async () => {
  const id = await taken();
  expect(await diff(id, hour(11), hour(12))).toEqual([
    { field: 'priority', from: 'NORMAL', to: 'URGENT' },
  ]);
  expect(await diff(id, '2026-01-01T11:00:00.001Z', hour(12))).toEqual([]);
  expect(await diff(id, '2026-01-01T11:30:00.000Z', hour(14))).toEqual([
    { field: 'department', from: null, to: desk.departmentId },
    { field: 'reopenCount', from: 0, to: 1 },
    { field: 'waitingSince', from: hour(9), to: null },
  ]);
  const solved = (await diff(id, hour(12), hour(13))) as { field: string }[];
  expect(solved.map(({ field }) => field)).toEqual([
    'closesAt',
    'resolution',
    'solvedAt',
    'solvedBy',
    'status',
    'waitingSince',
  ]);
  expect(await diff(id, hour(1), hour(9))).toEqual([]);
  expect(await diff(id, hour(1), hour(10))).toContainEqual({
    field: 'status',
    from: null,
    to: 'NEW',
  });
  expect(await diff(id, hour(10), hour(10))).toEqual([['BAD_USER_INPUT', ['ticket', 'diff']]]);
});

test('lists of the past hold what held then, with lengths of time counted from then, and are paged', async () => {
  const ids = [await taken('1'), await taken('2'), await taken('3')];
  await act('ticketUpdate', { id: ids[0], addTags: ['new'], priority: 'LOW' });
  expect(await idsAt(hour(8))).toEqual([]);
  expect(await idsAt(hour(9))).toEqual(ids);
  expect(await idsAt(hour(11), { priority: { eq: 'URGENT' } })).toEqual(ids);
  expect(await idsAt(hour(11), { tag: { any: ['new'] } })).toEqual([]);
  const now = new Date().toISOString();
  expect(await idsAt(now, { tag: { any: ['new'] } })).toEqual([ids[0]]);
  expect(await idsAt(now, { priority: { eq: 'URGENT' } })).toEqual(ids.slice(1));
  expect(await idsAt(hour(11), { waitingSince: { olderThan: 'PT1H' } })).toEqual(ids);
  expect(await idsAt(hour(11), { waitingSince: { olderThan: 'PT3H' } })).toEqual([]);
  const first = await listAt(hour(11), null, desk.light, { first: 2 });
  expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
  const rest = await listAt(hour(11), null, desk.light, {
    first: 2,
    after: first.pageInfo.endCursor,
  });
  expect([...first.nodes, ...rest.nodes].map(({ ticket }) => ticket.id)).toEqual(ids);
  const { errors } = await desk.answer(desk.light, LIST, {
    time: hour(11),
    filter: { or: [{ text: 'late' }] },
  });
  expect(errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', field: ['filter', 'or', '0', 'text'] } },
  ]);
});

test('what was unsolved at an instant is what is unsolved when the facts up to it are counted by hand', async () => {
  await Promise.all(['1', '2', '3', '4', '5'].map(taken));
  for (const hours of [8, 9, 10, 11, 12, 13]) {
    const { rows } = await inDatabase(
      `select count(*)::integer as unsolved from (
         select distinct on (subject) data #>> '{state,status}' as status
         from (select subject, version, at, workspace_id, data from event_log union all select subject, version, at, workspace_id, data from outbox) e
         where workspace_id = $1 and subject like 'tkt%' and at <= $2 order by subject, version desc) last where status not in ('SOLVED', 'CLOSED')`,
      [desk.workspace, hour(hours)],
    );
    const { totalCount } = await listAt(hour(hours), { status: { notIn: ['SOLVED', 'CLOSED'] } });
    expect([hours, totalCount]).toEqual([hours, rows[0]!['unsolved']]);
  }
});

async function inDatabase(statement: string, values: unknown[] = []) {
  const client = new Client({ connectionString: service.database.ownerUrl });
  await client.connect();
  await client.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
  try {
    return await client.query<Record<string, unknown>>(statement, values);
  } finally {
    await client.end();
  }
}

test('custom fields are read and asked for as they were filled in then', async () => {
  const made = await act(
    'ticketFieldCreate',
    { key: 'size', label: 'Size', kind: 'NUMBER' },
    'ticketField { id }',
    desk.admin,
  );
  const fieldId = (made['ticketField'] as { id: string }).id;
  const { id } = await desk.ticket();
  await act('ticketUpdate', { id, fields: [{ fieldId, value: 41 }] });
  const then = new Date().toISOString();
  await sleep(2);
  await act('ticketUpdate', { id, fields: [{ fieldId, value: 42 }] });
  const now = new Date().toISOString();
  const asked = (value: number): object => ({ field: [{ fieldId, number: { eq: value } }] });
  expect(await at(id, then)).toMatchObject({ fields: [{ key: 'size', value: 41 }] });
  expect([await idsAt(then, asked(41)), await idsAt(then, asked(42))]).toEqual([[id], []]);
  expect([await idsAt(now, asked(41)), await idsAt(now, asked(42))]).toEqual([[], [id]]);
  expect(
    await diff(id, then.replace(/\d{3}Z$/, '000Z'), new Date(Date.now() + 1).toISOString()),
  ).toContainEqual(expect.objectContaining({ field: 'field:size', to: 42 }));
});

test('the past is for who may see the ticket today: not for requesters, not for other workspaces, and of the bin for who may restore it', async () => {
  const { id } = await desk.ticket();
  const then = new Date().toISOString();
  const { errors } = await desk.answer(desk.customer, LIST, { time: then });
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  const asked = await desk.answer<{ ticket: { at: null; diff: null } }>(
    desk.customer,
    `query ($id: ID!) { ticket(id: $id) { at(time: "${then}") { status } diff(from: "2026-01-01T00:00:00Z", to: "${then}") { field } } }`,
    { id },
  );
  expect(asked.data).toEqual({ ticket: { at: null, diff: null } });
  expect(asked.errors!.map(({ extensions }) => extensions.code)).toEqual([
    'FORBIDDEN',
    'FORBIDDEN',
  ]);
  const other = await openDesk(service);
  expect(await idsAt(then, undefined, other.agent)).toEqual([]);
  const bounded = { ...desk.partner, departments: [desk.departmentId] };
  expect(await idsAt(then, undefined, bounded)).toEqual([]);
  await act('ticketAssign', { id, departmentId: desk.departmentId });
  expect(await idsAt(then, undefined, bounded)).toEqual([id]);
  await sleep(2);
  await act('ticketDelete', { id }, '', desk.lead);
  const deleted = new Date().toISOString();
  expect([await idsAt(then), await idsAt(then, undefined, desk.lead)]).toEqual([[], [id]]);
  expect([
    await idsAt(deleted, undefined, desk.lead),
    await idsAt(deleted, { deleted: true }, desk.lead),
  ]).toEqual([[], [id]]);
  await act('ticketPurge', { id }, '', desk.admin);
  expect(await idsAt(then, undefined, desk.lead)).toEqual([]);
});

test('a page of the past costs as many statements for 30 tickets as for 2, and so do the states of a page of tickets', async () => {
  const cost = async (query: string): Promise<number> =>
    (await countStatements(() => desk.ask(desk.light, query))).length;
  const pages = [
    `{ ticketsAt(time: "${hour(11)}") { totalCount nodes { ${STATE} cursor ticket { id subject } } } }`,
    `{ tickets { nodes { at(time: "${hour(11)}") { ${STATE} } diff(from: "${hour(9)}", to: "${hour(12)}") { field } } } }`,
  ];
  await Promise.all(['1', '2'].map(taken));
  const few = await Promise.all(pages.map(cost).map(async (each) => each));
  await Promise.all(Array.from({ length: 28 }, (_, n) => taken(`n${n}`)));
  for (const [place, page] of pages.entries())
    expect(await cost(page)).toBeLessThanOrEqual(few[place]!);
});

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: Plan[];
}
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

test('the last fact before an instant is found by an index, however long the log is', async () => {
  const priorities = ['LOW', 'HIGH'];
  const history = Array.from({ length: 500 }, (_, n) => ({
    at: new Date(Date.parse(hour(9)) + n * 1_000),
    priority: priorities[n % 2],
  }));
  const input = {
    subject: 'Late',
    body: 'Where?',
    requester: { email: 'eva@x.example' },
    createdAt: hour(9),
    history,
  };
  await Promise.all(
    ['a', 'b', 'c', 'd'].map((externalId) =>
      act('ticketImport', { ...input, externalId }, '', desk.partner),
    ),
  );
  while ((await inDatabase('select from outbox')).rowCount) await sleep(5);
  await inDatabase('analyze event_log, outbox, ticket');
  const { orm, log } = service.service;
  const ctx = new Context({ orm, log, actor: desk.agent, requestId: 'test', locales: [] });
  try {
    const em = await ctx.read();
    const time = new Date(history[250]!.at);
    const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: Plan }] }>`
      explain (format json) select t.id from ${ticketsAsOf(ctx, time)} where t.priority = 'HIGH' order by t.number limit 26`.execute(
      em.getKysely(),
    );
    const ofLog = nodesOf(rows[0]!['QUERY PLAN'][0].Plan).filter((node) =>
      node['Relation Name']?.startsWith('event_log'),
    );
    expect(ofLog.map((node) => node['Node Type'])).toEqual(ofLog.map(() => 'Index Scan'));
    expect(ofLog.map((node) => node['Index Name'])).toContainEqual(
      expect.stringMatching(/subject_position/),
    );
  } finally {
    await ctx.endSnapshot();
  }
});
