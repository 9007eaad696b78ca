import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type TestLog, testWorkspace, silentLog, testLog } from '../../testing/log.ts';
import type { DomainEvent } from './types.ts';
import { newId } from '../core/id.ts';
import {
  CursorExpired,
  EventLogTail,
  type EventLogTailOptions,
  type RedactEvents,
} from './event-log-tail.ts';
import { countStatements, newWorkspace } from '../testing/testing.ts';

const otherWorkspace = newWorkspace();
let log: TestLog;
let tail: EventLogTail;
beforeAll(async () => {
  log = await testLog();
  await log.append(newId('thg'), 1000, 1000, otherWorkspace);
  await log.append(newId('thg'), 500, 500);
  await log.waitForHead(1500);
  await log.query(
    `update event_log set logged_at = now() - interval '31 days' where position <= 1400`,
  );
  tail = new EventLogTail({ orm: log.orm, relay: log.relay, log: silentLog });
});
afterAll(async () => {
  await tail.stop();
  await log.stop();
});

test('resumes from a position when no missed event is older than 30 days', async () => {
  await expect(tail.startPosition({ workspace: testWorkspace, after: 1399 })).rejects.toThrow(
    CursorExpired,
  );
  expect(await tail.startPosition({ workspace: testWorkspace, after: 1400 })).toBe(1400);
  // The first missed event of this workspace is older; the other workspace has missed none.
  await expect(tail.startPosition({ workspace: otherWorkspace, after: 900 })).rejects.toThrow(
    CursorExpired,
  );
  expect(await tail.startPosition({ workspace: otherWorkspace, after: 1000 })).toBe(1000);
  expect(await tail.startPosition({ workspace: newWorkspace(), after: 0 })).toBe(0);
});

test('refuses a position that is not in the log or no longer stored', async () => {
  await expect(tail.startPosition({ workspace: testWorkspace, after: 1501 })).rejects.toThrow(
    CursorExpired,
  );
  await log.query(`update event_log set logged_at = now()`);
  expect(await tail.startPosition({ workspace: testWorkspace, after: 900 })).toBe(900);
  expect(await log.query('select detach_log(1000)')).toHaveLength(1);
  await expect(tail.startPosition({ workspace: testWorkspace, after: 900 })).rejects.toThrow(
    CursorExpired,
  );
  expect(await tail.startPosition({ workspace: testWorkspace, after: 999 })).toBe(999);
});

