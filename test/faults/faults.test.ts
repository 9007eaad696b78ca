import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Answer } from '@deskgraph/common/testing/testing';
import { onServer } from '../platform/database.ts';
import { type Desk, isLate, post } from '../fixtures/desk.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { sizeOf } from '@deskgraph/common/testing/sizes';
import { until } from '../platform/wait-for.ts';

const SERVICES = ['tickets', 'customers', 'knowledge-base', 'analytics'] as const;

let platform: Platform;
let desk: Desk;

beforeAll(async () => {
  platform = await startPlatform({ started: false });
}, 120_000);
afterAll(() => platform?.stop());

const codesOf = ({ errors }: Answer<unknown>): string[] => [
  ...new Set(errors?.map(({ extensions }) => extensions.code)),
];

test('the gateway starts with every service down, and each service with those it follows down', async () => {
  const workspace = await platform.bootstrap('Early', 'early@desk.example');
  const token = await platform.issuer.issueToken(
    { sub: 'app_early', name: 'Early', scope: 'tickets:read', workspace },
    '1 hour',
  );
  const ask = async (): Promise<Answer<{ tickets: { totalCount: number } }>> =>
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
  const answer = await until('the gateway has noticed', async () => {
    const given = await ask();
    return !given.errors && given;
  });
  expect(answer.data).toEqual({ tickets: { totalCount: 0 } });
  desk = await platform.desk();
}, 120_000);

