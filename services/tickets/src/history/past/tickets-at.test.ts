import 'reflect-metadata';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { hydrate } from '@deskgraph/common/database/database';
import { filterUses } from '@deskgraph/common/filter/filter-tree';
import type { TestService } from '@deskgraph/common/testing/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Clock, stopClock } from '../../../testing/clock.ts';
import { seed } from '@deskgraph/common/testing/sizes';
import { type Desk, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { type Dice, dice } from '../../../testing/dice.ts';
import { stableJson } from '../../../testing/event-log.ts';
import { RandomActivity } from '../../../testing/random-activity.ts';
import { ticketState } from '../../model/ticket/events.ts';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import type { TicketLike } from '../../model/filter/memory.ts';
import { visibleTicketMatches } from '../../model/rights/visible.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import type { TicketEventState } from '@deskgraph/common/contract/ticket-state';

let service: TestService;
let clock: Clock;
let desk: Desk;
let owner: Client;
beforeAll(async () => {
  service = await startOwnTickets();
  clock = stopClock(service);
  desk = await openDesk(service);
  owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  await owner.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
});
afterAll(async () => {
  jest.useRealTimers();
  await owner.end();
  await service.stop();
});

interface StoredTicket {
  id: string;
  version: number;
  state: TicketEventState;
}

async function storedTickets(): Promise<StoredTicket[]> {
  const { rows } = await owner.query<object>(
    'select * from ticket where workspace_id = $1 order by number',
    [desk.workspace],
  );
  return hydrate(service.service.orm, Ticket, rows).map((ticket) => ({
    id: ticket.id,
    version: ticket.version,
    state: ticketState(ticket),
  }));
}

/** The stored tickets after each step of a random history, by time. */
async function playHistory(
  play: RandomActivity,
  length: number,
): Promise<Map<number, StoredTicket[]>> {
  const moments = new Map<number, StoredTicket[]>();
  for (let step = 0; step < length; step++) {
    await play.randomWrite();
    if (step % 10 === 9) play.advanceClock();
    await waitForDueTasks();
    moments.set(Date.now(), await storedTickets());
  }
  return moments;
}

/** Waits until everything that is due has been done. */
async function waitForDueTasks(): Promise<void> {
  const due = () =>
    owner.query(
      'select from ticket where least(closes_at, snoozed_until, purges_at) <= $1 limit 1',
      [new Date()],
    );
  while ((await due()).rowCount) await sleep(5);
}

/** The states in the events, by ticket and version. */
async function loggedStates(): Promise<Map<string, string>> {
  const { rows } = await owner.query<{ subject: string; version: number; state: object }>(
    `select subject, version, data -> 'state' as state from (
       select subject, version, workspace_id, data from event_log union all select subject, version, workspace_id, data from outbox) e
     where workspace_id = $1 and subject like 'tkt\\_%'`,
    [desk.workspace],
  );
  return new Map(
    rows.map(({ subject, version, state }) => [`${subject} ${version}`, stableJson(state)]),
  );
}

const AT = `query ($time: DateTime!, $filter: TicketFilter) { ticketsAt(time: $time, filter: $filter, first: 100) {
  totalCount nodes { at subject status priority tags assignee { id } department { id } ticket { id } } } }`;
interface PastAnswer {
  ticketsAt: { totalCount: number; nodes: { ticket: { id: string } }[] };
}

/** The expected answer of the query: the filter evaluated in memory. */
function expectedAnswer(
  actor: Actor,
  filter: TicketFilter | null,
  time: number,
  tickets: readonly StoredTicket[],
): PastAnswer['ticketsAt'] {
  const matching = tickets.filter(({ id, state }) =>
    visibleTicketMatches(
      filter,
      { ...(state as unknown as TicketLike), id },
      { actor, now: new Date(time) },
    ),
  );
  const nodes = matching.map(
    ({ id, state: { subject, status, priority, tags, assigneeId, departmentId } }) => ({
      at: new Date(time).toISOString(),
      subject,
      status,
      priority,
      tags,
      assignee: assigneeId && { id: assigneeId },
      department: departmentId && { id: departmentId },
      ticket: { id },
    }),
  );
  return { totalCount: nodes.length, nodes };
}

async function askRandomly(
  play: RandomActivity,
  { one }: Dice,
  moments: Map<number, StoredTicket[]>,
): Promise<boolean> {
  const { filter } = play.randomList().args as { filter: TicketFilter | null };
  const [time, tickets] = one([...moments]);
  const actor = one([desk.agent, desk.colleague, desk.light, desk.analyst]);
  const { data, errors } = await desk.answer<PastAnswer>(actor, AT, {
    time: new Date(time).toISOString(),
    filter,
  });
  if (filterUses(filter, 'text')) {
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    return false;
  }
  expect({ filter, errors, ...data?.ticketsAt }).toEqual({
    filter,
    errors: undefined,
    ...expectedAnswer(actor, filter, time, tickets),
  });
  return true;
}

test('the log returns every past state exactly as it was stored, for any filter', async () => {
  const chance = dice(seed);
  const play = new RandomActivity(desk, chance, clock);
  try {
    const moments = await playHistory(play, 50);
    const log = await loggedStates();
    for (const tickets of moments.values())
      for (const { id, version, state } of tickets)
        expect(log.get(`${id} ${version}`)).toBe(stableJson(state));
    let answered = 0;
    for (let step = 0; step < 50; step++)
      if (await askRandomly(play, chance, moments)) answered += 1;
    expect(answered).toBeGreaterThan(10);
  } catch (error) {
    throw new Error(`TEST_SEED=${seed}`, { cause: error });
  }
}, 120_000);
