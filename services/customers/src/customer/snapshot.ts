import { folded } from '@deskgraph/common/text/tokenizer';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { identitiesOf } from '../identity/find.ts';
import { type Identity, IdentityKind } from '@deskgraph/common/auth/contact-identity';
import { type CustomerIdentity } from '../identity/identity.ts';
import { keepWords } from '../enums.ts';
import type { Customer } from './customer.ts';
import { locationOf } from './location.ts';
import { organizationIdsOf } from './membership.ts';

/** All that can change of a customer, as facts tell it. */
export async function describe(ctx: Context, customer: Customer) {
  const { name, kind, email, phone, locale, timeZone, tier, seesOrganizationTickets } = customer;
  const known = await identitiesOf(ctx.em, [customer.id]);
  const identities: Identity[] = known.map((each) => ({ kind: each.kind, value: each.value }));
  const organizationIds = await organizationIdsOf(ctx.em, customer.id);
  const location = locationOf(customer);
  return {
    name,
    kind,
    email,
    phone,
    location,
    locale,
    timeZone,
    tier,
    seesOrganizationTickets,
    identities,
    organizationIds,
  };
}
export type Description = Awaited<ReturnType<typeof describe>>;

type State = Pick<
  Description,
  'name' | 'kind' | 'identities' | 'organizationIds' | 'locale' | 'tier' | 'seesOrganizationTickets'
>;

/** What other services keep of a customer. */
export const stateOf = ({
  name,
  kind,
  identities,
  organizationIds,
  locale,
  tier,
  seesOrganizationTickets,
}: State): State => ({
  name,
  kind,
  identities,
  organizationIds,
  locale,
  tier,
  seesOrganizationTickets,
});

const SHOWN = [
  IdentityKind.EMAIL,
  IdentityKind.PHONE,
  IdentityKind.HANDLE,
  IdentityKind.EXTERNAL,
  IdentityKind.VISITOR,
];

/** Brings in line what follows from the full name and the identities. Refused when nothing is left to show the person by. */
export async function settle(ctx: Context, customer: Customer, field = 'name'): Promise<void> {
  const known = await identitiesOf(ctx.em, [customer.id]);
  const first = (kind: IdentityKind): string | null => primaryOf(known, kind)?.value ?? null;
  customer.email = first(IdentityKind.EMAIL);
  customer.phone = first(IdentityKind.PHONE);
  const name = customer.fullName ?? SHOWN.map(first).find((value) => value !== null);
  if (name === undefined) throw new Refusal('REQUIRED', field);
  customer.name = name;
  customer.sortName = folded(name);
  await ctx.em.flush();
  await keepWords(ctx.em, 'customer', ctx.workspace, customer.id, [
    name,
    ...known.map((each) => each.value),
  ]);
}

const primaryOf = (known: readonly CustomerIdentity[], kind: IdentityKind) =>
  known.find((each) => each.kind === kind);
