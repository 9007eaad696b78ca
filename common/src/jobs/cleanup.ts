import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager, MikroORM } from '../database/database.ts';
import type { Log } from '../core/log.ts';
import { IDEMPOTENCY_TTL } from '../graphql/mutation.ts';

const EVERY_MS = 60_000;
/** As many as a statement of a sweep deletes at most. */
export const CLEANUP_BATCH_SIZE = 1_000;
/** Between two batches the database belongs to others. */
const PAUSE_MS = 50;

const FORGET = `
  delete from idempotency where ctid = any(array(
    select ctid from idempotency where created_at < now() - interval '${IDEMPOTENCY_TTL}' order by created_at limit ${CLEANUP_BATCH_SIZE} for update skip locked
  )) returning 1 as gone`;

/** Deletes the idempotency keys that are too old to mean anything. Resolves with how many. */
export const deleteExpiredIdempotencyKeys = (
  orm: MikroORM,
  signal?: AbortSignal,
): Promise<number> => deleteInBatches(orm, FORGET, signal);

/** Runs a statement that deletes rows of all workspaces, a batch at most and each in a small transaction, until there are none. Resolves with how many. */
export async function deleteInBatches(
  orm: MikroORM,
  statement: string,
  signal?: AbortSignal,
): Promise<number> {
  for (let forgotten = 0; ; await sleep(PAUSE_MS, undefined, { signal })) {
    const em = orm.em.fork() as EntityManager;
    em.setSessionContext({ variables: { 'desk.workspace': '*' } });
    const count = await em.transactional(
      async (inside) => (await inside.execute<object[]>(statement)).length,
    );
    forgotten += count;
    if (count < CLEANUP_BATCH_SIZE) return forgotten;
  }
}

export interface CleanupOptions {
  orm: MikroORM;
  log: Log;
  intervalMs?: number;
  cleanup?: (orm: MikroORM, signal: AbortSignal) => Promise<unknown>;
}

/** Looks for what is to be deleted, old keys unless something else is said, once a minute beside the mutations; resolves when it has ended. */
export function startCleanup({
  orm,
  log,
  intervalMs: everyMs = EVERY_MS,
  cleanup: sweep = deleteExpiredIdempotencyKeys,
}: CleanupOptions): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const work = async (): Promise<void> => {
    while (!signal.aborted) {
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      await sweep(orm, signal).catch(
        (error: unknown) =>
          signal.aborted || log.warn({ err: error }, 'what is old could not be deleted'),
      );
    }
  };
  const running = work();
  return () => {
    stopping.abort();
    return running;
  };
}
