import { setTimeout as sleep } from 'node:timers/promises';
import { LockMode } from '@mikro-orm/postgresql';
import { isEvent } from '@deskgraph/common/contract/events';
import type { Changes } from '@deskgraph/common/contract/ticket-events';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { type EventConsumer, consumeEvents } from '@deskgraph/common/events/event-consumer';
import { appendEvents } from '@deskgraph/common/events/log';
import type { DomainEvent, NewEvent } from '@deskgraph/common/events/types';
import type { Service } from '@deskgraph/common/service/subgraph';
import { peerUrls } from '../../config.ts';
import {
  participantsChangedEvents,
  setParticipants,
} from '../../model/participant/participant-changes.ts';
import { ticketIdsWithCc } from '../../model/participant/queries.ts';
import { ticketEvent, ticketUpdatedEvent } from '../../model/ticket/events.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import {
  type Requester,
  deleteOtherIdentities,
  requesterById,
  upsertRequester,
} from './repository.ts';

export const CUSTOMER_EVENTS = { source: 'customers', applyEvent: applyCustomerEvent };

/** The consumer of each service in this process, by its ORM. */
const consumers = new WeakMap<object, EventConsumer>();

/** Keeps the requesters up to date with the events of the customers service. */
export function consumeCustomerEvents({ orm, log, config }: Service): () => Promise<void> {
  const { CUSTOMERS_URL: url } = peerUrls();
  if (!url) return async () => {};
  const consumer = consumeEvents({
    ...CUSTOMER_EVENTS,
    orm,
    url,
    secret: config.INTERNAL_SECRET,
    nats: config.NATS_URL,
    log,
  });
  consumers.set(orm, consumer);
  return () => consumer.stop();
}

const CATCH_UP_TIMEOUT_MS = 1000;

/** Applies the events of the customers service up to now; waits at most a second for it. */
export async function catchUpCustomers(ctx: Context): Promise<void> {
  const consumer = consumers.get(ctx.orm);
  if (consumer)
    await Promise.race([
      consumer.catchUp().catch(() => {}),
      sleep(CATCH_UP_TIMEOUT_MS, undefined, { ref: false }),
    ]);
}

/** All transactions lock tickets in the order of their ids, so that they do not deadlock. */
const LOCK_IN_ORDER = { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } } as const;

export async function applyCustomerEvent(ctx: Context, event: DomainEvent): Promise<void> {
  if (isEvent(event, 'customer.created', 'customer.updated')) {
    const { type, subject, occurredAt } = event;
    const { name, identities, organizationIds, locale } = event.data.state;
    const requester = { id: subject, name, organizationId: organizationIds[0] ?? null, locale };
    const previousOrganizationId = (await requesterById(ctx, subject))?.organizationId ?? null;
    await upsertRequester(ctx, requester, identities);
    await deleteOtherIdentities(ctx, subject, identities);
    const createdAt = type === 'customer.updated' ? { $gte: new Date(occurredAt) } : {};
    await updateOrganizationOfTickets(ctx, requester, previousOrganizationId, createdAt);
  } else if (isEvent(event, 'customer.merged'))
    await mergeRequester(ctx, event.data.from, event.data.into);
}

/**
 * Tickets that were created after the change of the customer but before its event arrived have the
 * previous organization. They get the new one.
 */
async function updateOrganizationOfTickets(
  ctx: Context,
  { id: requesterId, organizationId }: Requester,
  previousOrganizationId: string | null,
  createdAt: object,
): Promise<void> {
  if (organizationId === previousOrganizationId) return;
  const tickets = await ctx.em.find(
    Ticket,
    { requesterId, organizationId: previousOrganizationId, createdAt },
    LOCK_IN_ORDER,
  );
  await appendEvents(
    ctx,
    tickets.map((ticket) => {
      ticket.organizationId = organizationId;
      const changes: Changes = { organizationId: [previousOrganizationId, organizationId] };
      return ticketUpdatedEvent(ticket, changes, { publicFields: [] });
    }),
  );
}

/** Transfers the tickets, copies and identities of a merged customer to the remaining one. */
async function mergeRequester(ctx: Context, fromId: string, intoId: string): Promise<void> {
  const tickets = await ctx.em.find(
    Ticket,
    { $or: [{ requesterId: fromId }, { id: { $in: await ticketIdsWithCc(ctx, fromId) } }] },
    LOCK_IN_ORDER,
  );
  const organizationId = (await requesterById(ctx, intoId))?.organizationId ?? null;
  await appendEvents(
    ctx,
    tickets.flatMap((ticket) => transferTicket(ticket, fromId, { id: intoId, organizationId })),
  );
  await execute(
    ctx,
    sql`
      update requester_identity set requester_id = into_.id from requester into_
      where into_.id = ${uuidOf('cus', intoId)}::uuid
        and requester_id = ${uuidOf('cus', fromId)}::uuid`,
  );
}

function transferTicket(
  ticket: Ticket,
  fromId: string,
  into: Pick<Requester, 'id' | 'organizationId'>,
): NewEvent[] {
  const ccIds = ticket.ccIds.map((id) => (id === fromId ? into.id : id));
  const isRequester = ticket.requesterId === fromId;
  if (!isRequester)
    return participantsChangedEvents(ticket, setParticipants(ticket, 'ccIds', ccIds));
  const changes: Changes = { requesterId: [fromId, into.id] };
  ticket.requesterId = into.id;
  Object.assign(changes, setParticipants(ticket, 'ccIds', ccIds));
  if (!ticket.organizationId && into.organizationId) {
    changes['organizationId'] = [null, into.organizationId];
    ticket.organizationId = into.organizationId;
  }
  return [ticketEvent('ticket.requester_changed', ticket, { changes, internal: true })];
}
