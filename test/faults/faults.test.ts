import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { GraphqlResponse } from '@deskgraph/common/testing/testing';
import { withClient } from '../platform/database.ts';
import { type Desk, isLate, post } from '../fixtures/desk.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { sizeOf } from '@deskgraph/common/testing/sizes';
import { waitFor } from '../platform/wait-for.ts';

const SERVICES = ['tickets', 'customers', 'knowledge-base', 'analytics'] as const;

let platform: Platform;
let desk: Desk;

beforeAll(async () => {
  platform = await startPlatform({ started: false });
}, 120_000);
afterAll(() => platform?.stop());

const codesOf = ({ errors }: GraphqlResponse<unknown>): string[] => [
  ...new Set(errors?.map(({ extensions }) => extensions.code)),
];

test('the gateway starts while every service is down, and each service starts while its event sources are down', async () => {
  const workspace = await platform.bootstrap('Early', 'early@desk.example');
  const token = await platform.issuer.issueToken(
    { sub: 'app_early', name: 'Early', scope: 'tickets:read', workspace },
    '1 hour',
  );
  const ask = async (): Promise<GraphqlResponse<{ tickets: { totalCount: number } }>> =>
    (
      await post<{ tickets: { totalCount: number } }>(
        platform.url,
        token,
        '{ tickets { totalCount } }',
      )
    ).answer;

  await platform.gateway.start();
  expect(codesOf(await ask())).toEqual(['UNAVAILABLE']);
  for (const name of SERVICES.toReversed()) {
    await platform.services[name]!.start();
    expect(await platform.services[name]!.isReady()).toBe(true);
  }
  const answer = await waitFor('the gateway has reconnected', async () => {
    const given = await ask();
    return !given.errors && given;
  });
  expect(answer.data).toEqual({ tickets: { totalCount: 0 } });
  desk = await platform.desk();
}, 120_000);

