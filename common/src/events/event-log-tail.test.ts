import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type TestLog, testWorkspace, silentLog, testLog } from '../../testing/log.ts';
import type { DomainEvent } from './log.ts';
import { newId } from '../core/id.ts';
import { CursorExpired, EventLogTail, type EventLogTailOptions } from './event-log-tail.ts';
import { countStatements, newWorkspace } from '../testing/testing.ts';

const other = newWorkspace();
let log: TestLog;
let tail: EventLogTail;
beforeAll(async () => {
  log = await testLog();
  await log.append(newId('thg'), 1000, 1000, other);
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

test('a stream is resumed from a place when nothing that its reader has missed is older than 30 days', async () => {
  await expect(tail.startPosition({ workspace: testWorkspace, after: 1399 })).rejects.toThrow(
    CursorExpired,
  );
  expect(await tail.startPosition({ workspace: testWorkspace, after: 1400 })).toBe(1400);
  // Others were busy a month ago; this one was not.
  await expect(tail.startPosition({ workspace: other, after: 900 })).rejects.toThrow(CursorExpired);
  expect(await tail.startPosition({ workspace: other, after: 1000 })).toBe(1000);
  expect(await tail.startPosition({ workspace: newWorkspace(), after: 0 })).toBe(0);
});

test('a place that is not in the log, or not any more, is none to go on from', async () => {
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
    const opened = new EventLogTail({ orm: log.orm, relay: log.relay, log: silentLog, ...options });
    tails.push(opened);
    return opened;
  };
  beforeAll(async () => {
    log = await testLog();
  });
  afterAll(async () => {
    await Promise.all(tails.map((opened) => opened.stop()));
    await log.stop();
  });

  const head = async (): Promise<number> =>
    Number((await log.query<{ head: string }>('select head from relay_state'))[0]!.head);
  /** Tells facts and resolves with the end of the log once they have their positions. */
  const told = async (
    count: number,
    ...args: [subject: string, workspace?: string, version?: number]
  ): Promise<number> => {
    const before = await head();
    await log.append(args[0], args[2] ?? count, count, args[1]);
    await log.waitForHead(before + count);
    return before + count;
  };
  const about = (subject: string) => (fact: DomainEvent) => fact.subject === subject;

  test('is woken by what concerns it only, and does not fall behind by the rest', async () => {
    const [own, strange] = [newId('thg'), newId('thg')];
    const stop = new AbortController();
    const following = open();
    const reader = following.follow({
      workspace: testWorkspace,
      from: await following.startPosition(),
      signal: stop.signal,
      isRelevant: about(own),
    });
    const first = reader.next();
    await told(20, strange);
    await told(20, strange, other);
    const end = await told(3, own);
    expect((await first).value).toMatchObject({
      facts: [{ version: 1 }, { version: 2 }, { version: 3 }],
      position: end,
    });
    const second = reader.next();
    await told(1, strange);
    stop.abort();
    expect(await second).toEqual({ value: undefined, done: true });
  });

  test('that has had nothing for a while is told how far it has come, and misses nothing when it goes on from there', async () => {
    const own = newId('thg');
    const stop = new AbortController();
    const following = open({ idleMs: 50 });
    const from = await following.startPosition();
    const reader = following.follow({
      workspace: testWorkspace,
      from,
      signal: stop.signal,
      isRelevant: about(own),
    });
    const end = await told(5, newId('thg'), other);
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
    await told(1, own);
    const resumed = following.follow({
      workspace: testWorkspace,
      from: position,
      signal: new AbortController().signal,
      isRelevant: about(own),
    });
    expect((await resumed.next()).value).toMatchObject({ facts: [{ subject: own }] });
  });

  test('that is far behind reads only what is about its own things, and then goes on with the newest', async () => {
    const own = newId('thg');
    const from = await head();
    await told(2, own);
    await told(1200, newId('thg'));
    await told(1, own, other);
    const following = open({ maxCachedEvents: 10 });
    await following.startPosition();
    const reader = following.follow({
      workspace: testWorkspace,
      from,
      signal: new AbortController().signal,
      isRelevant: about(own),
      subjects: async () => [own],
    });
    const cost = await countStatements(async () => {
      expect((await reader.next()).value!.events).toMatchObject([{ version: 1 }, { version: 2 }]);
    });
    expect(cost.filter((statement) => statement.includes('subject = any'))).toHaveLength(1);
    const next = reader.next();
    await told(1, own);
    expect((await next).value).toMatchObject({
      facts: [{ subject: own, workspace: testWorkspace }],
    });
  });

  test('that comes back after a restart of the process finds in memory what it has missed', async () => {
    const from = await head();
    await told(30, newId('thg'));
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

  test('is told of what was forgotten meanwhile only what is left of it, also by a process that begins later', async () => {
    const [own, strange] = [newId('thg'), newId('thg')];
    const forgets: EventLogTailOptions['redact'] = ({ version }) =>
      version === 3 ? (earlier) => ({ ...earlier, data: {} }) : undefined;
    const following = open({ redact: forgets });
    const from = await following.startPosition();
    for (const subject of [own, strange]) await told(2, subject);
    const end = await told(1, own, testWorkspace, 3);
    const at = async (tail: EventLogTail): Promise<unknown[]> => {
      const reader = tail.follow({
        workspace: testWorkspace,
        from,
        signal: new AbortController().signal,
      });
      const facts: DomainEvent[] = [];
      while (facts.length < 5) facts.push(...(await reader.next()).value!.events);
      return facts.map(({ subject, data }) => [subject === own, data]);
    };
    const left = [
      [true, {}],
      [true, {}],
      [false, { at: 0 }],
      [false, { at: 1 }],
      [true, { at: 0 }],
    ];
    await following
      .follow({ workspace: testWorkspace, from: end - 1, signal: new AbortController().signal })
      .next();
    expect(await at(following)).toEqual(left);
    const later = open({ redact: forgets });
    await later.startPosition();
    expect(await at(later)).toEqual(left);
  });

  test('that leaves while it reads older facts is let go at once', async () => {
    const following = open({ maxCachedEvents: 1 });
    await following.startPosition();
    const stop = new AbortController();
    const reader = following.follow({
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
