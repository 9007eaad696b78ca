import 'reflect-metadata';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { uuidOf } from '@deskgraph/common/core/id';
import {
  type SubscriptionClient,
  type TestService,
  appActor,
  countStatements,
} from '@deskgraph/common/testing/testing';
import { Context } from '@deskgraph/common/database/context';
import { Client } from 'pg';
import { type Clock, stopClock } from '../../../testing/clock.ts';
import { seed, sizeOf } from '@deskgraph/common/testing/sizes';
import { type Desk, mutate, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { dice } from '../../../testing/dice.ts';
import { RandomActivity } from '../../../testing/random-activity.ts';
import {
  type ListArguments,
  LiveListClient,
  subscriptionClientOf,
} from '../../../testing/live-list-client.ts';
import type { TicketChange } from './change.ts';
import {
  INSTANT_FILTER_FIELDS,
  UNLOGGED_PROPERTIES,
} from '@deskgraph/common/contract/ticket-filter-fields';
import { sharedListsOf, subscribeToList } from './shared-lists.ts';

const HOUR = 3_600_000;

let service: TestService;
let desk: Desk;
let owner: Client;
let clock: Clock;
const clients = new Map<Actor, SubscriptionClient>();
let watches: LiveListClient[] = [];

beforeAll(async () => {
  service = await startOwnTickets();
  clock = stopClock(service);
  desk = await newDesk();
  owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
});
afterEach(() => {
  for (const watch of watches) watch.stop();
  watches = [];
});
afterAll(async () => {
  for (const client of clients.values()) await client.dispose();
  await owner.end();
  await service.stop();
  jest.useRealTimers();
});

async function newDesk(): Promise<Desk> {
  const opened = await openDesk(service);
  await mutate(opened, opened.admin, 'settingsUpdate', { onHoldEnabled: true });
  return opened;
}

function watch(actor: Actor, args: ListArguments = {}, at = desk): LiveListClient {
  let client = clients.get(actor);
  if (!client) clients.set(actor, (client = subscriptionClientOf(at, actor)));
  const watched = new LiveListClient(at, actor, args, client);
  watches.push(watched);
  return watched;
}
async function watching(
  actor: Actor,
  args: ListArguments = {},
  at = desk,
): Promise<LiveListClient> {
  const watched = watch(actor, args, at);
  await watched.until(({ view }) => view !== undefined);
  return watched;
}
const kinds = ({ changes }: LiveListClient): string[] => changes.map(({ kind }) => kind);
const tagged = (name: string) => ({ tag: { any: [name] } });
const update = (id: string, input: object, at = desk) =>
  mutate(at, at.agent, 'ticketUpdate', { id, ...input });
async function ticket(tag: string, more: object = {}): Promise<string> {
  const { id } = await desk.ticket(more);
  await update(id, { addTags: [tag] });
  return id;
}

describe('a live list', () => {
  test('starts with the list and sends one message per change', async () => {
    const [a, b] = [await ticket('one'), await ticket('one')];
    const list = await watching(desk.agent, {
      filter: tagged('one'),
      orderBy: [{ field: 'NUMBER' }],
    });
    expect(list.view!.tickets.map(({ id }) => id)).toEqual([a, b]);
    const c = await ticket('one');
    await list.waitForConvergence();
    await update(a, { subject: 'Other words' });
    await list.waitForConvergence();
    await update(b, { removeTags: ['one'] });
    await list.waitForConvergence();
    expect(list.changes.slice(1)).toEqual([
      expect.objectContaining({
        kind: 'ENTER',
        ticketId: c,
        index: 2,
        previousIndex: null,
        totalCount: 3,
      }),
      expect.objectContaining({
        kind: 'UPDATE',
        ticketId: a,
        index: 0,
        previousIndex: 0,
        totalCount: 3,
      }),
      expect.objectContaining({
        kind: 'LEAVE',
        ticketId: b,
        index: null,
        previousIndex: 1,
        totalCount: 2,
      }),
    ]);
    expect(list.last.ticket).toMatchObject({ id: b });
  });

  test('sends one move with the new content when a ticket moves by many positions', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 8; n++) ids.push(await ticket('move', { subject: `Number ${n}` }));
    const list = await watching(desk.agent, {
      filter: tagged('move'),
      orderBy: [{ field: 'PRIORITY', direction: 'DESC' }, { field: 'NUMBER' }],
    });
    await update(ids[7]!, { priority: 'URGENT' });
    await list.waitForConvergence();
    expect(list.changes.slice(1)).toEqual([
      expect.objectContaining({ kind: 'MOVE', ticketId: ids[7], previousIndex: 7, index: 0 }),
    ]);
    expect(list.last.ticket!['priority']).toBe('URGENT');
  });

  test('contains only the first tickets and counts all', async () => {
    const [a, b] = [await ticket('first'), await ticket('first')];
    const list = await watching(desk.agent, {
      filter: tagged('first'),
      orderBy: [{ field: 'NUMBER', direction: 'DESC' }],
      first: 1,
    });
    expect(list.view).toMatchObject({ tickets: [{ id: b }], totalCount: 2 });
    await update(a, { removeTags: ['first'] });
    await list.until(({ changes }) => changes.length === 2);
    expect(list.last).toMatchObject({
      kind: 'UPDATE',
      ticket: null,
      ticketId: null,
      index: null,
      previousIndex: null,
      totalCount: 1,
    });
    const c = await ticket('first');
    await list.until(({ changes }) => changes.length === 4);
    expect(list.changes.slice(2)).toEqual([
      expect.objectContaining({ kind: 'LEAVE', ticketId: b, previousIndex: 0, totalCount: 2 }),
      expect.objectContaining({ kind: 'ENTER', ticketId: c, index: 0, totalCount: 2 }),
    ]);
    expect(list.changes[2]!.ticket).toMatchObject({ id: b });
  });

  test.each(['createdAt', 'updatedAt'])(
    'changes by time alone with a relative filter on %s',
    async (field) => {
      const filter = (instant: object) => ({
        and: [tagged(`time ${field.toLowerCase()}`), { [field]: instant }],
      });
      const id = await ticket(`time ${field.toLowerCase()}`);
      const fresh = await watching(desk.agent, { filter: filter({ within: 'PT1H' }) });
      const old = await watching(desk.agent, { filter: filter({ olderThan: 'PT1H' }) });
      const both = await watching(desk.agent, {
        filter: { or: [filter({ within: 'PT30M' }), filter({ olderThan: 'PT2H' })] },
      });
      clock.advance(HOUR);
      await both.until(({ last }) => last.kind === 'LEAVE');
      expect([kinds(fresh), kinds(old)]).toEqual([['SNAPSHOT'], ['SNAPSHOT']]);
      clock.advance(1);
      await fresh.until(({ last }) => last.kind === 'LEAVE');
      await old.until(({ last }) => last.kind === 'ENTER');
      expect(fresh.last.ticket).toMatchObject({ id });
      clock.advance(2 * HOUR);
      await both.until(({ last }) => last.kind === 'ENTER');
    },
  );

  test('adds a ticket by time alone that did not match when it was created', async () => {
    const list = await watching(desk.agent, {
      filter: { and: [tagged('ripe'), { createdAt: { olderThan: 'PT1H' } }] },
    });
    const id = await ticket('ripe');
    await list.waitForConvergence();
    clock.advance(HOUR + 1);
    await list.until(({ last }) => last.ticketId === id);
    expect(kinds(list)).toEqual(['SNAPSHOT', 'ENTER']);
  });

  test('sends the current list to a later subscriber, then the same messages as to all', async () => {
    const id = await ticket('late');
    const early = await watching(desk.agent, { filter: tagged('late') });
    await update(id, { subject: 'First' });
    await early.waitForConvergence();
    const late = await watching(desk.lead, { filter: tagged('late') });
    expect(late.changes[0]!.cursor).toBe(early.last.cursor);
    expect(late.view).toEqual(early.view);
    await update(id, { subject: 'Second' });
    await ticket('late');
    await Promise.all([early, late].map((list) => list.waitForConvergence()));
    expect(late.changes.slice(1)).toEqual(early.changes.slice(2));
    expect(new Set(early.changes.map(({ cursor }) => cursor)).size).toBe(early.changes.length);
  });

  test('refuses invalid arguments with the errors of the query', async () => {
    let deep: object = { status: { eq: 'OPEN' } };
    for (let depth = 0; depth < 6; depth++) deep = { not: deep };
    const order = { field: 'NUMBER' };
    for (const args of [
      { first: 101 },
      { first: -1 },
      { orderBy: [order, order, order, order] },
      { filter: deep },
    ]) {
      const list = watch(desk.agent, args);
      await expect(list.until(() => false)).rejects.toThrow('has ended');
      const query =
        'query ($filter: TicketFilter, $orderBy: [TicketOrder!], $first: Int) { tickets(filter: $filter, orderBy: $orderBy, first: $first) { totalCount } }';
      const { errors } = await desk.answer(desk.agent, query, args);
      const comparable = ({ message, extensions }: { message: string; extensions: object }) => ({
        message,
        extensions: { ...extensions, requestId: '' },
      });
      expect((list.errors as never[]).map(comparable)).toEqual(errors!.map(comparable));
    }
  });

  test('ends with its last subscriber', async () => {
    const { listsByKey } = sharedListsOf(service.service.tail);
    const before = listsByKey.size;
    const [one, other] = [
      await watching(desk.agent, { first: 3 }),
      await watching(desk.lead, { first: 3 }),
    ];
    expect(listsByKey.size).toBe(before + 1);
    one.stop();
    other.stop();
    while (listsByKey.size > before) await new Promise((resolve) => setImmediate(resolve));
  });
});

