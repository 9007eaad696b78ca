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

const mutateOk = async (
  name: string,
  input: object,
  selection = '',
  actor = desk.agent,
): Promise<Result> => {
  const result = await mutate(desk, actor, name, input, selection);
  expect(result.userErrors).toEqual([]);
  return result;
};
/** Waits until the current time is later than an instant. */
const clockPasses = async (instant: string): Promise<void> => {
  while (Date.now() <= Date.parse(instant)) await sleep(1);
};

const hour = (hours: number): string => `2026-01-01T${String(hours).padStart(2, '0')}:00:00.000Z`;
/** An imported ticket: created at 9:00, assigned at 10, urgent at 11, solved at 12, reopened at 13. */
const importTicket = async (externalId = '1'): Promise<string> => {
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
  const { ticket } = await mutateOk('ticketImport', input, 'ticket { id }', desk.partner);
  return (ticket as { id: string }).id;
};

const STATE = 'status priority tags assignee { id } department { id } fields { key value }';
interface PastState {
  at: string;
  cursor: string;
  subject: string;
  status: string;
  priority: string;
}
const stateAt = async (
  id: string,
  time: string,
  actor: Actor = desk.light,
): Promise<PastState | null> =>
  (
    await desk.ask<{ ticket: { at: PastState | null } }>(
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

test('a ticket has a state at each instant, also for imported events; later changes do not affect it', async () => {
  const id = await importTicket();
  const read = async (): Promise<unknown[]> =>
    Promise.all(
      [
        '2026-01-01T08:59:59.999Z',
        hour(9),
        '2026-01-01T10:59:59.999Z',
        hour(11),
        hour(12),
        hour(14),
      ].map((time) => stateAt(id, time)),
    );
  const states = await read();
  const unassigned = { assignee: null, department: null, priority: 'NORMAL' };
  const colleague = { assignee: { id: desk.colleague.id }, department: null };
  expect(states).toMatchObject([
    null,
    { status: 'NEW', ...unassigned, at: hour(9) },
    { status: 'OPEN', ...colleague, priority: 'NORMAL', at: '2026-01-01T10:59:59.999Z' },
    { status: 'OPEN', ...colleague, priority: 'URGENT' },
    { status: 'SOLVED', ...colleague },
    { status: 'OPEN', assignee: colleague.assignee, department: { id: desk.departmentId } },
  ]);
  await mutateOk('ticketUpdate', { id, subject: 'Later', priority: 'LOW', addTags: ['new'] });
  await mutateOk('ticketAssign', { id, assigneeId: desk.agent.id });
  expect(await read()).toEqual(states);
  expect(await stateAt(id, new Date().toISOString())).toMatchObject({
    subject: 'Later',
    priority: 'LOW',
    tags: ['new'],
  });
  const { ticket } = await desk.ask<{ ticket: { timeline: { nodes: { type: string }[] } } }>(
    desk.light,
    'query ($id: ID!, $after: String) { ticket(id: $id) { timeline(after: $after, first: 1) { nodes { type } } } }',
    { id, after: (states[2] as PastState).cursor },
  );
  expect(ticket.timeline.nodes).toEqual([{ type: 'ticket.updated' }]);
});

const diffOf = async (id: string, from: string, to: string): Promise<unknown> => {
  const { data, errors } = await desk.answer<{ ticket: { diff: { field: string }[] | null } }>(
    desk.light,
    'query ($id: ID!, $from: DateTime!, $to: DateTime!) { ticket(id: $id) { diff(from: $from, to: $to) { field from to } } }',
    { id, from, to },
  );
  return errors
    ? errors.map(({ extensions, path }) => [extensions.code, path])
    : data!.ticket.diff!.sort((a, b) => (a.field < b.field ? -1 : 1));
};

test('a diff contains the total changes between two instants and leaves out reverted ones', async () => {
  const id = await importTicket();
  expect(await diffOf(id, hour(11), hour(12))).toEqual([
    { field: 'priority', from: 'NORMAL', to: 'URGENT' },
  ]);
  expect(await diffOf(id, '2026-01-01T11:00:00.001Z', hour(12))).toEqual([]);
  expect(await diffOf(id, '2026-01-01T11:30:00.000Z', hour(14))).toEqual([
    { field: 'department', from: null, to: desk.departmentId },
    { field: 'reopenCount', from: 0, to: 1 },
    { field: 'waitingSince', from: hour(9), to: null },
  ]);
  const solved = (await diffOf(id, hour(12), hour(13))) as { field: string }[];
  expect(solved.map(({ field }) => field)).toEqual([
    'closesAt',
    'resolution',
    'solvedAt',
    'solvedBy',
    'status',
    'waitingSince',
  ]);
  expect(await diffOf(id, hour(1), hour(9))).toEqual([]);
  expect(await diffOf(id, hour(1), hour(10))).toContainEqual({
    field: 'status',
    from: null,
    to: 'NEW',
  });
  expect(await diffOf(id, hour(10), hour(10))).toEqual([['BAD_USER_INPUT', ['ticket', 'diff']]]);
});

test('lists of the past match the states at the instant, count durations from it and are paged', async () => {
  const ids = [await importTicket('1'), await importTicket('2'), await importTicket('3')];
  await mutateOk('ticketUpdate', { id: ids[0], addTags: ['new'], priority: 'LOW' });
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

test('the unsolved tickets at an instant are those of the events until then', async () => {
  await Promise.all(['1', '2', '3', '4', '5'].map(importTicket));
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

test('custom fields have, and are filtered by, their values at the instant', async () => {
  const made = await mutateOk(
    'ticketFieldCreate',
    { key: 'size', label: 'Size', kind: 'NUMBER' },
    'ticketField { id }',
    desk.admin,
  );
  const fieldId = (made['ticketField'] as { id: string }).id;
  const { id } = await desk.ticket();
  await mutateOk('ticketUpdate', { id, fields: [{ fieldId, value: 41 }] });
  const then = new Date().toISOString();
  await clockPasses(then);
  await mutateOk('ticketUpdate', { id, fields: [{ fieldId, value: 42 }] });
  const now = new Date().toISOString();
  const sizeIs = (value: number): object => ({ field: [{ fieldId, number: { eq: value } }] });
  expect(await stateAt(id, then)).toMatchObject({ fields: [{ key: 'size', value: 41 }] });
  expect([await idsAt(then, sizeIs(41)), await idsAt(then, sizeIs(42))]).toEqual([[id], []]);
  expect([await idsAt(now, sizeIs(41)), await idsAt(now, sizeIs(42))]).toEqual([[], [id]]);
  expect(
    await diffOf(id, then.replace(/\d{3}Z$/, '000Z'), new Date(Date.now() + 1).toISOString()),
  ).toContainEqual(expect.objectContaining({ field: 'field:size', to: 42 }));
});

test('the past is visible to staff who may see the ticket today, and deleted tickets to callers who may restore them', async () => {
  const { id } = await desk.ticket();
  const then = new Date().toISOString();
  const { errors } = await desk.answer(desk.customer, LIST, { time: then });
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  const answer = await desk.answer<{ ticket: { at: null; diff: null } }>(
    desk.customer,
    `query ($id: ID!) { ticket(id: $id) { at(time: "${then}") { status } diff(from: "2026-01-01T00:00:00Z", to: "${then}") { field } } }`,
    { id },
  );
  expect(answer.data).toEqual({ ticket: { at: null, diff: null } });
  expect(answer.errors!.map(({ extensions }) => extensions.code)).toEqual([
    'FORBIDDEN',
    'FORBIDDEN',
  ]);
  const other = await openDesk(service);
  expect(await idsAt(then, undefined, other.agent)).toEqual([]);
  const bounded = { ...desk.partner, departments: [desk.departmentId] };
  expect(await idsAt(then, undefined, bounded)).toEqual([]);
  await mutateOk('ticketAssign', { id, departmentId: desk.departmentId });
  expect(await idsAt(then, undefined, bounded)).toEqual([id]);
  await clockPasses(then);
  await mutateOk('ticketDelete', { id }, '', desk.lead);
  const deleted = new Date().toISOString();
  expect([await idsAt(then), await idsAt(then, undefined, desk.lead)]).toEqual([[], [id]]);
  expect([
    await idsAt(deleted, undefined, desk.lead),
    await idsAt(deleted, { deleted: true }, desk.lead),
  ]).toEqual([[], [id]]);
  await mutateOk('ticketPurge', { id }, '', desk.admin);
  expect(await idsAt(then, undefined, desk.lead)).toEqual([]);
});

test('a page of the past, and the states of a page of tickets, take no more statements for 30 tickets than for 2', async () => {
  const statementsOf = async (query: string): Promise<number> =>
    (await countStatements(() => desk.ask(desk.light, query))).length;
  const pages = [
    `{ ticketsAt(time: "${hour(11)}") { totalCount nodes { ${STATE} cursor ticket { id subject } } } }`,
    `{ tickets { nodes { at(time: "${hour(11)}") { ${STATE} } diff(from: "${hour(9)}", to: "${hour(12)}") { field } } } }`,
  ];
  await Promise.all(['1', '2'].map(importTicket));
  const few = await Promise.all(pages.map(statementsOf));
  await Promise.all(Array.from({ length: 28 }, (_, index) => importTicket(`n${index}`)));
  for (const [index, page] of pages.entries())
    expect(await statementsOf(page)).toBeLessThanOrEqual(few[index]!);
});

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: Plan[];
}
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

test('the last event before an instant is found by an index in a long log', async () => {
  const priorities = ['LOW', 'HIGH'];
  const history = Array.from({ length: 500 }, (_, index) => ({
    at: new Date(Date.parse(hour(9)) + index * 1_000),
    priority: priorities[index % 2],
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
      mutateOk('ticketImport', { ...input, externalId }, '', desk.partner),
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
    const logNodes = nodesOf(rows[0]!['QUERY PLAN'][0].Plan).filter((node) =>
      node['Relation Name']?.startsWith('event_log'),
    );
    expect(logNodes.map((node) => node['Node Type'])).toEqual(logNodes.map(() => 'Index Scan'));
    expect(logNodes.map((node) => node['Index Name'])).toContainEqual(
      expect.stringMatching(/subject_position/),
    );
  } finally {
    await ctx.endSnapshot();
  }
});
