import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import { Direction, keysetPage } from '@deskgraph/common/database/pagination';
import { type TestService } from '@deskgraph/common/testing/testing';
import { Context } from '@deskgraph/common/database/context';
import { Client } from 'pg';
import { sizeOf } from '@deskgraph/common/testing/sizes';
import { type Desk, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { ticketListQuery } from '../../model/lookup/queries.ts';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { type TicketOrder, TicketOrderField } from '../../model/filter/order.ts';
import { findFrequentTexts } from '../../model/filter/text.ts';

/** Enough tickets for the planner to choose the plans of a large workspace. */
const TICKETS = sizeOf(4_000, 12_000);

let service: TestService;
let desk: Desk;
let ids: { problem: string; organization: string };

beforeAll(async () => {
  service = await startOwnTickets();
  desk = await openDesk(service);
  ids = { problem: newId('tkt'), organization: newId('org') };
  await fill();
}, 900_000);
afterAll(() => service.stop());

/** Every ticket contains `parcel`, one in 997 `samovar`; few tickets match each filter. */
async function fill(): Promise<void> {
  const client = new Client({ connectionString: service.database.ownerUrl });
  await client.connect();
  await client.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
  await client.query(
    `insert into ticket (id, workspace_id, number, subject, description, status, priority, requester_id, requester_name, tags, channel, origin,
       created_by_kind, created_by_id, created_by_name, handled, reopen_count, transfer_count, public_version, public_updated_at, version, created_at,
       updated_at, waiting_since, solved_at, closed_at, locale, product, external_id, organization_id)
     select case n when 1 then $4::uuid else gen_random_uuid() end, $1, n, case n % 997 when 0 then 'The samovar ' || n else 'Parcel ' || n end, 'It is late.',
       case n % 10 when 0 then 'OPEN' else 'CLOSED' end, 'NORMAL', case n % 1000 when 7 then $2::uuid else gen_random_uuid() end, 'Marta', '{}', 'EMAIL',
       'CUSTOMER', 'customer', 'x', 'M', n % 3 > 0, (n % 500 = 0)::integer * 3, (n % 500 = 1)::integer * 3, 1, at, 1, at, at,
       case n % 10 when 0 then at end, case n % 10 when 0 then null else at end, case n % 10 when 0 then null else at end,
       case n % 800 when 3 then 'sl' else 'en' end, case n % 800 when 4 then 'Mill' else 'Kettle' end, 'A-' || n, case n % 1000 when 8 then $5::uuid end
     from generate_series(1, $3::integer) n cross join lateral (select now() - n * interval '10 minutes' as at) at`,
    [
      desk.workspace,
      uuidOf('cus', desk.customer.id),
      TICKETS,
      uuidOf('tkt', ids.problem),
      uuidOf('org', ids.organization),
    ],
  );
  await client.query('update ticket set problem_id = $1 where number % 1000 = 9', [
    uuidOf('tkt', ids.problem),
  ]);
  await client.query(
    `insert into ticket_text (ticket_id, workspace_id, public, everything)
     select id, workspace_id, words, words from ticket cross join lateral (select setweight(to_tsvector('simple', subject), 'A') || 'parcel' || 'late' as words) w`,
  );
  await client.query('vacuum analyze ticket, ticket_text, message');
  await client.end();
}

const NOW = new Date();
const ago = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000);
const by = (field: TicketOrderField, direction = Direction.ASC): TicketOrder[] => [
  { field, direction },
];
const { RELEVANCE, SOLVED_AT, UPDATED_AT } = TicketOrderField;

