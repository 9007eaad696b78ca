import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type GraphQLInputObjectType,
  GraphQLID,
  getNamedType,
  isInputObjectType,
  isLeafType,
  isObjectType,
} from 'graphql';
import { newId } from '@deskgraph/common/core/id';
import { type Answer } from '@deskgraph/common/testing/testing';
import { type Desk, type UserError, isLate, mutation, post } from '../fixtures/desk.ts';
import type { Place } from '../platform/platform-handle.ts';
import { sharedPlatform } from '../platform/shared.ts';
import { CALLERS, type Caller } from './callers.ts';
import { EXISTS, FIELDS, MUTATIONS, QUERIES } from './graph.ts';
import type { MutationRight, Way } from './right.ts';
import {
  type RootField,
  api,
  authOf,
  mutations,
  queries,
  select,
  supergraph,
} from '../fixtures/schema.ts';
import {
  KINDS,
  type Kind,
  PREFIXES,
  type Things,
  makeThings,
  nothing,
} from '../fixtures/fixtures.ts';
import { until } from '../platform/wait-for.ts';

type Whose = 'own' | 'others' | 'foreign';

let platform: Place;
let desk: Desk;
let foreignDesk: Desk;
let world: Record<Whose, Things>;
let canaries: Record<Caller, { word: string; what: string }[]>;

beforeAll(async () => {
  platform = await sharedPlatform();
  [desk, foreignDesk] = await Promise.all([platform.desk(), platform.desk()]);
  const [own, others, foreign] = await Promise.all([
    makeThings(desk, 'customer', 'EXTERNAL'),
    makeThings(desk, 'customer2', 'INTERNAL'),
    makeThings(foreignDesk, 'customer', 'EXTERNAL'),
  ]);
  world = { own, others, foreign };
  canaries = Object.fromEntries(
    CALLERS.map((caller) => [caller, forbidden(caller)]),
  ) as typeof canaries;
}, 240_000);

const isThere = (kind: Kind, whose: Whose, caller: Caller): boolean =>
  whose !== 'foreign' && EXISTS[kind][whose].includes(caller);

/** Words that no answer to this caller may hold. */
const forbidden = (caller: Caller): { word: string; what: string }[] =>
  (['own', 'others', 'foreign'] as const).flatMap((whose) =>
    KINDS.flatMap((kind) =>
      isThere(kind, whose, caller)
        ? []
        : [{ word: world[whose][kind].mark, what: `${kind} (${whose})` }],
    ),
  );

interface Told<Data> {
  answer: Answer<Data>;
  text: string;
}

/** An answer that was not given up for lack of time, after a look for what must not be in it. */
async function tell<Data>(
  caller: Caller,
  query: string,
  variables: object = {},
): Promise<Told<Data>> {
  const told = await until(query, async () => {
    const { text, answer } = await post<Data>(platform.url, desk.tokens[caller], query, variables);
    return !isLate(answer) && { text, answer };
  });
  expect(canaries[caller].filter(({ word }) => told.text.includes(word))).toEqual([]);
  if (caller === 'customer') expect(told.text).not.toContain('ON_HOLD');
  expect(
    told.answer.errors?.filter(({ extensions }) => extensions.code === 'INTERNAL') ?? [],
  ).toEqual([]);
  expectCountsOfLists(told.answer.data);
  return told;
}

/** Where a whole list was given, its count is its length. */
function expectCountsOfLists(value: unknown): void {
  if (value === null || typeof value !== 'object') return;
  const { totalCount, nodes, pageInfo } = value as {
    totalCount?: number;
    nodes?: unknown[];
    pageInfo?: { hasNextPage: boolean };
  };
  if (typeof totalCount === 'number' && nodes && pageInfo && !pageInfo.hasNextPage)
    expect(nodes).toHaveLength(totalCount);
  for (const inner of Object.values(value)) expectCountsOfLists(inner);
}

const everyNode = api
  .getPossibleTypes(api.getType('Node') as never)
  .map((type) => `... on ${type.name} { ${shownBy(type.name)} }`)
  .join(' ');

