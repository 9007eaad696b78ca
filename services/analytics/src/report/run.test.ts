import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import type { DomainEvent } from '@deskgraph/common/events/types';
import type { EventConsumer } from '@deskgraph/common/events/event-consumer';
import { newId } from '@deskgraph/common/core/id';
import {
  type TestService,
  appActor,
  dataOrThrow,
  newWorkspace,
  userActor,
  startTestService,
} from '@deskgraph/common/testing/testing';
import { migrations } from '../../migrations/all.ts';
import { subgraph } from '../subgraph.ts';
import {
  type SampleIds,
  type FakeTicketsFeed,
  seededRandom,
  sampleEvent,
  startFakeTicketsFeed,
  sampleTicketEvents,
  interleave,
  newSampleIds,
} from '../testing.ts';
import { consumeTickets } from '../ticket/consume.ts';
import type { TicketEventState } from '@deskgraph/common/contract/ticket-state';
import { TicketDimension, TicketMeasure } from './enums.ts';

const REPORT = `query ($filter: TicketFilter, $by: [TicketDimension!]!, $measures: [TicketMeasure!]!, $period: PeriodInput!, $timeZone: TimeZone, $granularity: Granularity) {
  ticketReport(filter: $filter, by: $by, measures: $measures, period: $period, timeZone: $timeZone, granularity: $granularity) {
    from to timeZone cursor asOf truncated totals { ...cell }
    rows { dimensions { dimension key label start agent { id } department { id } } measures { ...cell } }
  }
}
fragment cell on MeasureCell { measure unit value p50 p90 sample }`;

interface Cell {
  measure: string;
  unit: string;
  value: number | null;
  p50: number | null;
  p90: number | null;
  sample: number;
}
interface Answered {
  ticketReport: {
    from: string;
    to: string;
    cursor: string;
    asOf: string;
    truncated: boolean;
    totals: Cell[];
    rows: {
      dimensions: {
        dimension: string;
        key: string | null;
        label: string;
        start: string | null;
        agent: { id: string } | null;
        department: { id: string } | null;
      }[];
      measures: Cell[];
    }[];
  };
}

const ZONE = 'Europe/Ljubljana';
/** Ten days around the night in which the clocks go back: 2026-10-25 has 25 hours. */
const FROM = '2026-10-20T00:00:00+02:00';
const TO = '2026-10-30T00:00:00+01:00';
const PERIOD = { from: new Date(FROM).toISOString(), to: new Date(TO).toISOString() };
const MEASURES = Object.values(TicketMeasure);
const { TIME, STATUS, PRIORITY, CHANNEL, DEPARTMENT, AGENT } = TicketDimension;

let tickets: FakeTicketsFeed;
let service: TestService;
let follower: EventConsumer;
let cast: SampleIds;
let lead: Actor;

const follow: typeof subgraph.backgroundTasks = (inside) => {
  follower = consumeTickets(inside, tickets.url);
  return [() => follower.stop()];
};

beforeAll(async () => {
  tickets = await startFakeTicketsFeed();
  const random = seededRandom(20_261_121);
  cast = newSampleIds(newWorkspace());
  lead = userActor(Role.LEAD, cast.workspace, { id: cast.agents[0]! });
  const other = newSampleIds(newWorkspace());
  const around = [new Date('2026-10-15T00:00:00Z'), new Date('2026-11-01T00:00:00Z')] as const;
  const lives = (of: SampleIds, count: number) =>
    Array.from({ length: count }, (_, at) => sampleTicketEvents(of, at + 1, ...around, random));
  tickets.add(...interleave([...lives(cast, 300), ...lives(other, 30)], random));
  service = await startTestService({ ...subgraph, backgroundTasks: follow }, migrations);
  await follower.catchUp();
});
afterAll(async () => {
  await service?.stop();
  await tickets?.stop();
});

async function report(variables: object, actor = lead): Promise<Answered['ticketReport']> {
  return dataOrThrow(
    await service.query<Answered>(actor, REPORT, {
      period: PERIOD,
      timeZone: ZONE,
      measures: MEASURES,
      ...variables,
    }),
  ).ticketReport;
}

