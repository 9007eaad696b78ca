import type { Identity } from '@deskgraph/common/auth/contact-identity';
import { sql, uuidArray } from '@deskgraph/common/database/database';
import { uuidFromName, toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';

/** Who asks, as far as tickets must know without asking another service. */
export interface Requester {
  id: string;
  name: string;
  organizationId: string | null;
  locale: string | null;
}

interface Row {
  id: string;
  name: string;
  organization_id: string | null;
  locale: string | null;
}

const shown = (row: Row | undefined): Requester | null =>
  row
    ? {
        id: toId('cus', row.id),
        name: row.name,
        organizationId: row.organization_id && toId('org', row.organization_id),
        locale: row.locale,
      }
    : null;

const person = (ctx: Context, id: string) =>
  sql`select id, name, organization_id, locale from requester where id = ${uuidOf('cus', id)}::uuid and workspace_id = ${ctx.workspace}::uuid`;

export async function requesterById(ctx: Context, id: string): Promise<Requester | null> {
  const { rows } = await sql<Row>`${person(ctx, id)}`.execute((await ctx.read()).getKysely());
  return shown(rows[0]);
}

/** The same, of the person who is to be a ticket’s requester. News of him waits until the transaction ends, and then finds the ticket. */
export async function lockRequesterForShare(ctx: Context, id: string): Promise<Requester | null> {
  const { rows } = await sql<Row>`${person(ctx, id)} for share`.execute(
    (await ctx.read()).getKysely(),
  );
  return shown(rows[0]);
}

/** The same by what he is recognised by. */
export async function lockRequesterByIdentity(
  ctx: Context,
  { kind, value }: Identity,
): Promise<Requester | null> {
  const em = await ctx.read();
  const { rows } = await sql<Row>`
    select r.id, r.name, r.organization_id, r.locale from requester_identity i join requester r on r.id = i.requester_id
    where i.workspace_id = ${ctx.workspace}::uuid and i.kind = ${kind} and i.value = ${value} for share of r`.execute(
    em.getKysely(),
  );
  return shown(rows[0]);
}

/** The same for the caller, who is in the directory from then on. */
export async function lockCallerAsRequester(ctx: Context): Promise<Requester> {
  const { id, name } = ctx.actor;
  const known = await lockRequesterForShare(ctx, id);
  if (known) return known;
  await sql`
    insert into requester (id, workspace_id, name) values (${uuidOf('cus', id)}::uuid, ${ctx.workspace}::uuid, ${name})
    on conflict (id) do nothing`.execute(ctx.em.getKysely());
  return (await lockRequesterForShare(ctx, id))!;
}

/** The id of somebody whom nobody knew: the same everywhere, so that customers makes the customer under it. */
export const deterministicCustomerId = (workspace: string, { kind, value }: Identity): string =>
  toId('cus', uuidFromName(workspace, `${kind}:${value}`));

/** Puts a person into the directory, or brings the entry up to date. */
export async function upsertRequester(
  ctx: Context,
  requester: Requester,
  identities: readonly Identity[],
): Promise<void> {
  const id = uuidOf('cus', requester.id);
  const organization = requester.organizationId && uuidOf('org', requester.organizationId);
  const db = ctx.em.getKysely();
  await sql`
    insert into requester (id, workspace_id, name, organization_id, locale)
    values (${id}::uuid, ${ctx.workspace}::uuid, ${requester.name}, ${organization}::uuid, ${requester.locale})
    on conflict (id) do update set name = excluded.name, organization_id = excluded.organization_id, locale = excluded.locale`.execute(
    db,
  );
  for (const { kind, value } of identities)
    await sql`
      insert into requester_identity (workspace_id, kind, value, requester_id) values (${ctx.workspace}::uuid, ${kind}, ${value}, ${id}::uuid)
      on conflict (workspace_id, kind, value) do update set requester_id = excluded.requester_id`.execute(
      db,
    );
}

/** Somebody whom nobody knew, by what he is recognised by. */
export interface UnknownContact {
  id: string;
  name: string;
  who: Identity;
}

/** Puts people whom nobody knew into the directory together; in one order for all, so that nobody waits for somebody who waits for him. */
export async function insertUnknownContacts(
  ctx: Context,
  strangers: readonly UnknownContact[],
): Promise<void> {
  if (!strangers.length) return;
  const sorted = strangers.toSorted((a, b) => (a.who.value < b.who.value ? -1 : 1));
  const ids = uuidArray(
    'cus',
    sorted.map(({ id }) => id),
  );
  const db = ctx.em.getKysely();
  await sql`
    insert into requester (id, workspace_id, name)
    select id, ${ctx.workspace}::uuid, name from unnest(${ids}, ${sorted.map(({ name }) => name)}::text[]) as given(id, name)
    on conflict (id) do nothing`.execute(db);
  await sql`
    insert into requester_identity (workspace_id, kind, value, requester_id)
    select ${ctx.workspace}::uuid, kind, value, id
    from unnest(${ids}, ${sorted.map(({ who }) => who.kind)}::text[], ${sorted.map(({ who }) => who.value)}::text[]) as given(id, kind, value)
    on conflict (workspace_id, kind, value) do update set requester_id = excluded.requester_id`.execute(
    db,
  );
}

/** Takes away what the person is not recognised by any more. */
export async function deleteOtherIdentities(
  ctx: Context,
  id: string,
  identities: readonly Identity[],
): Promise<void> {
  const kept = identities.map(({ kind, value }) => `${kind}:${value}`);
  await sql`
    delete from requester_identity where requester_id = ${uuidOf('cus', id)}::uuid and kind || ':' || value <> all(${kept}::text[])
  `.execute(ctx.em.getKysely());
}
