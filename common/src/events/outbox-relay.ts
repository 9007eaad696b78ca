import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Log } from '../core/log.ts';
import { Waiters } from '../core/waiters.ts';
import { electLeader } from '../jobs/leader-election.ts';
import { onEventsAppended } from './log.ts';

const BATCH_SIZE = 1000;
const POLL_MS = 250;
/** Pause after a batch that is not full, so that a busy log moves by tens of events, not singly. */
const GATHER_MS = 5;

/**
 * Moves one batch from the outbox to the log. Only one process does so at a time, and its batches
 * commit one after another, so that no reader of `position > last` misses a late row. With an empty
 * outbox the statement neither writes, locks nor notifies.
 */
const MOVE_BATCH = `
  with state as (select head from relay_state where exists (select from outbox) for update),
  batch as (select * from outbox order by id limit ${BATCH_SIZE}),
  logged as (
    insert into event_log
      (position, event_id, workspace_id, type, subject, version, actor, at, data, logged_at)
    select state.head + row_number() over (order by batch.id), event_id, workspace_id, type,
      subject, version, actor, at, data, clock_timestamp()
    from batch, state returning position),
  removed as (delete from outbox using batch where outbox.id = batch.id),
  advanced as (
    update relay_state set head = head + (select count(*) from logged)
    where exists (select from logged)
    returning head, partitioned_to - head <= partition_size as needs_partition)
  select (select count(*)::integer from logged) as count,
    (select needs_partition from advanced) as "needsPartition",
    (select pg_notify('event_log', head::text) from advanced)`;

interface MovedBatch {
  count: number;
  /** Less than one whole partition is ahead of the head. */
  needsPartition: boolean | null;
}

/** Moves events from the outbox to the log and wakes the readers of the log. */
export interface OutboxRelay {
  /** Resolves when the log has new events, after `ms`, or at once after `releaseWaiters`. */
  waitForEvents(ms: number): Promise<void>;
  /** Ends all waits, for shutdown. */
  releaseWaiters(): void;
  /** False after `releaseWaiters`. */
  readonly allowsWaiting: boolean;
  stop(): Promise<void>;
}

/** Starts the relay. Every process runs one; an elected one moves events, all learn of new ones. */
export function startOutboxRelay(orm: object, url: string, log: Log): OutboxRelay {
  const waiters = new Waiters();
  let isReleased = false;
  const moveBatch = async (client: Client): Promise<number> => {
    const { rows } = await client.query<MovedBatch>({ name: 'move', text: MOVE_BATCH });
    const { count, needsPartition } = rows[0]!;
    if (needsPartition) await createNextPartition(client, log);
    if (count === 0) return POLL_MS;
    if (count < BATCH_SIZE) await sleep(GATHER_MS);
    return 0;
  };
  const leader = electLeader({
    url,
    name: 'relay',
    channel: 'outbox',
    prepare: (client) => client.query(`set jit = off; set desk.workspace = '*'; listen event_log`),
    log,
    work: moveBatch,
    pollMs: POLL_MS,
    onNotify: () => waiters.wakeAll(),
  });
  onEventsAppended(orm, leader.wake);

  return {
    waitForEvents: (ms) =>
      isReleased ? Promise.resolve() : waiters.wait(undefined, { timeoutMs: ms }),
    get allowsWaiting() {
      return !isReleased;
    },
    releaseWaiters: () => {
      isReleased = true;
      waiters.wakeAll();
    },
    stop: async () => {
      waiters.wakeAll();
      await leader.stop();
    },
  };
}

/** On failure the relay goes on in the current partition and tries again with its next batch. */
const createNextPartition = async (client: Client, log: Log): Promise<void> => {
  await client
    .query('select create_log_partition()')
    .catch((error: unknown) => log.error({ err: error }, 'event log partition not created'));
};