describe('a reader', () => {
  let log: TestLog;
  const tails: EventLogTail[] = [];
  const open = (options: Partial<EventLogTailOptions> = {}): EventLogTail => {
    const tail = new EventLogTail({ orm: log.orm, relay: log.relay, log: silentLog, ...options });
    tails.push(tail);
    return tail;
  };
  beforeAll(async () => {
    log = await testLog();
  });
  afterAll(async () => {
    await Promise.all(tails.map((tail) => tail.stop()));
    await log.stop();
  });

  const head = async (): Promise<number> =>
    Number((await log.query<{ head: string }>('select head from relay_state'))[0]!.head);
  /** Appends events and resolves with the end of the log once they have positions. */
  const append = async (
    count: number,
    subject: string,
    workspace?: string,
    version = count,
  ): Promise<number> => {
    const before = await head();
    await log.append(subject, version, count, workspace);
    await log.waitForHead(before + count);
    return before + count;
  };
  const isAbout = (subject: string) => (event: DomainEvent) => event.subject === subject;

  test('is woken only by relevant events and does not fall behind because of others', async () => {
    const [subject, otherSubject] = [newId('thg'), newId('thg')];
    const stop = new AbortController();
    const tail = open();
    const reader = tail.follow({
      workspace: testWorkspace,
      from: await tail.startPosition(),
      signal: stop.signal,
      isRelevant: isAbout(subject),
    });
    const first = reader.next();
    await append(20, otherSubject);
    await append(20, otherSubject, otherWorkspace);
    const end = await append(3, subject);
    expect((await first).value).toMatchObject({
      events: [{ version: 1 }, { version: 2 }, { version: 3 }],
      position: end,
    });
    const second = reader.next();
    await append(1, otherSubject);
    stop.abort();
    expect(await second).toEqual({ value: undefined, done: true });
  });

  test('gets its position when idle and misses nothing when it resumes from there', async () => {
    const subject = newId('thg');
    const stop = new AbortController();
    const tail = open({ idleMs: 50 });
    const from = await tail.startPosition();
    const reader = tail.follow({
      workspace: testWorkspace,
      from,
      signal: stop.signal,
      isRelevant: isAbout(subject),
    });
    const end = await append(5, newId('thg'), otherWorkspace);
    let position = from;
    while (position < end) {
      const { value } = await reader.next();
      expect(value!.events).toEqual([]);
      expect(value!.position).toBeGreaterThan(position);
      ({ position } = value!);
    }
    expect(position).toBe(end);
    stop.abort();
    await reader.return();
    await append(1, subject);
    const resumed = tail.follow({
      workspace: testWorkspace,
      from: position,
      signal: new AbortController().signal,
      isRelevant: isAbout(subject),
    });
    expect((await resumed.next()).value).toMatchObject({ events: [{ subject }] });
  });

  test('that is far behind queries only its subjects and then continues with new events', async () => {
    const subject = newId('thg');
    const from = await head();
    await append(2, subject);
    await append(1200, newId('thg'));
    await append(1, subject, otherWorkspace);
    const tail = open({ maxCachedEvents: 10 });
    await tail.startPosition();
    const reader = tail.follow({
      workspace: testWorkspace,
      from,
      signal: new AbortController().signal,
      isRelevant: isAbout(subject),
      subjects: async () => [subject],
    });
    const cost = await countStatements(async () => {
      expect((await reader.next()).value!.events).toMatchObject([{ version: 1 }, { version: 2 }]);
    });
    expect(cost.filter((statement) => statement.includes('subject = any'))).toHaveLength(1);
    const next = reader.next();
    await append(1, subject);
    expect((await next).value).toMatchObject({
      events: [{ subject, workspace: testWorkspace }],
    });
  });

  test('finds missed events in the cache after a restart of the process', async () => {
    const from = await head();
    await append(30, newId('thg'));
    const restarted = open();
    await restarted.startPosition();
    const cost = await countStatements(async () => {
      const signal = new AbortController().signal;
      const reader = restarted.follow({
        workspace: testWorkspace,
        from: await restarted.startPosition({ workspace: testWorkspace, after: from }),
        signal,
      });
      expect((await reader.next()).value!.events).toHaveLength(30);
    });
    expect(cost.filter((statement) => /workspace_id = \$/.test(statement))).toEqual([]);
  });

  test('gets redacted events, also from a process that starts later', async () => {
    const [subject, otherSubject] = [newId('thg'), newId('thg')];
    const redact: RedactEvents = ({ version }) =>
      version === 3 ? (earlier) => ({ ...earlier, data: {} }) : undefined;
    const tail = open({ redact });
    const from = await tail.startPosition();
    for (const id of [subject, otherSubject]) await append(2, id);
    const end = await append(1, subject, testWorkspace, 3);
    const eventsOf = async (tail: EventLogTail): Promise<unknown[]> => {
      const reader = tail.follow({
        workspace: testWorkspace,
        from,
        signal: new AbortController().signal,
      });
      const events: DomainEvent[] = [];
      while (events.length < 5) events.push(...(await reader.next()).value!.events);
      return events.map((event) => [event.subject === subject, event.data]);
    };
    const expected = [
      [true, {}],
      [true, {}],
      [false, { index: 0 }],
      [false, { index: 1 }],
      [true, { index: 0 }],
    ];
    await tail
      .follow({ workspace: testWorkspace, from: end - 1, signal: new AbortController().signal })
      .next();
    expect(await eventsOf(tail)).toEqual(expected);
    const later = open({ redact });
    await later.startPosition();
    expect(await eventsOf(later)).toEqual(expected);
  });

  test('ends at once when its signal aborts while it reads older events', async () => {
    const tail = open({ maxCachedEvents: 1 });
    await tail.startPosition();
    const stop = new AbortController();
    const reader = tail.follow({
      workspace: testWorkspace,
      from: 0,
      signal: stop.signal,
      isRelevant: () => false,
    });
    const next = reader.next();
    stop.abort();
    expect(await next).toEqual({ value: undefined, done: true });
  });
});
