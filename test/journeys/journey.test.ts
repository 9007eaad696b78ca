import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dataOrThrow } from '@deskgraph/common/testing/testing';
import { uuidFromName, toId, parseId } from '@deskgraph/common/core/id';
import { type GraphQLObjectType, getNamedType, getNullableType, isObjectType } from 'graphql';
import { type QueryRecorder, startQueryRecorder, statementsOf } from '../platform/counter.ts';
import { type Desk, isLate } from '../fixtures/desk.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { type RootField, isPaged, queries, selectFields } from '../fixtures/schema.ts';
import { waitFor } from '../platform/wait-for.ts';

let platform: Platform;
let desk: Desk;
const counters: Record<string, QueryRecorder> = {};

beforeAll(async () => {
  platform = await startPlatform({
    proxy: async (service) => {
      counters[service.name] = await startQueryRecorder(service);
      return counters[service.name]!.url;
    },
  });
  desk = await platform.desk();
}, 240_000);
afterAll(async () => {
  await platform?.stop();
  await Promise.all(Object.values(counters).map((each) => each.close()));
});

const metId = (email: string): string =>
  toId('cus', uuidFromName(parseId('wsp', desk.workspace)!, `EMAIL:${email}`));

/** Creates an external knowledge base. Returns a function that publishes an article in it. */
async function openBase(place: Desk): Promise<(title: string, body: string) => Promise<string>> {
  const input = { name: 'Help', slug: 'help', audience: 'EXTERNAL', locales: ['en'] };
  const { knowledgeBase } = await place.mutate<{ knowledgeBase: { id: string } }>(
    'admin',
    'knowledgeBaseCreate',
    input,
    'knowledgeBase { id }',
  );
  return async (title, body) => {
    const { article } = await place.mutate<{ article: { id: string } }>(
      'lead',
      'articleCreate',
      { knowledgeBaseId: knowledgeBase.id, title, body },
      'article { id }',
    );
    await place.mutate('lead', 'articlePublish', { id: article.id });
    return article.id;
  };
}

interface Journey {
  ticket: {
    number: number;
    requester: { id: string; name: string; email: string };
    organization: { name: string };
    assignee: { name: string };
    department: { name: string };
    messages: { nodes: { text: string }[] };
    suggestedArticles: { snippet: string; article: { id: string; title: string } }[];
  };
  ticketReport: { totals: { measure: string; value: number }[] };
}

test('one query across all four services returns a ticket that was created through the graph', async () => {
  const publish = await openBase(desk);
  const returns = await publish(
    'How to send a parcel back',
    'Print the return label, stick it on the parcel and bring it to the post office.',
  );
  const { organization } = await desk.mutate<{ organization: { id: string } }>(
    'agent',
    'organizationCreate',
    { name: 'Kavarna Lipa', domains: ['lipa.example'] },
    'organization { id }',
  );
  const { customer } = await desk.mutate<{ customer: { id: string } }>(
    'agent',
    'customerCreate',
    {
      name: 'Neža Novak',
      identities: [{ kind: 'EMAIL', value: 'neza@lipa.example' }],
      organizationIds: [organization.id],
    },
    'customer { id }',
  );
  const { ticket } = await desk.mutate<{ ticket: { id: string; number: number } }>(
    'agent',
    'ticketCreate',
    {
      subject: 'I want to send a parcel back',
      body: 'Where do I get the return label for my parcel?',
      channel: 'EMAIL',
      requester: { customerId: customer.id },
      assigneeId: 'me',
      departmentId: desk.departments.sales,
    },
    'ticket { id number }',
  );
  const question = `query ($id: ID!) {
    ticket(id: $id) {
      number requester { id name email } organization { name } assignee { name } department { name } messages { nodes { text } }
      suggestedArticles { snippet article { id title } }
    }
    ticketReport(by: [], measures: [CREATED, BACKLOG], period: { last: "P1D" }) { totals { measure value } }
  }`;
  const answer = await waitFor('analytics has received the ticket', async () => {
    const data = await desk.data<Journey>('lead', question, { id: ticket.id });
    return data.ticketReport.totals[0]?.value === 1 && data;
  });
  expect(answer).toMatchObject({
    ticket: {
      number: ticket.number,
      requester: { id: customer.id, name: 'Neža Novak', email: 'neza@lipa.example' },
      organization: { name: 'Kavarna Lipa' },
      assignee: { name: 'Ana Agent' },
      department: { name: 'Sales' },
      messages: { nodes: [{ text: 'Where do I get the return label for my parcel?' }] },
    },
    ticketReport: {
      totals: [
        { measure: 'CREATED', value: 1 },
        { measure: 'BACKLOG', value: 1 },
      ],
    },
  });
  expect(answer.ticket.suggestedArticles[0]!.article.id).toBe(returns);
});