/** What one ticket counts for, computed from its facts by hand. */
interface Lived {
  id: string;
  today: TicketEventState;
  milestones: {
    measure: TicketMeasure;
    at: number;
    seconds: number;
    department: string | null;
    agent: string | null;
  }[];
  /** From the instant on: with whom it is unsolved; undefined when it is solved. */
  waits: { at: number; hands: { department: string | null; agent: string | null } | undefined }[];
}

function livedOf(id: string, facts: DomainEvent[]): Lived {
  const states = facts.map((fact) => fact.data['state'] as TicketEventState);
  const createdAt = Date.parse(states[0]!.createdAt);
  const handsOf = ({ departmentId, assigneeId }: TicketEventState) => ({
    department: departmentId,
    agent: assigneeId,
  });
  const solvedIn = ({ status }: TicketEventState) => status === 'SOLVED' || status === 'CLOSED';
  const milestones: Lived['milestones'] = [
    { measure: TicketMeasure.CREATED, at: createdAt, seconds: 0, ...handsOf(states[0]!) },
  ];
  const note = (measure: TicketMeasure, at: number): void => {
    const fact = facts[at]!;
    const instant = Date.parse(fact.occurredAt);
    milestones.push({
      measure,
      at: instant,
      seconds: Math.max(0, Math.floor((instant - createdAt) / 1000)),
      ...handsOf(states[at]!),
    });
  };
  const lastUnsolved = states.findLastIndex((state) => !solvedIn(state));
  if (lastUnsolved + 1 < states.length) {
    note(TicketMeasure.SOLVED, lastUnsolved + 1);
    note(TicketMeasure.RESOLUTION_TIME, lastUnsolved + 1);
  }
  const reply = facts.findIndex((fact) => fact.data['firstReply'] === true);
  if (reply >= 0) note(TicketMeasure.FIRST_RESPONSE_TIME, reply);
  const waits: Lived['waits'] = [{ at: createdAt, hands: handsOf(states[0]!) }];
  facts.forEach((fact, at) => {
    const hands = solvedIn(states[at]!) ? undefined : handsOf(states[at]!);
    const last = waits.at(-1)!;
    if (JSON.stringify(hands) !== JSON.stringify(last.hands))
      waits.push({ at: Math.max(Date.parse(fact.occurredAt), last.at), hands });
  });
  return { id, today: states.at(-1)!, milestones, waits };
}

const lived = (workspace: string): Lived[] =>
  [
    ...Map.groupBy(
      tickets.log.filter((fact) => fact.workspace === workspace && fact.subject.startsWith('tkt_')),
      (fact) => fact.subject,
    ),
  ].map(([id, facts]) => livedOf(id, facts));

const DATES = [
  '2026-10-20',
  '2026-10-21',
  '2026-10-22',
  '2026-10-23',
  '2026-10-24',
  '2026-10-25',
  '2026-10-26',
  '2026-10-27',
  '2026-10-28',
  '2026-10-29',
];
const midnight = (date: string): number =>
  Date.parse(`${date}T00:00:00${date <= '2026-10-25' ? '+02:00' : '+01:00'}`);
const dates = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE });
const dateAt = (at: number | string): string => dates.format(new Date(at));

interface Sample {
  count: number;
  seconds: number[];
}
type Table = Map<string, Map<TicketMeasure, Sample>>;

/** The report, computed ticket by ticket; keys of rows as JSON. */
/** Spam and what is in the bin counts only when it is asked for. */
const isShown = ({ today: { spam, deletedAt } }: Lived): boolean => !spam && !deletedAt;

