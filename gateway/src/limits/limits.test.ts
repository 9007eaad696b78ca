import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildSchema, getIntrospectionQuery, parse } from 'graphql';
import { createLog } from '@deskgraph/common/core/log';
import { composeFakeSupergraph } from '../../testing/graph.ts';
import { compileCost } from './cost.ts';
import { type Gateway, startGateway } from '../gateway.ts';
import { DEFAULT_LIMITS, exceededLimit, exceededVariableLimit } from './limits.ts';

const times = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');
const nested = (count: number, field: string, leaf: string): string =>
  `${field} { `.repeat(count) + leaf + ' }'.repeat(count);

/** Fragments that each use the next one twice: 2^n fields from a few hundred bytes. */
const fragments = (levels: number): string =>
  `{ ticket(id: 1) { ...F0 } } ${times(levels, (n) => `fragment F${n} on Ticket { a: parent { ...F${n + 1} } b: parent { ...F${n + 1} } }`)} fragment F${levels} on Ticket { id }`;
/** The same field twice on each level, which the planner has to merge. */
const overlap = (levels: number, doubled = levels): string => {
  let text = 'id subject';
  for (let n = 0; n < levels && text.length < 60_000; n++)
    text = n < doubled ? `parent { ${text} } parent { ${text} }` : `parent { ${text} }`;
  return `{ ticket(id: 1) { ${text} } }`;
};

const deepJson = (levels: number): string => '{"all":['.repeat(levels) + '{}' + ']}'.repeat(levels);

interface Bomb {
  query: string;
  /** As JSON. */
  variables?: string;
}

const BOMBS: Record<string, Bomb> = {
  'fragments, 2^10 fields': { query: fragments(10) },
  'fragments, 2^14 fields': { query: fragments(14) },
  'fragments, 2^18 fields': { query: fragments(18) },
  'fragments, 2^60 fields': { query: fragments(60) },
  'fragments of fragments only': {
    query: `{ ticket(id: 1) { ...F0 } } ${times(30, (n) => `fragment F${n} on Ticket { ...F${n + 1} ...F${n + 1} }`)} fragment F30 on Ticket { id }`,
  },
  'cyclic fragments': {
    query:
      '{ ticket(id: 1) { ...A } } fragment A on Ticket { parent { ...B } } fragment B on Ticket { parent { ...A } }',
  },
  'overlapping fields': { query: overlap(10, 7) },
  'overlapping fields, long document': { query: overlap(20) },
  'overlapping fields in named fragments': {
    query: `{ ticket(id: 1) { ${times(20, () => '...F0')} } } ${fragments(10).slice(fragments(10).indexOf('fragment'))}`,
  },
  'the same field a thousand times': { query: `{ ticket(id: 1) { ${times(1400, () => 'id')} } }` },
  'the same field five hundred times': { query: `{ ${times(500, () => '__typename')} }` },
  '__typename a thousand times': { query: `{ ${times(2900, () => '__typename')} }` },
  'two hundred aliases of a list': {
    query: `{ ${times(200, (n) => `a${n}: newest { id subject }`)} }`,
  },
  'aliases of __typename': { query: `{ ${times(500, (n) => `a${n}: __typename`)} }` },
  'depth 500': { query: `{ ticket(id: 1) { ${nested(500, 'parent', 'id')} } }` },
  'depth 3,000': { query: `{ ticket(id: 1) { ${nested(3000, 'parent', 'id')} } }` },
  directives: { query: `{ ticket(id: 1) { id ${times(300, () => '@include(if: true)')} } }` },
  'recursive introspection': {
    query: `{ __schema { types { ${nested(20, 'fields { type', 'name')} ${'}'.repeat(20)} } } }`,
  },
  'introspection, wide': {
    query: `{ ${times(40, (n) => `a${n}: __schema { types { fields { type { fields { type { name } } } } } }`)} }`,
  },
  'pages of pages': {
    query: `{ tickets(first: 100) { nodes { children(first: 100) { children(first: 100) { id } } } } }`,
  },
  'a huge page by variable': {
    query: 'query($n: Int) { tickets(first: $n) { nodes { id } } }',
    variables: '{"n":1000000000}',
  },
  'many operations': { query: times(600, (n) => `query Q${n} { __typename }`) },
  'many fragments': {
    query: `{ ticket(id: 1) { ${times(300, (n) => `...F${n}`)} } } ${times(300, (n) => `fragment F${n} on Ticket { id }`)}`,
  },
  'many tokens': { query: `{ ${times(50_000, () => 'a')} }` },
  'deep literals': {
    query: `{ search(filter: ${'{all: ['.repeat(700)}${']}'.repeat(700)}) { id } }`,
  },
  'deep variables': {
    query: 'query($f: Filter) { search(filter: $f) { id } }',
    variables: `{"f":${deepJson(10_000)}}`,
  },
  'many values': {
    query: 'query($f: Filter) { search(filter: $f) { id } }',
    variables: `{"f":{"all":[{}${',{}'.repeat(60_000)}]}}`,
  },
  'undefined variables': {
    query: `{ search(filter: { all: [${times(700, (n) => `$v${n}`)}] }) { id } }`,
  },
};