test('an unknown requester becomes a customer at once, under the id that the ticket shows, and can sign in', async () => {
  const email = `nina@${desk.emails.customer.split('@')[1]}`;
  const input = {
    subject: 'Hello',
    body: 'I am new.',
    channel: 'EMAIL',
    requester: { email: ` ${email.toUpperCase()} `, name: 'Nina New' },
  };
  const { ticket } = await desk.mutate<{ ticket: { id: string; requester: unknown } }>(
    'agent',
    'ticketCreate',
    input,
    'ticket { id requester { id name email } }',
  );
  expect(ticket.requester).toEqual({ id: metId(email), name: 'Nina New', email });

  const token = await platform.issuer.issueToken(
    { sub: email, email, workspace: desk.workspace },
    '1 hour',
  );
  desk.tokens.customer2 = token;
  const seen = await desk.data(
    'customer2',
    '{ viewer { actor { id name } role } tickets { totalCount nodes { id subject } } }',
  );
  expect(seen).toEqual({
    viewer: { actor: { id: metId(email), name: 'Nina New' }, role: 'REQUESTER' },
    tickets: { totalCount: 1, nodes: [{ id: ticket.id, subject: 'Hello' }] },
  });
});

test('the first ticket of a requester with an organization’s domain belongs to that organization', async () => {
  const input = { name: 'Acme', domains: ['acme.example'] };
  const { organization } = await desk.mutate<{ organization: { id: string } }>(
    'admin',
    'organizationCreate',
    input,
    'organization { id }',
  );
  const { id } = await desk.ticket({ requester: { email: 'eva@acme.example' } }, 'partner');
  const ofAcme = async (): Promise<string[]> => {
    const query =
      'query ($filter: TicketFilter) { tickets(filter: $filter) { nodes { id organization { name } } } }';
    const variables = { filter: { organizationId: { eq: organization.id } } };
    const { tickets } = await desk.data<{
      tickets: { nodes: { id: string; organization: { name: string } }[] };
    }>('agent', query, variables);
    return tickets.nodes.map((ticket) => `${ticket.id} ${ticket.organization.name}`);
  };
  expect(await waitFor('the organization has its ticket', async () => (await ofAcme())[0])).toBe(
    `${id} Acme`,
  );
});

test('a customer whom tickets created under another id, before the event arrived, is merged into one customer', async () => {
  const { tickets, customers } = platform.services as {
    tickets: typeof platform.gateway;
    customers: typeof platform.gateway;
  };
  const email = `otto@${desk.emails.customer.split('@')[1]}`;
  await tickets.kill();
  const create = { name: 'Otto Old', identities: [{ kind: 'EMAIL', value: email }] };
  const { customer } = await desk.mutate<{ customer: { id: string } }>(
    'partner',
    'customerCreate',
    create,
    'customer { id }',
  );
  await customers.kill();
  await tickets.start();
  // The circuit breaker of the gateway may stay open for a moment.
  const ticket = await waitFor('tickets accepts a ticket while customers is down', async () => {
    const input = {
      subject: 'Me again',
      body: 'Do you know me?',
      requester: { email },
      idempotencyKey: 'otto',
    };
    const answer = await desk.ask<{ ticketCreate: { ticket: { id: string } } | null }>(
      'partner',
      'mutation ($input: TicketCreateInput!) { ticketCreate(input: $input) { ticket { id } userErrors { code field } } }',
      { input },
    );
    return answer.data?.ticketCreate?.ticket;
  });
  await customers.start();
  await waitFor('the ticket belongs to the existing customer', async () => {
    const { data } = await desk.ask<{ ticket: { requester: { id: string; name: string } | null } }>(
      'partner',
      'query ($id: ID!) { ticket(id: $id) { requester { id name } } }',
      { id: ticket.id },
    );
    return data?.ticket.requester?.id === customer.id && data.ticket.requester.name === 'Otto Old';
  });
  const { customer: found } = await desk.data<{ customer: unknown }>(
    'partner',
    'query ($id: ID!) { customer(id: $id) { id name tickets { totalCount nodes { id } } } }',
    { id: metId(email) },
  );
  expect(found).toEqual({
    id: customer.id,
    name: 'Otto Old',
    tickets: { totalCount: 1, nodes: [{ id: ticket.id }] },
  });
});

const MATTERS = [
  {
    title: 'Change the bulb of a lamp',
    body: 'Unplug the lamp and turn the bulb.',
    ticket: { subject: 'Lamp needs a bulb', body: 'Which bulb fits?' },
  },
  {
    title: 'Return label for parcels',
    body: 'Print the label.',
    ticket: { subject: 'Return label', body: 'My parcel has no label.' },
  },
  {
    title: 'Forgotten password',
    body: 'Ask for a new password.',
    ticket: { subject: 'Password', body: 'I have forgotten it.' },
  },
  {
    title: 'Invoices with a tax number',
    body: 'Enter it at checkout.',
    ticket: { subject: 'Invoices', body: 'Our tax number is missing.' },
  },
];

/**
 * Creates a workspace in which every ticket has its own requester with an organization, an agent,
 * a tag, messages and a solution.
 */