function expected(
  by: TicketDimension[],
  which: (ticket: Lived) => boolean = () => true,
  shown = isShown,
): Table {
  const table: Table = new Map();
  const add = (
    ticket: Lived,
    measure: TicketMeasure,
    date: string,
    hands: { department: string | null; agent: string | null },
    seconds?: number,
  ) => {
    const values = {
      TIME: date,
      STATUS: ticket.today.status,
      PRIORITY: ticket.today.priority,
      CHANNEL: ticket.today.channel,
      DEPARTMENT: hands.department,
      AGENT: hands.agent,
    };
    const key = JSON.stringify(by.map((dimension) => values[dimension]));
    const cells = table.get(key) ?? table.set(key, new Map()).get(key)!;
    const sample =
      cells.get(measure) ?? cells.set(measure, { count: 0, seconds: [] }).get(measure)!;
    sample.count++;
    if (seconds !== undefined) sample.seconds.push(seconds);
  };
  for (const ticket of lived(cast.workspace).filter((each) => which(each) && shown(each))) {
    for (const { measure, at, seconds, department, agent } of ticket.milestones)
      if (at >= Date.parse(FROM) && at < Date.parse(TO))
        add(ticket, measure, dateAt(at), { department, agent }, seconds);
    for (const [at, date] of (by.includes(TIME) ? DATES : [DATES.at(-1)!]).entries()) {
      const end = by.includes(TIME) && DATES[at + 1] ? midnight(DATES[at + 1]!) : Date.parse(TO);
      const hands = ticket.waits.findLast((wait) => wait.at < end)?.hands;
      if (hands) add(ticket, TicketMeasure.BACKLOG, date, hands);
    }
  }
  return table;
}

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)]!;
  return low + (sorted[Math.ceil(place)]! - low) * (place % 1);
}

const TIMES = new Set<string>([TicketMeasure.FIRST_RESPONSE_TIME, TicketMeasure.RESOLUTION_TIME]);
const near = (value: number): unknown => expect.closeTo(value, 6);

function cellOf(measure: TicketMeasure, sample: Sample | undefined): unknown {
  const { count, seconds } = sample ?? { count: 0, seconds: [] };
  if (!TIMES.has(measure))
    return { measure, unit: 'COUNT', value: count, p50: null, p90: null, sample: count };
  if (!count) return { measure, unit: 'SECONDS', value: null, p50: null, p90: null, sample: 0 };
  const mean = seconds.reduce((sum, each) => sum + each, 0) / count;
  return {
    measure,
    unit: 'SECONDS',
    value: near(mean),
    p50: near(quantile(seconds, 0.5)),
    p90: near(quantile(seconds, 0.9)),
    sample: count,
  };
}

const tableOf = ({ rows }: Answered['ticketReport']): Record<string, Cell[]> =>
  Object.fromEntries(
    rows.map(({ dimensions, measures }) => [
      JSON.stringify(
        dimensions.map((cell) => (cell.dimension === TIME ? dateAt(cell.start!) : cell.key)),
      ),
      measures,
    ]),
  );
const cellsOf = (table: Table): Record<string, unknown[]> =>
  Object.fromEntries(
    [...table].map(([key, cells]) => [
      key,
      MEASURES.map((measure) => cellOf(measure, cells.get(measure))),
    ]),
  );

