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
import { type GraphqlResponse } from '@deskgraph/common/testing/testing';
import { type Desk, type UserError, isLate, mutation, post } from '../fixtures/desk.ts';
import type { PlatformHandle } from '../platform/platform-handle.ts';
import { sharedPlatform } from '../platform/shared.ts';
import { CALLERS, type Caller } from './callers.ts';
import { VISIBILITY, FIELDS, MUTATIONS, QUERIES } from './graph.ts';
import type { MutationRight, Lookup } from './right.ts';
import {
  type RootField,
  apiSchema,
  requiresAuth,
  mutations,
  queries,
  selectFields,
  supergraph,
} from '../fixtures/schema.ts';
import {
  FIXTURE_KINDS,
  type FixtureKind,
  ID_PREFIXES,
  type Fixtures,
  createFixtures,
  unknownIds,
} from '../fixtures/fixtures.ts';
import { waitFor } from '../platform/wait-for.ts';

type Owner = 'own' | 'others' | 'foreign';

let platform: PlatformHandle;
let desk: Desk;
let foreignDesk: Desk;
let fixturesByOwner: Record<Owner, Fixtures>;
let forbiddenWords: Record<Caller, { word: string; what: string }[]>;

beforeAll(async () => {
  platform = await sharedPlatform();
  [desk, foreignDesk] = await Promise.all([platform.desk(), platform.desk()]);
  const [own, others, foreign] = await Promise.all([
    createFixtures(desk, 'customer', 'EXTERNAL'),
    createFixtures(desk, 'customer2', 'INTERNAL'),
    createFixtures(foreignDesk, 'customer', 'EXTERNAL'),
  ]);
  fixturesByOwner = { own, others, foreign };
  forbiddenWords = Object.fromEntries(
    CALLERS.map((caller) => [caller, forbidden(caller)]),
  ) as typeof forbiddenWords;
}, 240_000);

const isVisible = (kind: FixtureKind, owner: Owner, caller: Caller): boolean =>
  owner !== 'foreign' && VISIBILITY[kind][owner].includes(caller);

/** The words that must not occur in a response to this caller. */
const forbidden = (caller: Caller): { word: string; what: string }[] =>
  (['own', 'others', 'foreign'] as const).flatMap((owner) =>
    FIXTURE_KINDS.flatMap((kind) =>
      isVisible(kind, owner, caller)
        ? []
        : [{ word: fixturesByOwner[owner][kind].marker, what: `${kind} (${owner})` }],
    ),
  );

interface CheckedResponse<Data> {
  answer: GraphqlResponse<Data>;
  text: string;
}

/** Sends a request until it does not time out, and checks that its response leaks nothing. */
async function sendChecked<Data>(
  caller: Caller,
  query: string,
  variables: object = {},
): Promise<CheckedResponse<Data>> {
  const result = await waitFor(query, async () => {
    const { text, answer } = await post<Data>(platform.url, desk.tokens[caller], query, variables);
    return !isLate(answer) && { text, answer };
  });
  expect(forbiddenWords[caller].filter(({ word }) => result.text.includes(word))).toEqual([]);
  if (caller === 'customer') expect(result.text).not.toContain('ON_HOLD');
  expect(
    result.answer.errors?.filter(({ extensions }) => extensions.code === 'INTERNAL') ?? [],
  ).toEqual([]);
  expectCountsOfLists(result.answer.data);
  return result;
}

/** Expects the total count of each complete list to be its length. */
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

const everyNode = apiSchema
  .getPossibleTypes(apiSchema.getType('Node') as never)
  .map((type) => `... on ${type.name} { ${labelField(type.name)} }`)
  .join(' ');

function labelField(type: string): string {
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

/** Builds a query that passes its arguments as variables. */
function queryOf(field: RootField, args: object): string {
  const given = field.args.filter(({ name }) => name in args);
  const declared = given.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = given.map(({ name }) => `${name}: $${name}`).join(', ');
  const inner = field.name.startsWith('node')
    ? everyNode
    : selectFields(getNamedType(field.type), 1, { page: 10 });
  const selection = isLeafType(getNamedType(field.type)) ? '' : `{ __typename ${inner} }`;
  return `query ${declared && `(${declared})`} { ${field.name}${passed && `(${passed})`} ${selection} }`;
}

const errorCodes = ({ errors }: GraphqlResponse<unknown>): unknown =>
  errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code]);

