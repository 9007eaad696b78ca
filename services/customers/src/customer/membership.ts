import { type EntityManager, hydrate, sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { type Identity } from '@deskgraph/common/auth/contact-identity';
import { mailDomain } from '../identity/identity.ts';
import { Organization } from '../organization/organization.ts';
import { visible } from '../organization/visible.ts';

const me = (customerId: string) => sql`${uuidOf('cus', customerId)}::uuid`;

/** Whoever comes with an address of an organization's mail domain belongs to it. */
export async function joinByDomain(
  ctx: Context,
  customerId: string,
  identities: readonly Identity[],
): Promise<void> {
  const domains = [...new Set(identities.flatMap(mailDomain))];
  if (!domains.length) return;
  await sql`
    insert into membership (workspace_id, customer_id, organization_id)
    select distinct ${ctx.workspace}::uuid, ${me(customerId)}, organization_id from organization_domain
    where domain = any(${domains}::text[]) on conflict do nothing`.execute(ctx.em.getKysely());
}

/** The same for many people who are new; gives the organizations of those who have one. */
export async function joinAllByDomain(
  ctx: Context,
  people: readonly { id: string; identity: Identity }[],
): Promise<Map<string, string[]>> {
  const pairs = people.flatMap(({ id, identity }) =>
    mailDomain(identity).map((domain) => ({ id, domain })),
  );
  const ids = uuids(
    'cus',
    pairs.map(({ id }) => id),
  );
  const { rows } = await sql<{ customer_id: string; organization_id: string }>`
    insert into membership (workspace_id, customer_id, organization_id)
    select ${ctx.workspace}::uuid, newcomer.id, d.organization_id
    from unnest(${ids}, ${pairs.map(({ domain }) => domain)}::text[]) as newcomer(id, domain) join organization_domain d on d.domain = newcomer.domain
    on conflict do nothing returning customer_id, organization_id`.execute(ctx.em.getKysely());
  return new Map(
    rows.map((row) => [toId('cus', row.customer_id), [toId('org', row.organization_id)]]),
  );
}

/** Makes these the customer's organizations; refused with NOT_FOUND at the ones that there are not. */
export async function setOrganizations(
  ctx: Context,
  customerId: string,
  organizationIds: readonly string[],
): Promise<void> {
  const wanted = uuids('org', organizationIds);
  const { rows } = await sql<{ id: string }>`
    select o.id from organization o where o.id = any(${wanted}) and ${visible(ctx.actor)} for key share`.execute(
    ctx.em.getKysely(),
  );
  const known = new Set(rows.map((row) => toId('org', row.id)));
  const errors = organizationIds.flatMap((id, at) =>
    known.has(id) ? [] : [{ code: 'NOT_FOUND', field: ['input', 'organizationIds', String(at)] }],
  );
  if (errors.length) throw new Refusal(errors);
  await sql`delete from membership where customer_id = ${me(customerId)} and organization_id <> all(${wanted})`.execute(
    ctx.em.getKysely(),
  );
  await sql`
    insert into membership (workspace_id, customer_id, organization_id)
    select ${ctx.workspace}::uuid, ${me(customerId)}, id from unnest(${wanted}) as wanted(id) on conflict do nothing
  `.execute(ctx.em.getKysely());
}

export async function organizationIdsOf(em: EntityManager, customerId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select organization_id as id from membership where customer_id = ${me(customerId)} order by organization_id`.execute(
    em.getKysely(),
  );
  return rows.map((row) => toId('org', row.id));
}

/** The organizations of a customer that the caller may see; those of all customers of a request with one statement. */
export async function organizationsOf(ctx: Context, customerId: string): Promise<Organization[]> {
  const found = await ctx.load.byParent(
    'organizations',
    customerId,
    (ids) => read(ctx, ids),
    (each) => each.customerId,
  );
  return found.map((each) => each.organization);
}

interface Membership {
  customerId: string;
  organization: Organization;
}

async function read(ctx: Context, customerIds: string[]): Promise<Membership[]> {
  const em = await ctx.read();
  const { rows } = await sql<{ customer_id: string }>`
    select o.*, m.customer_id from membership m join organization o on o.workspace_id = m.workspace_id and o.id = m.organization_id
    where m.customer_id = any(${uuids('cus', customerIds)}) and ${visible(ctx.actor) as Condition} order by o.sort_name, o.id
  `.execute(em.getKysely());
  const organizations = hydrate(ctx.orm, Organization, rows);
  return rows.map((row, at) => ({
    customerId: toId('cus', row.customer_id),
    organization: organizations[at]!,
  }));
}
