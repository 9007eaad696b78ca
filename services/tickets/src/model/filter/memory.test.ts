import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import { hydrate, sql } from '@deskgraph/common/database/database';
import { newId, toId, uuidOf } from '@deskgraph/common/core/id';
import { type TestService, appActor, userActor } from '@deskgraph/common/testing/testing';
import { Context } from '@deskgraph/common/database/context';
import fc from 'fast-check';
import { Client } from 'pg';
import { type Desk, mutate, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { ticketState } from '../ticket/events.ts';
import { ticketListFilterToSql } from './sql.ts';
import type { TicketLike } from './memory.ts';
import { Ticket } from '../ticket/ticket.ts';
import { visibleTicketMatches, visibleTicketSql } from '../rights/visible.ts';
import { ChannelKind, TicketPriority, TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';

const TICKETS = 80;
const NOW = new Date('2027-03-01T12:00:00.000Z');
const HOURS = [-48, -24, -1, 0, 1, 24];
const DURATIONS = ['PT0S', 'PT1H', 'P1D', 'P2D'];
const TEXTS = ['late', 'LATE', 'élan', 'Élan again', 'x_1', ''];
const WORDS = ['late', 'vip', 'spam', 'élan'];

const at = (hours: number): Date => new Date(NOW.getTime() + hours * 3_600_000);

let service: TestService;
let desk: Desk;
let departments: string[];
let categories: string[];
let customs: string[];
let statuses: string[];
let forms: string[];
const organizations = [newId('org'), newId('org')];
let tickets: Ticket[];
let actors: Actor[];

beforeAll(async () => {
  service = await startOwnTickets();
  desk = await openDesk(service);
  const other = await openDesk(service);
  await other.ticket();
  const made = await mutate(
    desk,
    desk.admin,
    'departmentCreate',
    { name: 'Support' },
    'department { id }',
  );
  departments = [desk.departmentId, (made['department'] as { id: string }).id];
  const createdCategories = await Promise.all(
    ['Returns', 'Bills'].map((name) =>
      mutate(desk, desk.admin, 'ticketCategoryCreate', { name }, 'ticketCategory { id }'),
    ),
  );
  categories = createdCategories.map(({ ticketCategory }) => (ticketCategory as { id: string }).id);
  const isPublic = { visibleToRequester: true };
  const createdFields = await Promise.all(
    [
      { kind: 'TEXT', ...isPublic },
      { kind: 'NUMBER' },
      { kind: 'CHOICES', options: WORDS },
      { kind: 'DATE', ...isPublic },
      { kind: 'CHECKBOX' },
    ].map((field) =>
      mutate(
        desk,
        desk.admin,
        'ticketFieldCreate',
        { key: field.kind.toLowerCase(), label: 'A', ...field },
        'ticketField { id }',
      ),
    ),
  );
  customs = createdFields.map(({ ticketField }) => (ticketField as { id: string }).id);
  const createdStatuses = await Promise.all(
    ['One', 'Two'].map((label) =>
      mutate(
        desk,
        desk.admin,
        'customStatusCreate',
        { base: 'OPEN', label, requesterLabel: label },
        'customStatus { id }',
      ),
    ),
  );
  statuses = createdStatuses.map(({ customStatus }) => (customStatus as { id: string }).id);
  const createdForms = await Promise.all(
    ['One', 'Two'].map((name) =>
      mutate(desk, desk.admin, 'ticketFormCreate', { name, fields: [] }, 'ticketForm { id }'),
    ),
  );
  forms = createdForms.map(({ ticketForm }) => (ticketForm as { id: string }).id);
  actors = [
    desk.admin,
    desk.agent,
    desk.light,
    desk.analyst,
    desk.customer,
    desk.stranger,
    desk.partner,
    { ...appActor(desk.workspace), departments: [departments[1]!] },
    { ...appActor(desk.workspace), departments: [departments[0]!, 'dep_made_up'] },
    appActor(desk.workspace, ['customers:read']),
    userActor(Role.AGENT, desk.workspace, { departments: [departments[0]!] }),
    userActor(Role.REQUESTER, desk.workspace),
    ...[
      { departmentId: { in: departments } },
      {
        assigneeId: { in: [desk.agent.id], isNull: false },
        not: { priority: { eq: TicketPriority.LOW } },
      },
      {
        or: [
          { tag: { any: ['vip'], none: ['élan'] } },
          { field: [{ fieldId: customs[2], choices: { any: ['élan'] } }] },
        ],
      },
      {
        field: [{ fieldId: customs[1], number: { gte: 0 } }],
        channel: { notIn: [ChannelKind.API] },
      },
    ].map((filter) => userActor(Role.AGENT, desk.workspace, { filter })),
    userActor(Role.LEAD, desk.workspace, {
      filter: { status: { in: [TicketStatus.NEW, TicketStatus.ON_HOLD] } },
    }),
  ];
  await insertTickets();
  const ctx = contextOf(desk.admin);
  const { rows } =
    await sql<object>`select * from ticket where workspace_id = ${desk.workspace}::uuid`.execute(
      (await ctx.read()).getKysely(),
    );
  await ctx.endSnapshot();
  tickets = hydrate(service.service.orm, Ticket, rows);
});
afterAll(() => service.stop());

const contextOf = (actor: Actor): Context =>
  new Context({
    orm: service.service.orm,
    log: service.service.log,
    actor,
    requestId: 'test',
    locales: [],
  });

const one = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { freq: 2 });
const few = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(arbitrary, { maxLength: 3 });

const INSERT = `
  insert into ticket (id, workspace_id, number, subject, description, status, priority, category_id, department_id, assignee_id, requester_id, requester_name,
    tags, channel, origin, created_by_kind, created_by_id, created_by_name, handled, reopen_count, transfer_count, public_version,
    public_updated_at, version, created_at, updated_at, snoozed_at, snoozed_until, solved_at, waiting_since, spam, deleted_at, fields,
    locale, product, external_id, organization_id, problem_id, closed_at, cc_ids, follower_ids, custom_status_id, form_id, escalation)
  values ($1, $2, $3, 'a', 'b', $4, $5, $6, $7, $8, $9, 'M', $10, $11, 'CUSTOMER', 'customer', 'x', 'M', $20, $21, $22, 1, $23, 1, $12, $24, $13, $14,
    $15, $16, $17, $18, $19, $25, $26, $27, $28, (select id from ticket where workspace_id = $2 and number = $29), $30, $31, $32, $33, $34, $35)`;

async function insertTickets(): Promise<void> {
  const uuid = (prefix: string, id: string | null): string | null => id && uuidOf(prefix, id);
  const rows = fc.sample(
    fc.record({
      status: one(...Object.values(TicketStatus)),
      priority: one(...Object.values(TicketPriority)),
      channel: one(...Object.values(ChannelKind)),
      custom: maybe(one(...statuses)),
      form: maybe(one(...forms)),
      category: maybe(one(...categories)),
      department: maybe(one(...departments)),
      assignee: maybe(one(desk.agent.id, desk.colleague.id)),
      requester: one(desk.customer.id, desk.customer.id, desk.stranger.id, newId('cus')),
      tags: fc.subarray(WORDS),
      ccs: fc.subarray([desk.customer.id, desk.stranger.id]),
      followers: fc.subarray([desk.agent.id, desk.light.id]),
      created: one(...HOURS),
      snoozed: maybe(one(...HOURS)),
      until: maybe(one(...HOURS)),
      solved: maybe(one(...HOURS)),
      waiting: maybe(one(...HOURS)),
      spam: one(true, false, false),
      escalated: fc.boolean(),
      deleted: fc.option(one(...HOURS), { freq: 1 }),
      fields: fc.record(
        Object.fromEntries(
          [
            one('late', 'LATE again', 'élan', '2027-03-01'),
            one(0, 1.5, -3),
            fc.subarray(WORDS, { minLength: 1 }),
            one('2027-02-28', '2027-03-01', '2027-03-02'),
            fc.boolean(),
          ].map((value, index) => [customs[index]!, value]),
        ) as Record<string, fc.Arbitrary<unknown>>,
        { requiredKeys: [] },
      ),
      handled: fc.boolean(),
      reopened: one(0, 0, 1, 20),
      moved: one(0, 0, 1, 20),
      shownChange: one(...HOURS),
      changed: one(...HOURS),
      locale: maybe(one('sl', 'pt-BR', 'zh-Hant')),
      product: maybe(one(...TEXTS)),
      external: maybe(one(...TEXTS)),
      organization: maybe(one(...organizations)),
      problem: maybe(one(1, 2)),
      closed: maybe(one(...HOURS)),
    }),
    TICKETS,
  );
  const client = new Client({ connectionString: service.database.ownerUrl });
  await client.connect();
  await client.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
  for (const [number, row] of rows.entries())
    await client.query(INSERT, [
      uuidOf('tkt', newId('tkt')),
      desk.workspace,
      number + 1,
      row.status,
      row.priority,
      uuid('cat', row.category),
      uuid('dep', row.department),
      uuid('agt', row.assignee),
      uuid('cus', row.requester),
      row.tags,
      row.channel,
      at(row.created),
      row.snoozed === null ? null : at(row.snoozed),
      row.snoozed === null || row.until === null ? null : at(row.until + 1_000_000),
      row.solved === null ? null : at(row.solved),
      row.waiting === null ? null : at(row.waiting),
      row.spam,
      row.deleted === null ? null : at(row.deleted),
      JSON.stringify(row.fields),
      row.handled,
      row.reopened,
      row.moved,
      at(row.shownChange),
      at(row.changed),
      row.locale,
      row.product,
      row.external,
      uuid('org', row.organization),
      row.problem,
      row.closed === null ? null : at(row.closed),
      row.ccs,
      row.followers,
      uuid('sta', row.custom),
      uuid('frm', row.form),
      row.escalated ? '{}' : null,
    ]);
  await client.end();
}

/** Filters as callers may send them: any part set, null or left out, ids well-formed or not. */
function filters(): fc.Arbitrary<TicketFilter> {
  const part = <T>(shape: { [Field in keyof T]: fc.Arbitrary<T[Field]> }) =>
    fc.record(shape, { requiredKeys: [] });
  const ids = (...existing: string[]) => {
    const id = one(
      ...existing,
      ...existing,
      'me',
      'made_up',
      'tkt_',
      toId('dep', '00000000-0000-0000-0000-000000000000'),
    );
    return part({ eq: id, in: few(id), notIn: maybe(few(id)), isNull: maybe(fc.boolean()) });
  };
  const choices = <T>(values: T[]) =>
    part({ eq: one(...values), in: few(one(...values)), notIn: maybe(few(one(...values))) });
  const count = one(0, 1, 20, 20.5, TICKETS, -3, 1e12, -1e12);
  const words = few(one(...WORDS, 'VIP', 'Élan', 'nothing'));
  const instant = one(...HOURS.map(at), at(0.5));
  const duration = one(...DURATIONS);
  const instants = part({
    gte: instant,
    lt: instant,
    within: duration,
    olderThan: duration,
    isNull: maybe(fc.boolean()),
  });
  const text = one(...TEXTS, 'again', 'x', 'ÉL', '%', 'pt');
  const texts = part({
    eq: text,
    in: few(text),
    contains: text,
    startsWith: text,
    isNull: maybe(fc.boolean()),
  });
  const fields = {
    id: ids(...tickets.slice(0, 3).map(({ id }) => id)),
    number: part({ eq: count, gte: count, lte: count, isNull: maybe(fc.boolean()) }),
    text: one('a', 'nothing', '?'),
    status: choices(Object.values(TicketStatus)),
    priority: choices(Object.values(TicketPriority)),
    channel: choices(Object.values(ChannelKind)),
    customStatusId: ids(...statuses),
    formId: ids(...forms),
    categoryId: ids(...categories),
    departmentId: ids(...departments),
    assigneeId: ids(desk.agent.id, desk.colleague.id),
    requesterId: ids(desk.customer.id, desk.stranger.id),
    followerId: ids(desk.agent.id, desk.light.id),
    organizationId: ids(...organizations),
    problemId: ids(...tickets.slice(0, 2).map(({ id }) => id)),
    locale: texts,
    product: texts,
    externalId: texts,
    handled: fc.boolean(),
    reopenCount: part({ eq: count, gte: count, lte: count, isNull: maybe(fc.boolean()) }),
    transferCount: part({ eq: count, gte: count, lte: count, isNull: maybe(fc.boolean()) }),
    snoozed: fc.boolean(),
    escalated: fc.boolean(),
    spam: fc.boolean(),
    deleted: fc.boolean(),
    tag: part({ any: words, all: words, none: words }),
    field: few(
      fc
        .tuple(
          one(...customs, ...customs, ...customs, 'fld_made_up'),
          fc.oneof(
            texts.map((text) => ({ text })),
            part({ eq: one(0, 1.5, 7), gte: one(-4, 0), lte: one(0, 2), isNull: fc.boolean() }).map(
              (number) => ({ number }),
            ),
            instants.map((date) => ({ date })),
            part({ any: words, all: words, none: words }).map((choices) => ({ choices })),
            fc.boolean().map((checked) => ({ checked })),
          ),
        )
        .map(([fieldId, condition]) => Object.assign({ fieldId }, condition)),
    ),
    createdAt: instants,
    updatedAt: instants,
    solvedAt: instants,
    closedAt: instants,
    waitingSince: instants,
  };
  const leaf = fc.oneof(
    ...Object.entries(fields).map(([field, arbitrary]) =>
      arbitrary.map((value) => ({ [field]: value }) as unknown as TicketFilter),
    ),
    fc.constant({}),
  );
  const { tree } = fc.letrec<{ tree: TicketFilter }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.tuple(leaf, leaf).map(([left, right]) => Object.assign({}, left, right)),
      fc.array(tie('tree'), { maxLength: 3 }).map((and) => ({ and })),
      fc.array(tie('tree'), { maxLength: 3 }).map((or) => ({ or })),
      tie('tree').map((not) => ({ not })),
    ),
  }));
  return tree;
}