const FORBIDDEN = 'FORBIDDEN';

/** Expects the response for a caller without permission. */
function expectRefused(caller: Caller, name: string, answer: GraphqlResponse<unknown>): void {
  if (caller === 'anonymous') expect(errorCodes(answer)).toEqual([[undefined, 'UNAUTHENTICATED']]);
  else expect(errorCodes(answer)).toEqual([[name, FORBIDDEN]]);
  expect(Object.values(answer.data ?? {}).filter((value) => value !== null)).toEqual([]);
}

test('every field of Query and Mutation has an expectation, and every expectation has a field', () => {
  expect(Object.keys(QUERIES).sort()).toEqual(queries.map(({ name }) => name).sort());
  expect(Object.keys(MUTATIONS).sort()).toEqual(mutations.map(({ name }) => name).sort());
});

describe.each(queries.map((field) => [field.name, field] as const))('query %s', (name, field) => {
  const { allowed, defaultArgs, lookups } = QUERIES[name] ?? { allowed: [], lookups: {} };
  const first = (): object =>
    defaultArgs?.(fixturesByOwner.own) ??
    Object.values(lookups)[0]?.args(fixturesByOwner.own) ??
    {};

  test('is allowed for the expected callers and refused to all others', async () => {
    await Promise.all(
      CALLERS.map(async (caller) => {
        const { answer } = await sendChecked(caller, queryOf(field, first()), first());
        if (!allowed.includes(caller)) return expectRefused(caller, name, answer);
        expect(answer.data).not.toBeNull();
        // Below the root, a missing permission or an invisible entity of another service makes only
        // that field null.
        for (const { path, extensions } of answer.errors ?? []) {
          expect([FORBIDDEN, 'NOT_FOUND']).toContain(extensions.code);
          expect(path!.length).toBeGreaterThan(1);
        }
      }),
    );
  });

  if (Object.keys(lookups).length)
    test.each(Object.entries(lookups))(
      '%s finds only entities that the caller can see; all others look as if they did not exist',
      async (_, way) => {
        expect.hasAssertions();
        await Promise.all(
          CALLERS.filter((caller) => allowed.includes(caller)).map((caller) =>
            expectFound(caller, field, way),
          ),
        );
      },
    );
});

async function expectFound(caller: Caller, field: RootField, way: Lookup): Promise<void> {
  const usesIds =
    JSON.stringify(way.args(fixturesByOwner.own)) !==
    JSON.stringify(way.args(fixturesByOwner.others));
  const none = usesIds
    ? await sendChecked(caller, queryOf(field, way.args(unknownIds())), way.args(unknownIds()))
    : undefined;
  for (const owner of ['own', 'others', 'foreign'] as const) {
    if (owner === 'foreign' && way.foreign === false) continue;
    const args = way.args(fixturesByOwner[owner]);
    const { answer, text } = await sendChecked<Record<string, unknown>>(
      caller,
      queryOf(field, args),
      args,
    );
    const isExpected = isVisible(way.kind, owner, caller);
    // A full-text match shows only the ticket around the matching message.
    const isFound =
      text.includes(fixturesByOwner[owner][way.kind].marker) ||
      text.includes(fixturesByOwner[owner].ticket.marker);
    expect({ caller, owner, found: isFound }).toEqual({ caller, owner, found: isExpected });
    if (!isExpected && none && way.onlyKind !== false)
      expect({ caller, owner, answer }).toEqual({ caller, owner, answer: none.answer });
  }
}

test('a report counts only the tickets of the workspace', async () => {
  const defaultArgs = QUERIES['ticketReport']!.defaultArgs!(fixturesByOwner.own);
  const report = queryOf(
    queries.find(({ name }) => name === 'ticketReport')!,
    { ...defaultArgs, filter: {} },
  );
  const counted = async (caller: Caller, owner: Fixtures): Promise<number> => {
    const variables = { ...defaultArgs, filter: { id: { eq: owner.ticket.id } } };
    const { answer } = await sendChecked<{ ticketReport: { totals: { value: number }[] } }>(
      caller,
      report,
      variables,
    );
    return answer.data!.ticketReport.totals[0]!.value;
  };
  for (const caller of QUERIES['ticketReport']!.allowed) {
    await waitFor(
      'analytics has received both tickets',
      async () =>
        (await counted(caller, fixturesByOwner.own)) === 1 &&
        (await counted(caller, fixturesByOwner.others)) === 1,
    );
    expect(await counted(caller, fixturesByOwner.foreign)).toBe(0);
  }
});

