import { consumeEvents } from '@deskgraph/common/events/event-consumer';
import type { Service } from '@deskgraph/common/service/subgraph';
import { registerConsumer } from './wait.ts';
import { importDiscoveredCustomers } from './import.ts';

export const TICKET_EVENTS = { source: 'tickets', applyEvents: importDiscoveredCustomers };

/** Consumes the events of the tickets service about unknown contacts. Returns a function that stops it. */
export function consumeTicketEvents(
  { orm, log, config }: Pick<Service, 'orm' | 'log' | 'config'>,
  url: string,
): () => Promise<void> {
  const consumer = consumeEvents({
    ...TICKET_EVENTS,
    orm,
    url,
    secret: config.INTERNAL_SECRET,
    nats: config.NATS_URL,
    log,
  });
  registerConsumer(orm, consumer);
  return () => consumer.stop();
}
