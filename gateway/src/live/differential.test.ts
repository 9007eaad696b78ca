import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLog } from '@deskgraph/common/core/log';
import { type LiveDesk, startLiveDesk } from '../../testing/live.ts';
import { SECRET, startTokenIssuer } from '../../testing/people.ts';
import { type Result, TestSocket } from '../../testing/socket.ts';
import { type Gateway, startGateway } from '../gateway.ts';

// Whatever is selected, an event answers what a query for the same thing answers: data, order of fields, errors.

let desk: LiveDesk;
let gateway: Gateway;
let wire: TestSocket;
let token: string;

beforeAll(async () => {
  const issuer = await startTokenIssuer();
  desk = await startLiveDesk();
  token = await issuer.person('ana');
  gateway = await startGateway({
    supergraphSdl: desk.supergraphSdl,
    callers: { readToken: issuer.readToken, secret: SECRET, whoUrls: desk.whoUrls },
    subgraphUrls: desk.urls,
    live: { completionTimeoutMs: 0 },
    breaker: { failures: Infinity },
    patienceMs: 5_000,
    log: createLog('test', 'silent'),
  });
  wire = await TestSocket.connect(gateway.url, token);
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
  /** Of the query, and of the subscription. */
  root?: [string, string];
  down?: 'customers' | 'articles';
}

const shapes: Record<string, Shape> = {
  'fields of the owner': { selection: '{ id ticket { number subject } }' },
  'fields of other rooms': {
    selection:
      '{ ticket { number customer { name organization { name articles } } suggested { title } } }',
  },
  'key alone': { selection: '{ ticket { customer { id } } }' },
  aliases: {
    selection:
      '{ a: ticket { n: number c: customer { x: name y: name(upper: true) } s: suggested(first: 1) { t: title } s2: suggested { t: title } } b: ticket { c: customer { name } } }',
  },
  fragments: {
    selection: '{ ...E ticket { ...T } }',
    fragments:
      'fragment E on TicketEvent { __typename id } fragment T on Ticket { number customer { ...C } } fragment C on Customer { name organization { articles } }',
  },
  'types of an interface': {
    selection:
      '{ __typename id ... on TicketCreated { channel ticket { suggested { title } } } ... on TicketStatusChanged { from to ticket { customer { name } } } }',
  },
  'a union, customer': {
    selection:
      '{ ticket { requester { __typename ... on Customer { name } ... on Guest { email } } } }',
  },
  'a union, guest': {
    ticket: 4,
    selection:
      '{ ticket { requester { __typename ... on Customer { name } ... on Guest { email } } } }',
  },
  'a null': { ticket: 4, selection: '{ ticket { customer { name organization { name } } } }' },
  'what the other room does not find': {
    ticket: 5,
    selection: '{ ticket { number customer { name organization { name } } } }',
  },
  'an error of the owner': { selection: '{ id ticket { broken number } }' },
  'an error of another room': { selection: '{ ticket { customer { name forbidden } } }' },
  'an error where no null may be': { selection: '{ ticket { number customer { name never } } }' },
  'the same, by another name': {
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
  'conditions on all that other rooms add': {
    variables: '($yes: Boolean!)',
    selection: '{ id ticket @include(if: $yes) { customer { name } } }',
    values: [{ yes: true }, { yes: false }],
  },
  'what one room needs of another': {
    selection:
      '{ ticket { suggested(first: 1) { id title } customer { organization { articles } } } }',
  },
  'conditions that are written out': {
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
  'a list with holes': {
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
  'a thing at the root': {
    root: ['lastTicket', 'ticketMaybe'],
    selection: '{ id customer { name } }',
  },
  'a room that is away': {
    down: 'customers',
    selection: '{ ticket { number customer { name } suggested(first: 1) { title } } }',
  },
  'another room that is away': {
    down: 'articles',
    selection: '{ ticket { customer { name } suggested(first: 1) { title } } }',
  },
};

/** Ids of requests differ, texts of positions mean nothing in an event. */
const comparable = ({ data, errors }: Result): unknown => ({
  data,
  text: JSON.stringify(data),
  errors: errors?.map(({ message, path, extensions }) => ({
    message,
    path,
    extensions: { ...extensions, requestId: '' },
  })),
});

async function ask(query: string, variables: Record<string, unknown>): Promise<Result> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Result;
}

test.each(Object.entries(shapes))(
  '%s',
  async (
    name,
    { selection, variables = '', values = [{}], fragments = '', ticket = 1, root, down },
  ) => {
    const [queried, subscribed] = root ?? ['lastEvent', 'ticketEvents'];
    for (const [index, value] of values.entries()) {
      const id = `${name} ${index}`;
      // A name of its own, so that no two shapes share a stream.
      const it = `it${desk.subscriptions.length}`;
      const before = desk.subscriptions.length;
      wire.subscribe(
        id,
        `subscription Live${variables} { ${it}: ${subscribed} ${selection} } ${fragments}`,
        value,
      );
      await desk.waitFor(() => desk.subscriptions.length > before);
      if (down) desk.unavailable.add(down);
      // Both types of events.
      for (let round = 0; round < 2; round++) {
        desk.emit(ticket);
        const [pushed] = await wire.nextResults();
        const answered = await ask(
          `query Live${variables} { ${it}: ${queried} ${selection} } ${fragments}`,
          value,
        );
        expect(answered.data ?? answered.errors).toBeDefined();
        expect(comparable(pushed!)).toEqual(comparable(answered));
      }
      desk.unavailable.clear();
      wire.send({ type: 'complete', id });
      await wire.roundTrip();
    }
  },
);