describe('while each service in turn is killed', () => {
  const TICKETS = sizeOf(250, 1_000);
  const PEOPLE = 40;
  const AT_ONCE = 16;
  /** The service to kill once this share of the tickets is acknowledged. */
  const DEATHS = [
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

  /** A client that asks again, with the same key, until it has an answer. */
  const create = (at: number): Promise<Ticket> =>
    until(
      `ticket ${at}`,
      async () => {
        const input = {
          subject: `Ticket ${at}`,
          body: 'Text.',
          requester: { email: `p${at % PEOPLE}@crowd.example` },
          idempotencyKey: `key ${at}`,
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

  test(`${TICKETS} tickets that were acknowledged exist once each, under numbers of their own`, async () => {
    const deaths = [...DEATHS];
    const lives: Promise<void>[] = [];
    const numbers = Array.from({ length: TICKETS }, (_, at) => at).values();
    const client = async (): Promise<void> => {
      for (const at of numbers) {
        acknowledged.set(at, await create(at));
        if (!deaths.length || acknowledged.size < TICKETS * deaths[0]![0]) continue;
        const [, name] = deaths.shift()!;
        const service = platform.services[name]!;
        lives.push(service.kill().then(() => service.start()));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, client));
    expect(lives).toHaveLength(DEATHS.length);
    await Promise.all(lives);

    const kept: Ticket[] = [];
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
      kept.push(...tickets.nodes);
      expect(tickets.totalCount).toBe(TICKETS);
      after = tickets.pageInfo.endCursor;
      more = tickets.pageInfo.hasNextPage;
    }
    const byId = (a: Ticket, b: Ticket): number => a.id.localeCompare(b.id);
    expect(kept.toSorted(byId)).toEqual([...acknowledged.values()].toSorted(byId));
    expect(new Set(kept.map(({ number }) => number)).size).toBe(TICKETS);
    expect(await create(7)).toEqual(acknowledged.get(7));
  }, 180_000);

  test('analytics counts each of them once, and each person became one customer', async () => {
    const report =
      '{ ticketReport(by: [], measures: [CREATED], period: { last: "P1D" }) { totals { value } } }';
    const counted = await until(
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
    expect(counted).toBe(TICKETS);
    const people = await until('customers has caught up', async () => {
      const filter = { email: { contains: '@crowd.example' } };
      const query = 'query ($filter: CustomerFilter) { customers(filter: $filter) { totalCount } }';
      const { data } = await desk.ask<{ customers: { totalCount: number } | null }>(
        'partner',
        query,
        { filter },
      );
      return (data?.customers?.totalCount ?? 0) >= PEOPLE && data?.customers?.totalCount;
    });
    expect(people).toBe(PEOPLE);
  }, 90_000);
});

describe('a part of the platform that is gone, or hangs,', () => {
  const QUESTION = `query ($id: ID!) {
    ticket(id: $id) { subject requester { name } suggestedArticles { score } }
    ticketReport(by: [], measures: [CREATED], period: { last: "P1D" }) { totals { measure } }
    knowledgeBases { name }
  }`;
  const WHOLE = {
    ticket: {
      subject: 'Where is my parcel?',
      requester: { name: expect.any(String) },
      suggestedArticles: [],
    },
    ticketReport: { totals: [{ measure: 'CREATED' }] },
    knowledgeBases: [],
  };
  /** What is left without it. */
  const LEFT = {
    tickets: { ...WHOLE, ticket: null },
    customers: { ...WHOLE, ticket: { ...WHOLE.ticket, requester: null } },
    'knowledge-base': {
      ...WHOLE,
      ticket: { ...WHOLE.ticket, suggestedArticles: null },
      knowledgeBases: null,
    },
    analytics: { ...WHOLE, ticketReport: null },
  };
  const LIMIT_MS = 1200;

  const whole = (id: string): Promise<object> =>
    until('everything answers', async () => {
      const answer = await desk.ask<object>('partner', QUESTION, { id });
      return !answer.errors && answer.data!;
    });

  describe.each(SERVICES)('%s,', (name) => {
    test.each(['SIGKILL', 'SIGSTOP'] as const)(
      'by %s, costs its own fields and at most 1.2 s, and tells no address',
      async (signal) => {
        const { id } = await until('a ticket', () =>
          desk.ticket({}, 'customer').catch(() => undefined),
        );
        expect(await whole(id)).toEqual(WHOLE);
        const service = platform.services[name]!;
        if (signal === 'SIGKILL') await service.kill();
        else service.signal('SIGSTOP');

        const tries: { ms: number; text: string; answer: Answer<object> }[] = [];
        for (let at = 0; at < 4; at++) {
          const begun = performance.now();
          const { text, answer } = await post<object>(platform.url, desk.tokens.partner, QUESTION, {
            id,
          });
          tries.push({ ms: performance.now() - begun, text, answer });
        }
        if (signal === 'SIGKILL') await service.start();
        else service.signal('SIGCONT');

        for (const { text, answer } of tries) {
          expect(codesOf(answer)).toEqual(['UNAVAILABLE']);
          expect(text).not.toMatch(/127\.0\.0\.1|localhost|ECONN|socket|node_modules|\.ts\b/i);
          for (const each of [platform.gateway, ...Object.values(platform.services)])
            expect(text).not.toContain(new URL(each.url).port);
        }
        // A busy machine may be late once; a gateway that waits is late each time.
        expect(Math.min(...tries.map(({ ms }) => ms))).toBeLessThan(LIMIT_MS);
        expect(tries.map(({ answer }) => answer.data)).toContainEqual(LEFT[name]);
        expect(await whole(id)).toEqual(WHOLE);
      },
      60_000,
    );
  });

  test('a person whom nobody can look up now is told so, and is not taken for a stranger', async () => {
    const { tickets } = platform.services as { tickets: Platform['gateway'] };
    const token = await platform.issuer.issueToken(
      { sub: desk.emails.agent, email: desk.emails.agent, workspace: desk.workspace },
      '59 minutes',
    );
    const ask = async (): Promise<Answer<object>> =>
      (await post<object>(platform.url, token, '{ viewer { role } }')).answer;
    tickets.signal('SIGSTOP');
    const answer = await ask();
    tickets.signal('SIGCONT');
    expect(codesOf(answer)).toEqual(['UNAVAILABLE']);
    const later = await until('the person is known again', async () => {
      const given = await ask();
      return !isLate(given) && given;
    });
    expect(later.data).toEqual({ viewer: { role: 'AGENT' } });
  }, 60_000);
});

test('a service that is asked to end answers what it has begun, and leaves in peace', async () => {
  const { tickets } = platform.services as { tickets: Platform['gateway'] };
  const begun = 5;
  // The first ticket of a workspace makes its sequence of numbers, and others wait for that.
  await until('the graph is well', () => desk.ticket({}, 'customer').catch(() => undefined));
  await onServer(async (session) => {
    await session.query('begin');
    await session.query('lock table ticket in exclusive mode');
    const creating = Promise.all(
      Array.from({ length: begun }, (_, at) =>
        desk.ticket(
          { subject: `Last ${at}`, requester: { customerId: desk.ids.customer } },
          'partner',
        ),
      ),
    );
    await until('all of them wait for the table', async () => {
      const { rowCount } = await session.query(
        `select from pg_locks where relation = 'ticket'::regclass and not granted`,
      );
      return rowCount === begun;
    });
    const ending = tickets.stop();
    await until('it takes no more', async () => !(await tickets.isReady()));
    await session.query('rollback');
    const made = await creating;
    expect(new Set(made.map(({ id }) => id)).size).toBe(begun);
    expect(await ending).toBe(0);
  }, platform.databaseOf('tickets'));
  for (const each of [
    ...Object.values(platform.services).filter((service) => service !== tickets),
    platform.gateway,
  ])
    expect(await each.stop()).toBe(0);
}, 60_000);