describe('numbers', () => {
  const splits = [
    [STATUS],
    [PRIORITY],
    [CHANNEL],
    [DEPARTMENT],
    [AGENT],
    [TIME],
    [TIME, STATUS],
    [TIME, PRIORITY],
    [TIME, CHANNEL],
    [TIME, DEPARTMENT],
    [AGENT, TIME],
  ];
  test.each([...splits, [DEPARTMENT, AGENT, STATUS, TIME, CHANNEL], []].map((by) => ({ by })))(
    'split by $by are those that counting by hand gives, also over the change of the clocks',
    async ({ by }) => {
      const answer = await report({ by });
      expect(tableOf(answer)).toEqual(cellsOf(expected(by)));
      expect(answer.totals).toEqual(cellsOf(expected([]))['[]']);
      expect(answer.truncated).toBe(false);
    },
  );

  test('follow the filter, for the tickets as they stand today', async () => {
    const { departments, agents } = cast;
    const filters: [object, (ticket: Lived) => boolean][] = [
      [
        { status: { in: ['SOLVED', 'CLOSED'] } },
        ({ today }) => ['SOLVED', 'CLOSED'].includes(today.status),
      ],
      [{ assigneeId: { eq: 'me' } }, ({ today }) => today.assigneeId === agents[0]],
      [
        { customStatusId: { eq: cast.status } },
        ({ today }) => today.customStatusId === cast.status,
      ],
      [{ followerId: { eq: cast.agents[0] } }, ({ today }) => Boolean(today.followerIds?.length)],
      [{ followerId: { notIn: [cast.agents[0]] } }, ({ today }) => !today.followerIds?.length],
      [{ followerId: { in: ['me'] } }, ({ today }) => Boolean(today.followerIds?.length)],
      [{ formId: { eq: cast.form } }, ({ today }) => today.formId === cast.form],
      [{ categoryId: { in: [cast.category] } }, ({ today }) => today.categoryId === cast.category],
      [
        { field: [{ fieldId: cast.field, number: { gte: 1 } }] },
        ({ today }) => typeof today.fields?.[cast.field] === 'number',
      ],
      [
        { field: [{ fieldId: cast.field, choices: { all: ['red', 'BLUE'] } }] },
        ({ today }) => Array.isArray(today.fields?.[cast.field]),
      ],
      [
        { field: [{ fieldId: cast.field, text: { isNull: true } }] },
        ({ today }) => today.fields?.[cast.field] === undefined,
      ],
      [{ locale: { startsWith: 'PT' } }, ({ today }) => today.locale === 'pt-BR'],
      [
        { product: { eq: 'MILL' }, handled: true },
        ({ today }) => today.product === 'Mill' && Boolean(today.handled),
      ],
      [
        { externalId: { isNull: true }, reopenCount: { gte: 2 } },
        ({ today }) => today.externalId === null && today.reopenCount! >= 2,
      ],
      [
        { transferCount: { lte: 1 }, closedAt: { isNull: false } },
        ({ today }) => today.transferCount! <= 1 && Boolean(today.closedAt),
      ],
      [
        { organizationId: { in: [cast.organization] } },
        ({ today }) => today.organizationId === cast.organization,
      ],
      [{ problemId: { isNull: false } }, ({ today }) => Boolean(today.problemId)],
      [{ departmentId: { isNull: true } }, ({ today }) => today.departmentId === null],
      [
        { tag: { any: ['VIP'] }, not: { priority: { eq: 'LOW' } } },
        ({ today }) => today.tags!.includes('vip') && today.priority !== 'LOW',
      ],
      [
        {
          or: [
            { departmentId: { in: departments.slice(0, 1) } },
            { requesterId: { eq: cast.requesters[0] } },
          ],
          channel: { notIn: ['CALL'] },
        },
        ({ today }) =>
          (today.departmentId === departments[0] || today.requesterId === cast.requesters[0]) &&
          today.channel !== 'CALL',
      ],
      [
        { number: { lte: 50 }, createdAt: { gte: '2026-10-24T00:00:00Z' } },
        ({ today }) => today.number <= 50 && today.createdAt >= '2026-10-24',
      ],
    ];
    for (const [filter, which] of filters)
      expect(tableOf(await report({ by: [TIME, AGENT], filter }))).toEqual(
        cellsOf(expected([TIME, AGENT], which)),
      );
  });

  test('hold nothing that the filter of an access role does not show, with and without a filter of the report', async () => {
    const { departments, agents } = cast;
    const rights: [object, (ticket: Lived) => boolean][] = [
      [
        { departmentId: { eq: departments[0] } },
        ({ today }) => today.departmentId === departments[0],
      ],
      [{ assigneeId: { in: [agents[0]] } }, ({ today }) => today.assigneeId === agents[0]],
      [
        { field: [{ fieldId: cast.field, number: { gte: 1 } }] },
        ({ today }) => typeof today.fields?.[cast.field] === 'number',
      ],
      [
        { or: [{ tag: { any: ['vip'] } }, { channel: { eq: 'CALL' } }] },
        ({ today }) => today.tags!.includes('vip') || today.channel === 'CALL',
      ],
    ];
    for (const [filter, sees] of rights) {
      const bounded = userActor(Role.LEAD, cast.workspace, { filter });
      expect(tableOf(await report({ by: [TIME, AGENT] }, bounded))).toEqual(
        cellsOf(expected([TIME, AGENT], sees)),
      );
      const urgent = { priority: { eq: 'URGENT' } };
      const both = ({ today, ...rest }: Lived): boolean =>
        today.priority === 'URGENT' && sees({ today, ...rest });
      expect(tableOf(await report({ by: [STATUS], filter: urgent }, bounded))).toEqual(
        cellsOf(expected([STATUS], both)),
      );
    }
  });

  test('leave out spam and what is in the bin, unless it is asked for by somebody who sees it', async () => {
    const table = (which: (ticket: Lived) => boolean) =>
      cellsOf(expected([TIME, AGENT], which, () => true));
    const cases: [object, (ticket: Lived) => boolean][] = [
      [{ spam: true }, ({ today }) => Boolean(today.spam) && !today.deletedAt],
      [{ deleted: true }, ({ today }) => !today.spam && Boolean(today.deletedAt)],
      [{ spam: true, deleted: true }, ({ today }) => Boolean(today.spam && today.deletedAt)],
      [
        { or: [{ spam: true }, { priority: { eq: 'LOW' } }] },
        ({ today }) => (today.spam || today.priority === 'LOW') && !today.deletedAt,
      ],
      [{ escalated: true }, (ticket) => Boolean(ticket.today.escalation) && isShown(ticket)],
      [{ snoozed: true }, (ticket) => Boolean(ticket.today.snooze) && isShown(ticket)],
    ];
    const analyst = userActor(Role.ANALYST, cast.workspace);
    const found: number[] = [];
    for (const [filter, which] of cases) {
      const wanted = table(which);
      found.push(Object.keys(wanted).length);
      expect(tableOf(await report({ by: [TIME, AGENT], filter }))).toEqual(wanted);
      const fewer = table((ticket) => which(ticket) && !ticket.today.deletedAt);
      expect(tableOf(await report({ by: [TIME, AGENT], filter }, analyst))).toEqual(fewer);
    }
    expect(found.filter((rows) => rows > 1).length).toBeGreaterThanOrEqual(4);
  });

  test('come as rows by time, then by the first measure, largest first', async () => {
    const { rows } = await report({ by: [AGENT, TIME], measures: [TicketMeasure.BACKLOG] });
    const order = rows.map(
      ({ dimensions, measures }) => [dimensions[1]!.start!, -measures[0]!.value!] as const,
    );
    expect(order).toEqual(
      order.toSorted((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] < b[0] ? -1 : 1)),
    );
    expect(rows[0]!.dimensions.map((cell) => cell.dimension)).toEqual([AGENT, TIME]);
  });

  test('beyond 10,000 rows the later ones are left off, and the totals still have all', async () => {
    const short = `query ($by: [TicketDimension!]!, $period: PeriodInput!) {
      ticketReport(by: $by, measures: [BACKLOG, CREATED], period: $period, timeZone: "${ZONE}", granularity: HOUR) {
        truncated totals { value } rows { dimensions { key } measures { value } } } }`;
    const asking = async (by: TicketDimension[], period: object = PERIOD) =>
      dataOrThrow(await service.query<Answered>(lead, short, { by, period })).ticketReport;
    const long = await asking([TIME, AGENT, CHANNEL, DEPARTMENT]);
    expect([long.rows.length, long.truncated]).toEqual([10_000, true]);
    expect(long.totals).toEqual((await asking([])).totals);
    const firstDay = await asking([TIME, AGENT, CHANNEL, DEPARTMENT], {
      from: PERIOD.from,
      to: new Date(midnight('2026-10-21')),
    });
    expect(firstDay.truncated).toBe(false);
    expect(long.rows.slice(0, firstDay.rows.length)).toEqual(firstDay.rows);
  });
});

