import { type EntityManager, sql, uuidArray } from '@deskgraph/common/database/database';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { type CustomerIdentity } from './identity.ts';

export interface OwnedIdentity extends CustomerIdentity {
  customer_id: string;
}

/** The identities of customers. The primary one of each kind comes first. */
export async function identitiesOf(
  em: EntityManager,
  customerIds: readonly string[],
): Promise<OwnedIdentity[]> {
  const { rows } = await sql<OwnedIdentity>`
    select customer_id, kind, value, verified, is_primary as "primary" from customer_identity
    where customer_id = any(${uuidArray('cus', customerIds)}) order by kind, is_primary desc, place`.execute(
    em.getKysely(),
  );
  return rows;
}

/** The identities of a customer, batched per request. */
export const loadIdentities = (ctx: Context, customerId: string): Promise<CustomerIdentity[]> =>
  ctx.load.byParent(
    'identities',
    customerId,
    async (ids) => identitiesOf(await ctx.read(), ids),
    (each) => toId('cus', each.customer_id),
  );