describe('rights', () => {
  test('sends a requester no message about notes, tags and ON_HOLD', async () => {
    const id = await ticket('rights');
    const mine = await watching(desk.customer, { filter: { id: { eq: id } } });
    const theirs = await watching(desk.agent, { filter: { id: { eq: id } } });
    await mutate(desk, desk.agent, 'ticketStatusChange', { id, status: 'OPEN' });
    await mine.until(({ last }) => last.kind === 'UPDATE');
    await theirs.waitForConvergence();
    await mutate(desk, desk.light, 'messageAdd', {
      ticketId: id,
      visibility: 'PRIVATE',
      body: 'note',
    });
    await mutate(desk, desk.agent, 'ticketStatusChange', { id, status: 'ON_HOLD' });
    await update(id, { addTags: ['secret'] });
    await theirs.waitForConvergence();
    expect(theirs.last.ticket!['status']).toBe('ON_HOLD');
    await mutate(desk, desk.agent, 'ticketStatusChange', { id, status: 'PENDING' });
    await mine.until(({ last }) => last.ticket?.['status'] === 'PENDING');
    expect(kinds(mine)).toEqual(['SNAPSHOT', 'UPDATE', 'UPDATE']);
  });

  test('sends only the id of a ticket that the caller may no longer see', async () => {
    const id = await ticket('bound');
    await mutate(desk, desk.lead, 'ticketAssign', { id, departmentId: desk.departmentId });
    const bound = { ...appActor(desk.workspace), departments: [desk.departmentId] };
    const list = await watching(bound, { filter: tagged('bound') });
    expect(list.view!.totalCount).toBe(1);
    await mutate(desk, desk.lead, 'ticketAssign', { id, departmentId: null });
    await list.until(({ last }) => last.kind === 'LEAVE');
    expect(list.last).toMatchObject({ ticket: null, ticketId: id, totalCount: 0 });
  });
});

