import { bumpVersion } from '@deskgraph/common/core/changes';
import { isEvent } from '@deskgraph/common/contract/events';
import { sql, uuidArray } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { appendEvent, appendEvents } from '@deskgraph/common/events/log';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { NIL_UUID, toId, uuidOf } from '@deskgraph/common/core/id';
import { z } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { foldText } from '@deskgraph/common/text/tokenizer';
import { Customer, CustomerKind } from '../customer/customer.ts';
import { customerState } from '../customer/snapshot.ts';
import { lockCustomer } from '../customer/find.ts';
import { joinAllByDomain } from '../customer/membership.ts';
import { claimFirstIdentities, identityOwner } from '../identity/claim.ts';
import {
  type Identity,
  IdentityKind,
  normalizeIdentity,
} from '@deskgraph/common/auth/contact-identity';
import { insertSearchWords } from '../search-words.ts';

const discoveredSchema = z.object({
  id: z.string().refine((id) => uuidOf('cus', id) !== NIL_UUID),
  kind: z.enum(IdentityKind),
  value: z.string().min(1).max(320),
  name: z.string().nullish(),
});

/** A contact without a customer, as the tickets service has seen it. */
interface DiscoveredContact {
  id: string;
  identity: Identity;
  name: string | null;
}

const MAX_NAME_LENGTH = 200;

/**
 * Creates customers for contacts that the tickets service did not know. Their ids derive from
 * their identities. If another customer has the identity already, the id becomes an alias of that
 * customer. The result does not depend on the order or repetition of events. A page of events takes
 * a constant number of statements.
 */
export async function importDiscoveredCustomers(
  ctx: Context,
  events: readonly Pick<DomainEvent, 'type' | 'id' | 'data'>[],
): Promise<void> {
  const contacts = new Map(
    events.flatMap((event) => readContact(ctx, event)).map((contact) => [contact.id, contact]),
  );
  const existing = await existingIds(ctx, [...contacts.keys()]);
  const unknown = [...contacts.values()].filter(({ id }) => !existing.has(id));
  const mine = await claimFirstIdentities(ctx, unknown);
  await createCustomers(
    ctx,
    unknown.filter(({ id }) => mine.has(id)),
  );
  for (const { id, identity } of unknown) if (!mine.has(id)) await addAlias(ctx, id, identity);
}

function readContact(
  ctx: Context,
  event: Pick<DomainEvent, 'type' | 'id' | 'data'>,
): DiscoveredContact[] {
  if (!isEvent(event, 'requester.met')) return [];
  const parsed = discoveredSchema.safeParse(event.data);
  if (!parsed.success) {
    ctx.log.error(
      { event: event.id, problem: parsed.error.message },
      'invalid requester.met event skipped',
    );
    return [];
  }
  const { id, kind, value, name } = parsed.data;
  const clean = name?.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_NAME_LENGTH) || null;
  return [{ id, identity: { kind, value: normalizeIdentity(kind, value) ?? value }, name: clean }];
}

async function existingIds(ctx: Context, ids: string[]): Promise<Set<string>> {
  if (!ids.length) return new Set();
  const requested = uuidArray('cus', ids);
  const rows = await execute(
    ctx,
    sql<{ id: string }>`
    select id from customer where id = any(${requested}) union all select id from customer_alias where id = any(${requested})
  `,
  );
  return new Set(rows.map((row) => toId('cus', row.id)));
}

async function createCustomers(
  ctx: Context,
  contacts: readonly DiscoveredContact[],
): Promise<void> {
  if (!contacts.length) return;
  const customers = contacts.map(({ id, identity: { kind, value }, name }) =>
    ctx.em.create(
      Customer,
      {
        id,
        workspaceId: ctx.workspace,
        kind: kind === IdentityKind.VISITOR ? CustomerKind.VISITOR : CustomerKind.LEAD,
        fullName: name,
        name: name ?? value,
        sortName: foldText(name ?? value),
        email: kind === IdentityKind.EMAIL ? value : null,
        phone: kind === IdentityKind.PHONE ? value : null,
      },
      { partial: true },
    ),
  );
  await ctx.em.flush();
  const organizationIds = await joinAllByDomain(ctx, contacts);
  await insertSearchWords(
    ctx.em,
    'customer',
    ctx.workspace,
    contacts.map(({ id, identity, name }) => ({ id, texts: [name ?? '', identity.value] })),
  );
  await appendEvents(
    ctx,
    customers.map((customer, index) => {
      const identities = [contacts[index]!.identity];
      const { name, kind, locale, tier, seesOrganizationTickets } = customer;
      const state = {
        name,
        kind,
        locale,
        tier,
        seesOrganizationTickets,
        identities,
        organizationIds: organizationIds.get(customer.id) ?? [],
      };
      return { type: 'customer.created', subject: customer, data: { state: customerState(state) } };
    }),
  );
}

async function addAlias(ctx: Context, id: string, identity: Identity): Promise<void> {
  const owner = await identityOwner(ctx.em, identity);
  if (owner === null) throw new Error('The identity was released meanwhile; the event is retried.');
  const into = await lockCustomer(ctx, owner);
  await execute(
    ctx,
    sql`
    insert into customer_alias (workspace_id, id, customer_id, created_at)
    values (${ctx.workspace}::uuid, ${uuidOf('cus', id)}::uuid, ${uuidOf('cus', into.id)}::uuid, now())`,
  );
  bumpVersion(into);
  await appendEvent(ctx, 'customer.merged', into, { from: id, into: into.id });
}
