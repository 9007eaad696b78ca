import { type EntityManager, hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { type Identity } from '@deskgraph/common/auth/contact-identity';
import { emailDomains } from '../identity/identity.ts';
import { Organization } from '../organization/organization.ts';
import { visibleOrganizationSql } from '../organization/visible.ts';

const customerUuid = (customerId: string) => sql`${uuidOf('cus', customerId)}::uuid`;

/** Adds a customer to the organizations that own the domains of their e-mail addresses. */
export async function joinByDomain(
  ctx: Context,
  customerId: string,
  identities: readonly Identity[],
): Promise<void> {
  const domains = [...new Set(identities.flatMap(emailDomains))];
  if (!domains.length) return;
  await execute(
    ctx,
    sql`
    insert into membership (workspace_id, customer_id, organization_id)
    select distinct ${ctx.workspace}::uuid, ${customerUuid(customerId)}, organization_id from organization_domain
    where domain = any(${domains}::text[]) on conflict do nothing`,
  );
}

/** Like `joinByDomain` for many new customers. Returns the organizations of those who have one. */
export async function joinAllByDomain(
  ctx: Context,
  people: readonly { id: string; identity: Identity }[],
): Promise<Map<string, string[]>> {
  const pairs = people.flatMap(({ id, identity }) =>
    emailDomains(identity).map((domain) => ({ id, domain })),
  );
  const ids = uuidArray(
    'cus',
    pairs.map(({ id }) => id),
  );
  const rows = await execute(
    ctx,
    sql<{ customer_id: string; organization_id: string }>`
    insert into membership (workspace_id, customer_id, organization_id)
    select ${ctx.workspace}::uuid, newcomer.id, d.organization_id
    from unnest(${ids}, ${pairs.map(({ domain }) => domain)}::text[]) as newcomer(id, domain) join organization_domain d on d.domain = newcomer.domain
    on conflict do nothing returning customer_id, organization_id`,
  );
  return new Map(
    rows.map((row) => [toId('cus', row.customer_id), [toId('org', row.organization_id)]]),
  );
}

/** Replaces the organizations of a customer. Refuses unknown ones with NOT_FOUND. */
export async function setOrganizations(
  ctx: Context,
  customerId: string,
  organizationIds: readonly string[],
): Promise<void> {
  const wanted = uuidArray('org', organizationIds);
  const rows = await execute(
    ctx,
    sql<{ id: string }>`
    select o.id from organization o where o.id = any(${wanted}) and ${visibleOrganizationSql(ctx.actor)} for key share`,
  );
  const existing = new Set(rows.map((row) => toId('org', row.id)));
  const errors = organizationIds.flatMap((id, index) =>
    existing.has(id)
      ? []
      : [{ code: 'NOT_FOUND', field: ['input', 'organizationIds', String(index)] }],
  );
  if (errors.length) throw new Refusal(errors);
  await execute(
    ctx,
    sql`delete from membership where customer_id = ${customerUuid(customerId)} and organization_id <> all(${wanted})`,
  );
  await execute(
    ctx,
    sql`
    insert into membership (workspace_id, customer_id, organization_id)
    select ${ctx.workspace}::uuid, ${customerUuid(customerId)}, id from unnest(${wanted}) as wanted(id) on conflict do nothing
  `,
  );
}

export async function organizationIdsOf(em: EntityManager, customerId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select organization_id as id from membership where customer_id = ${customerUuid(customerId)} order by organization_id`.execute(
    em.getKysely(),
  );
  return rows.map((row) => toId('org', row.id));
}

/** The organizations of a customer that the caller may see, batched per request. */
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
    where m.customer_id = any(${uuidArray('cus', customerIds)}) and ${visibleOrganizationSql(ctx.actor) as Condition} order by o.sort_name, o.id
  `.execute(em.getKysely());
  const organizations = hydrate(ctx.orm, Organization, rows);
  return rows.map((row, index) => ({
    customerId: toId('cus', row.customer_id),
    organization: organizations[index]!,
  }));
}
