import {
  type Identity,
  IdentityKind,
  normalizeIdentity,
} from '@deskgraph/common/auth/contact-identity';
import { sql, uuidArray } from '@deskgraph/common/database/database';
import type { NewEvent } from '@deskgraph/common/events/types';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { insertUnknownContacts, deterministicCustomerId } from './repository.ts';
import { parseIdentity } from './identity.ts';
import { requesterDiscoveredEvent } from './resolve.ts';

/** The customers who have these mail addresses; what is no address, or nobody's, stands for nobody. */
export async function customerIdsByEmail(
  ctx: Context,
  mails: readonly string[],
): Promise<string[]> {
  const addresses = mails.flatMap((mail) => normalizeIdentity(IdentityKind.EMAIL, mail) ?? []);
  return addresses.length ? [...(await idsByMail(ctx, addresses)).values()] : [];
}

export interface DiscoveredCustomers {
  ids: string[];
  /** Of those whom nobody knew before. */
  met: NewEvent[];
}

/** The same, but somebody unknown becomes a customer, at once and with the same few statements however many they are. */
export async function discoverByEmail(
  ctx: Context,
  mails: readonly string[],
  field: string,
): Promise<DiscoveredCustomers> {
  const given = mails.map((mail, at) => parseIdentity(IdentityKind.EMAIL, mail, `${field}.${at}`));
  const addresses = [...new Set(given.map(({ value }) => value))];
  if (!addresses.length) return { ids: [], met: [] };
  const known = await idsByMail(ctx, addresses);
  const strangers = addresses
    .filter((value) => !known.has(value))
    .map((value): Identity => ({ kind: IdentityKind.EMAIL, value }));
  const met = strangers.map((who) => ({
    id: deterministicCustomerId(ctx.workspace, who),
    name: who.value,
    who,
  }));
  await insertUnknownContacts(ctx, met);
  for (const { id, who } of met) known.set(who.value, id);
  return {
    ids: addresses.map((value) => known.get(value)!),
    met: met.map(requesterDiscoveredEvent),
  };
}

async function idsByMail(ctx: Context, addresses: readonly string[]): Promise<Map<string, string>> {
  const em = await ctx.read();
  const { rows } = await sql<{ value: string; requester_id: string }>`
    select value, requester_id from requester_identity
    where workspace_id = ${ctx.workspace}::uuid and kind = ${IdentityKind.EMAIL} and value = any(${addresses}::text[])`.execute(
    em.getKysely(),
  );
  return new Map(rows.map(({ value, requester_id: id }) => [value, toId('cus', id)]));
}

/** A mail address of a customer; null when he has none. */
export const customerEmail = (ctx: Context, customerId: string): Promise<string | null> =>
  ctx.load.byKey<string | null>(
    'mail addresses',
    customerId,
    async (ids) => {
      const em = await ctx.read();
      const { rows } = await sql<{ requester_id: string; value: string }>`
        select requester_id, min(value) as value from requester_identity
        where requester_id = any(${uuidArray('cus', ids)}) and kind = ${IdentityKind.EMAIL} group by requester_id`.execute(
        em.getKysely(),
      );
      return new Map(rows.map(({ requester_id: id, value }) => [toId('cus', id), value]));
    },
    null,
  );
