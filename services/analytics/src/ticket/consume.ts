import type { MikroORM } from '@deskgraph/common/database/database';
import type { Fact } from '@deskgraph/common/events/log';
import { type Follower, follow } from '@deskgraph/common/events/event-consumer';
import type { Service } from '@deskgraph/common/service/subgraph';
import type { Context } from '@deskgraph/common/database/context';
import { heard } from '../report/cache.ts';
import { takeAll } from './project.ts';

export const SOURCE = 'tickets';

/** What a fact does here. */
export const takingOf = (orm: MikroORM) => ({
  source: SOURCE,
  applyAll: async (context: Context, facts: Fact[]): Promise<void> => {
    const { workspace } = context;
    await takeAll(context, facts);
    context.afterCommit(() => heard(orm, workspace));
  },
});

/** Keeps the projection as new as the tickets log. */
export const followTickets = (
  {
    orm,
    log,
    config,
  }: Pick<Service, 'orm' | 'log'> & {
    config: Pick<Service['config'], 'INTERNAL_SECRET' | 'NATS_URL'>;
  },
  url: string,
): Follower =>
  follow({
    ...takingOf(orm),
    orm,
    url,
    secret: config.INTERNAL_SECRET,
    nats: config.NATS_URL,
    log,
  });