test('requesters read OPEN for ON_HOLD and cannot detect it by filters', async () => {
  await desk.mutate('admin', 'settingsUpdate', { onHoldEnabled: true });
  const { id } = await desk.ticket({ subject: 'Held' });
  await desk.mutate('agent', 'ticketStatusChange', { id, status: 'OPEN' });
  await desk.mutate('agent', 'ticketStatusChange', { id, status: 'ON_HOLD' });
  const seen = async (caller: Caller, filter: object): Promise<unknown> => {
    const query =
      'query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount pageInfo { hasNextPage } nodes { id status } } }';
    const { answer } = await sendChecked<{ tickets: { nodes: unknown[] } }>(caller, query, {
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

test('no query of a customer, three objects deep, returns text that they may not read', async () => {
  for (const field of queries.filter(
    ({ name }) => !name.startsWith('node') && QUERIES[name]!.allowed.includes('customer'),
  )) {
    const way = Object.values(QUERIES[field.name]!.lookups)[0];
    const args = way?.args(fixturesByOwner.own) ?? {};
    const inner = selectFields(getNamedType(field.type), 2, { page: 5 });
    const { text } = await sendChecked(
      'customer',
      queryOf(field, args).replace(/__typename .* } }$/s, `${inner} } }`),
      args,
    );
    expect(text.length).toBeGreaterThan(20);
  }
});

describe('a nested field with its own permission', () => {
  const protectedFields = Object.values(supergraph.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !['Query', 'Mutation', 'Subscription'].includes(type.name)
      ? Object.values(type.getFields()).flatMap((field) =>
          requiresAuth(field) ? [`${type.name}.${field.name}`] : [],
        )
      : [],
  );

  test('has an expectation', () =>
    expect(Object.keys(FIELDS).sort()).toEqual(protectedFields.sort()));

  test.each(Object.entries(FIELDS))(
    '%s is null for a customer, with FORBIDDEN at its path and the rest of the data intact',
    async (
      path,
      { from, type, select: selection, leastRole: least = 'light', parentPath: within = [] },
    ) => {
      const place = ['node', ...within, path.split('.')[1]!];
      const query = `query ($id: ID!) { node(id: $id) { __typename ... on ${type} { id ${selection} } } }`;
      const { answer } = await sendChecked('customer', query, { id: fixturesByOwner.own[from].id });
      expect(answer.data).toMatchObject({
        node: { __typename: type, id: fixturesByOwner.own[from].id },
      });
      expect(answer.data).toHaveProperty(place, null);
      expect(errorCodes(answer)).toEqual([[place.join('.'), FORBIDDEN]]);
      const { answer: staff } = await sendChecked(least, query, {
        id: fixturesByOwner.own[from].id,
      });
      expect(staff.errors).toBeUndefined();
    },
  );
});

describe('a direct request to a service', () => {
  const OWNERS: Record<FixtureKind, [service: string, type: string]> = {
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
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${labelField(type)} } } }`;

  test.each(FIXTURE_KINDS.filter((kind) => OWNERS[kind][1] !== ''))(
    '_entities returns a %s to callers who can see it, and null to all others',
    async (kind) => {
      const [service, type] = OWNERS[kind];
      await Promise.all(
        CALLERS.map(async (caller) => {
          if (caller === 'anonymous') return;
          const of = (['own', 'others', 'foreign'] as const).map((owner) => ({
            __typename: type,
            id: fixturesByOwner[owner][kind].id,
          }));
          const { text, answer } = await post<{ _entities: unknown[] }>(
            `${platform.services[service]!.url}/graphql`,
            await desk.internalToken(caller),
            entity(type),
            { of: [...of, { __typename: type, id: newId(ID_PREFIXES[kind]) }] },
          );
          const found = (['own', 'others', 'foreign'] as const).map((owner) =>
            text.includes(fixturesByOwner[owner][kind].marker),
          );
          expect({ caller, found }).toEqual({
            caller,
            found: [isVisible(kind, 'own', caller), isVisible(kind, 'others', caller), false],
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

  test('every service responds 401 without an internal token, whatever other headers and tokens it gets', async () => {
    for (const { url } of Object.values(platform.services))
      for (const token of [
        undefined,
        desk.tokens.admin,
        'none',
        `${(await desk.internalToken('admin')).slice(0, -3)}abc`,
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

  test('internal endpoints refuse users and apps', async () => {
    for (const { url } of Object.values(platform.services))
      for (const token of [
        undefined,
        desk.tokens.admin,
        await desk.internalToken('admin'),
        await desk.internalToken('partner'),
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
      'anonymous',
      query,
      {},
      { ...FORGED, 'x-internal-token': await desk.internalToken('admin') },
    );
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const internal = await post(platform.url, await desk.internalToken('admin'), query);
    expect(internal.answer.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

/** Returns the paths of all ids in an input: `requester.customerId`, `history.0.authorId`. */
function idPaths(type: GraphQLInputObjectType, above: readonly string[] = []): string[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type);
    const isList = String(field.type).startsWith('[');
    const path = [...above, field.name, ...(isList ? ['0'] : [])];
    if (inner === GraphQLID) return [path.join('.')];
    // An unknown id in a filter matches nothing; it is not an error.
    if (inner.name === 'IdFilter' || inner.name === 'FieldFilter') return [];
    return isInputObjectType(inner) && !above.includes(field.name) ? idPaths(inner, path) : [];
  });
}

const valueAt = (input: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], input);

function withIdAt(input: object, path: string, id: string): object {
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

let inputCount = 0;

describe.each(mutations.map((field) => [field.name, field] as const))(
  'mutation %s',
  (name, field) => {
    const right: MutationRight = MUTATIONS[name] ?? { allowed: [], input: () => ({}) };
    const { allowed, unchecked = {} } = right;
    const paths = idPaths(getNamedType(field.args[0]!.type) as GraphQLInputObjectType);
    const inputFor = async (caller: Caller): Promise<object> =>
      right.input(fixturesByOwner.own, caller, ++inputCount, desk);
    const run = async (
      caller: Caller,
      input: object,
    ): Promise<GraphqlResponse<Record<string, { userErrors: UserError[] }>>> =>
      (
        await sendChecked<Record<string, { userErrors: UserError[] }>>(
          caller,
          mutation(name, '__typename'),
          { input },
        )
      ).answer;

    test('is allowed for the expected callers and refused to all others', async () => {
      expect.hasAssertions();
      for (const caller of CALLERS) {
        const answer = await run(caller, await inputFor(caller));
        if (allowed.includes(caller))
          expect({ caller, ...answer.data?.[name] }).toMatchObject({ caller, userErrors: [] });
        else expectRefused(caller, name, answer);
      }
    });

    if (paths.length)
      test.each(paths)(
        '%s: an id of another workspace, or one that the caller cannot see, is not found',
        async (path) => {
          const callers = (['customer', 'agent', 'lead', 'admin', 'partner'] as const).filter(
            (caller) => allowed.includes(caller),
          );
          let checkedCallers = 0;
          for (const caller of callers) {
            const input = await inputFor(caller);
            const originalId = valueAt(input, path) as string | undefined;
            if (originalId === undefined) continue;
            checkedCallers++;
            const prefix = originalId.split('_')[0]!;
            const kind = FIXTURE_KINDS.find((each) => ID_PREFIXES[each] === prefix);
            const missing = await run(caller, withIdAt(input, path, newId(prefix)));
            const hidden = (['foreign', 'others'] as const).filter(
              (owner) => kind && !isVisible(kind, owner, caller),
            );
            for (const owner of hidden) {
              const answer = await run(
                caller,
                withIdAt(await inputFor(caller), path, fixturesByOwner[owner][kind!].id),
              );
              expect({ caller, owner, answer: answer.data, errors: answer.errors }).toEqual({
                caller,
                owner,
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
          expect(checkedCallers).toBeGreaterThan(0);
        },
      );
  },
);
