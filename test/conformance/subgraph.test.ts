import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { composeServices } from '@apollo/composition';
import { Migration } from '@mikro-orm/migrations';
import { parse, stripIgnoredCharacters } from 'graphql';
import { deadLetterTable, eventTables, eventLogPartitions } from '@deskgraph/common/events/tables';
import { createLog } from '@deskgraph/common/core/log';
import { idempotencyTable } from '@deskgraph/common/graphql/idempotency';
import {
  TEST_SECRET,
  type TestService,
  appActor,
  newWorkspace,
  startTestService,
} from '@deskgraph/common/testing/testing';
import { toId } from '@deskgraph/common/core/id';
import { type Gateway, startGateway } from '@deskgraph/gateway/gateway';
import { NEIGHBOURS, serveNeighbour } from './products/neighbours.ts';
import { products } from './products/products.ts';

// What Apollo's compatibility suite for subgraphs checks, in our own words, of a subgraph made with our own factory. All of it but the inline
// trace (ftv1), which our services have switched off for its cost.

class First extends Migration {
  override up(): void {
    this.addSql(eventTables);
    this.addSql(eventLogPartitions());
    this.addSql(deadLetterTable);
    this.addSql(idempotencyTable);
  }
}

const workspace = newWorkspace();
const caller = appActor(workspace);
let service: TestService;
let gateway: Gateway;
let neighbours: { url: string; close: () => void }[] = [];
let sdl = '';

beforeAll(async () => {
  service = await startTestService(products, { First });
  neighbours = await Promise.all(Object.values(NEIGHBOURS).map(serveNeighbour));
  const told = await service.query<{ _service: { sdl: string } }>(caller, '{ _service { sdl } }');
  sdl = told.data!._service.sdl;
  const composed = composeServices([
    { name: 'products', url: `${service.url}/graphql`, typeDefs: parse(sdl) },
    ...Object.entries(NEIGHBOURS).map(([name, each], at) => ({
      name,
      url: neighbours[at]!.url,
      typeDefs: parse(each.sdl),
    })),
  ]);
  if (composed.errors) throw new Error(composed.errors.join('\n'));
  const claims = {
    sub: caller.id,
    scope: 'tickets:read',
    workspace: toId('wsp', workspace),
    exp: Date.now() / 1000 + 3600,
  };
  gateway = await startGateway({
    supergraphSdl: composed.supergraphSdl,
    authentication: { verifyToken: async () => claims, lookupUrls: [], secret: TEST_SECRET },
    log: createLog('products', 'silent'),
    queryTimeoutMs: 10_000,
  });
}, 120_000);
afterAll(async () => {
  await gateway?.stop();
  for (const each of neighbours) each.close();
  await service?.stop();
});

/** At the subgraph itself. */
const direct = async (query: string, variables = {}): Promise<unknown> =>
  service.query(caller, query, variables);
