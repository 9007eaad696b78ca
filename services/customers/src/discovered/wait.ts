import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Actor } from '@deskgraph/common/auth/access';
import type { EventConsumer } from '@deskgraph/common/events/event-consumer';
import { toUuid } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';

/** Between two looks into the tickets' log. */
const PAUSE_MS = 200;
/** Longer nobody waits for the tickets. */
const PATIENCE_MS = 600;

type CatchUp = () => Promise<void>;
const followed = new WeakMap<object, CatchUp>();

/** Whoever looks for somebody that tickets just met may ask this follower to hurry, now and then. */
export function offer(orm: object, follower: Pick<EventConsumer, 'catchUp'>): void {
  let next: Promise<void> | undefined;
  let ranAt = Number.NEGATIVE_INFINITY;
  const run = async (): Promise<void> => {
    await sleep(Math.max(0, ranAt + PAUSE_MS - performance.now()), undefined, { ref: false });
    next = undefined;
    ranAt = performance.now();
    await follower.catchUp().catch(() => {});
  };
  followed.set(orm, () => (next ??= run()));
}

/**
 * Takes in what the tickets have told by now; false when they are not followed. A look begun before the question is no answer to it, so
 * whoever comes late shares the next one. What the operation reads afterwards is of a new snapshot, and nobody waits with a connection in
 * hand: those who wait must never keep the follower from getting one.
 */
export async function awaitMet(ctx: Context): Promise<boolean> {
  const catchUp = followed.get(ctx.orm);
  if (!catchUp) return false;
  // Whoever was about to read in the snapshot has sent his statement by then.
  await turn();
  await ctx.end();
  const patience = new AbortController();
  await Promise.race([
    catchUp(),
    sleep(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => {}),
  ]);
  patience.abort();
  return true;
}

/** Ids of people whom tickets met are named by their identity (UUID version 5); a requester can only look for himself. */
export function mayBeMet(id: string, actor: Actor): boolean {
  if (actor.kind === 'customer' && actor.id !== id) return false;
  return toUuid('cus', id)?.[14] === '5';
}
