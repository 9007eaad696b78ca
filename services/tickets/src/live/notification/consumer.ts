import type { Context } from '@deskgraph/common/database/context';
import { type EventConsumer, consumeOwnEvents } from '@deskgraph/common/events/event-consumer';
import type { DomainEvent } from '@deskgraph/common/events/types';
import type { Service } from '@deskgraph/common/service/subgraph';
import { createNotifications } from './create.ts';

const consumers = new WeakMap<object, EventConsumer>();

/** The consumer of this service's own events that creates notifications. */
export const NOTIFICATION_CONSUMER = {
  source: 'notifications',
  applyEvents: (ctx: Context, events: DomainEvent[]): Promise<void> =>
    createNotifications(ctx, events),
};

/**
 * Creates notifications in the background after the events are committed, so that no request waits
 * for them. Each event is applied exactly once, also after a crash.
 */
export function startNotificationConsumer({ orm, log, relay }: Service): () => Promise<void> {
  const consumer = consumeOwnEvents({ ...NOTIFICATION_CONSUMER, orm, log, relay });
  consumers.set(orm, consumer);
  return () => consumer.stop();
}

/** Resolves when the notifications of all events so far have been created. */
export const notificationsCaughtUp = (orm: object): Promise<void> => consumers.get(orm)!.catchUp();
