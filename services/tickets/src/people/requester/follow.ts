import type { Identity } from '@deskgraph/common/auth/contact-identity';
import { LockMode } from '@mikro-orm/postgresql';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from '@deskgraph/common/database/database';
import { appendEvents } from '@deskgraph/common/events/log';
import type { DomainEvent, NewEvent } from '@deskgraph/common/events/types';
import { type EventConsumer, consumeEvents } from '@deskgraph/common/events/event-consumer';
import type { Service } from '@deskgraph/common/service/subgraph';
import type { Context } from '@deskgraph/common/database/context';
import { peerUrls } from '../../config.ts';
import { participantsChangedEvents } from '../../model/participant/events.ts';
import { ticketIdsWithCc } from '../../model/participant/find.ts';
import { setParticipants } from '../participant/people.ts';
import { type Changes, ticketEvent, ticketUpdatedEvent } from '../../model/ticket/events.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { uuidOf } from '@deskgraph/common/core/id';
import {
  type Requester,
  requesterById,
  upsertRequester,
  deleteOtherIdentities,
} from './repository.ts';

const followers = new WeakMap<object, EventConsumer>();

/** Keeps the directory of requesters by the customers service's facts. */
export function consumeCustomerEvents({ orm, log, config }: Service): () => Promise<void> {
  const { CUSTOMERS_URL: url } = peerUrls();
  if (!url) return async () => {};
  const follower = consumeEvents({
    ...CUSTOMER_EVENTS,
    orm,
    url,
    secret: config.INTERNAL_SECRET,
    nats: config.NATS_URL,
    log,
  });
  followers.set(orm, follower);
  return () => follower.stop();
}

const PATIENCE_MS = 1000;

/** Reads the customers' facts up to now; nobody waits longer than a second for it. */
export async function catchUpCustomers(ctx: Context): Promise<void> {
  const follower = followers.get(ctx.orm);
  if (follower)
    await Promise.race([
      follower.catchUp().catch(() => {}),
      sleep(PATIENCE_MS, undefined, { ref: false }),
    ]);
}

/** All who change several tickets lock them in one order. */
const IN_ORDER = { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } } as const;

interface CustomerState {
  name: string;
  identities: Identity[];
  organizationIds: string[];
  locale: string | null;
}

export async function applyCustomerEvent(
  ctx: Context,
  { type, subject, data, occurredAt: at }: DomainEvent,
): Promise<void> {
  if (type === 'customer.created' || type === 'customer.updated') {
    const { name, identities, organizationIds, locale } = data['state'] as CustomerState;
    const requester = { id: subject, name, organizationId: organizationIds[0] ?? null, locale };
    const before = (await requesterById(ctx, subject))?.organizationId ?? null;
    await upsertRequester(ctx, requester, identities);
    await deleteOtherIdentities(ctx, subject, identities);
    await overtake(
      ctx,
      requester,
      before,
      type === 'customer.updated' ? { $gte: new Date(at) } : {},
    );
  } else if (type === 'customer.merged')
    await merge(ctx, data['from'] as string, data['into'] as string);
}

/** Tickets that were opened while the news of their requester was on its way are asked for his organization, too. */
async function overtake(
  ctx: Context,
  requester: Requester,
  before: string | null,
  createdAt: object,
): Promise<void> {
  const { id: requesterId, organizationId } = requester;
  if (organizationId === before) return;
  const tickets = await ctx.em.find(
    Ticket,
    { requesterId, organizationId: before, createdAt },
    IN_ORDER,
  );
  await appendEvents(
    ctx,
    tickets.map((ticket) => {
      ticket.organizationId = organizationId;
      return ticketUpdatedEvent(
        ticket,
        { organizationId: [before, organizationId] },
        { publicFields: [] },
      );
    }),
  );
}

/** Tickets of somebody who turned out to be known under another id go to that one, and so do the copies that he gets. */
async function merge(ctx: Context, from: string, into: string): Promise<void> {
  const tickets = await ctx.em.find(
    Ticket,
    { $or: [{ requesterId: from }, { id: { $in: await ticketIdsWithCc(ctx, from) } }] },
    IN_ORDER,
  );
  const organizationId = (await requesterById(ctx, into))?.organizationId ?? null;
  await appendEvents(
    ctx,
    tickets.flatMap((ticket) => turnedOver(ticket, from, { id: into, organizationId })),
  );
  await sql`
    update requester_identity set requester_id = into_.id from requester into_
    where into_.id = ${uuidOf('cus', into)}::uuid and requester_id = ${uuidOf('cus', from)}::uuid`.execute(
    ctx.em.getKysely(),
  );
}

function turnedOver(
  ticket: Ticket,
  from: string,
  into: Pick<Requester, 'id' | 'organizationId'>,
): NewEvent[] {
  const ids = ticket.ccIds.map((id) => (id === from ? into.id : id));
  const isAsked = ticket.requesterId === from;
  if (!isAsked) return participantsChangedEvents(ticket, setParticipants(ticket, 'ccIds', ids));
  const changes: Changes = { requesterId: [from, into.id] };
  ticket.requesterId = into.id;
  Object.assign(changes, setParticipants(ticket, 'ccIds', ids));
  if (!ticket.organizationId && into.organizationId) {
    changes['organizationId'] = [null, into.organizationId];
    ticket.organizationId = into.organizationId;
  }
  return [ticketEvent('ticket.requester_changed', ticket, { changes, internal: true })];
}

export const CUSTOMER_EVENTS = { source: 'customers', applyEvent: applyCustomerEvent };
