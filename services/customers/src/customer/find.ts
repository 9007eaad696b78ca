import { type EntityManager, hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { nestedPage } from '@deskgraph/common/database/nested-connection';
import { type Page, type PageRequest, keysetPage } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { LockMode } from '@mikro-orm/postgresql';
import { ownerOfExternalId } from '../app/external.ts';
import { identityOwner } from '../identity/claim.ts';
import { normalizeIdentity } from '@deskgraph/common/auth/contact-identity';
import { type IdentityInput } from '../identity/identity.ts';
import { waitForDiscovery, isDiscoveredId } from '../discovered/wait.ts';
import { Customer } from './customer.ts';
import { type CustomerFilter, customerFilterToSql } from './filter.ts';
import { type CustomerOrder, customerOrderKeys } from './order.ts';
import { isCustomerVisible, visibleCustomerSql } from './visible.ts';

/**
 * A customer by id or by the id of a customer merged into it, if the caller may see it; batched per
 * request. Ids that the tickets service may have discovered a moment ago are looked up again after
 * its latest events have been consumed.
 */
export const customerById = (ctx: Context, id: string): Promise<Customer | null> =>
  ctx.load.byKey<Customer | null>('customer', id, (ids) => findByIds(ctx, ids), null);

async function findByIds(ctx: Context, ids: string[]): Promise<Map<string, Customer>> {
  const found = await selectByIds(ctx, ids);
  const missing = ids.filter((id) => !found.has(id) && isDiscoveredId(id, ctx.actor));
  if (!missing.length || !(await waitForDiscovery(ctx))) return found;
  return new Map([...found, ...(await selectByIds(ctx, missing))]);
}

/** Two plain joins, because a join on `coalesce(…)` would scan the whole table under row security. */
async function selectByIds(ctx: Context, ids: string[]): Promise<Map<string, Customer>> {
  const em = await ctx.read();
  const requested = sql`unnest(${uuidArray('cus', ids)}) with ordinality as requested(id, index)`;
  const { rows } = await sql<{ requested_index: string }>`
    select c.*, requested.index as requested_index from ${requested} join customer c on c.id = requested.id where ${visibleCustomerSql(ctx.actor)}
    union all
    select c.*, requested.index from ${requested} join customer_alias a on a.id = requested.id join customer c on c.id = a.customer_id
    where ${visibleCustomerSql(ctx.actor)}`.execute(em.getKysely());
  const customers = hydrate(ctx.orm, Customer, rows);
  return new Map(
    rows.map((row, index) => [ids[Number(row.requested_index) - 1]!, customers[index]!]),
  );
}

export interface CustomerKey {
  id?: string | null;
  externalId?: string | null;
  identity?: IdentityInput | null;
}

/** The customer with this id, external id or identity. Exactly one key has to be set. */
export async function findCustomer(
  ctx: Context,
  { id, externalId, identity }: CustomerKey,
): Promise<Customer | null> {
  if ([id, externalId, identity].filter((key) => key !== null && key !== undefined).length !== 1)
    throw new Refusal([
      { code: 'INVALID', field: null, message: 'Give exactly one of id, externalId and identity.' },
    ]);
  if (typeof id === 'string') return customerById(ctx, id);
  const em = await ctx.read();
  const owner =
    typeof externalId === 'string'
      ? await ownerOfExternalId(ctx, em, 'customer', externalId)
      : await customerIdOfIdentity(em, identity!);
  return owner === null ? null : customerById(ctx, owner);
}

async function customerIdOfIdentity(
  em: EntityManager,
  { kind, value }: IdentityInput,
): Promise<string | null> {
  const normal = normalizeIdentity(kind, value);
  return normal === undefined ? null : identityOwner(em, { kind, value: normal });
}

export interface CustomerQuery extends PageRequest {
  filter?: CustomerFilter | null | undefined;
  orderBy?: CustomerOrder[] | null | undefined;
}

const MAX_ORDER_KEYS = 3;

/** A page of the customers that the caller may see. */
export async function findCustomers(ctx: Context, query: CustomerQuery): Promise<Page<Customer>> {
  if ((query.orderBy?.length ?? 0) > MAX_ORDER_KEYS)
    throw new Refusal([{ code: 'TOO_LONG', field: ['orderBy'] }]);
  const page = keysetPage(query, customerOrderKeys(query.orderBy));
  const condition =
    sql`${visibleCustomerSql(ctx.actor)} and ${customerFilterToSql(query.filter, ctx.actor)}` as Condition;
  const em = await ctx.read();
  const { rows } = await sql<object>`
    select c.*, ${page.keys} from customer c where ${condition} and ${page.where} order by ${page.order} limit ${page.limit}
  `.execute(em.getKysely());
  return page.page(rows, hydrate(ctx.orm, Customer, rows), async () => {
    const counted = await sql<{
      count: number;
    }>`select count(*)::integer as count from customer c where ${condition}`.execute(
      (await ctx.read()).getKysely(),
    );
    return counted.rows[0]!.count;
  });
}

/** The members of an organization by name, batched per request. */
export const organizationMembers = (
  ctx: Context,
  organizationId: string,
  request: PageRequest,
): Promise<Page<Customer>> =>
  nestedPage(
    ctx,
    {
      Entity: Customer,
      name: 'members',
      prefix: 'org',
      columns: sql`c.*`,
      from: sql`membership m join customer c on c.workspace_id = m.workspace_id and c.id = m.customer_id`,
      belongsTo: sql`m.organization_id = owner.id`,
      where: visibleCustomerSql(ctx.actor),
      order: customerOrderKeys(null),
    },
    organizationId,
    request,
  );

/** Locks a customer until the end of the transaction. Refuses when the caller cannot see it. */
export async function lockCustomer(ctx: Context, id: string, field = 'id'): Promise<Customer> {
  const lock = (): Promise<Customer | null> =>
    ctx.em.findOne(Customer, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  let customer = await lock();
  const existing = customer ? null : await customerById(ctx, id);
  if (existing?.id === id) customer = await lock();
  if (customer && isCustomerVisible(ctx.actor, customer)) return customer;
  throw new Refusal(existing && existing.id !== id ? 'GONE' : 'NOT_FOUND', field);
}