async function fullDesk(tickets: number): Promise<Desk> {
  const full = await platform.desk();
  const publish = await openBase(full);
  await Promise.all(
    MATTERS.map(({ title, body }) => publish(title, `${body} A guide of our shop.`)),
  );
  for (const who of ['agent', 'agent2', 'lead', 'admin'] as const)
    await Promise.all(
      Array.from({ length: tickets / 4 }, async (_, index) => {
        const organization = {
          name: `${who} ${index}`,
          domains: [`${who}-${index}.example`],
          externalId: `${who}-${index}`,
        };
        const customer = {
          name: `Customer ${who} ${index}`,
          identities: [{ kind: 'EMAIL', value: `c@${who}-${index}.example` }],
        };
        await full.mutate('partner', 'organizationCreate', organization);
        const made = await full.mutate<{ customer: { id: string } }>(
          'partner',
          'customerCreate',
          customer,
          'customer { id }',
        );
        const { id } = await full.ticket(
          {
            ...MATTERS[index % MATTERS.length]!.ticket,
            channel: 'EMAIL',
            requester: { customerId: made.customer.id },
            assigneeId: 'me',
            departmentId: full.departments[index % 2 ? 'sales' : 'support'],
            tags: [`${who}-${index}`],
          },
          who,
        );
        await full.reply(who, id, { body: 'Change the bulb.', status: 'SOLVED' });
      }),
    );
  return full;
}

const FEW = 3;
const MANY = 20;

describe('with 48 different tickets', () => {
  let full: Desk;
  beforeAll(async () => {
    full = await fullDesk(48);
  }, 120_000);

  test('a page of 50 tickets with entities of three services takes one fetch per hop', async () => {
    const question = `query ($first: Int!) {
      tickets(first: $first) {
        nodes { requester { name } organization { name } assignee { name } suggestedArticles { snippet article { title } } }
      }
    }`;
    const fetched = async (first: number): Promise<unknown> => {
      for (const each of Object.values(counters)) each.queries.length = 0;
      const { tickets } = await full.data<{
        tickets: {
          nodes: { requester: object; organization: object; suggestedArticles: object[] }[];
        };
      }>('partner', question, { first });
      expect(tickets.nodes).toHaveLength(Math.min(first, 48));
      for (const ticket of tickets.nodes)
        expect(ticket).toEqual({
          requester: { name: expect.any(String) },
          organization: { name: expect.any(String) },
          assignee: { name: expect.any(String) },
          suggestedArticles: expect.arrayContaining([
            { snippet: expect.any(String), article: { title: expect.any(String) } },
          ]),
        });
      return Object.fromEntries(
        Object.entries(counters).map(([name, each]) => [name, each.queries.length]),
      );
    };
    const hops = { tickets: 1, customers: 2, 'knowledge-base': 1, analytics: 0 };
    expect(await fetched(50)).toEqual(hops);
    expect(await fetched(5)).toEqual(hops);
  });

  /** Required arguments. */
  const GIVEN: Record<string, string> = {
    articleSearch: 'query: "guide"',
    ticketsAt: `time: "${new Date(Date.now() + 3_600_000).toISOString()}"`,
  };
  /** A query with all fields would exceed the size limit. */
  const HALVES = [0, 1];
  const isOf = (half: number, type: GraphQLObjectType, field: RootField): boolean =>
    Object.keys(type.getFields()).indexOf(field.name) % HALVES.length === half;

  const pages = queries.filter(
    (field) => isPaged(field) && isObjectType(getNullableType(field.type)),
  );
  test.each(pages.flatMap((field) => HALVES.map((half) => [field.name, half, field] as const)))(
    '%s, with all fields two objects deep (half %d), runs as many statements for 20 as for 3',
    async (name, half, field) => {
      const databases = Object.keys(platform.services).map((service) =>
        platform.databaseOf(service),
      );
      const page = getNamedType(field.type) as GraphQLObjectType;
      const node = getNamedType(page.getFields()['nodes']!.type);
      const inner = selectFields(page, 2, {
        page: 2,
        keep: (type, each) => type !== node || isOf(half, type, each),
      });
      const given = GIVEN[name] ?? '';
      /** Returns the number of rows, or undefined when the request timed out. */
      const ask = async (first: number): Promise<number | undefined> => {
        const answer = await full.ask<Record<string, { nodes: object[] }>>(
          'partner',
          `{ ${name}(first: ${first} ${given}) { ${inner} } }`,
        );
        return isLate(answer) ? undefined : dataOrThrow(answer)[name]!.nodes.length;
      };
      await ask(MANY);
      const statements = (first: number): Promise<string[]> =>
        waitFor(`statements of ${first}`, async () => {
          let rows: number | undefined;
          const made = await statementsOf(databases, async () => (rows = await ask(first)));
          if (rows !== undefined) expect(rows).toBeGreaterThan(first === FEW ? FEW - 1 : FEW);
          return rows !== undefined && made;
        });
      const few = await statements(FEW);
      // Other nouns may need only statements that are not counted here, such as reads of the event
      // log.
      if (node.name === 'Ticket') expect(few.length).toBeGreaterThan(2);
      expect(await statements(MANY)).toEqual(few);
    },
  );
});
