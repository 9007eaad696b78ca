import { composeServices } from '@apollo/composition';
import { GraphQLError, parse } from 'graphql';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])';

const TICKETS = `${LINK}
  type Query {
    ticket(id: ID!): Ticket
    tickets(first: Int, last: Int, after: String): TicketConnection!
    newest(first: Int = 10): [Ticket!]!
    broken: String
    slowPreview: Boolean
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
const tickets = ['1', '2', '3'].map(ticket);

/** Takes longer than the time limit of queries. */
const slow = (): Promise<boolean> => new Promise((resolve) => setTimeout(resolve, 1_200, true));

export const resolvers = {
  tickets: {
    Query: {
      ticket: (_: unknown, { id }: { id: string }) => ticket(id),
      tickets: () => ({
        nodes: tickets,
        edges: tickets.map((node) => ({ node, cursor: node.id })),
        totalCount: 3,
      }),
      newest: () => tickets,
      search: () => tickets,
      slowPreview: slow,
      broken: () => {
        throw new Error('relation "secret_table" does not exist at 10.0.0.7:5432');
      },
      forbidden: () => {
        throw new GraphQLError('A right is missing.', {
          extensions: { code: 'FORBIDDEN', need: 'LEAD' },
        });
      },
      wrongNull: () => ticket('4'),
    },
    Mutation: { ticketCreate: () => ticket('9'), slow },
    Ticket: { __resolveReference: ({ id }: { id: string }) => ticket(id) },
  },
  customers: {
    Query: { customer: (_: unknown, { id }: { id: string }) => ({ id, name: `Name of ${id}` }) },
    Customer: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `Name of ${id}` }) },
  },
};

export const typeDefs = { tickets: TICKETS, customers: CUSTOMERS };
export type FakeSubgraphName = keyof typeof typeDefs;

/** The supergraph of both subgraphs. Its addresses lead nowhere, so using them fails a test. */
export function composeFakeSupergraph(): string {
  const subgraphs = Object.entries(typeDefs).map(([name, sdl]) => ({
    name,
    typeDefs: parse(sdl),
    url: `http://${name}.internal.invalid/graphql`,
  }));
  const { supergraphSdl, errors } = composeServices(subgraphs);
  if (!supergraphSdl) throw new Error(errors?.join('\n'));
  return supergraphSdl;
}
