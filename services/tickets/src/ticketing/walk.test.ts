import 'reflect-metadata';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { uuidOf } from '@deskgraph/common/core/id';
import type { TestService } from '@deskgraph/common/testing/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { stopClock } from '../../testing/clock.ts';
import { seed, sizeOf } from '@deskgraph/common/testing/sizes';
import { type Desk, mutate, openDesk } from '../../testing/desk.ts';
import { startOwnTickets } from '../../testing/own-service.ts';
import { type Dice, dice } from '../../testing/dice.ts';
import { fetchUnloggedChanges } from '../../testing/event-log.ts';
import {
  type RequesterKey,
  CLOSE_AFTER,
  CUSTOM_STATUSES,
  type CustomStatusKey,
  DAY,
  type TicketModel,
  type AgentKey,
  type Status,
  type ErrorCodes,
  newTicketModel,
  requesterLabel,
  publicStatus,
} from '../../testing/ticket-model.ts';
import { OPERATIONS } from '../../testing/ticket-model-operations.ts';

const OPERATION_COUNT = sizeOf(120, 2_000);
const TICKETS = 8;
const STATUSES: readonly Status[] = [
  'NEW',
  'OPEN',
  'PENDING',
  'ON_HOLD',
  'SOLVED',
  'SOLVED',
  'CLOSED',
];
const HOUR = DAY / 24;
const REOPENS = 52;

let service: TestService;
let desk: Desk;
let owner: Client;
let clock: ReturnType<typeof stopClock>;
let people: Record<AgentKey, Actor>;
let askers: Record<RequesterKey, Actor>;
let customs: Record<CustomStatusKey, string>;
/** The field that the form of all tickets requires before SOLVED. */
let causeFieldId: string;
let formId: string;

beforeAll(async () => {
  service = await startOwnTickets();
  clock = stopClock(service);
  desk = await openDesk(service);
  people = { ana: desk.agent, bor: desk.colleague };
  askers = { marta: desk.customer, eva: desk.stranger };
  owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  await owner.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
  for (const { id, name } of Object.values(askers))
    await owner.query('insert into requester (id, workspace_id, name) values ($1, $2, $3)', [
      uuidOf('cus', id),
      desk.workspace,
      name,
    ]);
  await mutate(desk, desk.admin, 'settingsUpdate', { onHoldEnabled: true });
  const create = async (name: string, noun: string, input: object): Promise<string> =>
    ((await mutate(desk, desk.admin, name, input, `${noun} { id }`))[noun] as { id: string }).id;
  const defined = Object.entries(CUSTOM_STATUSES).map(async ([label, { base, requesterLabel }]) => [
    label,
    await create('customStatusCreate', 'customStatus', { label, base, requesterLabel }),
  ]);
  customs = Object.fromEntries(await Promise.all(defined)) as typeof customs;
  causeFieldId = await create('ticketFieldCreate', 'ticketField', {
    key: 'cause',
    label: 'Cause',
    kind: 'TEXT',
  });
  formId = await create('ticketFormCreate', 'ticketForm', {
    name: 'All',
    fields: [{ fieldId: causeFieldId, required: 'SOLVE' }],
  });
});
afterAll(async () => {
  jest.useRealTimers();
  await owner.end();
  await service.stop();
});

interface ModelledTicket {
  id: string;
  model: TicketModel;
}

const run = async (actor: Actor, name: string, input: object): Promise<ErrorCodes> =>
  (await mutate(desk, actor, name, input)).userErrors.map(
    ({ code, field }) => `${code} ${field?.join('.')}`,
  );

