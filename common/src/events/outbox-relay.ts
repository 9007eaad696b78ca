import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { elected } from '../jobs/leader-election.ts';
import { onEventsAppended } from './log.ts';
import type { Log } from '../core/log.ts';
import { createNextPartition } from './partitions.ts';

const BATCH = 1000;
const IDLE_MS = 250;
/** Facts that come right after others wait so long for more of them, so that a busy log is moved by tens and not by ones. */
const GATHER_MS = 5;

/**
 * Moves one batch from the outbox to the log. Only one process does so at a time and its batches commit one after another, so that no
 * reader of `position > last` can miss a late row. With an empty outbox it writes, locks and tells nothing.
 */
const MOVE = `
  with state as (select head from relay_state where exists (select from outbox) for update),
  taken as (select * from outbox order by id limit ${BATCH}),
  logged as (
    insert into event_log (position, event_id, workspace_id, type, subject, version, actor, at, data, logged_at)
    select state.head + row_number() over (order by taken.id), event_id, workspace_id, type, subject, version, actor, at, data, clock_timestamp()
    from taken, state returning position),
  gone as (delete from outbox using taken where outbox.id = taken.id),
  moved as (
    update relay_state set head = head + (select count(*) from logged) where exists (select from logged) returning head, room - head <= partition_size as narrow)
  select (select count(*)::integer from logged) as count, (select narrow from moved), (select pg_notify('event_log', head::text) from moved)`;

interface Moved {
  count: number;
  /** Less than a whole partition is ahead. */
  narrow: boolean | null;
}

export interface OutboxRelay {
  /** Resolves when the log has grown, or after `ms`; at once when the process is stopping. */
  waitForEvents(ms: number): Promise<void>;
  /** Lets nobody wait any more. */
  releaseWaiters(): void;
  /** False once `release` was called. */
  readonly allowsWaiting: boolean;
  stop(): Promise<void>;
}

/** Every process runs one, and one of them works. All of them hear when the log grows. */
export function startOutboxRelay(orm: object, url: string, log: Log): OutboxRelay {
  let released = false;
  const waiting = new Set<() => void>();
  const tell = (): void => {
    for (const done of waiting) done();
    waiting.clear();
  };
  const move = async (client: Client): Promise<number> => {
    const { count, narrow } = (await client.query<Moved>({ name: 'move', text: MOVE })).rows[0]!;
    if (narrow) await createNextPartition(client, log);
    if (count === 0) return IDLE_MS;
    if (count < BATCH) await sleep(GATHER_MS);
    return 0;
  };
  const worker = elected({
    url,
    name: 'relay',
    channel: 'outbox',
    prepare: (client) => client.query(`set jit = off; set desk.workspace = '*'; listen event_log`),
    log,
    work: move,
    pollMs: IDLE_MS,
    heard: tell,
  });
  onEventsAppended(orm, worker.call);

  return {
    waitForEvents: (ms) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        waiting.add(done);
        if (released) done();
      }),
    get allowsWaiting() {
      return !released;
    },
    releaseWaiters: () => {
      released = true;
      tell();
    },
    stop: async () => {
      tell();
      await worker.stop();
    },
  };
}