describe('time', () => {
  const starts = async (variables: object): Promise<string[]> => {
    const { rows } = await report({ by: [TIME], measures: [TicketMeasure.CREATED], ...variables });
    return rows.map(
      ({ dimensions }) => `${dimensions[0]!.start!.slice(0, 16)} ${dimensions[0]!.label}`,
    );
  };

  test('by TIME alone every bucket has a row; the night of the change has 25 hours', async () => {
    const period = { from: '2026-10-24T22:00:00Z', to: '2026-10-25T23:00:00Z' };
    const hours = await starts({ granularity: 'HOUR', period });
    expect(hours).toHaveLength(25);
    expect(hours.slice(1, 5)).toEqual([
      '2026-10-24T23:00 2026-10-25 01:00',
      '2026-10-25T00:00 2026-10-25 02:00',
      '2026-10-25T01:00 2026-10-25 02:00',
      '2026-10-25T02:00 2026-10-25 03:00',
    ]);
    expect(await starts({ granularity: 'DAY', period })).toEqual(['2026-10-24T22:00 2026-10-25']);
  });

  test.each([
    [
      'WEEK',
      '2026-12-30T10:00:00Z',
      '2027-01-05T00:00:00Z',
      ['2026-12-27T23:00 2026-W53', '2027-01-03T23:00 2027-W01'],
    ],
    [
      'MONTH',
      '2026-09-15T00:00:00Z',
      '2026-11-01T00:00:00Z',
      ['2026-08-31T22:00 2026-09', '2026-09-30T22:00 2026-10', '2026-10-31T23:00 2026-11'],
    ],
    [
      'QUARTER',
      '2026-02-01T00:00:00Z',
      '2026-04-02T00:00:00Z',
      ['2025-12-31T23:00 2026-Q1', '2026-03-31T22:00 2026-Q2'],
    ],
    [
      'YEAR',
      '2025-06-01T00:00:00Z',
      '2026-01-01T00:00:00Z',
      ['2024-12-31T23:00 2025', '2025-12-31T23:00 2026'],
    ],
  ])('a %s begins where the calendar of the zone says', async (granularity, from, to, buckets) => {
    expect(await starts({ granularity, period: { from, to } })).toEqual(buckets);
  });

  test('a day that begins late because the clocks go forward at midnight is whole', async () => {
    const days = await starts({
      timeZone: 'Africa/Cairo',
      period: { from: '2026-04-23T00:00:00Z', to: '2026-04-25T00:00:00Z' },
    });
    expect(days).toEqual([
      '2026-04-22T22:00 2026-04-23',
      '2026-04-23T22:00 2026-04-24',
      '2026-04-24T21:00 2026-04-25',
    ]);
  });

  test('the last days are whole ones, today included', async () => {
    const answer = await report({ by: [TIME], period: { last: 'P7D' }, timeZone: 'Asia/Kolkata' });
    expect(answer.rows).toHaveLength(7);
    expect([answer.from, answer.to].map((at) => at.slice(11))).toEqual([
      '18:30:00.000Z',
      '18:30:00.000Z',
    ]);
    expect(Date.parse(answer.to)).toBeGreaterThan(Date.now());
    expect(Date.parse(answer.to) - Date.now()).toBeLessThanOrEqual(86_400_000);
  });
});