/** Applies a random operation to a ticket and to its model; returns both results. */
async function step(
  { roll, one }: Dice,
  { id, model }: ModelledTicket,
  all: readonly ModelledTicket[],
): Promise<[string, ErrorCodes, ErrorCodes]> {
  const now = Date.now();
  const message = (body: object) => ({
    ticketId: id,
    visibility: 'PUBLIC',
    body: 'Words.',
    ...body,
  });
  const asker = one<RequesterKey>(['marta', 'eva']);
  const status = one(STATUSES);
  const person = one<AgentKey | null>(['ana', 'bor', null]);
  const custom = one(Object.keys(CUSTOM_STATUSES) as CustomStatusKey[]);
  // Reopen SOLVED tickets more often than chance would.
  const kind = model.status === 'SOLVED' && roll(3) === 0 ? REOPENS : roll(100);
  if (kind < 16)
    return [
      'write',
      OPERATIONS.write(model, asker, now),
      await run(askers[asker], 'messageAdd', message({})),
    ];
  if (kind < 22)
    return [
      'answer',
      OPERATIONS.answer(model, now),
      await run(desk.agent, 'messageAdd', message({ override: true })),
    ];
  if (kind < 30 && handled(model))
    return [
      `answer ${status}`,
      OPERATIONS.answer(model, now, status),
      await run(desk.agent, 'messageAdd', message({ override: true, status })),
    ];
  if (kind < 33)
    return [
      'note',
      OPERATIONS.note(model),
      await run(desk.light, 'messageAdd', message({ visibility: 'PRIVATE' })),
    ];
  if (kind < 43) {
    const input = { id, status, ...(status === 'SOLVED' && { resolutionCode: 'ANSWERED' }) };
    return [
      `change ${status}`,
      OPERATIONS.change(model, { status }, now),
      await run(desk.agent, 'ticketStatusChange', input),
    ];
  }
  if (kind < 51) {
    const input = { id, customStatusId: customs[custom], resolutionCode: 'ANSWERED' };
    return [
      `refine ${custom}`,
      OPERATIONS.change(model, { custom }, now),
      await run(desk.agent, 'ticketStatusChange', input),
    ];
  }
  if (kind < 53) {
    const isExplained = roll(2) > 0;
    const who = one<RequesterKey | 'ana'>(['marta', 'eva', 'ana']);
    const input = { id, ...(isExplained && { reason: 'Not yet.' }) };
    const actor = who === 'ana' ? desk.agent : askers[who];
    return [
      `reopen ${who} ${isExplained}`,
      OPERATIONS.reopen(model, who, now, isExplained),
      await run(actor, 'ticketReopen', input),
    ];
  }
  if (kind < 60) {
    const isFilled = roll(4) > 0;
    const fields = [{ fieldId: causeFieldId, value: isFilled ? 'Age' : null }];
    return [
      `fill ${isFilled}`,
      OPERATIONS.fill(model, isFilled),
      await run(desk.agent, 'ticketUpdate', { id, fields }),
    ];
  }
  if (kind < 66) {
    const input = { id, assigneeId: person && people[person].id };
    return [
      `assign ${person}`,
      OPERATIONS.assign(model, person, now),
      await run(desk.agent, 'ticketAssign', input),
    ];
  }
  if (kind < 74) {
    const until = one([null, now, now + HOUR, now + 3 * DAY]);
    const wakeOnReply = roll(3) > 0;
    const input = { id, until: until === null ? null : new Date(until).toISOString(), wakeOnReply };
    return [
      `snooze ${JSON.stringify(input)}`,
      OPERATIONS.snooze(model, until, wakeOnReply, now),
      await run(desk.agent, 'ticketSnooze', input),
    ];
  }
  if (kind < 76)
    return ['wake', OPERATIONS.wake(model), await run(desk.agent, 'ticketWake', { id })];
  if (kind < 80) {
    const spam = roll(2) > 0;
    return [
      `mark ${spam}`,
      OPERATIONS.mark(model, spam),
      await run(desk.agent, 'ticketSpamMark', { id, spam }),
    ];
  }
  if (kind < 84) {
    const input = { id, requester: { customerId: askers[asker].id } };
    return [
      `give ${asker}`,
      OPERATIONS.give(model, asker),
      await run(desk.agent, 'ticketRequesterChange', input),
    ];
  }
  if (kind < 87)
    return ['remove', OPERATIONS.remove(model, now), await run(desk.lead, 'ticketDelete', { id })];
  if (kind < 91)
    return ['restore', OPERATIONS.restore(model), await run(desk.lead, 'ticketRestore', { id })];
  if (kind < 92)
    return ['purge', OPERATIONS.purge(model), await run(desk.admin, 'ticketPurge', { id })];
  const ms = one([HOUR, DAY, 5 * DAY, 15 * DAY, 27 * DAY]);
  clock.advance(ms);
  for (const ticket of all) OPERATIONS.pass(ticket.model, Date.now());
  return [`pass ${ms / HOUR} h`, [], await dueTasksDone()];
}

