import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, graphql, parse } from 'graphql';
import { people } from './people.ts';

/** How a subgraph can be wrong. */
export type Fault = 'none' | 'hangs' | 'drips' | 'html' | 'truncated' | 'fails' | 'short' | 'null' | 'refusesRequest' | 'endless';

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])';

const TICKETS = `${LINK}
  type Query {
    ticket(id: ID!): Ticket
    tickets(first: Int, last: Int, after: String): TicketConnection!
    newest(first: Int = 10): [Ticket!]!
    broken: String
    forbidden: String
    wrongNull: Ticket
    search(filter: Filter): [Ticket!]!
  }
  type Mutation { ticketCreate(subject: String!): Ticket  slow: Boolean }
  type Subscription { ticketChanged: Ticket }
  input Filter { all: [Filter!]  subject: String }
  type TicketConnection { nodes: [Ticket!]!  edges: [TicketEdge!]!  totalCount: Int }
  type TicketEdge { node: Ticket!  cursor: String! }
  type Ticket @key(fields: "id") { id: ID!  subject: String!  customer: Customer  tags: [Tag!]!  parent: Ticket  children(first: Int): [Ticket!]! }
  type Tag { name: String! }
  type Customer @key(fields: "id", resolvable: false) { id: ID! }`;

const CUSTOMERS = `${LINK}
  type Query { customer(id: ID!): Customer }
  type Customer @key(fields: "id") { id: ID!  name: String  ticketsOpen: Int }`;

const ticket = (id: string) => ({
  __typename: 'Ticket',
  id,
  subject: `About ${id}`,
  customer: { id: `cus_${id}` },
  tags: [],
  children: [],
});
const three = ['1', '2', '3'].map(ticket);

const resolvers = {
  tickets: {
    Query: {
      ticket: (_: unknown, { id }: { id: string }) => ticket(id),
      tickets: () => ({ nodes: three, edges: three.map((node) => ({ node, cursor: node.id })), totalCount: 3 }),
      newest: () => three,
      search: () => three,
      broken: () => {
        throw new Error('relation "secret_table" does not exist at 10.0.0.7:5432');
      },
      forbidden: () => {
        throw new GraphQLError('A right is missing.', { extensions: { code: 'FORBIDDEN', need: 'LEAD' } });
      },
      wrongNull: () => ticket('4'),
    },
    Mutation: { ticketCreate: () => ticket('9'), slow: () => new Promise((resolve) => setTimeout(resolve, 1_200, true)) },
    Ticket: { __resolveReference: ({ id }: { id: string }) => ticket(id) },
  },
  customers: {
    Query: { customer: (_: unknown, { id }: { id: string }) => ({ id, name: `Name of ${id}` }) },
    Customer: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `Name of ${id}` }) },
  },
};

const typeDefs = { tickets: TICKETS, customers: CUSTOMERS };
export type Name = keyof typeof typeDefs;

export interface FakeSubgraph {
  url: string;
  port: number;
  fault: Fault;
  /** Headers of every request for the graph, newest last. */
  seen: IncomingMessage['headers'][];
  /** How often it was asked who somebody is. */
  whoAsked: number;
  /** The next request for the graph has come, and is answered as `fault` says. */
  arrived: PromiseWithResolvers<void>;
  /** A caller hung up before it was answered. */
  left: PromiseWithResolvers<void>;
  stop(): Promise<void>;
}

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** A subgraph of two that can be made faulty at any moment; `tickets` also says who somebody is. */
export async function startFake(name: Name): Promise<FakeSubgraph> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(typeDefs[name]), resolvers: resolvers[name] }] as never);
  const timers = new Set<NodeJS.Timeout>();

  const misbehave = (fault: Fault, whole: string, response: ServerResponse): void => {
    const json = { 'content-type': 'application/json' };
    if (fault === 'hangs') return;
    if (fault === 'html')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>http://10.0.0.7:4102 is ill</html>');
    if (fault === 'fails') return void response.writeHead(500, json).end('{"errors":[{"message":"at /srv/customers/src/main.ts:3:1"}]}');
    if (fault === 'null') return void response.writeHead(200, json).end('{"data":null}');
    if (fault === 'truncated') return void response.writeHead(200, json).end(whole.slice(0, whole.length / 2));
    if (fault === 'short') return void response.writeHead(200, json).end('{"data":{"_entities":[]}}');
    if (fault === 'refusesRequest') {
      const error = {
        message: 'ticketCreate: This is too long.',
        extensions: { code: 'BAD_USER_INPUT', field: ['subject'], http: { status: 418 } },
      };
      return void response.writeHead(400, json).end(JSON.stringify({ errors: [error] }));
    }
    response.writeHead(200, json);
    if (fault === 'endless') {
      const block = ' '.repeat(1024 * 1024);
      const more = (): void => {
        while (response.writable && response.write(block));
      };
      response.on('drain', more).on('error', () => {});
      return more();
    }
    let at = 0;
    const timer = setInterval(() => (response.writable ? response.write(whole[at++] ?? ' ') : clearInterval(timer)), 50);
    timers.add(timer);
  };

  const server = createServer((request, response) => {
    void (async () => {
      const text = await bodyOf(request);
      if (request.url === '/who') {
        fake.whoAsked++;
        if (fake.fault === 'hangs') return;
        const person = JSON.parse(text) as { email?: string; subject: string };
        return void response.end(JSON.stringify({ actor: people[person.subject] ?? null }));
      }
      fake.seen.push(request.headers);
      fake.arrived.resolve();
      response.once('close', () => response.writableFinished || fake.left.resolve());
      const { query, variables, operationName } = JSON.parse(text) as {
        query: string;
        variables: Record<string, unknown>;
        operationName?: string;
      };
      const { fault } = fake;
      const result = await graphql({ schema, source: query, variableValues: variables, operationName });
      const whole = JSON.stringify(result);
      if (fault === 'none') response.writeHead(200, { 'content-type': 'application/json' }).end(whole);
      else misbehave(fault, whole, response);
    })();
  });
  const port = await listen(server);
  const fake: FakeSubgraph = {
    url: `http://127.0.0.1:${port}/graphql`,
    port,
    fault: 'none',
    seen: [],
    whoAsked: 0,
    arrived: Promise.withResolvers(),
    left: Promise.withResolvers(),
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}

/** The supergraph of both; its addresses lead nowhere, so that a test notices when they are used. */
export function composeFakes(): string {
  const parts = Object.entries(typeDefs).map(([name, text]) => ({
    name,
    typeDefs: parse(text),
    url: `http://${name}.internal.invalid/graphql`,
  }));
  const { supergraphSdl, errors } = composeServices(parts);
  if (!supergraphSdl) throw new Error(errors?.join('\n'));
  return supergraphSdl;
}