describe('while each service is killed in turn', () => {
  const TICKETS = sizeOf(250, 1_000);
  const REQUESTER_ADDRESSES = 40;
  const CONCURRENCY = 16;
  /** The share of acknowledged tickets at which each service is killed. */
  const KILLS = [
    [0.1, 'tickets'],
    [0.3, 'customers'],
    [0.45, 'knowledge-base'],
    [0.6, 'analytics'],
    [0.8, 'tickets'],
  ] as const;

  interface Ticket {
    id: string;
    number: number;
  }
  const CREATE =
    'mutation ($input: TicketCreateInput!) { ticketCreate(input: $input) { ticket { id number } userErrors { code field } } }';

  /** Repeats the mutation with the same idempotency key until there is a result. */
  const create = (index: number): Promise<Ticket> =>
    waitFor(
      `ticket ${index}`,
      async () => {
        const input = {
          subject: `Ticket ${index}`,
          body: 'Text.',
          requester: { email: `p${index % REQUESTER_ADDRESSES}@crowd.example` },
          idempotencyKey: `key ${index}`,
        };
        const { data, errors } = await desk.ask<{
          ticketCreate: { ticket: Ticket | null; userErrors: object[] } | null;
        }>('partner', CREATE, { input });
        if (errors) expect(codesOf({ data, errors })).toEqual(['UNAVAILABLE']);
        if (data?.ticketCreate) expect(data.ticketCreate.userErrors).toEqual([]);
        return data?.ticketCreate?.ticket ?? undefined;
      },
      60_000,
    );

  const acknowledged = new Map<number, Ticket>();

  test(`${TICKETS} acknowledged tickets exist once each, with unique numbers`, async () => {
    const kills = [...KILLS];
    const restarts: Promise<void>[] = [];
    const numbers = Array.from({ length: TICKETS }, (_, index) => index).values();
    const client = async (): Promise<void> => {
      for (const index of numbers) {
        acknowledged.set(index, await create(index));
        if (!kills.length || acknowledged.size < TICKETS * kills[0]![0]) continue;
        const [, name] = kills.shift()!;
        const service = platform.services[name]!;
        restarts.push(service.kill().then(() => service.start()));
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, client));
    expect(restarts).toHaveLength(KILLS.length);
    await Promise.all(restarts);

    const stored: Ticket[] = [];
    interface Page {
      tickets: {
        totalCount: number;
        nodes: Ticket[];
        pageInfo: { endCursor: string; hasNextPage: boolean };
      };
    }
    for (let after: string | null = null, more = true; more;) {
      const query =
        'query ($after: String) { tickets(first: 100, after: $after, orderBy: [{ field: NUMBER }]) { totalCount nodes { id number } pageInfo { endCursor hasNextPage } } }';
      const { tickets }: Page = await desk.data<Page>('partner', query, { after });
      stored.push(...tickets.nodes);
      expect(tickets.totalCount).toBe(TICKETS);
      after = tickets.pageInfo.endCursor;
      more = tickets.pageInfo.hasNextPage;
    }
    const byId = (a: Ticket, b: Ticket): number => a.id.localeCompare(b.id);
    expect(stored.toSorted(byId)).toEqual([...acknowledged.values()].toSorted(byId));
    expect(new Set(stored.map(({ number }) => number)).size).toBe(TICKETS);
    expect(await create(7)).toEqual(acknowledged.get(7));
  }, 180_000);

  test('analytics counts each ticket once, and each address became one customer', async () => {
    const report =
      '{ ticketReport(by: [], measures: [CREATED], period: { last: "P1D" }) { totals { value } } }';
    const createdCount = await waitFor(
      'analytics has caught up',
      async () => {
        const { data } = await desk.ask<{ ticketReport: { totals: { value: number }[] } | null }>(
          'partner',
          report,
        );
        const value = data?.ticketReport?.totals[0]!.value ?? 0;
        return value >= TICKETS && value;
      },
      60_000,
    );
    expect(createdCount).toBe(TICKETS);
    const people = await waitFor('customers has caught up', async () => {
      const filter = { email: { contains: '@crowd.example' } };
      const query = 'query ($filter: CustomerFilter) { customers(filter: $filter) { totalCount } }';
      const { data } = await desk.ask<{ customers: { totalCount: number } | null }>(
        'partner',
        query,
        { filter },
      );
      return (
        (data?.customers?.totalCount ?? 0) >= REQUESTER_ADDRESSES && data?.customers?.totalCount
      );
    });
    expect(people).toBe(REQUESTER_ADDRESSES);
  }, 90_000);
});