const entity = (type: string, key: object, selection: string): Promise<unknown> =>
  direct(
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${selection} } } }`,
    {
      of: [{ __typename: type, ...key }],
    },
  );
/** Through the gateway. */
const federated = async (query: string): Promise<unknown> => {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer products' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
  return { data, errors };
};
const written = (): string => stripIgnoredCharacters(sdl);
/** The head of a type, up to its first field. */
const headOf = (type: string): string =>
  new RegExp(`type ${type}\\b([^{]|\\{[^}]*\\}(?="))*\\{`).exec(written())![0];

describe('the subgraph’s own schema', () => {
  test('is told to the gateway', () => expect(written()).toContain('type Query'));
  test('links one federation, with what it imports', () => {
    expect(written().match(/specs\.apollo\.dev\/federation/g)).toHaveLength(1);
    expect(written()).toMatch(
      /@link\(url:"https:\/\/specs\.apollo\.dev\/federation\/v2\.3" import:\["@composeDirective"/,
    );
  });
  test('@composeDirective carries a directive of its own', () => {
    expect(written()).toContain('@composeDirective(name:"@custom")');
    expect(written()).toContain('directive@custom on OBJECT');
    expect(headOf('Product')).toContain('@custom');
  });
  test('@key with one field', () => expect(headOf('User')).toContain('@key(fields:"email")'));
  test('@key with several fields', () =>
    expect(headOf('DeprecatedProduct')).toContain('@key(fields:"sku package")'));
  test('@key with fields of an object', () =>
    expect(headOf('ProductResearch')).toContain('@key(fields:"study { caseNumber }")'));
  test('several @key of one type', () =>
    expect(headOf('Product').match(/@key\(fields:"[^"]+"\)/g)).toEqual([
      '@key(fields:"id")',
      '@key(fields:"sku package")',
      '@key(fields:"sku variation { id }")',
    ]));
  test('@interfaceObject', () => expect(headOf('Inventory')).toContain('@interfaceObject'));
  test('@shareable', () => expect(headOf('ProductDimension')).toContain('@shareable'));
  test('@inaccessible', () => expect(written()).toContain('unit:String@inaccessible'));
  test('@tag', () => expect(written()).toContain('notes:String@tag(name:"internal")'));
  test('@override', () => expect(written()).toContain('name:String@override(from:"users")'));
  test('@provides', () =>
    expect(written()).toContain('createdBy:User@provides(fields:"totalProductsCreated")'));
  test('@requires', () =>
    expect(written()).toContain('@requires(fields:"totalProductsCreated yearsOfEmployment")'));
});

const LAMP = { id: 'lamp', sku: 'lamp-v2' };

describe('things are found by their keys', () => {
  test.each([
    [
      'one field',
      'User',
      { email: 'jane@shop.example' },
      'email name',
      { email: 'jane@shop.example', name: 'Jane' },
    ],
    [
      'several fields',
      'DeprecatedProduct',
      { sku: 'lamp-v1', package: '@shop/lamp-v1' },
      'reason',
      { reason: 'There is a second one' },
    ],
    [
      'fields of an object',
      'ProductResearch',
      { study: { caseNumber: '1234' } },
      'study { caseNumber description }',
      { study: { caseNumber: '1234', description: 'Lamps at night' } },
    ],
    ['the first of several keys', 'Product', { id: 'lamp' }, 'id sku', LAMP],
    ['the second', 'Product', { sku: 'lamp-v2', package: '@shop/lamp-v2' }, 'id sku', LAMP],
    ['the third', 'Product', { sku: 'lamp-v2', variation: { id: 'tall' } }, 'id sku', LAMP],
  ])('%s', async (_, type, key, selection, found) => {
    expect(await entity(type, key, selection)).toEqual({ data: { _entities: [found] } });
  });
});

describe('with its neighbours', () => {
  test('an inaccessible field is known to the subgraph, and to no client', async () => {
    expect(await direct('{ product(id: "lamp") { dimensions { unit } } }')).toEqual({
      data: { product: { dimensions: { unit: 'kg' } } },
    });
    expect(await federated('{ product(id: "lamp") { dimensions { unit } } }')).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });
  test('a shared type is answered', async () =>
    expect(await federated('{ product(id: "lamp") { dimensions { size weight } } }')).toEqual({
      data: { product: { dimensions: { size: 'small', weight: 1 } } },
    }));
  test('an overridden field comes from here', async () =>
    expect(await federated('{ product(id: "lamp") { createdBy { name } } }')).toEqual({
      data: { product: { createdBy: { name: 'Jane' } } },
    }));
  test('a provided field comes from here', async () =>
    expect(
      await federated('{ product(id: "lamp") { createdBy { email totalProductsCreated } } }'),
    ).toEqual({
      data: { product: { createdBy: { email: 'jane@shop.example', totalProductsCreated: 1337 } } },
    }));
  test('a required field is fetched from its owner first', async () =>
    expect(
      await federated('{ product(id: "lamp") { createdBy { averageProductsCreatedPerYear } } }'),
    ).toEqual({
      data: { product: { createdBy: { averageProductsCreatedPerYear: 134 } } },
    }));
  test('an object that stands for an interface adds its fields to every kind of it', async () =>
    expect(
      await federated('{ inventory(id: "centre") { id deprecatedProducts { sku reason } } }'),
    ).toEqual({
      data: {
        inventory: {
          id: 'centre',
          deprecatedProducts: [{ sku: 'lamp-v1', reason: 'There is a second one' }],
        },
      },
    }));
});