/**
 * Whether only the database may be able to decide: for search texts, for letters beyond ASCII, and
 * for custom fields that the caller may not see. Events do not contain the instant of the last change
 * that requesters may see.
 */
const mayNeedDatabase = ({
  text,
  field,
  locale,
  product,
  externalId,
  updatedAt,
  and,
  or,
  not,
}: TicketFilter): boolean =>
  Boolean(text ?? field ?? locale ?? product ?? externalId ?? updatedAt) ||
  [...(and ?? []), ...(or ?? []), ...(not ? [not] : [])].some(mayNeedDatabase);

async function matchingIds(filter: TicketFilter, actor: Actor): Promise<Set<string>> {
  const ctx = contextOf(actor);
  const condition = sql`${visibleTicketSql(actor)} and ${ticketListFilterToSql(filter, { actor, now: NOW })}`;
  const { rows } = await sql<{ id: string }>`select t.id from ticket t where ${condition}`.execute(
    (await ctx.read()).getKysely(),
  );
  await ctx.endSnapshot();
  return new Set(rows.map(({ id }) => toId('tkt', id)));
}

test('a filter has the same result in SQL, for a stored ticket and for the state in an event', async () => {
  const counts = { true: 0, false: 0, undefined: 0 };
  const states = tickets.map(
    (ticket) =>
      ({ ...JSON.parse(JSON.stringify(ticketState(ticket))), id: ticket.id }) as TicketLike,
  );
  const candidates = [...tickets, ...states];
  await fc.assert(
    fc.asyncProperty(filters(), fc.nat(actors.length - 1), async (filter, index) => {
      const actor = actors[index]!;
      const expected = await matchingIds(filter, actor);
      const mayBeUnknown = mayNeedDatabase(filter);
      const wrong = candidates.filter((ticket) => {
        const result = visibleTicketMatches(filter, ticket, { actor, now: NOW });
        counts[`${result}`]++;
        return result === undefined ? !mayBeUnknown : result !== expected.has(ticket.id);
      });
      expect(wrong).toEqual([]);
    }),
    { numRuns: 500 },
  );
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(200);
});

