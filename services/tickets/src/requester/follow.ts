import type { Identity } from '@deskgraph/common/identity';
import { LockMode } from '@mikro-orm/postgresql';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from '@deskgraph/common/database';
import { type Fact, type NewFact, recordAll } from '@deskgraph/common/events';
import { type Follower, follow } from '@deskgraph/common/feed';
import type { Service } from '@deskgraph/common/subgraph';
import type { Context } from '@deskgraph/common/transaction';
import { peers } from '../config.ts';
import { participantsChanged } from '../participant/fact.ts';
import { copiedTo } from '../participant/find.ts';
import { setPeople } from '../participant/people.ts';
import { fact } from '../ticket/fact.ts';
import { Ticket } from '../ticket/ticket.ts';
import { uuidOf } from '@deskgraph/common/id';
import { enter, keepOnly } from './directory.ts';

const followers = new WeakMap<object, Follower>();

/** Keeps the directory of requesters by the customers service's facts. */
export function followCustomers({ orm, log, config }: Service): () => Promise<void> {
  const { CUSTOMERS_URL: url } = peers();
  if (!url) return async () => {};
  const follower = follow({ ...CUSTOMERS, orm, url, secret: config.INTERNAL_SECRET, nats: config.NATS_URL, log });
  followers.set(orm, follower);
  return () => follower.stop();
}

const PATIENCE_MS = 1000;

/** Reads the customers' facts up to now; nobody waits longer than a second for it. */
export async function catchUp(ctx: Context): Promise<void> {
  const follower = followers.get(ctx.orm);
  if (follower) await Promise.race([follower.catchUp().catch(() => {}), sleep(PATIENCE_MS, undefined, { ref: false })]);
}

interface CustomerState {
  name: string;
  identities: Identity[];
  organizationIds: string[];
  locale: string | null;
}

export async function apply(ctx: Context, { type, subject, data }: Fact): Promise<void> {
  if (type === 'customer.created' || type === 'customer.updated') {
    const { name, identities, organizationIds, locale } = data['state'] as CustomerState;
    await enter(ctx, { id: subject, name, organizationId: organizationIds[0] ?? null, locale }, identities);
    await keepOnly(ctx, subject, identities);
  } else if (type === 'customer.merged') await merge(ctx, data['from'] as string, data['into'] as string);
}

/** Tickets of somebody who turned out to be known under another id go to that one, and so do the copies that he gets. */
async function merge(ctx: Context, from: string, into: string): Promise<void> {
  const tickets = await ctx.em.find(
    Ticket,
    { $or: [{ requesterId: from }, { id: { $in: await copiedTo(ctx, from) } }] },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } },
  );
  await recordAll(
    ctx,
    tickets.flatMap((ticket) => turnedOver(ticket, from, into)),
  );
  await sql`
    update requester_identity set requester_id = into_.id from requester into_
    where into_.id = ${uuidOf('cus', into)}::uuid and requester_id = ${uuidOf('cus', from)}::uuid`.execute(ctx.em.getKysely());
}

function turnedOver(ticket: Ticket, from: string, into: string): NewFact[] {
  const isAsked = ticket.requesterId === from;
  if (isAsked) ticket.requesterId = into;
  const ids = ticket.ccIds.map((id) => (id === from ? into : id));
  const changes = setPeople(ticket, 'ccIds', ids);
  if (!isAsked) return participantsChanged(ticket, changes);
  return [fact('ticket.requester_changed', ticket, { changes: { requesterId: [from, into], ...changes }, internal: true })];
}

export const CUSTOMERS = { source: 'customers', apply };