/** The scans in the plan of a list: kind of scan with table, and index. */
async function scansOf(
  actor: Actor,
  filter: TicketFilter,
  orderBy: TicketOrder[] | null,
): Promise<string[]> {
  const ctx = new Context({
    orm: service.service.orm,
    log: service.service.log,
    actor,
    requestId: 'test',
    locales: [],
  });
  try {
    const { order, condition } = ticketListQuery(
      actor,
      { filter, orderBy },
      await findFrequentTexts(ctx, filter),
    );
    const page = keysetPage({ first: 25 }, order);
    const { rows } = await sql<{ 'QUERY PLAN': { Plan: Plan }[] }>`
      explain (format json) select t.*, ${page.keys} from ticket t where ${condition} and ${page.where} order by ${page.order} limit ${page.limit}
    `.execute((await ctx.read()).getKysely());
    return scansIn(rows[0]!['QUERY PLAN'][0]!.Plan);
  } finally {
    await ctx.endSnapshot();
  }
}

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: Plan[];
}
const scansIn = (plan: Plan): string[] => [
  ...(plan['Relation Name'] ? [`${plan['Node Type']} ${plan['Relation Name']}`] : []),
  ...(plan['Index Name'] ? [plan['Index Name']] : []),
  ...(plan.Plans ?? []).flatMap(scansIn),
];

test.each<[string, TicketFilter, string, TicketOrder[]?]>([
  ['locale', { locale: { eq: 'SL' } }, 'ticket_locale'],
  ['product', { product: { startsWith: 'mil' } }, 'ticket_product'],
  ['externalId', { externalId: { in: ['A-77', 'a-78'] } }, 'ticket_external_word'],
  ['organizationId', { organizationId: { eq: 'ORGANIZATION' } }, 'ticket_organization'],
  ['problemId', { problemId: { eq: 'PROBLEM' } }, 'ticket_problem'],
  ['updatedAt', { updatedAt: { gte: ago(0.2) } }, 'ticket_updated'],
  ['closedAt', { closedAt: { gte: ago(0.2) } }, 'ticket_closed'],
  ['solvedAt', { solvedAt: { gte: ago(0.2) } }, 'ticket_solved'],
  ['reopenCount', { reopenCount: { gte: 2 } }, 'ticket_reopened'],
  ['transferCount', { transferCount: { gte: 2 } }, 'ticket_transferred'],
  ['handled', { handled: false }, 'ticket_waiting'],
  ['no condition, by the last change', {}, 'ticket_updated', by(UPDATED_AT, Direction.DESC)],
  ['no condition, by the solution', {}, 'ticket_solved', by(SOLVED_AT, Direction.DESC)],
  ['a rare word', { text: 'samovar' }, 'ticket_pkey'],
  ['a rare word, the best first', { text: 'samovar' }, 'ticket_pkey', by(RELEVANCE)],
  ['a frequent word', { text: 'parcel' }, 'ticket_text_pkey'],
  ['a frequent word, the best first', { text: 'parcel' }, 'ticket_created', by(RELEVANCE)],
  ['a number', { text: '#77' }, 'ticket_number', by(RELEVANCE)],
])(
  'reads a list by %s from an index',
  async (_, template, index, orderBy: TicketOrder[] | null = null) => {
    const filter = JSON.parse(
      JSON.stringify(template)
        .replace('ORGANIZATION', ids.organization)
        .replace('PROBLEM', ids.problem),
      (key, value: unknown) =>
        key === 'gte' && typeof value === 'string' ? new Date(value) : value,
    ) as TicketFilter;
    const scans = await scansOf(desk.agent, filter, orderBy);
    expect(scans.filter((scan) => /^Seq Scan (ticket|ticket_text|message)$/.test(scan))).toEqual(
      [],
    );
    expect(scans).toContain(index);
  },
);

test.each<[string, TicketFilter, TicketOrder[]?]>([
  ['of all of them', {}],
  ['of a word in them', { text: 'parcel' }],
  ['of the best of them', { text: 'parcel' }, by(RELEVANCE)],
])(
  'starts from the index of the requester’s tickets in a list %s',
  async (_, filter, orderBy: TicketOrder[] | null = null) => {
    const scans = await scansOf(desk.customer, filter, orderBy);
    expect(scans.filter((scan) => /^Seq Scan (ticket|ticket_text|message)$/.test(scan))).toEqual(
      [],
    );
    expect(scans).toContain('ticket_requester');
  },
);

test('searches words by their index', async () => {
  const client = new Client({ connectionString: service.database.ownerUrl });
  await client.connect();
  const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
    `explain (format json) select ticket_id from ticket_text where everything @@ '''samovar'':*'::tsquery limit 2000`,
  );
  await client.end();
  expect(scansIn(rows[0]!['QUERY PLAN'][0]!.Plan)).toContain('ticket_text_everything');
});