describe('cost', () => {
  const lists = (statements: string[]): number =>
    statements.filter((text) => text.includes('from ticket t')).length;

  test('runs the statements of one list for hundreds of subscribers', async () => {
    const id = await ticket('cost');
    await ticket('cost');
    const args = { filter: tagged('cost'), first: 1, orderBy: [{ field: 'NUMBER' }] };
    const change = async (subject: string): Promise<number> => {
      const seen = await countStatements(async () => {
        await update(id, { subject });
        await Promise.all(
          watches.map((list) => list.until(({ last }) => last.ticket?.['subject'] === subject)),
        );
      });
      return lists(seen);
    };
    await watching(desk.agent, args);
    const joining = await countStatements(() =>
      Promise.all(Array.from({ length: 200 }, () => watching(desk.lead, args))),
    );
    // A read runs three statements: the list, the count, the changed tickets. An event that arrives
    // after its change was read causes one more read.
    expect(lists(joining)).toBeLessThanOrEqual(3);
    expect(await change('Seen by many')).toBeLessThanOrEqual(1 + 2 * 3);
  });

  test('does not read a list after an event that cannot change it', async () => {
    const list = await watching(desk.agent, { filter: { requesterId: { eq: desk.stranger.id } } });
    const id = await ticket('elsewhere');
    const seen = await countStatements(async () => {
      await update(id, { subject: 'Nothing to them' });
      await mutate(desk, desk.stranger, 'ticketCreate', { subject: 'Theirs', body: 'Words' });
      await list.waitForConvergence();
    });
    expect(seen.filter((text) => text.includes('as version from ticket t'))).toHaveLength(1);
  });
});

