import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLog } from '@deskgraph/common/core/log';
import { type LiveDesk, startLiveDesk } from '../../testing/live.ts';
import { SECRET, startTokenIssuer } from '../../testing/people.ts';
import { type Result, TestSocket } from '../../testing/socket.ts';
import { type Gateway, startGateway } from '../gateway.ts';

// For each selection, an event has the same result as a query for the same entity: data, order of
// fields, errors.

let desk: LiveDesk;
let gateway: Gateway;
let socket: TestSocket;
let token: string;

beforeAll(async () => {
  const issuer = await startTokenIssuer();
  desk = await startLiveDesk();
  token = await issuer.person('ana');
  gateway = await startGateway({
    supergraphSdl: desk.supergraphSdl,
    authentication: { verifyToken: issuer.readToken, secret: SECRET, lookupUrls: desk.lookupUrls },
    subgraphUrls: desk.urls,
    live: { completionTimeoutMs: 0 },
    breaker: { failures: Infinity },
    queryTimeoutMs: 5_000,
    log: createLog('test', 'silent'),
  });
  socket = await TestSocket.connect(gateway.url, token);
});
afterAll(async () => {
  await gateway.stop();
  await desk.stop();
});

interface Shape {
  selection: string;
  variables?: string;
  values?: Record<string, unknown>[];
  fragments?: string;
  ticket?: number;
  /** Root fields of the query and of the subscription. */
  root?: [string, string];
  unavailable?: 'customers' | 'articles';
}

const shapes: Record<string, Shape> = {
  'fields of the subgraph that owns the event': { selection: '{ id ticket { number subject } }' },
  'fields of other subgraphs': {
    selection:
      '{ ticket { number customer { name organization { name articles } } suggested { title } } }',
  },
  'the key of an entity only': { selection: '{ ticket { customer { id } } }' },
  aliases: {
    selection:
      '{ a: ticket { n: number c: customer { x: name y: name(upper: true) } s: suggested(first: 1) { t: title } s2: suggested { t: title } } b: ticket { c: customer { name } } }',
  },
  fragments: {
    selection: '{ ...E ticket { ...T } }',
    fragments:
      'fragment E on TicketEvent { __typename id } fragment T on Ticket { number customer { ...C } } fragment C on Customer { name organization { articles } }',
  },
  'fragments on the types of an interface': {
    selection:
      '{ __typename id ... on TicketCreated { channel ticket { suggested { title } } } ... on TicketStatusChanged { from to ticket { customer { name } } } }',
  },
  'a union, first type': {
    selection:
      '{ ticket { requester { __typename ... on Customer { name } ... on Guest { email } } } }',
  },
  'a union, second type': {
    ticket: 4,
    selection:
      '{ ticket { requester { __typename ... on Customer { name } ... on Guest { email } } } }',
  },
  'a null': { ticket: 4, selection: '{ ticket { customer { name organization { name } } } }' },
  'an entity that the other subgraph does not find': {
    ticket: 5,
    selection: '{ ticket { number customer { name organization { name } } } }',
  },
  'an error of the subgraph that owns the event': { selection: '{ id ticket { broken number } }' },
  'an error of another subgraph': { selection: '{ ticket { customer { name forbidden } } }' },
  'an error of a non-null field': { selection: '{ ticket { number customer { name never } } }' },
  'an error of an aliased non-null field': {
    selection: '{ ticket { number one: customer { x: never } two: customer { name } } }',
  },
  conditions: {
    variables: '($yes: Boolean!, $no: Boolean! = false)',
    selection:
      '{ id ... @include(if: $yes) { ticket { number } } ticket { customer @include(if: $yes) { name organization @skip(if: $no) { name } } suggested @skip(if: $yes) { title } } }',
    values: [{ yes: true }, { yes: false }, { yes: true, no: true }],
  },
  'conditions on fragments': {
    variables: '($yes: Boolean!)',
    selection:
      '{ ... @include(if: $yes) { ticket { customer { name } } } ...S @skip(if: $yes) id }',
    fragments: 'fragment S on TicketEvent { ticket { suggested { title } } }',
    values: [{ yes: true }, { yes: false }],
  },
  'conditions on all fields of other subgraphs': {
    variables: '($yes: Boolean!)',
    selection: '{ id ticket @include(if: $yes) { customer { name } } }',
    values: [{ yes: true }, { yes: false }],
  },
  'a field that requires a field of another subgraph': {
    selection:
      '{ ticket { suggested(first: 1) { id title } customer { organization { articles } } } }',
  },
  'conditions with literals': {
    selection:
      '{ id ticket { number @skip(if: true) subject @include(if: false) customer @skip(if: false) { name } } }',
  },
  variables: {
    variables: '($upper: Boolean, $first: Int = 2, $prefix: String)',
    selection:
      '{ ticket { tags(prefix: $prefix) customer { name(upper: $upper) } suggested(first: $first) { title } } }',
    values: [{ upper: true }, { upper: false, first: 1, prefix: 'v' }, {}, { prefix: null }],
  },
  lists: {
    selection:
      '{ related { id number customer { name organization { articles } } suggested(first: 1) { title } } }',
  },
  'a list with nulls': {
    ticket: 4,
    selection: '{ related { number customer { name forbidden } } }',
  },
  'type names everywhere': {
    selection:
      '{ __typename ticket { __typename customer { __typename organization { __typename name: __typename } } } }',
  },
  'a list at the root': {
    root: ['lastEvents', 'ticketBatch'],
    selection: '{ id ticket { customer { name forbidden } } }',
  },
  'an entity at the root': {
    root: ['lastTicket', 'ticketMaybe'],
    selection: '{ id customer { name } }',
  },
  'an unavailable subgraph': {
    unavailable: 'customers',
    selection: '{ ticket { number customer { name } suggested(first: 1) { title } } }',
  },
  'another unavailable subgraph': {
    unavailable: 'articles',
    selection: '{ ticket { customer { name } suggested(first: 1) { title } } }',
  },
};

