import type { DomainEvent } from '@deskgraph/common/events/types';
import { type EventConsumer, consumeOwnEvents } from '@deskgraph/common/events/event-consumer';
import type { Service } from '@deskgraph/common/service/subgraph';
import type { Context } from '@deskgraph/common/database/context';
import { make } from './create.ts';

const followers = new WeakMap<object, EventConsumer>();

/** What facts of this service's own log do here. */
export const NOTIFICATIONS = {
  source: 'notifications',
  applyEvents: (ctx: Context, facts: DomainEvent[]): Promise<void> => make(ctx, facts),
};

/**
 * Tells people what happens, after it has happened: no request waits for it, however many are to be told, and each fact is told exactly once,
 * whoever is killed in between.
 */
export function followFacts({ orm, log, relay }: Service): () => Promise<void> {
  const follower = consumeOwnEvents({ ...NOTIFICATIONS, orm, log, relay });
  followers.set(orm, follower);
  return () => follower.stop();
}

/** Resolves once everybody is told of all that is recorded by now. */
export const toldAll = (orm: object): Promise<void> => followers.get(orm)!.catchUp();
