import { type EntityManager, hydrate, sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { pageOf } from '@deskgraph/common/database/nested-connection';
import { type Page, type PageRequest, keyset } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { LockMode } from '@mikro-orm/postgresql';
import { ownerOfExternalId } from '../app/external.ts';
import { ownerOf } from '../identity/claim.ts';
import { normalised } from '@deskgraph/common/auth/contact-identity';
import { type IdentityInput } from '../identity/identity.ts';
import { awaitMet, mayBeMet } from '../discovered/wait.ts';
import { Customer } from './customer.ts';
import { type CustomerFilter, matches } from './filter.ts';
import { type CustomerOrder, orderKeys } from './order.ts';
import { isVisible, visible } from './visible.ts';

/**
 * A customer by id, or by an id that was folded into him, if the caller may see him. All of a request are one statement; only for ids that a
 * ticket may have met a moment ago the tickets are asked, and the customers looked up once more.
 */
export const byId = (ctx: Context, id: string): Promise<Customer | null> =>
  ctx.load.byKey<Customer | null>('customer', id, (ids) => byIds(ctx, ids), null);

async function byIds(ctx: Context, ids: string[]): Promise<Map<string, Customer>> {
  const found = await look(ctx, ids);
  const missing = ids.filter((id) => !found.has(id) && mayBeMet(id, ctx.actor));
  if (!missing.length || !(await awaitMet(ctx))) return found;
  return new Map([...found, ...(await look(ctx, missing))]);
}

/** Two plain joins: for one on `coalesce(…)` PostgreSQL would read the whole table under row security. */
async function look(ctx: Context, ids: string[]): Promise<Map<string, Customer>> {
  const em = await ctx.read();
  const asked = sql`unnest(${uuids('cus', ids)}) with ordinality as asked(id, at)`;
  const { rows } = await sql<{ asked_at: string }>`
    select c.*, asked.at as asked_at from ${asked} join customer c on c.id = asked.id where ${visible(ctx.actor)}
    union all
    select c.*, asked.at from ${asked} join customer_alias a on a.id = asked.id join customer c on c.id = a.customer_id
    where ${visible(ctx.actor)}`.execute(em.getKysely());
  const customers = hydrate(ctx.orm, Customer, rows);
  return new Map(rows.map((row, at) => [ids[Number(row.asked_at) - 1]!, customers[at]!]));
}

export interface CustomerKey {
  id?: string | null;
  externalId?: string | null;
  identity?: IdentityInput | null;
}

/** The one customer that a key names; exactly one key is given. */
export async function one(
  ctx: Context,
  { id, externalId, identity }: CustomerKey,
): Promise<Customer | null> {
  if ([id, externalId, identity].filter((key) => key !== null && key !== undefined).length !== 1)
    throw new Refusal([
      { code: 'INVALID', field: null, message: 'Give exactly one of id, externalId and identity.' },
    ]);
  if (typeof id === 'string') return byId(ctx, id);
  const em = await ctx.read();
  const owner =
    typeof externalId === 'string'
      ? await ownerOfExternalId(ctx, em, 'customer', externalId)
      : await ofIdentity(em, identity!);
  return owner === null ? null : byId(ctx, owner);
}

async function ofIdentity(
  em: EntityManager,
  { kind, value }: IdentityInput,
): Promise<string | null> {
  const normal = normalised(kind, value);
  return normal === undefined ? null : ownerOf(em, { kind, value: normal });
}

export interface CustomerQuery extends PageRequest {
  filter?: CustomerFilter | null | undefined;
  orderBy?: CustomerOrder[] | null | undefined;
}

const ORDER_LIMIT = 3;

/** A page of the customers that the caller may see. */
export async function find(ctx: Context, query: CustomerQuery): Promise<Page<Customer>> {
  if ((query.orderBy?.length ?? 0) > ORDER_LIMIT)
    throw new Refusal([{ code: 'TOO_LONG', field: ['orderBy'] }]);
  const page = keyset(query, orderKeys(query.orderBy));
  const condition = sql`${visible(ctx.actor)} and ${matches(query.filter, ctx.actor)}` as Condition;
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

/** The members of an organization by name; those of all organizations of a request with one statement. */
export const membersOf = (
  ctx: Context,
  organizationId: string,
  request: PageRequest,
): Promise<Page<Customer>> =>
  pageOf(
    ctx,
    {
      Thing: Customer,
      name: 'members',
      prefix: 'org',
      columns: sql`c.*`,
      from: sql`membership m join customer c on c.workspace_id = m.workspace_id and c.id = m.customer_id`,
      of: sql`m.organization_id = owner.id`,
      where: visible(ctx.actor),
      order: orderKeys(null),
    },
    organizationId,
    request,
  );

/** The customer to change, locked until the transaction ends; refused when there is none for the caller. */
export async function locked(ctx: Context, id: string, field = 'id'): Promise<Customer> {
  const lock = (): Promise<Customer | null> =>
    ctx.em.findOne(Customer, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  let customer = await lock();
  const known = customer ? null : await byId(ctx, id);
  if (known?.id === id) customer = await lock();
  if (customer && isVisible(ctx.actor, customer)) return customer;
  throw new Refusal(known && known.id !== id ? 'GONE' : 'NOT_FOUND', field);
}