test('the result is undefined when an older event lacks a property, unless other conditions decide', () => {
  const ticket = { id: newId('tkt'), departmentId: null, requesterId: desk.customer.id };
  const late = { tag: { any: ['late'] } };
  expect(visibleTicketMatches(late, ticket, { actor: desk.agent })).toBeUndefined();
  expect(visibleTicketMatches({ not: late }, ticket, { actor: desk.agent })).toBeUndefined();
  expect(
    visibleTicketMatches({ ...late, departmentId: { isNull: false } }, ticket, {
      actor: desk.agent,
    }),
  ).toBe(false);
  expect(
    visibleTicketMatches({ or: [late, { departmentId: { isNull: true } }] }, ticket, {
      actor: desk.agent,
    }),
  ).toBe(true);
  expect(visibleTicketMatches(late, ticket, { actor: desk.stranger })).toBe(false);
});

test('a filter that is too large is refused in SQL and in memory', () => {
  const ids = Array.from({ length: 101 }, () => newId('tkt'));
  const deep = { not: { not: { not: { not: { not: {} } } } } };
  for (const filter of [{ id: { in: ids } }, deep]) {
    expect(() => ticketListFilterToSql(filter, { actor: desk.agent })).toThrow(Refusal);
    expect(() => visibleTicketMatches(filter, tickets[0]!, { actor: desk.agent })).toThrow(Refusal);
  }
});
