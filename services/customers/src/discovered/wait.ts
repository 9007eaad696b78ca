import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Actor } from '@deskgraph/common/auth/access';
import type { EventConsumer } from '@deskgraph/common/events/event-consumer';
import { parseId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';

/** The minimum interval between two reads of the tickets feed. */
const MIN_CATCH_UP_INTERVAL_MS = 200;
/** The maximum wait for the tickets service. */
const CATCH_UP_TIMEOUT_MS = 600;

type CatchUp = () => Promise<void>;
const consumers = new WeakMap<object, CatchUp>();

/** Registers the consumer that `waitForDiscovery` asks to catch up. */
export function registerConsumer(orm: object, consumer: Pick<EventConsumer, 'catchUp'>): void {
  let next: Promise<void> | undefined;
  let ranAt = Number.NEGATIVE_INFINITY;
  const run = async (): Promise<void> => {
    await sleep(Math.max(0, ranAt + MIN_CATCH_UP_INTERVAL_MS - performance.now()), undefined, {
      ref: false,
    });
    next = undefined;
    ranAt = performance.now();
    await consumer.catchUp().catch(() => {});
  };
  consumers.set(orm, () => (next ??= run()));
}

/**
 * Consumes the events that the tickets service has appended so far. Returns false when its events
 * are not consumed. A catch-up that has begun before the call does not count; concurrent callers
 * share the next one. The operation ends its snapshot first: it must see the new rows, and must not
 * hold a connection that the consumer may need.
 */
export async function waitForDiscovery(ctx: Context): Promise<boolean> {
  const catchUp = consumers.get(ctx.orm);
  if (!catchUp) return false;
  // Reads that are about to start in the snapshot send their statement first.
  await turn();
  await ctx.endSnapshot();
  const timeout = new AbortController();
  await Promise.race([
    catchUp(),
    sleep(CATCH_UP_TIMEOUT_MS, undefined, { signal: timeout.signal }).catch(() => {}),
  ]);
  timeout.abort();
  return true;
}

/** True for ids that derive from an identity (UUID version 5). A requester can only look up their own. */
export function isDiscoveredId(id: string, actor: Actor): boolean {
  if (actor.kind === 'customer' && actor.id !== id) return false;
  return parseId('cus', id)?.[14] === '5';
}
