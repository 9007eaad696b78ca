import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';

/**
 * The other subgraphs of the suite, users and inventory, built without the factory of this
 * project.
 */
export const NEIGHBOURS = {
  users: {
    sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
      type User @key(fields: "email") { email: ID! name: String totalProductsCreated: Int @shareable yearsOfEmployment: Int! }
      type Query { user(email: ID!): User }`,
    resolvers: {
      User: {
        __resolveReference: ({ email }: { email: string }) => ({
          email,
          name: 'overridden by products',
          totalProductsCreated: 4,
          yearsOfEmployment: 10,
        }),
      },
    },
  },
  inventory: {
    sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
      interface Inventory @key(fields: "id") { id: ID! }
      type Store implements Inventory @key(fields: "id") { id: ID! city: String }
      type ProductDimension @shareable { size: String weight: Float }
      type Query { inventory(id: ID!): Inventory }`,
    resolvers: {
      Query: {
        inventory: (_: unknown, { id }: { id: string }) => ({
          __typename: 'Store',
          id,
          city: 'Ljubljana',
        }),
      },
    },
  },
};

export async function serveNeighbour({
  sdl,
  resolvers,
}: {
  sdl: string;
  resolvers: object;
}): Promise<{ url: string; close: () => void }> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]);
  const http = createServer((request, response) => {
    void json(request).then(async (body) => {
      const { query, variables } = body as { query: string; variables: Record<string, unknown> };
      const result = await graphql({ schema, source: query, variableValues: variables });
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
    });
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`,
    close: () => {
      http.close();
      http.closeAllConnections();
    },
  };
}
