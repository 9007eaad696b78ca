import 'reflect-metadata';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import { toId } from '@deskgraph/common/core/id';
import { type TestService, userActor } from '@deskgraph/common/testing/testing';
import { Client } from 'pg';
import { type Clock, stopClock } from '../../../testing/clock.ts';
import { seed, sizeOf } from '@deskgraph/common/testing/sizes';
import { type Desk, type Result, mutate, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { type Dice, dice } from '../../../testing/dice.ts';

const HOUR = 3_600_000;
const STEPS = 60;
const WAITING_TIMES = ['PT0S', 'PT1H', 'PT4H', 'P1D'];

let service: TestService;
let owner: Client;
let clock: Clock;

beforeAll(async () => {
  service = await startOwnTickets();
  clock = stopClock(service);
  owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  jest.useRealTimers();
  await owner.end();
  await service.stop();
});

/** Performs random operations, and records since when each requester has been waiting. */
class History {
  /** By ticket: the time since when its requester waits; Infinity when answered. */
  readonly waits = new Map<string, number>();
  readonly #desk: Desk;
  readonly #dice: Dice;
  readonly #staff: string[];
  readonly #departments: string[];

  constructor(desk: Desk, random: Dice) {
    this.#desk = desk;
    this.#dice = random;
    this.#staff = [desk.agent.id, desk.colleague.id, desk.lead.id];
    this.#departments = [desk.departmentId];
  }

  async #tryMutation(
    actor: Actor,
    name: string,
    input: object,
    selection?: string,
  ): Promise<Result | undefined> {
    const payload = await mutate(this.#desk, actor, name, input, selection);
    return payload.userErrors.length ? undefined : payload;
  }

  async #createTicket(): Promise<void> {
    const { customer, partner } = this.#desk;
    const [actor, more] = this.#dice.one<[Actor, object]>([
      [customer, {}],
      [
        partner,
        { requester: { email: 'eva@shop.example' }, assigneeId: this.#dice.one(this.#staff) },
      ],
      [
        partner,
        {
          requester: { email: 'eva@shop.example' },
          departmentId: this.#dice.one(this.#departments),
        },
      ],
    ]);
    const payload = await this.#tryMutation(
      actor,
      'ticketCreate',
      { subject: 'Kettle', body: 'It is cold.', ...more },
      'ticket { id }',
    );
    if (payload) this.waits.set((payload['ticket'] as { id: string }).id, Date.now());
  }

  async #changeAgents(): Promise<void> {
    const { admin } = this.#desk;
    const { one, roll } = this.#dice;
    const id = one(this.#staff);
    const email = `${id.slice(4)}@desk.example`;
    if (roll(3) === 0) await this.#tryMutation(admin, 'agentDeactivate', { id });
    else if (roll(2))
      await this.#tryMutation(admin, 'agentUpdate', {
        id,
        role: one(['AGENT', 'LIGHT', 'ANALYST', 'LEAD']),
      });
    else {
      const payload = await this.#tryMutation(
        admin,
        'agentInvite',
        { email, name: 'New', role: 'AGENT', departmentIds: [one(this.#departments)] },
        'agent { id }',
      );
      if (payload) this.#staff.push((payload['agent'] as { id: string }).id);
    }
  }

  async #changeDepartments(): Promise<void> {
    const { admin } = this.#desk;
    const { one, roll } = this.#dice;
    if (roll(2)) await this.#tryMutation(admin, 'departmentDelete', { id: one(this.#departments) });
    else {
      const payload = await this.#tryMutation(
        admin,
        'departmentCreate',
        { name: `Department ${this.#departments.length}` },
        'department { id }',
      );
      if (payload) this.#departments.push((payload['department'] as { id: string }).id);
    }
  }

  async step(): Promise<void> {
    const { one, roll } = this.#dice;
    clock.advance(one([1_000, 60_000, HOUR, 5 * HOUR]) + roll(1_000));
    const ids = [...this.waits.keys()];
    if (!ids.length || !roll(5)) return this.#createTicket();
    if (!roll(8)) return this.#changeAgents();
    if (!roll(12)) return this.#changeDepartments();
    const id = one(ids);
    const { agent, lead, customer, light } = this.#desk;
    const message = { ticketId: id, body: 'Words.' };
    const answer = async (more: object): Promise<void> => {
      if (
        await this.#tryMutation(agent, 'messageAdd', {
          ...message,
          visibility: 'PUBLIC',
          override: true,
          ...more,
        })
      )
        this.waits.set(id, Infinity);
    };
    const ask = async (): Promise<void> => {
      const payload = await this.#tryMutation(
        customer,
        'messageAdd',
        { ...message, visibility: 'PUBLIC' },
        'ticket { id }',
      );
      const to = (payload?.['ticket'] as { id: string } | undefined)?.id;
      if (to) this.waits.set(to, Math.min(this.waits.get(to) ?? Infinity, Date.now()));
    };
    const solve = async (): Promise<void> => {
      if (
        await this.#tryMutation(agent, 'ticketStatusChange', {
          id,
          status: 'SOLVED',
          resolutionCode: 'ANSWERED',
        })
      )
        this.waits.set(id, Infinity);
    };
    await one<() => Promise<unknown>>([
      ask,
      ask,
      solve,
      () => answer({}),
      () => answer({ status: one(['PENDING', 'SOLVED', 'OPEN']) }),
      () =>
        this.#tryMutation(agent, 'ticketStatusChange', { id, status: one(['OPEN', 'PENDING']) }),
      () => this.#tryMutation(light, 'messageAdd', { ...message, visibility: 'PRIVATE' }),
      () =>
        this.#tryMutation(lead, 'ticketAssign', { id, assigneeId: one([...this.#staff, null]) }),
      () =>
        this.#tryMutation(lead, 'ticketAssign', {
          id,
          departmentId: one([...this.#departments, null]),
        }),
      () =>
        this.#tryMutation(agent, 'ticketSnooze', {
          id,
          until: new Date(Date.now() + one([HOUR, 10 * HOUR])).toISOString(),
        }),
      () => this.#tryMutation(agent, 'ticketWake', { id }),
      () => this.#tryMutation(agent, 'ticketSpamMark', { id, spam: roll(3) === 0 }),
    ])();
  }
}

