import 'reflect-metadata';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import { toId } from '@deskgraph/common/core/id';
import { type TestService, userActor } from '@deskgraph/common/testing/testing';
import { Client } from 'pg';
import { type Clock, stopClock } from '../../../testing/clock.ts';
import { seed, sizeOf } from '@deskgraph/common/testing/sizes';
import { type Desk, type Result, mutate, openDesk, startTickets } from '../../../testing/desk.ts';
import { type Dice, dice } from '../../../testing/dice.ts';

const HOUR = 3_600_000;
const STEPS = 60;
const LATE = ['PT0S', 'PT1H', 'PT4H', 'P1D'];

let service: TestService;
let owner: Client;
let clock: Clock;

beforeAll(async () => {
  service = await startTickets();
  clock = stopClock(service);
  owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  jest.useRealTimers();
  await owner.end();
  await service.stop();
});

/** A desk on which anything may happen, and since when each requester waits, as the test itself has seen it. */
class History {
  readonly waits = new Map<string, number>();
  readonly #at: Desk;
  readonly #chance: Dice;
  readonly #staff: string[];
  readonly #departments: string[];

  constructor(at: Desk, chance: Dice) {
    this.#at = at;
    this.#chance = chance;
    this.#staff = [at.agent.id, at.colleague.id, at.lead.id];
    this.#departments = [at.departmentId];
  }

  async #do(
    actor: Actor,
    name: string,
    input: object,
    selection?: string,
  ): Promise<Result | undefined> {
    const payload = await mutate(this.#at, actor, name, input, selection);
    return payload.userErrors.length ? undefined : payload;
  }

  async #open(): Promise<void> {
    const { customer, partner } = this.#at;
    const [actor, more] = this.#chance.one<[Actor, object]>([
      [customer, {}],
      [
        partner,
        { requester: { email: 'eva@shop.example' }, assigneeId: this.#chance.one(this.#staff) },
      ],
      [
        partner,
        {
          requester: { email: 'eva@shop.example' },
          departmentId: this.#chance.one(this.#departments),
        },
      ],
    ]);
    const made = await this.#do(
      actor,
      'ticketCreate',
      { subject: 'Kettle', body: 'It is cold.', ...more },
      'ticket { id }',
    );
    if (made) this.waits.set((made['ticket'] as { id: string }).id, Date.now());
  }

  async #people(): Promise<void> {
    const { admin } = this.#at;
    const { one, roll } = this.#chance;
    const id = one(this.#staff);
    const email = `${id.slice(4)}@desk.example`;
    if (roll(3) === 0) await this.#do(admin, 'agentDeactivate', { id });
    else if (roll(2))
      await this.#do(admin, 'agentUpdate', {
        id,
        role: one(['AGENT', 'LIGHT', 'ANALYST', 'LEAD']),
      });
    else {
      const made = await this.#do(
        admin,
        'agentInvite',
        { email, name: 'New', role: 'AGENT', departmentIds: [one(this.#departments)] },
        'agent { id }',
      );
      if (made) this.#staff.push((made['agent'] as { id: string }).id);
    }
  }

  async #departmentsChange(): Promise<void> {
    const { admin } = this.#at;
    const { one, roll } = this.#chance;
    if (roll(2)) await this.#do(admin, 'departmentDelete', { id: one(this.#departments) });
    else {
      const made = await this.#do(
        admin,
        'departmentCreate',
        { name: `Department ${this.#departments.length}` },
        'department { id }',
      );
      if (made) this.#departments.push((made['department'] as { id: string }).id);
    }
  }

  async step(): Promise<void> {
    const { one, roll } = this.#chance;
    clock.turn(one([1_000, 60_000, HOUR, 5 * HOUR]) + roll(1_000));
    const known = [...this.waits.keys()];
    if (!known.length || !roll(5)) return this.#open();
    if (!roll(8)) return this.#people();
    if (!roll(12)) return this.#departmentsChange();
    const id = one(known);
    const { agent, lead, customer, light } = this.#at;
    const message = { ticketId: id, body: 'Words.' };
    const answer = async (more: object): Promise<void> => {
      if (
        await this.#do(agent, 'messageAdd', {
          ...message,
          visibility: 'PUBLIC',
          override: true,
          ...more,
        })
      )
        this.waits.set(id, Infinity);
    };
    const ask = async (): Promise<void> => {
      const made = await this.#do(
        customer,
        'messageAdd',
        { ...message, visibility: 'PUBLIC' },
        'ticket { id }',
      );
      const to = (made?.['ticket'] as { id: string } | undefined)?.id;
      if (to) this.waits.set(to, Math.min(this.waits.get(to) ?? Infinity, Date.now()));
    };
    const solve = async (): Promise<void> => {
      if (
        await this.#do(agent, 'ticketStatusChange', {
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
      () => this.#do(agent, 'ticketStatusChange', { id, status: one(['OPEN', 'PENDING']) }),
      () => this.#do(light, 'messageAdd', { ...message, visibility: 'PRIVATE' }),
      () => this.#do(lead, 'ticketAssign', { id, assigneeId: one([...this.#staff, null]) }),
      () => this.#do(lead, 'ticketAssign', { id, departmentId: one([...this.#departments, null]) }),
      () =>
        this.#do(agent, 'ticketSnooze', {
          id,
          until: new Date(Date.now() + one([HOUR, 10 * HOUR])).toISOString(),
        }),
      () => this.#do(agent, 'ticketWake', { id }),
      () => this.#do(agent, 'ticketSpamMark', { id, spam: roll(3) === 0 }),
    ])();
  }
}