describe('names', () => {
  test('are those of the time: a department that is renamed later keeps its name in earlier buckets', async () => {
    const own = newSampleIds(newWorkspace());
    const [department] = own.departments as [string];
    const named = (name: string, at: string) =>
      sampleEvent(own.workspace, 'department.updated', department, new Date(at), {
        state: { name },
      });
    const created = (at: string) => {
      const [fact] = sampleTicketEvents(own, 1, new Date(at), new Date(at), seededRandom(1));
      (fact!.data['state'] as TicketEventState).departmentId = department;
      return fact!;
    };
    tickets.add(
      named('Sales', '2026-10-01T00:00:00Z'),
      created('2026-10-21T08:00:00Z'),
      named('Accounts', '2026-10-22T12:00:00Z'),
      created('2026-10-23T08:00:00Z'),
    );
    await follower.catchUp();
    const variables = { measures: [TicketMeasure.CREATED] };
    const analyst = userActor(Role.ANALYST, own.workspace);
    const byDay = await report({ by: [TIME, DEPARTMENT], ...variables }, analyst);
    expect(byDay.rows.map(({ dimensions }) => dimensions.map((cell) => cell.label))).toEqual([
      ['2026-10-21', 'Sales'],
      ['2026-10-23', 'Accounts'],
    ]);
    expect(byDay.rows[0]!.dimensions[1]).toMatchObject({
      key: department,
      department: { id: department },
      agent: null,
    });
    expect(
      (await report({ by: [DEPARTMENT], ...variables }, analyst)).rows.map(
        ({ dimensions }) => dimensions[0]!.label,
      ),
    ).toEqual(['Accounts']);
  });
});

