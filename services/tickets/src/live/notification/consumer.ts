import type { DomainEvent } from '@deskgraph/common/events/types';
import { type EventConsumer, consumeOwnEvents } from '@deskgraph/common/events/event-consumer';
import type { Service } from '@deskgraph/common/service/subgraph';
import type { Context } from '@deskgraph/common/database/context';
import { createNotifications } from './create.ts';

const followers = new WeakMap<object, EventConsumer>();

/** The projector for the events of this service. */
export const NOTIFICATION_CONSUMER = {
  source: 'notifications',
  applyEvents: (ctx: Context, facts: DomainEvent[]): Promise<void> =>
    createNotifications(ctx, facts),
};

/**
 * Creates notifications from the event log, so that no request waits for them. Each event is
 * processed exactly once, also after a crash.
 */
export function startNotificationConsumer({ orm, log, relay }: Service): () => Promise<void> {
  const follower = consumeOwnEvents({ ...NOTIFICATION_CONSUMER, orm, log, relay });
  followers.set(orm, follower);
  return () => follower.stop();
}

/** Resolves once notifications exist for all events appended so far. */
export const notificationsCaughtUp = (orm: object): Promise<void> => followers.get(orm)!.catchUp();