describe('failures', () => {
  test('reads a list again after a failed read', async () => {
    const id = await ticket('trouble', { subject: 'Before' });
    const filter = { and: [tagged('trouble'), { createdAt: { within: 'PT1H' } }] };
    const list = await watching(desk.agent, { filter });
    const warned = new Promise<void>((resolve) => {
      jest.spyOn(service.service.log, 'warn').mockImplementation(() => resolve());
    });
    await owner.query('alter table ticket rename to away');
    const other = watch(desk.agent, { filter, first: 5 });
    clock.advance(HOUR + 1);
    await warned;
    await owner.query('alter table away rename to ticket');
    await list.until(({ last }) => last.kind === 'LEAVE');
    await other.until(({ view }) => view?.totalCount === 0);
    expect(list.last.ticketId).toBe(id);
    jest.restoreAllMocks();
  });

  test('sends a slow subscriber a new snapshot instead of all missed changes', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 40; n++) ids.push((await desk.ticket()).id);
    const renamed = await ticket('renamed');
    const filter = { id: { in: [...ids, renamed] } };
    const { orm, log, tail } = service.service;
    const slow = subscribeToList(
      new Context({ orm, log, tail, actor: desk.agent, requestId: 'req', locales: [] }),
      { filter, first: 50 },
    );
    const next = async (): Promise<TicketChange> =>
      (await slow.next()).value!.message as TicketChange;
    expect((await next()).tickets).toHaveLength(41);
    const quick = await watching(desk.agent, { filter, first: 50 });
    await owner.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
    for (let round = 0; round < 13; round++) {
      await owner.query('update ticket set version = version + 1 where id = any($1)', [
        ids.map((id) => uuidOf('tkt', id)),
      ]);
      await update(renamed, { subject: `Round ${round}` });
      await quick.waitForConvergence();
    }
    expect(quick.changes.length).toBeGreaterThan(520);
    const snapshot = await next();
    expect([snapshot.kind, snapshot.cursor]).toEqual(['SNAPSHOT', quick.last.cursor]);
    await update(renamed, { subject: 'At last' });
    expect((await next()).kind).toBe('UPDATE');
    await slow.return!();
  });
});

describe('a list patched by its messages', () => {
  for (let run = 0; run < sizeOf(3, 30); run++)
    test(`equals the result of the query after random mutations and time (seed ${seed + run})`, async () => {
      const random = dice(seed + run);
      const desk = await newDesk();
      const activity = new RandomActivity(desk, random, clock);
      await activity.createCustomStatuses();
      const subscribe = async (): Promise<void> => {
        const { actor, args } = activity.randomList();
        await watching(actor, args, desk);
      };
      for (let writes = 0; writes < 12; writes++) await activity.randomWrite();
      for (let lists = 0; lists < 10; lists++) await subscribe();
      for (let round = 0; round < 10; round++) {
        if (random.roll(3))
          for (let writes = 1 + random.roll(6); writes > 0; writes--) await activity.randomWrite();
        else activity.advanceClock();
        if (!random.roll(4)) await subscribe();
        const differences = await Promise.all(
          watches.map(async (list) => {
            const { actor, args } = list;
            const difference = await list.waitForConvergence();
            return (
              difference && `round ${round}, ${actor.name} ${JSON.stringify(args)}: ${difference}`
            );
          }),
        );
        expect(differences.filter(Boolean)).toEqual([]);
      }
      expect(await inconsistentEvents(desk.workspace)).toEqual([]);
    });
});

interface Row {
  type: string;
  subject: string;
  data: { state: Record<string, unknown>; changes?: Record<string, [unknown, unknown]> };
}

/**
 * Fields that do not decide whether an event is relevant to a list: instants, fields without a
 * logged previous value, and fields without a filter.
 */
const IGNORED_FIELDS: ReadonlySet<string> = new Set([
  ...INSTANT_FILTER_FIELDS,
  ...UNLOGGED_PROPERTIES,
  'closesAt',
  'firstReplyAt',
  'resolutionCode',
  'resolutionText',
  'solvedById',
  'requesterName',
]);

/**
 * Events of a workspace whose state before their changes differs from that of the previous event of
 * the ticket. Lists derive the previous state in this way: a list would miss a change that is not
 * in its event.
 */
async function inconsistentEvents(workspace: string): Promise<string[]> {
  const { rows } = await owner.query<Row>(
    `select type, subject, data from event_log where workspace_id = $1 and subject like 'tkt%' order by position`,
    [workspace],
  );
  const last = new Map<string, object>();
  return rows.flatMap(({ type, subject, data: { state: logged, changes = {} } }) => {
    const state = {
      ...Object.fromEntries(Object.entries(logged).filter(([field]) => !IGNORED_FIELDS.has(field))),
      snooze: Boolean(logged['snooze']),
    };
    const compared = Object.entries(changes).filter(([field]) => field in state);
    const previousValues = compared.map(
      ([field, [from]]) => [field, field === 'snooze' ? Boolean(from) : from] as const,
    );
    const before = { ...state, ...Object.fromEntries(previousValues) };
    const earlier = last.get(subject);
    last.set(subject, state);
    return !earlier || isDeepStrictEqual(earlier, before)
      ? []
      : [`${type}: ${JSON.stringify([earlier, before])}`];
  });
}