function shownBy(type: string): string {
  return (
    {
      BulkJob: 'action { note }',
      Ticket: 'subject',
      Message: 'text',
      Article: 'title',
      Section: 'title',
      CannedResponse: 'title',
      Customer: 'tier',
      TicketField: 'label',
      CustomStatus: 'label',
      Operation: 'kind',
    }[type] ?? 'name'
  );
}

/** The text of a query that passes its arguments as variables. */
function queryOf(field: RootField, args: object): string {
  const given = field.args.filter(({ name }) => name in args);
  const declared = given.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = given.map(({ name }) => `${name}: $${name}`).join(', ');
  const inner = field.name.startsWith('node')
    ? everyNode
    : select(getNamedType(field.type), 1, { page: 10 });
  const selection = isLeafType(getNamedType(field.type)) ? '' : `{ __typename ${inner} }`;
  return `query ${declared && `(${declared})`} { ${field.name}${passed && `(${passed})`} ${selection} }`;
}

const codes = ({ errors }: Answer<unknown>): unknown =>
  errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code]);

const DENIED = 'FORBIDDEN';

/** What a caller without the right gets. */
function expectDenied(caller: Caller, name: string, answer: Answer<unknown>): void {
  if (caller === 'nobody') expect(codes(answer)).toEqual([[undefined, 'UNAUTHENTICATED']]);
  else expect(codes(answer)).toEqual([[name, DENIED]]);
  expect(Object.values(answer.data ?? {}).filter((value) => value !== null)).toEqual([]);
}

test('every field of Query and Mutation has an expectation, and every expectation a field', () => {
  expect(Object.keys(QUERIES).sort()).toEqual(queries.map(({ name }) => name).sort());
  expect(Object.keys(MUTATIONS).sort()).toEqual(mutations.map(({ name }) => name).sort());
});

describe.each(queries.map((field) => [field.name, field] as const))('query %s', (name, field) => {
  const { may, plain, ways } = QUERIES[name] ?? { may: [], ways: {} };
  const first = (): object => plain?.(world.own) ?? Object.values(ways)[0]?.args(world.own) ?? {};

  test('is answered for whom it is, and refused to everybody else', async () => {
    await Promise.all(
      CALLERS.map(async (caller) => {
        const { answer } = await tell(caller, queryOf(field, first()), first());
        if (!may.includes(caller)) return expectDenied(caller, name, answer);
        expect(answer.data).not.toBeNull();
        // Below the root a missing right costs that field only; so does a thing of another service that is not for the caller.
        for (const { path, extensions } of answer.errors ?? []) {
          expect([DENIED, 'NOT_FOUND']).toContain(extensions.code);
          expect(path!.length).toBeGreaterThan(1);
        }
      }),
    );
  });

  if (Object.keys(ways).length)
    test.each(Object.entries(ways))(
      '%s finds what exists for the caller; all else is as if it had never been',
      async (_, way) => {
        expect.hasAssertions();
        await Promise.all(
          CALLERS.filter((caller) => may.includes(caller)).map((caller) =>
            expectFound(caller, field, way),
          ),
        );
      },
    );
});

async function expectFound(caller: Caller, field: RootField, way: Way): Promise<void> {
  const byThing = JSON.stringify(way.args(world.own)) !== JSON.stringify(way.args(world.others));
  const none = byThing
    ? await tell(caller, queryOf(field, way.args(nothing())), way.args(nothing()))
    : undefined;
  for (const whose of ['own', 'others', 'foreign'] as const) {
    if (whose === 'foreign' && way.foreign === false) continue;
    const args = way.args(world[whose]);
    const { answer, text } = await tell<Record<string, unknown>>(
      caller,
      queryOf(field, args),
      args,
    );
    const there = isThere(way.kind, whose, caller);
    // Of what is found by its words only the ticket around it is shown.
    const sign =
      text.includes(world[whose][way.kind].mark) || text.includes(world[whose].ticket.mark);
    expect({ caller, whose, found: sign }).toEqual({ caller, whose, found: there });
    if (!there && none && way.alone !== false)
      expect({ caller, whose, answer }).toEqual({ caller, whose, answer: none.answer });
  }
}

