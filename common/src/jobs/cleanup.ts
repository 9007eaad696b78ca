import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../core/log.ts';
import { ALL_WORKSPACES, inWorkspace } from '../database/context.ts';
import type { MikroORM } from '../database/database.ts';
import { IDEMPOTENCY_TTL } from '../graphql/idempotency.ts';

const INTERVAL_MS = 60_000;
/** The most rows that one cleanup statement may delete. */
export const CLEANUP_BATCH_SIZE = 1_000;
/** Pause between two batches, so that other work is not held up. */
const BATCH_PAUSE_MS = 50;

const DELETE_EXPIRED_KEYS = `
  delete from idempotency where ctid = any(array(
    select ctid from idempotency where created_at < now() - interval '${IDEMPOTENCY_TTL}'
    order by created_at limit ${CLEANUP_BATCH_SIZE} for update skip locked
  )) returning 1 as deleted`;

/** Deletes the idempotency keys that have expired. Resolves with their number. */
export const deleteExpiredIdempotencyKeys = (
  orm: MikroORM,
  signal?: AbortSignal,
): Promise<number> => deleteInBatches(orm, DELETE_EXPIRED_KEYS, signal);

/**
 * Repeats a statement that deletes at most CLEANUP_BATCH_SIZE rows of all workspaces, each time in
 * its own transaction, until it deletes fewer. The statement must return a row for each deleted
 * one. Resolves with the number of deleted rows.
 */
export async function deleteInBatches(
  orm: MikroORM,
  statement: string,
  signal?: AbortSignal,
): Promise<number> {
  for (let total = 0; ; await sleep(BATCH_PAUSE_MS, undefined, { signal })) {
    const deleted = await inWorkspace(
      orm,
      ALL_WORKSPACES,
      async (em) => (await em.execute<object[]>(statement)).length,
    );
    total += deleted;
    if (deleted < CLEANUP_BATCH_SIZE) return total;
  }
}

export interface CleanupOptions {
  orm: MikroORM;
  log: Log;
  intervalMs?: number;
  /** Deletes what has expired; default: expired idempotency keys. */
  cleanup?: (orm: MikroORM, signal: AbortSignal) => Promise<unknown>;
}

/**
 * Runs a cleanup at an interval, once a minute by default. Returns the function that stops it and
 * waits for a running cleanup.
 */
export function startCleanup({
  orm,
  log,
  intervalMs = INTERVAL_MS,
  cleanup = deleteExpiredIdempotencyKeys,
}: CleanupOptions): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      await cleanup(orm, signal).catch(
        (error: unknown) => signal.aborted || log.warn({ err: error }, 'cleanup failed, retrying'),
      );
    }
  };
  const running = run();
  return () => {
    stopping.abort();
    return running;
  };
}
