import { composeServices } from '@apollo/composition';
import { GraphQLError, parse } from 'graphql';

const LINK = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@external", "@requires", "@composeDirective"])
  @link(url: "https://deskgraph.org/auth/v1.0", import: ["@personal"])
  @composeDirective(name: "@personal")
  directive @personal on FIELD_DEFINITION`;

const TICKETS = `${LINK}
  type Query { lastEvent: TicketEvent  lastEvents: [TicketEvent!]!  lastTicket: Ticket }
  type Mutation { rename(subject: String!): Ticket }
  type Subscription {
    "The log: resumable."
    ticketEvents(after: String, subject: String, assignee: String): TicketEvent
    ticketBatch(after: String): [TicketEvent!]!
    ticketMaybe(after: String): Ticket
    ticketStream(after: String, subject: String): TicketMessage!
    "A state: begins with a snapshot for each subscriber."
    board: TicketEvent
    list: ListChange!
    "The same, without a cursor."
    ticks: TicketEvent
    refused: TicketEvent
  }
  type TicketMessage { cursor: String!  event: TicketEvent  resync: Resync }
  type Resync { reason: ResyncReason!  from: String!  query: String! }
  enum ResyncReason { CURSOR_EXPIRED  TOO_SLOW  RIGHTS_CHANGED }
  type ListChange { kind: String!  items: [Int!]  item: Int  index: Int  previousIndex: Int  pad: String }
  interface TicketEvent { id: ID!  ticket: Ticket!  related: [Ticket!]! }
  type TicketCreated implements TicketEvent { id: ID!  ticket: Ticket!  related: [Ticket!]!  channel: String! }
  type TicketStatusChanged implements TicketEvent { id: ID!  ticket: Ticket!  related: [Ticket!]!  from: String!  to: String! }
  type Ticket @key(fields: "id") { id: ID!  number: Int!  subject: String!  tags(prefix: String): [String!]!  draft: String @personal  broken: String  customer: Customer  requester: Requester! }
  union Requester = Customer | Guest
  type Guest { email: String! }
  type Customer @key(fields: "id", resolvable: false) { id: ID! }`;

const CUSTOMERS = `${LINK}
  type Query { customer(id: ID!): Customer }
  type Customer @key(fields: "id") { id: ID!  name(upper: Boolean = false): String!  organization: Organization  forbidden: String  never: String! }
  type Organization @key(fields: "id") { id: ID!  name: String!  note: String @personal }`;

const ARTICLES = `${LINK}
  type Query { article(id: ID!): Article }
  type Article { id: ID!  title: String! }
  type Ticket @key(fields: "id") { id: ID!  subject: String! @external  suggested(first: Int = 2): [Article!] @requires(fields: "subject") }
  type Organization @key(fields: "id") { id: ID!  articles: Int! }`;

export const typeDefs = { tickets: TICKETS, customers: CUSTOMERS, articles: ARTICLES };
export type SubgraphName = keyof typeof typeDefs;

export interface Event {
  __typename: string;
  id: string;
  cursor: string;
  [field: string]: unknown;
}

export const ticketEntity = (number: number, subject = `Printer ${number}`) => ({
  __typename: 'Ticket',
  id: String(number),
  number,
  subject,
});

/** Each fourth ticket is requested by a guest. `customers` does not find each fifth customer. */
const customerReference = ({ number }: { number: number }) =>
  number % 4 ? { __typename: 'Customer', id: `cus_${number}` } : null;
const refuse = (): never => {
  throw new GraphQLError('A right is missing.', { extensions: { code: 'FORBIDDEN' } });
};

export const resolvers = (lastEvent: () => Event) => ({
  tickets: {
    Query: {
      lastEvent,
      lastEvents: () => [lastEvent(), lastEvent()],
      lastTicket: () => lastEvent()['ticket'],
    },
    Mutation: {
      rename: (_: unknown, { subject }: { subject: string }) => ticketEntity(1, subject),
    },
    TicketEvent: { __resolveType: ({ __typename }: Event) => __typename },
    Ticket: {
      customer: customerReference,
      requester: (ticket: { number: number }) =>
        customerReference(ticket) ?? { __typename: 'Guest', email: 'guest@example.com' },
      tags: (_: unknown, { prefix }: { prefix?: string }) =>
        ['vip', 'paper'].filter((tag) => tag.startsWith(prefix ?? '')),
      broken: () => {
        throw new Error('relation "secret_table" does not exist at 10.0.0.7:5432');
      },
    },
  },
  customers: {
    Customer: {
      __resolveReference: ({ id }: { id: string }) => (Number(id.slice(4)) % 5 ? { id } : null),
      name: ({ id }: { id: string }, { upper }: { upper: boolean }) =>
        upper ? `NAME OF ${id}` : `Name of ${id}`,
      organization: ({ id }: { id: string }) => ({
        id: `org_${id}`,
        name: `Organization of ${id}`,
      }),
      forbidden: refuse,
      never: refuse,
    },
  },
  articles: {
    Ticket: {
      suggested: ({ subject }: { subject: string }, { first }: { first: number }) =>
        Array.from({ length: first }, (_, index) => ({
          id: String(index),
          title: `${subject}: ${index}`,
        })),
    },
    Organization: { articles: () => 3 },
  },
});

/** The supergraph of the three subgraphs; its addresses are never used. */
export function composeDeskSupergraph(): string {
  const subgraphs = Object.entries(typeDefs).map(([name, sdl]) => ({
    name,
    typeDefs: parse(sdl),
    url: `http://${name}.internal.invalid/graphql`,
  }));
  const { supergraphSdl, errors } = composeServices(subgraphs);
  if (!supergraphSdl) throw new Error(errors?.join('\n'));
  return supergraphSdl;
}