test('a report counts the tickets of the workspace and of no other', async () => {
  const plain = QUERIES['ticketReport']!.plain!(world.own);
  const report = queryOf(
    queries.find(({ name }) => name === 'ticketReport')!,
    { ...plain, filter: {} },
  );
  const counted = async (caller: Caller, whose: Things): Promise<number> => {
    const variables = { ...plain, filter: { id: { eq: whose.ticket.id } } };
    const { answer } = await tell<{ ticketReport: { totals: { value: number }[] } }>(
      caller,
      report,
      variables,
    );
    return answer.data!.ticketReport.totals[0]!.value;
  };
  for (const caller of QUERIES['ticketReport']!.may) {
    await until(
      'analytics has heard of both tickets',
      async () =>
        (await counted(caller, world.own)) === 1 && (await counted(caller, world.others)) === 1,
    );
    expect(await counted(caller, world.foreign)).toBe(0);
  }
});

test('requesters read OPEN for ON_HOLD, and cannot find out by filters', async () => {
  await desk.done('admin', 'settingsUpdate', { onHoldEnabled: true });
  const { id } = await desk.ticket({ subject: 'Held' });
  await desk.done('agent', 'ticketStatusChange', { id, status: 'OPEN' });
  await desk.done('agent', 'ticketStatusChange', { id, status: 'ON_HOLD' });
  const seen = async (caller: Caller, filter: object): Promise<unknown> => {
    const query =
      'query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount pageInfo { hasNextPage } nodes { id status } } }';
    const { answer } = await tell<{ tickets: { nodes: unknown[] } }>(caller, query, {
      filter: { and: [{ id: { eq: id } }, filter] },
    });
    return answer.data!.tickets.nodes;
  };
  expect(await seen('agent', { status: { eq: 'ON_HOLD' } })).toEqual([{ id, status: 'ON_HOLD' }]);
  expect(await seen('customer', { status: { eq: 'ON_HOLD' } })).toEqual([]);
  expect(await seen('customer', { status: { eq: 'OPEN' } })).toEqual([{ id, status: 'OPEN' }]);
  expect(await seen('customer', { status: { notIn: ['OPEN'] } })).toEqual([]);
  expect(await seen('customer', { not: { status: { eq: 'ON_HOLD' } } })).toEqual([
    { id, status: 'OPEN' },
  ]);
});

test('whatever a customer asks for, three things deep, holds no word of what he may not read', async () => {
  for (const field of queries.filter(
    ({ name }) => !name.startsWith('node') && QUERIES[name]!.may.includes('customer'),
  )) {
    const way = Object.values(QUERIES[field.name]!.ways)[0];
    const args = way?.args(world.own) ?? {};
    const inner = select(getNamedType(field.type), 2, { page: 5 });
    const { text } = await tell(
      'customer',
      queryOf(field, args).replace(/__typename .* } }$/s, `${inner} } }`),
      args,
    );
    expect(text.length).toBeGreaterThan(20);
  }
});

describe('a field below the root with a right of its own', () => {
  const guarded = Object.values(supergraph.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !['Query', 'Mutation', 'Subscription'].includes(type.name)
      ? Object.values(type.getFields()).flatMap((field) =>
          authOf(field) ? [`${type.name}.${field.name}`] : [],
        )
      : [],
  );

  test('has an expectation', () => expect(Object.keys(FIELDS).sort()).toEqual(guarded.sort()));

  test.each(Object.entries(FIELDS))(
    '%s is null for a customer, with FORBIDDEN at its path; the rest of the answer stands',
    async (path, { from, type, select: asked, least = 'light', within = [] }) => {
      const place = ['node', ...within, path.split('.')[1]!];
      const query = `query ($id: ID!) { node(id: $id) { __typename ... on ${type} { id ${asked} } } }`;
      const { answer } = await tell('customer', query, { id: world.own[from].id });
      expect(answer.data).toMatchObject({ node: { __typename: type, id: world.own[from].id } });
      expect(answer.data).toHaveProperty(place, null);
      expect(codes(answer)).toEqual([[place.join('.'), DENIED]]);
      const { answer: staff } = await tell(least, query, { id: world.own[from].id });
      expect(staff.errors).toBeUndefined();
    },
  );
});

