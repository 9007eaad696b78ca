import { type Follower, follow } from '@deskgraph/common/feed';
import type { Service } from '@deskgraph/common/subgraph';
import { heard } from '../report/memory.ts';
import { takeAll } from './take.ts';

export const SOURCE = 'tickets';

/** Keeps the projection as new as the tickets log. */
export const followTickets = (
  { orm, log, config }: Pick<Service, 'orm' | 'log'> & { config: { INTERNAL_SECRET: string } },
  url: string,
): Follower =>
  follow({
    orm,
    source: SOURCE,
    url,
    secret: config.INTERNAL_SECRET,
    log,
    applyAll: async (context, facts) => {
      const { workspace } = context;
      await takeAll(context, facts);
      context.afterCommit(() => heard(orm, workspace));
    },
  });
