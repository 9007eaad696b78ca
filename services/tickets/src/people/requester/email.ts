import {
  type Identity,
  IdentityKind,
  normalizeIdentity,
  parseIdentity,
} from '@deskgraph/common/auth/contact-identity';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { ids, rows } from '@deskgraph/common/database/query';
import type { NewEvent } from '@deskgraph/common/events/types';
import {
  deterministicCustomerId,
  insertUnknownContacts,
  requesterDiscoveredEvent,
} from './unknown-contact.ts';

/** The ids of the customers with these mail addresses. Invalid and unknown addresses are ignored. */
export async function customerIdsByEmail(
  ctx: Context,
  emails: readonly string[],
): Promise<string[]> {
  const addresses = emails.flatMap((email) => normalizeIdentity(IdentityKind.EMAIL, email) ?? []);
  return addresses.length ? [...(await findCustomerIds(ctx, addresses)).values()] : [];
}

export interface DiscoveredCustomers {
  ids: string[];
  /** The events of customers who were unknown before; to be appended. */
  events: NewEvent[];
}

/**
 * Like `customerIdsByEmail`, but unknown addresses become customers, with a constant number of
 * statements. Invalid addresses are refused.
 */
export async function discoverByEmail(
  ctx: Context,
  emails: readonly string[],
  field: string,
): Promise<DiscoveredCustomers> {
  const identities = emails.map((email, index) =>
    parseIdentity(IdentityKind.EMAIL, email, `${field}.${index}`),
  );
  const addresses = [...new Set(identities.map(({ value }) => value))];
  if (!addresses.length) return { ids: [], events: [] };
  const customerIds = await findCustomerIds(ctx, addresses);
  const contacts = addresses
    .filter((address) => !customerIds.has(address))
    .map((address) => {
      const identity: Identity = { kind: IdentityKind.EMAIL, value: address };
      return { id: deterministicCustomerId(ctx.workspace, identity), name: address, identity };
    });
  await insertUnknownContacts(ctx, contacts);
  for (const { id, name: address } of contacts) customerIds.set(address, id);
  return {
    ids: addresses.map((address) => customerIds.get(address)!),
    events: contacts.map(requesterDiscoveredEvent),
  };
}

/** The ids of customers by mail address. */
async function findCustomerIds(
  ctx: Context,
  addresses: readonly string[],
): Promise<Map<string, string>> {
  const identities = await rows(
    ctx,
    sql<{ value: string; requester_id: string }>`
      select value, requester_id from requester_identity
      where workspace_id = ${ctx.workspace}::uuid and kind = ${IdentityKind.EMAIL}
        and value = any(${addresses}::text[])`,
  );
  return new Map(identities.map(({ value, requester_id: id }) => [value, toId('cus', id)]));
}

/** The alphabetically first mail address of a customer; null when there is none. */
export const customerEmail = (ctx: Context, customerId: string): Promise<string | null> =>
  ctx.load.byKey<string | null>(
    'customer emails',
    customerId,
    async (customerIds) => {
      const identities = await rows(
        ctx,
        sql<{ requester_id: string; value: string }>`
          select requester_id, min(value) as value from requester_identity
          where requester_id = any(${ids('cus', customerIds)}) and kind = ${IdentityKind.EMAIL}
          group by requester_id`,
      );
      return new Map(identities.map(({ requester_id: id, value }) => [toId('cus', id), value]));
    },
    null,
  );