interface Row {
  id: string;
  unsolved: boolean;
  spam: boolean;
  deleted: boolean;
  /** Somebody who works is in charge. */
  held: boolean;
}

async function ticketsOf(workspace: string): Promise<Row[]> {
  const { rows } = await owner.query<Row>(
    `
    select t.id, t.status not in ('SOLVED', 'CLOSED') as unsolved, t.spam, t.deleted_at is not null as deleted,
      coalesce(a.active and a.role in ('AGENT', 'LEAD', 'ADMIN'), false) as held
    from ticket t left join agent a on a.id = t.assignee_id where t.workspace_id = $1`,
    [workspace],
  );
  return rows.map((row) => Object.assign(row, { id: toId('tkt', row.id) }));
}

/** What stands in each built-in view, for somebody who works in no department. */
async function queues(at: Desk): Promise<(name: string) => Set<string>> {
  const { views } = await at.ask<{
    views: { name: string; tickets: { nodes: { id: string }[] } }[];
  }>(
    userActor(Role.LIGHT, at.workspace),
    '{ views { name tickets(first: 100) { nodes { id } } } }',
  );
  const held = new Map(
    views.map(({ name, tickets }) => [name, new Set(tickets.nodes.map(({ id }) => id))]),
  );
  return (name) => held.get(name)!;
}

/** Conditions that part the tickets in two; whatever a queue asks for besides, its other part has the rest. */
const PARTS = [
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

async function check(at: Desk, history: History): Promise<void> {
  const rows = (await ticketsOf(at.workspace)).filter(({ deleted }) => !deleted);
  const found = await queues(at);
  const shown = (...names: string[]) => new Set(names.flatMap((name) => Array.from(found(name))));
  const unsolved = rows.filter((row) => row.unsolved);
  const [all, free] = [shown('All unsolved', 'Spam'), shown('Unassigned', 'Postponed', 'Spam')];
  expect(unsolved.filter(({ id }) => !all.has(id))).toEqual([]);
  expect(unsolved.filter(({ id, held }) => !held && !free.has(id))).toEqual([]);
  const genuine = new Set(unsolved.filter(({ spam }) => !spam).map(({ id }) => id));
  const waiting = (ms: number): string[] =>
    sorted(
      [...history.waits]
        .filter(([id, since]) => genuine.has(id) && since < Date.now() - ms)
        .map(([id]) => id),
    );
  expect(sorted(found('Waiting longest'))).toEqual(waiting(-1));
  expect(sorted(found('Unanswered for more than 4 hours'))).toEqual(waiting(4 * HOUR));
  for (const olderThan of LATE) {
    const ms = { PT0S: 0, PT1H: HOUR, PT4H: 4 * HOUR, P1D: 24 * HOUR }[olderThan]!;
    const { tickets } = await at.ask<{ tickets: { nodes: { id: string }[] } }>(
      at.admin,
      'query ($filter: TicketFilter) { tickets(filter: $filter, first: 100) { nodes { id } } }',
      { filter: { waitingSince: { olderThan }, status: { notIn: ['SOLVED', 'CLOSED'] } } },
    );
    expect(sorted(tickets.nodes.map(({ id }) => id))).toEqual(waiting(ms));
  }
  const late = { waitingSince: { olderThan: 'PT1H' }, status: { notIn: ['SOLVED', 'CLOSED'] } };
  const asked = PARTS.flatMap((part, n): [string, object][] => [
    [`in${n}`, { ...late, ...part }],
    [`out${n}`, { and: [late, { not: part }] }],
  ]);
  const parts = await at.ask<Record<string, { nodes: { id: string }[] }>>(
    at.admin,
    `query (${asked.map(([name]) => `$${name}: TicketFilter`).join(', ')}) { ${asked.map(([name]) => `${name}: tickets(filter: $${name}, first: 100) { nodes { id } }`).join(' ')} }`,
    Object.fromEntries(asked),
  );
  const ids = (name: string): string[] => parts[name]!.nodes.map(({ id }) => id);
  for (const n of PARTS.keys())
    expect(sorted([...ids(`in${n}`), ...ids(`out${n}`)])).toEqual(waiting(HOUR));
}

test.each(Array.from({ length: sizeOf(3, 30) }, (_, at) => seed + at))(
  'whatever happens, each unsolved ticket is in hand or in a queue that somebody sees, and who is unanswered is found (seed %i)',
  async (each) => {
    const at = await openDesk(service);
    const history = new History(at, dice(each));
    for (let step = 1; step <= STEPS; step++) {
      await history.step();
      if (step % 5 === 0) await check(at, history);
    }
    expect(history.waits.size).toBeGreaterThan(3);
  },
  60_000,
);
