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

// The checks of Apollo's compatibility suite for subgraphs, on a subgraph made with the factory of
// this project. All checks but the inline trace (ftv1), which the services disable for its cost.

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
  const response = await service.query<{ _service: { sdl: string } }>(
    caller,
    '{ _service { sdl } }',
  );
  sdl = response.data!._service.sdl;
  const composed = composeServices([
    { name: 'products', url: `${service.url}/graphql`, typeDefs: parse(sdl) },
    ...Object.entries(NEIGHBOURS).map(([name, each], index) => ({
      name,
      url: neighbours[index]!.url,
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

/** Queries the subgraph directly. */
const direct = async (query: string, variables = {}): Promise<unknown> =>
  service.query(caller, query, variables);
const entity = (type: string, key: object, selection: string): Promise<unknown> =>
  direct(
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${selection} } } }`,
    {
      of: [{ __typename: type, ...key }],
    },
  );
/** Queries through the gateway. */
const federated = async (query: string): Promise<unknown> => {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer products' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
  return { data, errors };
};
const minifiedSdl = (): string => stripIgnoredCharacters(sdl);
/** Returns the SDL of a type up to its first field. */
const headOf = (type: string): string =>
  new RegExp(`type ${type}\\b([^{]|\\{[^}]*\\}(?="))*\\{`).exec(minifiedSdl())![0];

describe('the schema of the subgraph', () => {
  test('is served to the gateway', () => expect(minifiedSdl()).toContain('type Query'));
  test('links the federation specification once, with its imports', () => {
    expect(minifiedSdl().match(/specs\.apollo\.dev\/federation/g)).toHaveLength(1);
    expect(minifiedSdl()).toMatch(
      /@link\(url:"https:\/\/specs\.apollo\.dev\/federation\/v2\.3" import:\["@composeDirective"/,
    );
  });
  test('@composeDirective composes a custom directive', () => {
    expect(minifiedSdl()).toContain('@composeDirective(name:"@custom")');
    expect(minifiedSdl()).toContain('directive@custom on OBJECT');
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
  test('@inaccessible', () => expect(minifiedSdl()).toContain('unit:String@inaccessible'));
  test('@tag', () => expect(minifiedSdl()).toContain('notes:String@tag(name:"internal")'));
  test('@override', () => expect(minifiedSdl()).toContain('name:String@override(from:"users")'));
  test('@provides', () =>
    expect(minifiedSdl()).toContain('createdBy:User@provides(fields:"totalProductsCreated")'));
  test('@requires', () =>
    expect(minifiedSdl()).toContain('@requires(fields:"totalProductsCreated yearsOfEmployment")'));
});

const LAMP = { id: 'lamp', sku: 'lamp-v2' };

describe('entities are found by their keys', () => {
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
  test('an inaccessible field is readable at the subgraph but not by clients', async () => {
    expect(await direct('{ product(id: "lamp") { dimensions { unit } } }')).toEqual({
      data: { product: { dimensions: { unit: 'kg' } } },
    });
    expect(await federated('{ product(id: "lamp") { dimensions { unit } } }')).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });
  test('a shared type is resolved', async () =>
    expect(await federated('{ product(id: "lamp") { dimensions { size weight } } }')).toEqual({
      data: { product: { dimensions: { size: 'small', weight: 1 } } },
    }));
  test('an overridden field is resolved by the overriding subgraph', async () =>
    expect(await federated('{ product(id: "lamp") { createdBy { name } } }')).toEqual({
      data: { product: { createdBy: { name: 'Jane' } } },
    }));
  test('a provided field is resolved by the providing subgraph', async () =>
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
  test('an interface object adds its fields to every implementation', async () =>
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