describe('rights', () => {
  const asked = { by: [], measures: MEASURES, period: PERIOD };

  test.each([Role.REQUESTER, Role.LIGHT, Role.AGENT])('%s reads no report', async (role) => {
    const { data, errors } = await service.query(userActor(role, cast.workspace), REPORT, asked);
    expect(data).toEqual({ ticketReport: null });
    expect(errors![0]!.extensions.code).toBe('FORBIDDEN');
  });

  test.each([Role.LEAD, Role.ANALYST, Role.ADMIN])('%s does', async (role) => {
    expect(
      (await report({ by: [] }, userActor(role, cast.workspace))).totals[0]!.value,
    ).toBeGreaterThan(100);
  });

  test('an app needs the scope, and counts its departments only', async () => {
    const { errors } = await service.query(
      appActor(cast.workspace, ['tickets:read']),
      REPORT,
      asked,
    );
    expect(errors![0]!.extensions.code).toBe('FORBIDDEN');
    const partner = {
      ...appActor(cast.workspace, ['reports:read']),
      departments: [cast.departments[1]!],
    };
    const table = expected(
      [TIME, AGENT],
      ({ today }) => today.departmentId === cast.departments[1],
    );
    expect(tableOf(await report({ by: [TIME, AGENT] }, partner))).toEqual(cellsOf(table));
    expect((await report({ by: [] }, appActor(cast.workspace, ['reports:read']))).totals).toEqual(
      (await report({ by: [] })).totals,
    );
  });

  test('another workspace counts nothing of this one, also when it names its tickets', async () => {
    const stranger = userActor(Role.ADMIN, newWorkspace());
    const filter = {
      id: {
        in: lived(cast.workspace)
          .slice(0, 100)
          .map((ticket) => ticket.id),
      },
    };
    for (const variables of [{}, { filter }]) {
      const answer = await report({ by: [STATUS], ...variables }, stranger);
      expect(answer.rows).toEqual([]);
      expect(answer.totals.map((cell) => cell.sample)).toEqual(MEASURES.map(() => 0));
    }
    const counts = async (actor: Actor) =>
      (await report({ by: [], filter }, actor)).totals[0]!.value;
    expect([await counts(lead), await counts(stranger)]).toEqual([expect.any(Number), 0]);
  });
});