/** A reply can solve a ticket only after a first reply: it gives no resolution code. */
const handled = (model: TicketModel): boolean => model.events.length > 2;

/** Waits until the scheduler has run all due tasks. */
async function dueTasksDone(): Promise<ErrorCodes> {
  for (const end = performance.now() + 20_000; ; await sleep(5)) {
    const { rowCount } = await owner.query(
      'select from ticket where least(closes_at, snoozed_until, purges_at) <= $1 limit 1',
      [new Date()],
    );
    if (!rowCount) return [];
    if (performance.now() > end) throw new Error('The due tasks were not run in time.');
  }
}

const READ = `query ($id: ID!, $staff: Boolean!) { ticket(id: $id) {
  status customStatus { label } fields { key value } reopenCount closesAt spam deletedAt assignee { id } requester { id } snooze @include(if: $staff) { until wakeOnReply }
  timeline(last: 100) { totalCount nodes { type } } } }`;

interface TicketView {
  timeline: { totalCount: number; nodes: { type: string }[] };
}

function expected(model: TicketModel, staff: boolean): object {
  const events = model.events.filter(({ isPublic }) => staff || isPublic);
  return {
    status: staff ? model.status : publicStatus(model.status),
    customStatus: staff
      ? model.custom && { label: model.custom }
      : requesterLabel(model) && { label: requesterLabel(model) },
    fields: staff && model.isFilled ? [{ key: 'cause', value: 'Age' }] : [],
    reopenCount: model.reopenCount,
    closesAt:
      model.status === 'SOLVED' ? new Date(model.solvedAt! + CLOSE_AFTER).toISOString() : null,
    spam: staff && model.spam,
    deletedAt: model.deletedAt === null ? null : new Date(model.deletedAt).toISOString(),
    assignee: model.assignee && { id: people[model.assignee].id },
    requester: { id: askers[model.requester].id },
    ...(staff && {
      snooze: model.snooze && {
        until: model.snooze.until === null ? null : new Date(model.snooze.until).toISOString(),
        wakeOnReply: model.snooze.wakeOnReply,
      },
    }),
    timeline: {
      totalCount: events.length,
      nodes: events.slice(-100).map(({ type }) => ({ type })),
    },
  };
}

async function compare({ id, model }: ModelledTicket): Promise<void> {
  const readAs = async (actor: Actor, staff = true): Promise<TicketView | null> =>
    (await desk.ask<{ ticket: TicketView | null }>(actor, READ, { id, staff })).ticket;
  const exists = !model.isPurged && model.deletedAt === null;
  expect(await readAs(desk.lead)).toEqual(model.isPurged ? null : expected(model, true));
  expect(await readAs(desk.agent)).toEqual(exists ? expected(model, true) : null);
  for (const asker of ['marta', 'eva'] as const)
    expect([asker, await readAs(askers[asker], false)]).toEqual([
      asker,
      exists && model.requester === asker ? expected(model, false) : null,
    ]);
}

