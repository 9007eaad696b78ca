import { type EntityManager, hydrate, sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import {
  Direction,
  type Page,
  type PageRequest,
  keyset,
} from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { toId } from '@deskgraph/common/core/id';
import { ownerOfExternalId } from '../app/external.ts';
import { hasWords } from '../enums.ts';
import { Organization } from './organization.ts';
import { visible } from './visible.ts';

/** An organization by id, if the caller may see it; those of a request with one statement. */
export const byId = (ctx: Context, id: string): Promise<Organization | null> =>
  ctx.load.byId('organization', id, async (ids) =>
    byCondition(ctx, await ctx.read(), sql`o.id = any(${uuids('org', ids)})` as Condition),
  );

async function byCondition(
  ctx: Context,
  em: EntityManager,
  condition: Condition,
): Promise<Organization[]> {
  const { rows } =
    await sql`select o.* from organization o where ${condition} and ${visible(ctx.actor)}`.execute(
      em.getKysely(),
    );
  return hydrate(ctx.orm, Organization, rows);
}

export interface OrganizationKey {
  id?: string | null;
  externalId?: string | null;
  domain?: string | null;
}

/** The one organization that a key names; exactly one key is given. */
export async function one(
  ctx: Context,
  { id, externalId, domain }: OrganizationKey,
): Promise<Organization | null> {
  const given = [id, externalId, domain].filter((key) => typeof key === 'string');
  if (given.length !== 1)
    throw new Refusal([
      { code: 'INVALID', field: null, message: 'Give exactly one of id, externalId and domain.' },
    ]);
  if (typeof id === 'string') return byId(ctx, id);
  const em = await ctx.read();
  if (typeof externalId === 'string') {
    const owner = await ownerOfExternalId(ctx, em, 'organization', externalId);
    return owner === null ? null : byId(ctx, owner);
  }
  const { rows } = await sql<{ id: string }>`
    select organization_id as id from organization_domain where domain = ${domain!.trim().toLowerCase()}`.execute(
    em.getKysely(),
  );
  return rows[0] ? byId(ctx, toId('org', rows[0].id)) : null;
}

export interface OrganizationQuery extends PageRequest {
  text?: string | null | undefined;
}

/** A page of the organizations that the caller may see, by name. */
export async function find(ctx: Context, query: OrganizationQuery): Promise<Page<Organization>> {
  const page = keyset(query, [
    { by: sql`o.sort_name`, type: 'text', direction: Direction.ASC },
    { by: sql`o.id`, type: 'uuid', direction: Direction.ASC },
  ]);
  const text = query.text?.trim() ? hasWords('organization', query.text, ['text']) : sql`true`;
  const condition = sql`${visible(ctx.actor)} and ${text}`;
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