describe('bad questions are refused by the name of the argument', () => {
  const days = (count: number) => ({
    from: '2020-01-01T00:00:00Z',
    to: new Date(Date.UTC(2020, 0, 1 + count)).toISOString(),
  });
  test.each([
    ['six dimensions', { by: Object.values(TicketDimension) }, ['by']],
    ['a dimension twice', { by: [STATUS, STATUS] }, ['by']],
    ['no measure', { measures: [] }, ['measures']],
    ['eleven measures', { measures: Array.from({ length: 11 }, () => 'CREATED') }, ['measures']],
    ['a measure twice', { measures: ['CREATED', 'CREATED'] }, ['measures']],
    ['no period', { period: {} }, ['period']],
    ['half a period', { period: { from: PERIOD.from } }, ['period']],
    ['two periods', { period: { ...PERIOD, last: 'P1D' } }, ['period']],
    ['a period backwards', { period: { from: PERIOD.to, to: PERIOD.from } }, ['period', 'to']],
    ['an empty period', { period: { from: PERIOD.from, to: PERIOD.from } }, ['period', 'to']],
    ['too long a period', { period: days(3661) }, ['period']],
    ['hours as last', { period: { last: 'PT6H' } }, ['period', 'last']],
    ['no days as last', { period: { last: 'P0D' } }, ['period', 'last']],
    ['too many days as last', { period: { last: 'P3661D' } }, ['period', 'last']],
    ['too many buckets', { by: [TIME], granularity: 'HOUR', period: days(420) }, ['granularity']],
    ['words', { filter: { text: 'refund' } }, ['filter', 'text']],
    ['words inside', { filter: { and: [{ not: { text: 'refund' } }] } }, ['filter', 'text']],
    [
      'a long list',
      { filter: { id: { in: Array.from({ length: 101 }, () => newId('tkt')) } } },
      ['filter'],
    ],
  ])('%s', async (_, variables, field) => {
    const asked = { by: [STATUS], measures: ['CREATED'], period: PERIOD, ...variables };
    const { data, errors } = await service.query(lead, REPORT, asked);
    expect(data).toEqual({ ticketReport: null });
    expect(errors![0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });

  test.each([
    { timeZone: 'Mars/Olympus' },
    { measures: ['GUESSED'] },
    { period: { last: 'a month' } },
  ])('%j has the wrong shape', async (variables) => {
    const { errors } = await service.query(lead, REPORT, {
      by: [],
      measures: ['CREATED'],
      period: PERIOD,
      ...variables,
    });
    expect(errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
    expect(errors![0]!.message).toContain(Object.keys(variables)[0]!);
  });

  test('ids of another kind, or of no kind, match nothing', async () => {
    const filter = { assigneeId: { in: ['nonsense', cast.departments[0]] } };
    expect((await report({ by: [], filter })).totals[0]!.value).toBe(0);
  });
});

describe('cost', () => {
  interface Pool {
    on(
      event: 'acquire',
      listener: (client: { query: (...all: unknown[]) => unknown }) => void,
    ): void;
  }
  let statements: string[] = [];

  beforeAll(async () => {
    const pool = (await service.service.orm.em
      .getConnection()
      .getNativeClient()) as unknown as Pool;
    const heard = new WeakSet<object>();
    pool.on('acquire', (client) => {
      if (heard.has(client)) return;
      heard.add(client);
      const query = client.query.bind(client);
      client.query = (...all) => {
        const text = typeof all[0] === 'string' ? all[0] : (all[0] as { text?: string }).text;
        if (text && !/feed_position/.test(text)) statements.push(text);
        return query(...all);
      };
    });
  });

  const counted = async (variables: object): Promise<number> => {
    statements = [];
    await report(variables);
    return statements.filter((text) => /\bfrom\b/i.test(text)).length;
  };
  const later = (hours: number) => ({
    period: { from: PERIOD.from, to: new Date(Date.parse(TO) + hours * 3_600_000).toISOString() },
  });

  test('a report is one statement whatever it measures, besides where it stands and the names it shows', async () => {
    await report({ by: [], ...later(1) });
    const one = await counted({ by: [TIME], measures: ['CREATED'], ...later(2) });
    expect(one).toBeLessThanOrEqual(3);
    expect(await counted({ by: [TIME, STATUS, CHANNEL], ...later(3) })).toBeLessThanOrEqual(3);
    expect(await counted({ by: [TIME, AGENT, DEPARTMENT], ...later(4) })).toBeLessThanOrEqual(4);
  });

  test('a question that others wait for is answered, though the request that began it fails at once', async () => {
    const period = `period: { from: "${PERIOD.from}", to: "2026-10-29T12:34:56Z" }`;
    const good = `ticketReport(by: [STATUS], measures: [CREATED], ${period}) { totals { value } }`;
    const broken = service.query(
      lead,
      `{ a: ${good} b: ticketReport(by: [], measures: [], ${period}) { from } }`,
    );
    const waiting = Array.from({ length: 5 }, () => service.query<Answered>(lead, `{ ${good} }`));
    expect((await broken).errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
    for (const answer of await Promise.all(waiting))
      expect(dataOrThrow(answer).ticketReport.totals[0]!.value).toBeGreaterThan(100);
  });

  test('equal questions are computed once, and again only after a fact', async () => {
    const short = `query ($by: [TicketDimension!]!, $period: PeriodInput!, $filter: TicketFilter) {
      ticketReport(by: $by, measures: [CREATED], period: $period, filter: $filter) { cursor totals { value } } }`;
    const asking = async (more: object = {}) =>
      dataOrThrow(
        await service.query<Answered>(lead, short, { by: [TIME, STATUS], ...later(5), ...more }),
      ).ticketReport;
    const computed = () => statements.filter((text) => /width_bucket/.test(text)).length;
    statements = [];
    const answers = await Promise.all(Array.from({ length: 100 }, () => asking()));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(computed()).toBe(1);
    await asking({ filter: null });
    expect(computed()).toBe(1);
    const [created] = sampleTicketEvents(
      cast,
      999,
      new Date('2026-10-21T10:00:00Z'),
      new Date('2026-10-21T10:00:00Z'),
      seededRandom(2),
    );
    tickets.add(created!);
    await follower.catchUp();
    const after = await asking();
    expect(computed()).toBe(2);
    expect(after.totals[0]!.value).toBe(answers[0]!.totals[0]!.value! + 1);
    expect(after.cursor).not.toBe(answers[0]!.cursor);
  });
});
