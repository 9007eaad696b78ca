import { consumeEvents } from '@deskgraph/common/events/event-consumer';
import type { Service } from '@deskgraph/common/service/subgraph';
import { offer } from './wait.ts';
import { meet } from './import.ts';

export const TICKETS = { source: 'tickets', applyEvents: meet };

/** Takes in what the tickets tell of people whom nobody knew; gives what ends it. */
export function followTickets(
  { orm, log, config }: Pick<Service, 'orm' | 'log' | 'config'>,
  url: string,
): () => Promise<void> {
  const follower = consumeEvents({
    ...TICKETS,
    orm,
    url,
    secret: config.INTERNAL_SECRET,
    nats: config.NATS_URL,
    log,
  });
  offer(orm, follower);
  return () => follower.stop();
}
