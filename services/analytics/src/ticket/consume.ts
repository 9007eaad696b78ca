import type { MikroORM } from '@deskgraph/common/database/database';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { type EventConsumer, consumeEvents } from '@deskgraph/common/events/event-consumer';
import type { Service } from '@deskgraph/common/service/subgraph';
import type { Context } from '@deskgraph/common/database/context';
import { heard } from '../report/cache.ts';
import { projectEvents } from './project.ts';

export const TICKETS_SOURCE = 'tickets';

/** What a fact does here. */
export const ticketsProjection = (orm: MikroORM) => ({
  source: TICKETS_SOURCE,
  applyEvents: async (context: Context, facts: DomainEvent[]): Promise<void> => {
    const { workspace } = context;
    await projectEvents(context, facts);
    context.afterCommit(() => heard(orm, workspace));
  },
});

/** Keeps the projection as new as the tickets log. */
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
