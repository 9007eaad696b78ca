import type { Identity } from '@deskgraph/common/auth/contact-identity';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute, rows } from '@deskgraph/common/database/query';

/** The copy of a customer that this service keeps, so that it need not ask the customers service. */
export interface Requester {
  id: string;
  name: string;
  organizationId: string | null;
  locale: string | null;
}

interface RequesterRow {
  id: string;
  name: string;
  organization_id: string | null;
  locale: string | null;
}

const toRequester = (row: RequesterRow | undefined): Requester | null =>
  row
    ? {
        id: toId('cus', row.id),
        name: row.name,
        organizationId: row.organization_id && toId('org', row.organization_id),
        locale: row.locale,
      }
    : null;

const selectRequester = (ctx: Context, id: string) => sql`
  select id, name, organization_id, locale from requester
  where id = ${uuidOf('cus', id)}::uuid and workspace_id = ${ctx.workspace}::uuid`;

export async function requesterById(ctx: Context, id: string): Promise<Requester | null> {
  const [row] = await rows(ctx, sql<RequesterRow>`${selectRequester(ctx, id)}`);
  return toRequester(row);
}

/**
 * Reads and locks a customer who becomes the requester of a ticket. An event of the customers
 * service about them waits until the transaction ends, and then finds the ticket.
 */
export async function lockRequesterForShare(ctx: Context, id: string): Promise<Requester | null> {
  const [row] = await rows(ctx, sql<RequesterRow>`${selectRequester(ctx, id)} for share`);
  return toRequester(row);
}

/** `lockRequesterForShare` by an identity of the customer. */
export async function lockRequesterByIdentity(
  ctx: Context,
  { kind, value }: Identity,
): Promise<Requester | null> {
  const [row] = await rows(
    ctx,
    sql<RequesterRow>`
      select r.id, r.name, r.organization_id, r.locale
      from requester_identity i join requester r on r.id = i.requester_id
      where i.workspace_id = ${ctx.workspace}::uuid and i.kind = ${kind} and i.value = ${value}
      for share of r`,
  );
  return toRequester(row);
}

/** `lockRequesterForShare` for the caller, who is stored as a requester if necessary. */
export async function lockCallerAsRequester(ctx: Context): Promise<Requester> {
  const { id, name } = ctx.actor;
  const stored = await lockRequesterForShare(ctx, id);
  if (stored) return stored;
  await execute(
    ctx,
    sql`
      insert into requester (id, workspace_id, name)
      values (${uuidOf('cus', id)}::uuid, ${ctx.workspace}::uuid, ${name})
      on conflict (id) do nothing`,
  );
  return (await lockRequesterForShare(ctx, id))!;
}

/** Stores a requester with identities, or updates them. */
export async function upsertRequester(
  ctx: Context,
  requester: Requester,
  identities: readonly Identity[],
): Promise<void> {
  const id = uuidOf('cus', requester.id);
  const organizationId = requester.organizationId && uuidOf('org', requester.organizationId);
  await execute(
    ctx,
    sql`
      insert into requester (id, workspace_id, name, organization_id, locale)
      values (
        ${id}::uuid, ${ctx.workspace}::uuid, ${requester.name}, ${organizationId}::uuid,
        ${requester.locale})
      on conflict (id) do update set
        name = excluded.name, organization_id = excluded.organization_id, locale = excluded.locale`,
  );
  for (const { kind, value } of identities)
    await execute(
      ctx,
      sql`
        insert into requester_identity (workspace_id, kind, value, requester_id)
        values (${ctx.workspace}::uuid, ${kind}, ${value}, ${id}::uuid)
        on conflict (workspace_id, kind, value) do update set
          requester_id = excluded.requester_id`,
    );
}

/** Deletes the identities of a requester that are not among these. */
export async function deleteOtherIdentities(
  ctx: Context,
  id: string,
  identities: readonly Identity[],
): Promise<void> {
  const keys = identities.map(({ kind, value }) => `${kind}:${value}`);
  await execute(
    ctx,
    sql`
      delete from requester_identity
      where requester_id = ${uuidOf('cus', id)}::uuid and kind || ':' || value <> all(${keys}::text[])`,
  );
}