let gateway: Gateway;

async function sendOnce(
  query: string,
  variables: string,
): Promise<{ codes: string[]; durationMs: number }> {
  const body = `{"query":${JSON.stringify(query)},"variables":${variables}}`;
  const [startCpu, startedAt] = [process.cpuUsage(), performance.now()];
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const { errors = [] } = (await response.json()) as {
    errors?: { extensions: { code: string } }[];
  };
  const { user, system } = process.cpuUsage(startCpu);
  const codes = [...new Set(errors.map(({ extensions }) => extensions.code))];
  return { codes, durationMs: Math.min((user + system) / 1000, performance.now() - startedAt) };
}

/**
 * The error codes, and the milliseconds of the fastest of three requests that differ in a comment.
 * The minimum excludes delays by other load on the machine.
 */
async function send({
  query,
  variables = '{}',
}: Bomb): Promise<{ codes: string[]; durationMs: number }> {
  const responses = [
    await sendOnce(`${query} #1`, variables),
    await sendOnce(`${query} #2`, variables),
    await sendOnce(`${query} #3`, variables),
  ];
  return {
    codes: responses[0]!.codes,
    durationMs: Math.min(...responses.map(({ durationMs }) => durationMs)),
  };
}

beforeAll(async () => {
  gateway = await startGateway({
    supergraphSdl: composeFakeSupergraph(),
    authentication: 'none',
    log: createLog('test', 'silent'),
  });
  for (const id of [1, 2, 3])
    await send({ query: `{ ticket(id: ${id}) { id customer { name } } }` });
});
afterAll(() => gateway.stop());

test.each(Object.entries(BOMBS))('refuses within 150 ms: %s', async (_, bomb) => {
  const { codes, durationMs } = await send(bomb);
  expect(['COST_EXCEEDED', 'BAD_USER_INPUT']).toEqual(expect.arrayContaining(codes));
  expect(codes).not.toEqual([]);
  expect(durationMs).toBeLessThanOrEqual(150);
});

test('accepts the introspection query of GraphiQL and nested variables', () => {
  expect(
    exceededLimit(
      parse(
        getIntrospectionQuery({
          inputValueDeprecation: true,
          specifiedByUrl: true,
          schemaDescription: true,
        }),
      ),
      DEFAULT_LIMITS,
    ),
  ).toBeUndefined();
  expect(
    exceededVariableLimit({ input: JSON.parse(deepJson(8)) as unknown }, DEFAULT_LIMITS),
  ).toBeUndefined();
});

test('computes the cost as the maximum number of objects in the result', () => {
  const schema = buildSchema(`
    type Query { me: Person tickets(first: Int, last: Int): Tickets newest(first: Int = 10): [Ticket!]! any: [Thing!]! }
    type Tickets { nodes: [Ticket!]! edges: [Edge!]! totalCount: Int }
    type Edge { node: Ticket! }
    type Ticket { id: ID! assignee: Person tags: [Tag!]! labels: [String!]! }
    type Person { id: ID! } type Tag { name: String } union Thing = Ticket | Tag`);
  const cost = (text: string, variables: Record<string, unknown> = {}): number => {
    const document = parse(text);
    const operation = document.definitions.find((node) => node.kind === 'OperationDefinition');
    return compileCost(schema, document, operation as never)(variables);
  };
  expect(cost('{ __typename }')).toBe(0);
  expect(cost('{ me { id } }')).toBe(1);
  expect(cost('{ tickets(first: 50) { nodes { id } totalCount } }')).toBe(51);
  expect(cost('{ tickets(first: 50) { edges { node { id } } } }')).toBe(101);
  expect(cost('{ tickets { nodes { assignee { id } } } }')).toBe(1 + 25 * 2);
  expect(cost('{ newest { labels tags { name } } }')).toBe(10 * (1 + 5));
  expect(cost('query($n: Int) { tickets(last: $n) { nodes { id } } }', { n: 7 })).toBe(8);
  expect(cost('query($n: Int = 3) { tickets(first: $n) { nodes { id } } }')).toBe(4);
  expect(cost('query($n: Int) { tickets(first: $n) { nodes { id } } }', { n: -5 })).toBe(1);
  expect(
    cost('{ any { ... on Ticket { assignee { id } } ...T } } fragment T on Tag { name }'),
  ).toBe(10);
  expect(cost(getIntrospectionQuery())).toBe(0);
});