/** The parts of a result that do not depend on the request: without request ids and locations. */
const toComparable = ({ data, errors }: Result): unknown => ({
  data,
  text: JSON.stringify(data),
  errors: errors?.map(({ message, path, extensions }) => ({
    message,
    path,
    extensions: { ...extensions, requestId: '' },
  })),
});

async function query(document: string, variables: Record<string, unknown>): Promise<Result> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query: document, variables }),
  });
  return (await response.json()) as Result;
}

test.each(Object.entries(shapes))(
  '%s',
  async (
    name,
    { selection, variables = '', values = [{}], fragments = '', ticket = 1, root, unavailable },
  ) => {
    const [queryField, subscriptionField] = root ?? ['lastEvent', 'ticketEvents'];
    for (const [index, value] of values.entries()) {
      const id = `${name} ${index}`;
      // A unique alias, so that no two shapes share a stream.
      const alias = `alias${desk.subscriptions.length}`;
      const before = desk.subscriptions.length;
      socket.subscribe(
        id,
        `subscription Live${variables} { ${alias}: ${subscriptionField} ${selection} } ${fragments}`,
        value,
      );
      await desk.waitFor(() => desk.subscriptions.length > before);
      if (unavailable) desk.unavailable.add(unavailable);
      // Consecutive events alternate between the two event types.
      for (let round = 0; round < 2; round++) {
        desk.emit(ticket);
        const [pushed] = await socket.nextResults();
        const queryResult = await query(
          `query Live${variables} { ${alias}: ${queryField} ${selection} } ${fragments}`,
          value,
        );
        expect(queryResult.data ?? queryResult.errors).toBeDefined();
        expect(toComparable(pushed!)).toEqual(toComparable(queryResult));
      }
      desk.unavailable.clear();
      socket.send({ type: 'complete', id });
      await socket.roundTrip();
    }
  },
);
