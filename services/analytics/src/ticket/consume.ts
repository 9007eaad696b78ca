import type { Context } from '@deskgraph/common/database/context';
import type { MikroORM } from '@deskgraph/common/database/database';
import { type EventConsumer, consumeEvents } from '@deskgraph/common/events/event-consumer';
import type { DomainEvent } from '@deskgraph/common/events/types';
import type { Service } from '@deskgraph/common/service/subgraph';
import { reportCacheOf } from '../report/cache.ts';
import { projectEvents } from './project.ts';

export const TICKETS_SOURCE = 'tickets';

/** The projection of the events of the tickets service. */
export const ticketsProjection = (orm: MikroORM) => ({
  source: TICKETS_SOURCE,
  applyEvents: async (ctx: Context, events: DomainEvent[]): Promise<void> => {
    const { workspace } = ctx;
    await projectEvents(ctx, events);
    ctx.afterCommit(() => reportCacheOf(orm).invalidate(workspace));
  },
});

/** Starts to apply the events of the tickets service to the projection. */
export const consumeTickets = (
  {
    orm,
    log,
    config,
  }: Pick<Service, 'orm' | 'log'> & {
    config: Pick<Service['config'], 'INTERNAL_SECRET' | 'NATS_URL'>;
  },
  url: string,
): EventConsumer =>
  consumeEvents({
    ...ticketsProjection(orm),
    orm,
    url,
    secret: config.INTERNAL_SECRET,
    nats: config.NATS_URL,
    log,
  });