/** Compares lists with the models, for several callers and filters. */
async function compareLists(all: readonly ModelledTicket[]): Promise<void> {
  const isListed = (model: TicketModel): boolean => !model.isPurged && model.deletedAt === null;
  const cases: [Actor, object | null, (model: TicketModel) => boolean][] = [
    [desk.agent, null, (model) => isListed(model) && !model.spam],
    [
      desk.agent,
      { snoozed: false, status: { in: ['NEW', 'OPEN'] } },
      (m) => isListed(m) && !m.spam && !m.snooze && ['NEW', 'OPEN'].includes(m.status),
    ],
    [
      desk.agent,
      { customStatusId: { eq: customs.lab } },
      (model) => isListed(model) && !model.spam && model.custom === 'lab',
    ],
    [desk.customer, { customStatusId: { isNull: false } }, () => false],
    [
      desk.agent,
      { field: [{ fieldId: causeFieldId, text: { eq: 'age' } }] },
      (model) => isListed(model) && !model.spam && model.isFilled,
    ],
    [
      desk.agent,
      { snoozed: true },
      (model) => isListed(model) && !model.spam && model.snooze !== null,
    ],
    [desk.agent, { spam: true }, (model) => isListed(model) && model.spam],
    [desk.agent, { deleted: true }, () => false],
    [
      desk.lead,
      { deleted: true },
      (model) => !model.isPurged && model.deletedAt !== null && !model.spam,
    ],
    [
      desk.lead,
      { deleted: true, spam: true },
      (model) => !model.isPurged && model.deletedAt !== null && model.spam,
    ],
    [desk.customer, null, (model) => isListed(model) && model.requester === 'marta'],
    [
      desk.stranger,
      { status: { eq: 'OPEN' } },
      (m) => isListed(m) && m.requester === 'eva' && publicStatus(m.status) === 'OPEN',
    ],
  ];
  for (const [actor, filter, holds] of cases) {
    const { tickets } = await desk.ask<{ tickets: { nodes: { id: string }[] } }>(
      actor,
      'query ($filter: TicketFilter) { tickets(filter: $filter, first: 100, orderBy: [{ field: CREATED_AT, direction: DESC }]) { nodes { id } } }',
      { filter },
    );
    const listed = new Set(tickets.nodes.map(({ id }) => id));
    const wrong = all.filter(({ id, model }) => holds(model) !== listed.has(id));
    expect([actor.name, filter, wrong]).toEqual([actor.name, filter, []]);
  }
}

test(`after each of ${OPERATION_COUNT} random operations tickets, timelines and lists agree with a model, for all callers`, async () => {
  const random = dice(seed);
  const createModelled = async (): Promise<ModelledTicket> => ({
    id: (await desk.ticket({ formId })).id,
    model: newTicketModel('marta'),
  });
  const tickets = await Promise.all(Array.from({ length: TICKETS }, createModelled));
  const path: string[] = [];
  const outcomes: Record<string, number> = {};
  try {
    for (let n = 0; n < OPERATION_COUNT; n++) {
      const index = random.roll(TICKETS);
      const ticket = tickets[index]!;
      const [name, expectedCodes, actualCodes] = await step(random, ticket, tickets);
      path.push(`${index} ${name} → ${expectedCodes.join() || 'done'}`);
      const outcome = `${name.split(' ', 1)[0]} ${expectedCodes.length ? 'refused' : 'done'}`;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      expect(actualCodes).toEqual(expectedCodes);
      if (name.startsWith('pass')) await Promise.all(tickets.map(compare));
      else await compare(ticket);
      if (n % 20 === 19) {
        await compareLists(tickets);
        expect(await fetchUnloggedChanges(desk)).toEqual([]);
      }
      if (
        ticket.model.isPurged ||
        ticket.model.events.length > 95 ||
        (ticket.model.status === 'CLOSED' && random.roll(4) === 0)
      )
        tickets[index] = await createModelled();
    }
  } catch (error) {
    throw new Error(`TEST_SEED=${seed}: ${path.slice(-25).join('; ')}`, { cause: error });
  }
  const rare = OPERATION_COUNT < 1_000 ? [] : ['reopen', 'purge'];
  for (const operation of [
    ...rare,
    'write',
    'change',
    'refine',
    'fill',
    'assign',
    'snooze',
    'remove',
    'restore',
    'give',
    'mark',
    'pass',
  ])
    expect(outcomes[`${operation} done`]).toBeGreaterThan(0);
}, 3_600_000);