interface TicketRow {
  id: string;
  unsolved: boolean;
  spam: boolean;
  deleted: boolean;
  /** An active agent who answers tickets is assigned. */
  assigned: boolean;
}

async function readRows(workspace: string): Promise<TicketRow[]> {
  const { rows } = await owner.query<TicketRow>(
    `
    select t.id, t.status not in ('SOLVED', 'CLOSED') as unsolved, t.spam, t.deleted_at is not null as deleted,
      coalesce(a.active and a.role in ('AGENT', 'LEAD', 'ADMIN'), false) as assigned
    from ticket t left join agent a on a.id = t.assignee_id where t.workspace_id = $1`,
    [workspace],
  );
  return rows.map((row) => Object.assign(row, { id: toId('tkt', row.id) }));
}

/** The tickets of each built-in view, for an agent without departments. */
async function readQueues(desk: Desk): Promise<(name: string) => Set<string>> {
  const { views } = await desk.ask<{
    views: { name: string; tickets: { nodes: { id: string }[] } }[];
  }>(
    userActor(Role.LIGHT, desk.workspace),
    '{ views { name tickets(first: 100) { nodes { id } } } }',
  );
  const idsByView = new Map(
    views.map(({ name, tickets }) => [name, new Set(tickets.nodes.map(({ id }) => id))]),
  );
  return (name) => idsByView.get(name)!;
}

