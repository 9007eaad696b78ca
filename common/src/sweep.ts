import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager, MikroORM } from './database.ts';
import type { Log } from './log.ts';
import { KEPT } from './mutation.ts';

const EVERY_MS = 60_000;
const BATCH = 1_000;
/** Between two batches the database belongs to others. */
const PAUSE_MS = 50;

const FORGET = `
  delete from idempotency where ctid = any(array(
    select ctid from idempotency where created_at < now() - interval '${KEPT}' order by created_at limit ${BATCH} for update skip locked
  )) returning 1 as gone`;

/** Deletes the idempotency keys that are too old to mean anything, of all workspaces, in small transactions. Resolves with how many. */
export async function forgetKeys(orm: MikroORM, signal?: AbortSignal): Promise<number> {
  for (let forgotten = 0; ; await sleep(PAUSE_MS, undefined, { signal })) {
    const em = orm.em.fork() as EntityManager;
    em.setSessionContext({ variables: { 'desk.workspace': '*' } });
    const count = await em.transactional(async (inside) => (await inside.execute<object[]>(FORGET)).length);
    forgotten += count;
    if (count < BATCH) return forgotten;
  }
}

/** Looks for old keys once a minute, beside the mutations; resolves when it has ended. */
export function startSweep(orm: MikroORM, log: Log): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const work = async (): Promise<void> => {
    while (!signal.aborted) {
      await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      await forgetKeys(orm, signal).catch(
        (error: unknown) => signal.aborted || log.warn({ err: error }, 'old idempotency keys could not be deleted'),
      );
    }
  };
  const running = work();
  return () => {
    stopping.abort();
    return running;
  };
}