describe('straight at a service', () => {
  const OWNERS: Record<Kind, [service: string, type: string]> = {
    ticket: ['tickets', 'Ticket'],
    message: ['tickets', 'Message'],
    note: ['tickets', 'Message'],
    file: ['tickets', 'Attachment'],
    paper: ['tickets', 'Attachment'],
    agent: ['tickets', 'Agent'],
    department: ['tickets', 'Department'],
    tag: ['tickets', ''],
    view: ['tickets', ''],
    canned: ['tickets', ''],
    macro: ['tickets', ''],
    access: ['tickets', ''],
    path: ['tickets', ''],
    job: ['tickets', ''],
    category: ['tickets', 'TicketCategory'],
    field: ['tickets', 'TicketField'],
    status: ['tickets', ''],
    form: ['tickets', ''],
    customer: ['customers', 'Customer'],
    organization: ['customers', 'Organization'],
    base: ['knowledge-base', 'KnowledgeBase'],
    section: ['knowledge-base', 'Section'],
    article: ['knowledge-base', 'Article'],
    draft: ['knowledge-base', 'Article'],
  };
  const entity = (type: string): string =>
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${shownBy(type)} } } }`;

  test.each(KINDS.filter((kind) => OWNERS[kind][1] !== ''))(
    '_entities gives a %s to whom it exists, and null to all others',
    async (kind) => {
      const [service, type] = OWNERS[kind];
      await Promise.all(
        CALLERS.map(async (caller) => {
          if (caller === 'nobody') return;
          const of = (['own', 'others', 'foreign'] as const).map((whose) => ({
            __typename: type,
            id: world[whose][kind].id,
          }));
          const { text, answer } = await post<{ _entities: unknown[] }>(
            `${platform.services[service]!.url}/graphql`,
            await desk.internal(caller),
            entity(type),
            { of: [...of, { __typename: type, id: newId(PREFIXES[kind]) }] },
          );
          const found = (['own', 'others', 'foreign'] as const).map((whose) =>
            text.includes(world[whose][kind].mark),
          );
          expect({ caller, found }).toEqual({
            caller,
            found: [isThere(kind, 'own', caller), isThere(kind, 'others', caller), false],
          });
          expect(answer.data?._entities.slice(2)).toEqual([null, null]);
        }),
      );
    },
  );

  const FORGED = {
    'x-user-id': 'agt_1',
    'x-tenant': 'wsp_1',
    'x-workspace': 'wsp_1',
    'x-remote-user': 'admin',
    'x-forwarded-user': 'admin',
    'x-role': 'ADMIN',
    'x-actor': JSON.stringify({ kind: 'system', id: 'sys', scopes: [], workspace: '*' }),
  };

  test('every service answers 401 without an internal token, whatever headers or outside tokens are shown', async () => {
    for (const { url } of Object.values(platform.services))
      for (const token of [
        undefined,
        desk.tokens.admin,
        'none',
        `${(await desk.internal('admin')).slice(0, -3)}abc`,
      ])
        for (const query of [
          '{ __typename }',
          '{ _service { sdl } }',
          '{ __schema { queryType { name } } }',
        ])
          for (const headers of [{}, FORGED]) {
            const { status, answer } = await post(`${url}/graphql`, token, query, {}, headers);
            expect({ status, data: answer.data }).toEqual({ status: 401, data: undefined });
          }
  });

  test('doors between processes open to no person and no app', async () => {
    for (const { url } of Object.values(platform.services))
      for (const token of [
        undefined,
        desk.tokens.admin,
        await desk.internal('admin'),
        await desk.internal('partner'),
      ]) {
        const headers = { ...FORGED, ...(token && { authorization: `Bearer ${token}` }) };
        const feed = await fetch(`${url}/feed?after=0`, { headers });
        const who = await fetch(`${url}/who`, { method: 'POST', headers, body: '{}' });
        expect(feed.status).toBe(401);
        expect([401, 404]).toContain(who.status);
        await Promise.all([feed.body?.cancel(), who.body?.cancel()]);
      }
  });

  test('forged headers change nothing at the gateway', async () => {
    const query = '{ viewer { actor { id } role workspace } }';
    const { data } = await desk.ask<object>('customer', query, {}, FORGED);
    expect(data).toEqual({
      viewer: expect.objectContaining({ actor: { id: desk.ids.customer }, role: 'REQUESTER' }),
    });
    const { errors } = await desk.ask(
      'nobody',
      query,
      {},
      { ...FORGED, 'x-internal-token': await desk.internal('admin') },
    );
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const internal = await post(platform.url, await desk.internal('admin'), query);
    expect(internal.answer.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

/** Every place of an input where an id can stand: `requester.customerId`, `history.0.authorId`. */
function idPaths(type: GraphQLInputObjectType, above: readonly string[] = []): string[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type);
    const isList = String(field.type).startsWith('[');
    const path = [...above, field.name, ...(isList ? ['0'] : [])];
    if (inner === GraphQLID) return [path.join('.')];
    // An id in a filter is asked for and not looked up: what is not there is not found.
    if (inner.name === 'IdFilter' || inner.name === 'FieldFilter') return [];
    return isInputObjectType(inner) && !above.includes(field.name) ? idPaths(inner, path) : [];
  });
}

const at = (input: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], input);

function swapped(input: object, path: string, id: string): object {
  const copy = structuredClone(input) as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop()!;
  (
    keys.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], copy) as Record<
      string,
      unknown
    >
  )[last] = id;
  return copy;
}

let times = 0;

describe.each(mutations.map((field) => [field.name, field] as const))(
  'mutation %s',
  (name, field) => {
    const right: MutationRight = MUTATIONS[name] ?? { may: [], input: () => ({}) };
    const { may, unchecked = {} } = right;
    const paths = idPaths(getNamedType(field.args[0]!.type) as GraphQLInputObjectType);
    const inputFor = async (caller: Caller): Promise<object> =>
      right.input(world.own, caller, ++times, desk);
    const run = async (
      caller: Caller,
      input: object,
    ): Promise<Answer<Record<string, { userErrors: UserError[] }>>> =>
      (
        await tell<Record<string, { userErrors: UserError[] }>>(
          caller,
          mutation(name, '__typename'),
          { input },
        )
      ).answer;

    test('is done for whom it is, and refused to everybody else', async () => {
      expect.hasAssertions();
      for (const caller of CALLERS) {
        const answer = await run(caller, await inputFor(caller));
        if (may.includes(caller))
          expect({ caller, ...answer.data?.[name] }).toMatchObject({ caller, userErrors: [] });
        else expectDenied(caller, name, answer);
      }
    });

    if (paths.length)
      test.each(paths)(
        '%s: an id of another workspace is not found, and neither is one that is not the caller’s to see',
        async (path) => {
          const callers = (['customer', 'agent', 'lead', 'admin', 'partner'] as const).filter(
            (caller) => may.includes(caller),
          );
          let asked = 0;
          for (const caller of callers) {
            const input = await inputFor(caller);
            const mine = at(input, path) as string | undefined;
            if (mine === undefined) continue;
            asked++;
            const prefix = mine.split('_')[0]!;
            const kind = KINDS.find((each) => PREFIXES[each] === prefix);
            const missing = await run(caller, swapped(input, path, newId(prefix)));
            const hidden = (['foreign', 'others'] as const).filter(
              (whose) => kind && !isThere(kind, whose, caller),
            );
            for (const whose of hidden) {
              const answer = await run(
                caller,
                swapped(await inputFor(caller), path, world[whose][kind!].id),
              );
              expect({ caller, whose, answer: answer.data, errors: answer.errors }).toEqual({
                caller,
                whose,
                answer: missing.data,
                errors: undefined,
              });
            }
            const refusals = missing.data![name]!.userErrors;
            if (path in unchecked) expect(refusals).toEqual([]);
            else
              expect(refusals).toEqual([
                { code: 'NOT_FOUND', field: ['input', ...path.split('.')] },
              ]);
          }
          expect(asked).toBeGreaterThan(0);
        },
      );
  },
);