describe('a service that is killed or hangs:', () => {
  const QUESTION = `query ($id: ID!) {
    ticket(id: $id) { subject requester { name } suggestedArticles { score } }
    ticketReport(by: [], measures: [CREATED], period: { last: "P1D" }) { totals { measure } }
    knowledgeBases { name }
  }`;
  const FULL_DATA = {
    ticket: {
      subject: 'Where is my parcel?',
      requester: { name: expect.any(String) },
      suggestedArticles: [],
    },
    ticketReport: { totals: [{ measure: 'CREATED' }] },
    knowledgeBases: [],
  };
  /** The data without each service. */
  const PARTIAL_DATA = {
    tickets: { ...FULL_DATA, ticket: null },
    customers: { ...FULL_DATA, ticket: { ...FULL_DATA.ticket, requester: null } },
    'knowledge-base': {
      ...FULL_DATA,
      ticket: { ...FULL_DATA.ticket, suggestedArticles: null },
      knowledgeBases: null,
    },
    analytics: { ...FULL_DATA, ticketReport: null },
  };
  const LIMIT_MS = 1200;

  const waitForFullData = (id: string): Promise<object> =>
    waitFor('all services respond', async () => {
      const answer = await desk.ask<object>('partner', QUESTION, { id });
      return !answer.errors && answer.data!;
    });

  describe.each(SERVICES)('%s', (name) => {
    test.each(['SIGKILL', 'SIGSTOP'] as const)(
      'by %s, makes only its own fields null, within 1.2 s, and leaks no address',
      async (signal) => {
        const { id } = await waitFor('a ticket', () =>
          desk.ticket({}, 'customer').catch(() => undefined),
        );
        expect(await waitForFullData(id)).toEqual(FULL_DATA);
        const service = platform.services[name]!;
        if (signal === 'SIGKILL') await service.kill();
        else service.signal('SIGSTOP');

        const tries: { ms: number; text: string; answer: GraphqlResponse<object> }[] = [];
        for (let index = 0; index < 4; index++) {
          const startedAt = performance.now();
          const { text, answer } = await post<object>(platform.url, desk.tokens.partner, QUESTION, {
            id,
          });
          tries.push({ ms: performance.now() - startedAt, text, answer });
        }
        if (signal === 'SIGKILL') await service.start();
        else service.signal('SIGCONT');

        for (const { text, answer } of tries) {
          expect(codesOf(answer)).toEqual(['UNAVAILABLE']);
          expect(text).not.toMatch(/127\.0\.0\.1|localhost|ECONN|socket|node_modules|\.ts\b/i);
          for (const each of [platform.gateway, ...Object.values(platform.services)])
            expect(text).not.toContain(new URL(each.url).port);
        }
        // A busy machine may delay single requests; a gateway without a timeout would delay all of
        // them.
        expect(Math.min(...tries.map(({ ms }) => ms))).toBeLessThan(LIMIT_MS);
        expect(tries.map(({ answer }) => answer.data)).toContainEqual(PARTIAL_DATA[name]);
        expect(await waitForFullData(id)).toEqual(FULL_DATA);
      },
      60_000,
    );
  });

  test('a caller whose look-up fails gets UNAVAILABLE and is not treated as unknown', async () => {
    const { tickets } = platform.services as { tickets: Platform['gateway'] };
    const token = await platform.issuer.issueToken(
      { sub: desk.emails.agent, email: desk.emails.agent, workspace: desk.workspace },
      '59 minutes',
    );
    const ask = async (): Promise<GraphqlResponse<object>> =>
      (await post<object>(platform.url, token, '{ viewer { role } }')).answer;
    tickets.signal('SIGSTOP');
    const answer = await ask();
    tickets.signal('SIGCONT');
    expect(codesOf(answer)).toEqual(['UNAVAILABLE']);
    const later = await waitFor('the look-up works again', async () => {
      const given = await ask();
      return !isLate(given) && given;
    });
    expect(later.data).toEqual({ viewer: { role: 'AGENT' } });
  }, 60_000);
});

test('a service finishes its running requests after SIGTERM and exits with 0', async () => {
  const { tickets } = platform.services as { tickets: Platform['gateway'] };
  const runningRequests = 5;
  // The first ticket of a workspace creates its number sequence, for which others would wait.
  await waitFor('the graph works', () => desk.ticket({}, 'customer').catch(() => undefined));
  await withClient(async (session) => {
    await session.query('begin');
    await session.query('lock table ticket in exclusive mode');
    const creating = Promise.all(
      Array.from({ length: runningRequests }, (_, index) =>
        desk.ticket(
          { subject: `Last ${index}`, requester: { customerId: desk.ids.customer } },
          'partner',
        ),
      ),
    );
    await waitFor('all of them wait for the table', async () => {
      const { rowCount } = await session.query(
        `select from pg_locks where relation = 'ticket'::regclass and not granted`,
      );
      return rowCount === runningRequests;
    });
    const ending = tickets.stop();
    await waitFor('the service is not ready any more', async () => !(await tickets.isReady()));
    await session.query('rollback');
    const made = await creating;
    expect(new Set(made.map(({ id }) => id)).size).toBe(runningRequests);
    expect(await ending).toBe(0);
  }, platform.databaseOf('tickets'));
  for (const each of [
    ...Object.values(platform.services).filter((service) => service !== tickets),
    platform.gateway,
  ])
    expect(await each.stop()).toBe(0);
}, 60_000);