/** Conditions that split the tickets: each waiting ticket matches the condition or its negation. */
const PARTITIONS = [
  { handled: true },
  { reopenCount: { gte: 1 } },
  { transferCount: { eq: 0 } },
  { organizationId: { isNull: true } },
  { problemId: { isNull: true } },
  { locale: { startsWith: 'p' } },
  { product: { eq: 'Kettle' } },
  { externalId: { isNull: false } },
  { updatedAt: { within: 'PT1H' } },
  { solvedAt: { within: 'P1D' } },
  { closedAt: { isNull: true } },
  { text: 'kettle' },
];

const sorted = (ids: Iterable<string>): string[] => [...ids].sort();

async function expectNoTicketLost(desk: Desk, history: History): Promise<void> {
  const rows = (await readRows(desk.workspace)).filter(({ deleted }) => !deleted);
  const idsOf = await readQueues(desk);
  const idsIn = (...names: string[]) => new Set(names.flatMap((name) => Array.from(idsOf(name))));
  const unsolved = rows.filter((row) => row.unsolved);
  const [listed, unassigned] = [
    idsIn('All unsolved', 'Spam'),
    idsIn('Unassigned', 'Postponed', 'Spam'),
  ];
  expect(unsolved.filter(({ id }) => !listed.has(id))).toEqual([]);
  expect(unsolved.filter(({ id, assigned }) => !assigned && !unassigned.has(id))).toEqual([]);
  const notSpam = new Set(unsolved.filter(({ spam }) => !spam).map(({ id }) => id));
  const waiting = (ms: number): string[] =>
    sorted(
      [...history.waits]
        .filter(([id, since]) => notSpam.has(id) && since < Date.now() - ms)
        .map(([id]) => id),
    );
  expect(sorted(idsOf('Waiting longest'))).toEqual(waiting(-1));
  expect(sorted(idsOf('Unanswered for more than 4 hours'))).toEqual(waiting(4 * HOUR));
  for (const olderThan of WAITING_TIMES) {
    const ms = { PT0S: 0, PT1H: HOUR, PT4H: 4 * HOUR, P1D: 24 * HOUR }[olderThan]!;
    const { tickets } = await desk.ask<{ tickets: { nodes: { id: string }[] } }>(
      desk.admin,
      'query ($filter: TicketFilter) { tickets(filter: $filter, first: 100) { nodes { id } } }',
      { filter: { waitingSince: { olderThan }, status: { notIn: ['SOLVED', 'CLOSED'] } } },
    );
    expect(sorted(tickets.nodes.map(({ id }) => id))).toEqual(waiting(ms));
  }
  const isWaiting = {
    waitingSince: { olderThan: 'PT1H' },
    status: { notIn: ['SOLVED', 'CLOSED'] },
  };
  const filters = PARTITIONS.flatMap((part, index): [string, object][] => [
    [`in${index}`, { ...isWaiting, ...part }],
    [`out${index}`, { and: [isWaiting, { not: part }] }],
  ]);
  const parts = await desk.ask<Record<string, { nodes: { id: string }[] }>>(
    desk.admin,
    `query (${filters.map(([name]) => `$${name}: TicketFilter`).join(', ')}) { ${filters.map(([name]) => `${name}: tickets(filter: $${name}, first: 100) { nodes { id } }`).join(' ')} }`,
    Object.fromEntries(filters),
  );
  const ids = (name: string): string[] => parts[name]!.nodes.map(({ id }) => id);
  for (const index of PARTITIONS.keys())
    expect(sorted([...ids(`in${index}`), ...ids(`out${index}`)])).toEqual(waiting(HOUR));
}

test.each(Array.from({ length: sizeOf(3, 30) }, (_, index) => seed + index))(
  'after random operations each unsolved ticket is assigned or in a queue, and each waiting ticket is found (seed %i)',
  async (testSeed) => {
    const desk = await openDesk(service);
    const history = new History(desk, dice(testSeed));
    for (let step = 1; step <= STEPS; step++) {
      await history.step();
      if (step % 5 === 0) await expectNoTicketLost(desk, history);
    }
    expect(history.waits.size).toBeGreaterThan(3);
  },
  60_000,
);
