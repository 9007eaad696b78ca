import { type EntityManager, sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import type { Identity, IdentityKind } from '@deskgraph/common/auth/contact-identity';
import { IDENTITY_LIMIT, keyOf } from './identity.ts';

/**
 * Takes free identities for a customer, who may be stored later in the same transaction; what another one is about to take is waited for.
 * Gives the keys of those that the customer now has or had before. Always in one order, so that two who want the same never block each
 * other for good.
 */
export async function claim(
  ctx: Context,
  customerId: string,
  identities: readonly Identity[],
): Promise<Set<string>> {
  if (!identities.length) return new Set();
  const sorted = identities
    .map((each, place) => ({ ...each, place }))
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const me = sql`${uuidOf('cus', customerId)}::uuid`;
  const wanted = sql.join(
    [sorted.map((each) => each.kind), sorted.map((each) => each.value)].map(
      (texts) => sql`${texts}::text[]`,
    ),
  );
  const { rows } = await sql<Identity>`
    insert into customer_identity as i (workspace_id, kind, value, customer_id, verified, is_primary, place)
    select ${ctx.workspace}::uuid, kind, value, ${me}, false, false,
      wanted.place + (select coalesce(max(place) + 1, 0) from customer_identity where customer_id = ${me})
    from unnest(${wanted}, ${sorted.map((each) => each.place)}::integer[]) as wanted(kind, value, place)
    on conflict (workspace_id, kind, value) do update set verified = i.verified where i.customer_id = ${me}
    returning kind, value`.execute(ctx.em.getKysely());
  return new Set(rows.map(keyOf));
}

/** Takes one free identity each for people who are new; gives the ids of those who got theirs. */
export async function claimNew(
  ctx: Context,
  people: readonly { id: string; identity: Identity }[],
): Promise<Set<string>> {
  if (!people.length) return new Set();
  const sorted = people.toSorted((a, b) => (keyOf(a.identity) < keyOf(b.identity) ? -1 : 1));
  const { rows } = await sql<{ customer_id: string }>`
    insert into customer_identity (workspace_id, kind, value, customer_id, verified, is_primary, place)
    select ${ctx.workspace}::uuid, kind, value, id, false, true, 0 from unnest(
      ${sorted.map(({ identity }) => identity.kind)}::text[], ${sorted.map(({ identity }) => identity.value)}::text[],
      ${uuids(
        'cus',
        sorted.map(({ id }) => id),
      )}) as wanted(kind, value, id)
    on conflict (workspace_id, kind, value) do nothing returning customer_id`.execute(
    ctx.em.getKysely(),
  );
  return new Set(rows.map((row) => toId('cus', row.customer_id)));
}

/** Takes all of them, or refuses with IDENTITY_TAKEN at the ones that others have. `field` names the list in the input. */
export async function claimAll(
  ctx: Context,
  customerId: string,
  identities: readonly Identity[],
  field: string,
): Promise<void> {
  refuseTaken(identities, await claim(ctx, customerId, distinct(identities)), field);
  if (identities.length) await choosePrimaries(ctx, customerId);
}

export function refuseTaken(
  identities: readonly Identity[],
  mine: ReadonlySet<string>,
  field: string,
): void {
  const errors = identities.flatMap((each, at) =>
    mine.has(keyOf(each))
      ? []
      : [{ code: 'IDENTITY_TAKEN', field: ['input', ...field.split('.'), String(at)] }],
  );
  if (errors.length) throw new Refusal(errors);
}

export const distinct = (identities: readonly Identity[]): Identity[] => [
  ...new Map(identities.map((each) => [keyOf(each), each])).values(),
];

export async function release(
  ctx: Context,
  customerId: string,
  identities: readonly Identity[],
): Promise<void> {
  if (!identities.length) return;
  await sql`
    delete from customer_identity i using unnest(${identities.map((each) => each.kind)}::text[], ${identities.map((each) => each.value)}::text[])
      as gone(kind, value)
    where i.customer_id = ${uuidOf('cus', customerId)}::uuid and i.kind = gone.kind and i.value = gone.value`.execute(
    ctx.em.getKysely(),
  );
  await choosePrimaries(ctx, customerId);
}

/** Of each kind the oldest is the first choice, while there is no other. */
export async function choosePrimaries(ctx: Context, customerId: string): Promise<void> {
  const me = sql`${uuidOf('cus', customerId)}::uuid`;
  await sql`
    update customer_identity i set is_primary = true from (
      select distinct on (kind) workspace_id, kind, value from customer_identity where customer_id = ${me} order by kind, is_primary desc, place
    ) first
    where i.workspace_id = first.workspace_id and i.kind = first.kind and i.value = first.value and not i.is_primary`.execute(
    ctx.em.getKysely(),
  );
}

export async function refuseTooMany(
  ctx: Context,
  customerId: string,
  field: string,
): Promise<void> {
  const { rows } = await sql<{ many: boolean }>`
    select count(*) > ${IDENTITY_LIMIT}::integer as many from customer_identity where customer_id = ${uuidOf('cus', customerId)}::uuid
  `.execute(ctx.em.getKysely());
  if (rows[0]!.many) throw new Refusal('LIMIT_REACHED', field);
}

/** Whose identity it is; null when it is nobody's. */
export const ownerOf = async (
  em: EntityManager,
  { kind, value }: Identity,
): Promise<string | null> => (await ownersOf(em, kind, [value])).get(value) ?? null;

/** Whose identities these are, by value; nobody's are left out. */
export async function ownersOf(
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
