import { type EntityManager, hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import {
  Direction,
  type Page,
  type PageRequest,
  keysetPage,
} from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { toId } from '@deskgraph/common/core/id';
import { ownerOfExternalId } from '../app/external.ts';
import { searchWordsSql } from '../search-words.ts';
import { Organization } from './organization.ts';
import { visibleOrganizationSql } from './visible.ts';

/** An organization by id, if the caller may see it; batched per request. */
export const organizationById = (ctx: Context, id: string): Promise<Organization | null> =>
  ctx.load.byId('organization', id, async (ids) =>
    selectOrganizations(
      ctx,
      await ctx.read(),
      sql`o.id = any(${uuidArray('org', ids)})` as Condition,
    ),
  );

async function selectOrganizations(
  ctx: Context,
  em: EntityManager,
  condition: Condition,
): Promise<Organization[]> {
  const { rows } =
    await sql`select o.* from organization o where ${condition} and ${visibleOrganizationSql(ctx.actor)}`.execute(
      em.getKysely(),
    );
  return hydrate(ctx.orm, Organization, rows);
}

export interface OrganizationKey {
  id?: string | null;
  externalId?: string | null;
  domain?: string | null;
}

/** The organization with this id, external id or domain. Exactly one key has to be set. */
export async function findOrganization(
  ctx: Context,
  { id, externalId, domain }: OrganizationKey,
): Promise<Organization | null> {
  const keys = [id, externalId, domain].filter((key) => typeof key === 'string');
  if (keys.length !== 1)
    throw new Refusal([
      { code: 'INVALID', field: null, message: 'Give exactly one of id, externalId and domain.' },
    ]);
  if (typeof id === 'string') return organizationById(ctx, id);
  const em = await ctx.read();
  if (typeof externalId === 'string') {
    const owner = await ownerOfExternalId(ctx, em, 'organization', externalId);
    return owner === null ? null : organizationById(ctx, owner);
  }
  const { rows } = await sql<{ id: string }>`
    select organization_id as id from organization_domain where domain = ${domain!.trim().toLowerCase()}`.execute(
    em.getKysely(),
  );
  return rows[0] ? organizationById(ctx, toId('org', rows[0].id)) : null;
}

export interface OrganizationQuery extends PageRequest {
  text?: string | null | undefined;
}

/** A page of the organizations that the caller may see, by name. */
export async function findOrganizations(
  ctx: Context,
  query: OrganizationQuery,
): Promise<Page<Organization>> {
  const page = keysetPage(query, [
    { by: sql`o.sort_name`, type: 'text', direction: Direction.ASC },
    { by: sql`o.id`, type: 'uuid', direction: Direction.ASC },
  ]);
  const text = query.text?.trim()
    ? searchWordsSql('organization', query.text, ['text'])
    : sql`true`;
  const condition = sql`${visibleOrganizationSql(ctx.actor)} and ${text}`;
  const em = await ctx.read();
  const { rows } = await sql<object>`
    select o.*, ${page.keys} from organization o where ${condition} and ${page.where} order by ${page.order} limit ${page.limit}
  `.execute(em.getKysely());
  return page.page(rows, hydrate(ctx.orm, Organization, rows), async () => {
    const counted = await sql<{
      count: number;
    }>`select count(*)::integer as count from organization o where ${condition}`.execute(
      (await ctx.read()).getKysely(),
    );
    return counted.rows[0]!.count;
  });
}
