import { type EntityManager, sql, uuidArray } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import type { Identity, IdentityKind } from '@deskgraph/common/auth/contact-identity';
import { MAX_IDENTITIES_PER_CUSTOMER, identityKey } from './identity.ts';

/**
 * Claims free identities for a customer, who may be inserted later in the same transaction. Waits
 * for concurrent claims of the same identities. Returns the keys that belong to the customer now.
 * Identities are claimed in a fixed order, so that concurrent claims cannot deadlock.
 */
export async function claimIdentities(
  ctx: Context,
  customerId: string,
  identities: readonly Identity[],
): Promise<Set<string>> {
  if (!identities.length) return new Set();
  const sorted = identities
    .map((identity, place) => ({ ...identity, place }))
    .toSorted((a, b) => (identityKey(a) < identityKey(b) ? -1 : 1));
  const me = sql`${uuidOf('cus', customerId)}::uuid`;
  const columns = sql.join(
    [sorted.map((each) => each.kind), sorted.map((each) => each.value)].map(
      (texts) => sql`${texts}::text[]`,
    ),
  );
  const rows = await execute(
    ctx,
    sql<Identity>`
    insert into customer_identity as i (workspace_id, kind, value, customer_id, verified, is_primary, place)
    select ${ctx.workspace}::uuid, kind, value, ${me}, false, false,
      wanted.place + (select coalesce(max(place) + 1, 0) from customer_identity where customer_id = ${me})
    from unnest(${columns}, ${sorted.map((each) => each.place)}::integer[]) as wanted(kind, value, place)
    on conflict (workspace_id, kind, value) do update set verified = i.verified where i.customer_id = ${me}
    returning kind, value`,
  );
  return new Set(rows.map(identityKey));
}

/** Claims one free identity for each new customer. Returns the ids of those who got theirs. */
export async function claimFirstIdentities(
  ctx: Context,
  people: readonly { id: string; identity: Identity }[],
): Promise<Set<string>> {
  if (!people.length) return new Set();
  const sorted = people.toSorted((a, b) =>
    identityKey(a.identity) < identityKey(b.identity) ? -1 : 1,
  );
  const rows = await execute(
    ctx,
    sql<{ customer_id: string }>`
    insert into customer_identity (workspace_id, kind, value, customer_id, verified, is_primary, place)
    select ${ctx.workspace}::uuid, kind, value, id, false, true, 0 from unnest(
      ${sorted.map(({ identity }) => identity.kind)}::text[], ${sorted.map(({ identity }) => identity.value)}::text[],
      ${uuidArray(
        'cus',
        sorted.map(({ id }) => id),
      )}) as wanted(kind, value, id)
    on conflict (workspace_id, kind, value) do nothing returning customer_id`,
  );
  return new Set(rows.map((row) => toId('cus', row.customer_id)));
}

/** Claims all identities, or refuses those of other customers with IDENTITY_TAKEN. `field` is the list in the input. */
export async function claimAllIdentities(
  ctx: Context,
  customerId: string,
  identities: readonly Identity[],
  field: string,
): Promise<void> {
  refuseTakenIdentities(
    identities,
    await claimIdentities(ctx, customerId, distinctIdentities(identities)),
    field,
  );
  if (identities.length) await choosePrimaryIdentities(ctx, customerId);
}

export function refuseTakenIdentities(
  identities: readonly Identity[],
  mine: ReadonlySet<string>,
  field: string,
): void {
  const errors = identities.flatMap((identity, index) =>
    mine.has(identityKey(identity))
      ? []
      : [{ code: 'IDENTITY_TAKEN', field: ['input', ...field.split('.'), String(index)] }],
  );
  if (errors.length) throw new Refusal(errors);
}

export const distinctIdentities = (identities: readonly Identity[]): Identity[] => [
  ...new Map(identities.map((each) => [identityKey(each), each])).values(),
];

export async function releaseIdentities(
  ctx: Context,
  customerId: string,
  identities: readonly Identity[],
): Promise<void> {
  if (!identities.length) return;
  await execute(
    ctx,
    sql`
    delete from customer_identity i using unnest(${identities.map((each) => each.kind)}::text[], ${identities.map((each) => each.value)}::text[])
      as gone(kind, value)
    where i.customer_id = ${uuidOf('cus', customerId)}::uuid and i.kind = gone.kind and i.value = gone.value`,
  );
  await choosePrimaryIdentities(ctx, customerId);
}

/** Makes the oldest identity of each kind primary where no other is. */
export async function choosePrimaryIdentities(ctx: Context, customerId: string): Promise<void> {
  const me = sql`${uuidOf('cus', customerId)}::uuid`;
  await execute(
    ctx,
    sql`
    update customer_identity i set is_primary = true from (
      select distinct on (kind) workspace_id, kind, value from customer_identity where customer_id = ${me} order by kind, is_primary desc, place
    ) first
    where i.workspace_id = first.workspace_id and i.kind = first.kind and i.value = first.value and not i.is_primary`,
  );
}

export async function refuseTooManyIdentities(
  ctx: Context,
  customerId: string,
  field: string,
): Promise<void> {
  const rows = await execute(
    ctx,
    sql<{ many: boolean }>`
    select count(*) > ${MAX_IDENTITIES_PER_CUSTOMER}::integer as many from customer_identity where customer_id = ${uuidOf('cus', customerId)}::uuid
  `,
  );
  if (rows[0]!.many) throw new Refusal('LIMIT_REACHED', field);
}

/** The id of the customer with this identity, or null. */
export const identityOwner = async (
  em: EntityManager,
  { kind, value }: Identity,
): Promise<string | null> => (await identityOwners(em, kind, [value])).get(value) ?? null;

/** The ids of the customers with these identities, by value. Free identities are absent. */
export async function identityOwners(
  em: EntityManager,
  kind: IdentityKind,
  values: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ value: string; customer_id: string }>`
    select value, customer_id from customer_identity where kind = ${kind} and value = any(${values}::text[])`.execute(
    em.getKysely(),
  );
  return new Map(rows.map((row) => [row.value, toId('cus', row.customer_id)]));
}
